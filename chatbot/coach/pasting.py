"""What a pasted text says of a trade, on the market it means and seen at that market's price, as a draft stores it.

Directions follow from the market's price where the text names none. Everything that is not in the text is assumed in
words, and what is wrong is a sentence; no price that was written is ever changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from chatbot.coach.answers import Resolve
from chatbot.coach.conversation import Prefilled
from chatbot.coach.steps.exits import RESTING
from chatbot.coach.steps.market import unknown_market
from chatbot.coach.stored import Answers, exact
from chatbot.core.market import Instrument
from chatbot.core.money import Side
from chatbot.core.plan import Direction, MarginMode
from chatbot.core.reading_triggers import written
from chatbot.core.timeframes import Timeframe
from chatbot.messages.fitting import length
from chatbot.messages.pasted import Understood
from chatbot.signals.cleaning import cleaned
from chatbot.signals.draft import SignalDraft
from chatbot.signals.form import rule_in_words
from chatbot.signals.numbers import shown
from chatbot.signals.signal import concluded, parts_of, read_signal

MOST_ASSUMED: Final = 1_500
"""Characters of assumptions that a card has room for, and that a person still reads."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds where a text says nothing: the exchange and the candles, and which exchanges can be chosen."""

    exchange: str
    choosable: tuple[str, ...]
    timeframe: Timeframe = Timeframe.M15


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a text's market is looked for: the exchange it names, if that can be chosen, else the user's."""

    exchange: str
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text on its market: what was understood, what has to be assumed, and every reason not to use it."""

    draft: SignalDraft
    venue: Venue
    market: Instrument | None
    timeframe: Timeframe
    problems: tuple[str, ...]
    assumed: tuple[str, ...] = ()

    @property
    def understood(self) -> Understood:
        """What the user is told of it."""
        if self.market is None:
            return Understood(self.draft, self.draft.symbol or self.draft.symbol_text or "", problems=self.problems)
        return Understood(self.draft, self.market.symbol, self.market.exchange, self.problems)


def venue_of(draft: SignalDraft, usual: Usual) -> Venue:
    """The exchange to trade on, and why it is this one."""
    named = draft.exchange
    if named is None:
        return Venue(usual.exchange, (f"On {usual.exchange}, your exchange: the text names none.",))
    if named in usual.choosable:
        return Venue(named)
    return Venue(usual.exchange, (f"On {usual.exchange}, your exchange: {named} can't be chosen here.",))


def placed(text: str, usual: Usual, resolve: Resolve) -> Pasted:
    """The text on its market, before anything is known of the price there."""
    draft = read_signal(text)
    venue = venue_of(draft, usual)
    market, problems = market_of(draft, venue.exchange, resolve)
    return Pasted(draft, venue, market, draft.timeframe or usual.timeframe, (*problems, *sentences(draft)))


def market_of(draft: SignalDraft, exchange: str, resolve: Resolve) -> tuple[Instrument | None, tuple[str, ...]]:
    """The market the text means on this exchange, or why there is none."""
    if draft.symbol is None:
        return None, ()
    found = resolve(exchange, draft.symbol)
    if isinstance(found, Instrument):
        return found, ()
    return None, (unknown_market(found, draft.symbol, exchange).sentence,)


def priced(text: str, found: Pasted, price: Decimal | None) -> Pasted:
    """The same text read again at its market's price, with everything that has to be assumed for it."""
    market = found.market
    if market is None:
        return found
    draft, said = directed(text, read_signal(text, price), price)
    other_name = draft.symbol is not None and market.base != draft.symbol.partition("/")[0]
    problems = sentences(draft)
    if other_name and price is None:
        problems = (*problems, f"The market is listed as {market.symbol}; write the prices of that, and its name.")
    listed = (f"Listed as {market.symbol}: the prices are taken as its own.",) if other_name else ()
    own = (*unsaid(draft, found.timeframe), *uneven(draft, market.tick_size))
    assumed = (*found.venue.said, *listed, *draft.assumed, *said, *own)
    if not problems and sum(length(sentence) for sentence in assumed) > MOST_ASSUMED:
        problems = (
            f"The text leaves too much to be assumed ({len(assumed)} points); write the plan in one line instead.",
        )
    return replace(found, draft=draft, assumed=assumed, problems=problems)


