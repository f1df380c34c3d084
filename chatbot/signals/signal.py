"""A pasted text as a plan draft: read, settled, concluded. What is open or wrong is a problem, never a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Final

from chatbot.core.money import HUNDRED, Side
from chatbot.core.plan import Target
from chatbot.core.reading import Unreadable, money, plain
from chatbot.signals.cleaning import LONGEST, UNSURE, cleaned
from chatbot.signals.doubts import doubts
from chatbot.signals.draft import Problem, ProblemCode, SignalDraft
from chatbot.signals.found import ENTRIES, Found
from chatbot.signals.notes import Notes
from chatbot.signals.numbers import Written, amount, shown
from chatbot.signals.other_numbers import Frame, Leverage, lift_leverage, lift_others
from chatbot.signals.sections import found_in
from chatbot.signals.settling import Level, Settled, check_size, distinct, in_satoshis, settle, within
from chatbot.signals.sides import BOTH, Lists, Prices, check_side, lists_of, side_of
from chatbot.signals.stop_rules import Ground, rules_of
from chatbot.signals.stop_words import StopWords, lift_stop_words
from chatbot.signals.symbols import Market, lift_market
from chatbot.signals.targets import Leaving, closes_of, limited, numbered, ordered
from chatbot.signals.tiers import Entering, entries_of, tiers_of
from chatbot.signals.vocabulary import OTHER_MARK, Word

MOST_LEVERAGE: Final = Decimal(200)
BROKEN_NUMBER: Final = re.compile(rf"\d ?\{UNSURE}|\{UNSURE} ?\d")
NEARBY: Final = Decimal(2)
"""An unused number no more than this many times off the prices may have been meant as one."""
DOUBTFUL: Final = (
    ProblemCode.AMBIGUOUS_NUMBER,
    ProblemCode.OUT_OF_RANGE,
    ProblemCode.NUMBERING,
    ProblemCode.SEVERAL_SYMBOLS,
    ProblemCode.SEVERAL_STOPS,
)
"""As long as a number itself is in question, or whose it is, nothing is concluded from where it lies."""
TALK: Final = re.compile(
    r"(?:manual|all|any|clos(?:e|ed|ing)|exit(?:ed|ing)?|mov(?:e|ed|ing)|set|shift|raise|lower|add|added|filled|done|skip\w*|"
    r"reason|because|why|what|how|is|are|should|does|did|was|were)(?![^\W_])[^\n]*|[^\n]*\?",
    re.IGNORECASE,
)
"""One line that begins like an answer, an order about a running plan or a question, or ends like one."""
SATOSHI_QUOTES: Final = ("BTC", "XBT")
REMEMBERED: Final = 32
"""Readings kept a while: one answer asks for its own several times, and a hostile text takes long to read."""


RISK: Final = re.compile(r"\brisk(?:ing)?\s*:?\s*(?P<pct>\d{1,2}(?:[.,]\d{1,2})?)\s*%")


@dataclass(frozen=True, slots=True)
class Parts:
    """What each reader took from a text."""

    text: str
    doubts: tuple[Problem, ...]
    market: Market
    words: StopWords
    leverage: Leverage
    frame: Frame
    found: Found


@lru_cache(REMEMBERED)
def read_signal(text: str, market_price: Decimal | None = None) -> SignalDraft:
    """What a text says of a trade. The market's price, where known, settles what is written shortly or as `now`."""
    words = cleaned(text) if len(text) <= LONGEST else text
    if max(len(text), len(words) // 2) > LONGEST:
        sentence = f"That is {len(text)} characters long; at most {LONGEST} are read, one message."
        return SignalDraft(problems=(Problem(ProblemCode.TOO_LONG, sentence),))
    return concluded(parts_of(words), market_price)


def looks_like_signal(text: str) -> bool:
    """Whether a message names a coin and the prices of a trade: an exit, and where or which way it is entered.

    Questions, answers and reports of one line about a running plan are none, whatever prices they name.
    """
    if len(text) > LONGEST or len(re.findall(r"\d+", text)) < 2 or TALK.fullmatch(text.strip()):
        return False
    parts = parts_of(cleaned(text)[:LONGEST])
    found = parts.found
    stops, targets = len(found.prices[Word.STOP]), len(found.prices[Word.TARGET])
    named = sum(len(found.prices[word]) for word in ENTRIES)
    sided = bool(found.sides or found.trades or found.prices[Word.BUY] or found.prices[Word.SELL])
    entries = named + (len(found.weak) if sided or (stops and targets) else 0)
    entered = bool(entries) or sided or found.market or found.weak_market
    exits = stops + targets
    return parts.market.pair is not None and exits > 0 and entered and exits + entries > 1


@lru_cache(REMEMBERED)
def parts_of(text: str) -> Parts:
    """Every reader in turn, each leaving a mark for what it took. It is remembered: nobody may change it."""
    rest, market = lift_market(text)
    rest, words = lift_stop_words(rest)
    doubtful = tuple(doubts(rest))
    rest, leverage = lift_leverage(rest)
    rest, frame = lift_others(rest)
    return Parts(text, doubtful, market, words, leverage, frame, found_in(BOTH.sub(OTHER_MARK, rest)))


def concluded(parts: Parts, market_price: Decimal | None) -> SignalDraft:
    """The draft: first what the words give, then what the prices make of it."""
    notes = Notes([*parts.market.assumed], [*parts.market.problems, *parts.doubts])
    if BROKEN_NUMBER.search(parts.text):
        notes.refuse(
            ProblemCode.AMBIGUOUS_NUMBER, "A number has raised or lowered digits; write it plainly, like 0.0012."
        )
    lists = lists_of(parts.found, parts.text, notes)
    pair = parts.market.pair
    settled = settle(
        {Word.ENTRY: lists.entries, Word.STOP: lists.stops, Word.TARGET: lists.targets}, market_price, notes
    )
    if pair is not None and pair.quote in SATOSHI_QUOTES:
        settled = in_satoshis(settled, notes)
    elif market_price is None:
        check_size(pair.base if pair is not None else None, settled, notes)
    tell_unused(lists, settled, notes)
    tell_risk(parts.text, notes)
    leverage = leverage_of(parts.leverage, notes)
    draft = SignalDraft(
        exchange=parts.market.exchange,
        symbol_text=None if pair is None else pair.text,
        symbol=parts.market.symbol,
        leverage=leverage,
        margin_mode=parts.leverage.mode,
        timeframe=parts.frame.timeframe,
        equity=equity_of(parts.found, notes),
        allocation_pct=allocation_of(parts.found, notes),
    )
    return priced(draft, parts, *at_market(lists, settled, market_price, notes), notes)


def at_market(lists: Lists, settled: Settled, market_price: Decimal | None, notes: Notes) -> tuple[Lists, Settled]:
    """An entry at the market has the market's price, where that is known."""
    if not lists.market or market_price is None:
        return lists, settled
    notes.assume(f"Entry at the market: {shown(market_price)} is its price now.")
    entries = (Level(market_price), *distinct(settled.levels[Word.ENTRY]))
    return replace(lists, market=False), replace(settled, levels={**settled.levels, Word.ENTRY: entries})


def priced(draft: SignalDraft, parts: Parts, lists: Lists, settled: Settled, notes: Notes) -> SignalDraft:
    """The draft with side, entries, stop and targets, as far as they fit together."""
    stop = stop_of(lists, settled, parts, notes)
    given = settled.levels[Word.ENTRY]
    entries = distinct(given) if parts.found.market else numbered(given, "Entry", notes)
    targets = numbered(settled.levels[Word.TARGET], "Target", notes)
    if not entries and not lists.market and not prices_in(lists.entries):
        notes.refuse(ProblemCode.NO_ENTRY, "The text has no entry; write a price or market, for example entry 60000.")
    if not targets and not prices_in(lists.targets):
        tell_no_targets(parts.found, notes)
    prices = Prices(tuple(one.price for one in entries), stop, tuple(one.price for one in targets))
    doubtful = any(problem.code in DOUBTFUL for problem in notes.problems)
    side = lists.side if doubtful else side_of(lists.side, prices, notes)
    draft = replace(draft, side=side, stop=stop)
    if side is not None and not doubtful:
        refused = len(notes.problems)
        check_side(side, prices, notes)
        targets = ordered(targets, side, notes) if len(notes.problems) == refused else targets
        if len(notes.problems) == refused:
            draft = planned(draft, parts, lists, (entries, limited(targets, notes)), notes)
    return replace(draft, assumed=tuple(notes.assumed), problems=tuple(notes.problems))


def planned(
    draft: SignalDraft, parts: Parts, lists: Lists, levels: tuple[tuple[Level, ...], tuple[Level, ...]], notes: Notes
) -> SignalDraft:
    """The draft with tiers and targets, where there are an entry, a stop and a target to measure them by."""
    found, (entry_levels, targets), stop = parts.found, levels, draft.stop
    side = draft.side or Side.LONG
    weights = weights_of(entry_levels, found, notes)
    entering = Entering(entry_levels, lists.market, lists.zone, found.direction, found.in_order, weights)
    entries = entries_of(entering, side, notes)
    draft = replace(draft, entries=entries)
    if not entries or not targets or stop is None:
        return draft
    first = entries[0].price
    tiers = tiers_of(entries, entering, side, targets[0].price, notes)
    draft = replace(draft, allocation_pct=draft.allocation_pct or lone_share(entry_levels, notes))
    if found.percents[Word.TARGET]:
        notes.assume(f"Not used: {', '.join(f'{shown(pct)}%' for pct in found.percents[Word.TARGET])}.")
    leaving = Leaving(targets, closes_written(found), draft.allocation_pct is not None, draft.leverage)
    closes = closes_of(leaving, first, notes)
    ground = Ground(first, stop, tuple(level.price for level in targets))
    exits = tuple(map(Target, ground.targets, closes.shares, rules_of(parts.words, ground, notes)))
    allocation = draft.allocation_pct if closes.allocation is None else bearable(closes.allocation, notes)
    return replace(draft, tiers=tiers, targets=exits, allocation_pct=allocation)


def stop_of(lists: Lists, settled: Settled, parts: Parts, notes: Notes) -> Decimal | None:
    """The one stop."""
    stops = distinct(settled.levels[Word.STOP])
    if len(stops) > 1:
        told = ", ".join(shown(level.price) for level in stops)
        notes.refuse(ProblemCode.SEVERAL_STOPS, f"The text has several stops ({told}); a plan has one.")
    pcts = parts.found.percents[Word.STOP]
    missing = not stops and not prices_in(lists.stops)
    if missing and pcts:
        example = example_stop(lists, settled, pcts[0])
        notes.refuse(ProblemCode.NO_STOP, f"“{shown(pcts[0])}%” is no price for the stop{example}; write the price.")
    elif missing:
        notes.refuse(ProblemCode.NO_STOP, "The text has no stop; write one, for example SL 59000.")
    if stops and parts.frame.closing is not None:
        notes.assume(f"The stop counts as soon as its price is touched; no {parts.frame.closing} close is waited for.")
    return stops[0].price if len(stops) == 1 else None


def prices_in(items: Sequence[Written]) -> list[Written]:
    """What can't be the number of an item instead of a price."""
    return [item for item in items if () not in item.readings]


def example_stop(lists: Lists, settled: Settled, pct: Decimal) -> str:
    """What a % would come to, of price from the entry, where entry and side are known."""
    entries = settled.levels[Word.ENTRY]
    if not entries or lists.side is None or pct >= HUNDRED:
        return ""
    stop = entries[0].price * (1 - lists.side.sign * pct / HUNDRED)
    return f": of price it would be {shown(stop)}, of margin something else"


def tell_no_targets(found: Found, notes: Notes) -> None:
    """A text without a price to take profit at."""
    pcts = found.percents[Word.TARGET]
    if pcts:
        notes.refuse(ProblemCode.NO_TARGETS, f"“{shown(pcts[0])}%” is no price for a target; write the prices.")
    else:
        notes.refuse(ProblemCode.NO_TARGETS, "The text has no targets; write one or more, for example TP 61000 62500.")


def tell_unused(lists: Lists, settled: Settled, notes: Notes) -> None:
    """Numbers that nobody claimed and that might have been prices."""
    used = {level.price for levels in settled.levels.values() for level in levels}
    middle = settled.middle
    firsts = [item.readings[0][0] for item in lists.unused if item.readings and item.readings[0]]
    left = [] if middle is None else [value for value in firsts if value not in used and within(value, middle, NEARBY)]
    if left:
        notes.assume(f"Not used: {', '.join(shown(value) for value in dict.fromkeys(left))}.")


def tell_risk(text: str, notes: Notes) -> None:
    """A risk is no allocation, but it is one tap away where the allocation is asked."""
    found = RISK.search(text)
    if found:
        notes.assume(f"Not used: risk {found['pct']} %; answer so where the allocation is asked.")


def leverage_of(leverage: Leverage, notes: Notes) -> Decimal | None:
    """The one leverage; of a range the lower end."""
    if leverage.both_modes:
        notes.assume("Both cross and isolated are named; the margin mode is left open.")
    if len(leverage.values) > 1:
        told = " or ".join(f"{shown(value)}x" for value in leverage.values)
        notes.refuse(ProblemCode.AMBIGUOUS_NUMBER, f"The leverage can be {told}; write one, for example leverage 10x.")
        return None
    value = next(iter(leverage.values), None)
    if value is not None and not 1 <= value <= MOST_LEVERAGE:
        sentence = f"A leverage of {value:f}x is out of range; expected 1x to {MOST_LEVERAGE:f}x."
        notes.refuse(ProblemCode.OUT_OF_RANGE, sentence)
        return None
    if value is not None and leverage.ranged is not None:
        notes.assume(f"Leverage {shown(value)}x, the lower end of {leverage.ranged}.")
    return None if value is None else plain(value)


def equity_of(found: Found, notes: Notes) -> Decimal | None:
    """The equity that is named."""
    written = list(dict.fromkeys(found.plain[Word.EQUITY]))
    try:
        values = [money(text, "your equity") for text in written]
    except Unreadable as refusal:
        notes.refuse(ProblemCode.AMBIGUOUS_NUMBER, refusal.sentence)
        return None
    if len(values) > 1:
        notes.refuse(ProblemCode.AMBIGUOUS_NUMBER, f"The equity can be {' or '.join(written)}; write one.")
        return None
    return next(iter(values), None)


def allocation_of(found: Found, notes: Notes) -> Decimal | None:
    """The share of the equity that is named, the lower end of a range; a lone % beside the trade counts as one."""
    named = found.percents[Word.ALLOCATION] or found.percents[Word.EQUITY]
    sums = [value for text in found.plain[Word.ALLOCATION] if (value := amount(text)) is not None]
    loose = list(dict.fromkeys(pct for line, pct in found.loose if line in found.trading_lines))
    if not named and sums:
        notes.assume(f"“{shown(sums[0])}” was not used as the allocation: it is no % of equity.")
    values = [*named, *sums] if named else loose
    if not values:
        return None
    if not named and len(values) > 1:
        notes.assume(f"Not used: {', '.join(f'{shown(value)}%' for value in values)}.")
        return None
    if len(values) > 1 or not named:
        notes.assume(
            f"Allocation {shown(min(values))} % of equity, {'the lowest named' if named else 'the lone % there is'}."
        )
    return bearable(min(values), notes)


def bearable(allocation: Decimal, notes: Notes) -> Decimal | None:
    """The allocation, unless it is more than there is."""
    if allocation <= HUNDRED:
        return allocation
    sentence = f"An allocation of {shown(allocation)} % is more than all of the equity."
    notes.refuse(ProblemCode.OUT_OF_RANGE, sentence)
    return None


def lone_share(levels: tuple[Level, ...], notes: Notes) -> Decimal | None:
    """A % that merely stands behind the only entry: the allocation of a one-liner."""
    share = levels[0].share if len(levels) == 1 else None
    if share is None or share.tied or share.pct >= HUNDRED:
        return None
    notes.assume(f"Allocation {shown(share.pct)} % of equity, the lone % there is.")
    return share.pct


def weights_of(levels: tuple[Level, ...], found: Found, notes: Notes) -> tuple[Decimal, ...]:
    """Weights of their own section, or the shares behind the entries."""
    written = found.percents[Word.WEIGHTS] or [
        value for text in found.plain[Word.WEIGHTS] if (value := amount(text)) is not None
    ]
    shares = [level.share.pct for level in levels if level.share is not None]
    if written or len(levels) < 2 or not shares:
        return tuple(written)
    if len(shares) < len(levels):
        sentence = "Some entries say how large they are and some do not; give every entry its %."
        notes.refuse(ProblemCode.WEIGHTS, sentence)
    return tuple(shares)


def closes_written(found: Found) -> tuple[Decimal, ...]:
    """Closes of their own section."""
    plain = (value for text in found.plain[Word.CLOSES] if (value := amount(text)) is not None)
    return tuple(found.percents[Word.CLOSES] or plain)