def sentences(draft: SignalDraft) -> tuple[str, ...]:
    """What is wrong with the text itself, each reason once."""
    return tuple(dict.fromkeys(problem.sentence for problem in draft.problems))


def directed(text: str, draft: SignalDraft, price: Decimal | None) -> tuple[SignalDraft, tuple[str, ...]]:
    """The draft with tier 1 reached from where the market stands, where the text does not say so, and that in words."""
    parts = parts_of(cleaned(text)) if draft.usable and price is not None else None
    prices = tuple(entry.price for entry in draft.entries if entry.price is not None)
    if parts is None or price is None or not prices or parts.found.direction or at_market(draft, price, prices):
        return draft, ()
    way = direction_of(draft, price, prices, in_order=parts.found.in_order)
    told = concluded(replace(parts, found=replace(parts.found, direction=way)), price)
    level, word = told.entries[0].price or price, "above" if way is Direction.UP else "below"
    now = ", so at once" if reached(level, price, way) else ""
    return told, (f"Tier 1 is taken at {shown(level)} or {word}{now}: the market is at {shown(price)}.",)


def at_market(draft: SignalDraft, price: Decimal, prices: tuple[Decimal, ...]) -> bool:
    """Whether the text enters at the market's price of now: it may be reached from either side."""
    return price in prices and any(sentence.startswith("Entry at the market") for sentence in draft.assumed)


def direction_of(draft: SignalDraft, price: Decimal, prices: tuple[Decimal, ...], *, in_order: bool) -> Direction:
    """Up where the level lies above the market, else down; a market among several entries has reached the first."""
    if min(prices) < price < max(prices) and not in_order:
        return Direction.DOWN if draft.side is Side.LONG else Direction.UP
    return Direction.UP if prices[0] > price else Direction.DOWN


def reached(level: Decimal, price: Decimal, way: Direction) -> bool:
    """Whether the market stands at or beyond a level already."""
    return price >= level if way is Direction.UP else price <= level


def unsaid(draft: SignalDraft, timeframe: Timeframe) -> Iterator[str]:
    """What a plan has and the text says nothing of, without a question of its own."""
    if draft.timeframe is None:
        yield f"{timeframe.value} candles: the text names no timeframe."
    if draft.margin_mode is None:
        yield "Isolated margin: the text leaves it open."
    yield "The stop and the targets rest on the exchange, entries are by hand."


def uneven(draft: SignalDraft, tick: Decimal) -> Iterator[str]:
    """Prices that no order can have on this market; a plan uses them as written."""
    named = (*(entry.price for entry in draft.entries), draft.stop, *(target.price for target in draft.targets))
    finer = [one for one in named if one is not None and one % tick]
    if finer:
        told = ", ".join(shown(one) for one in dict.fromkeys(finer))
        yield f"Used as written, though orders go in steps of {shown(tick)}: {told}."


def prefilled(pasted: Pasted) -> Prefilled:
    """The draft's answers; what stays open is asked."""
    draft, market = pasted.draft, pasted.market
    numbers = {
        "leverage": draft.leverage,
        "equity": draft.equity,
        "allocation": draft.allocation_pct,
        "stop": draft.stop,
    }
    answers: Answers = {
        "exchange": pasted.venue.exchange,
        "symbol": None if market is None else market.symbol,
        "side": None if draft.side is None else draft.side.value,
        "margin": (draft.margin_mode or MarginMode.ISOLATED).value,
        "timeframe": pasted.timeframe.value,
        "weights": [exact(tier.weight_pct) for tier in draft.tiers],
        "triggers": [written(tier.trigger) for tier in draft.tiers],
        "targets": [exact(target.price) for target in draft.targets],
        "closes": [exact(target.close_pct) for target in draft.targets],
        "rules": " / ".join(rule_in_words(target.stop_rule) for target in draft.targets),
        "resting": RESTING["default"],
        **{name: exact(value) for name, value in numbers.items() if value is not None},
    }
    return Prefilled(answers, pasted.assumed)
