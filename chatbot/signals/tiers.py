"""Entries as tiers: which is reached first and from which side, how large each is, what follows a single one.

Several entries are handed on as they are, a ladder against the trade too: whether it is too deep is for the checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Context, Decimal
from typing import Final

from chatbot.core.money import HUNDRED, Side
from chatbot.core.plan import Direction, ManualTrigger, MoveTrigger, PriceTrigger, Tier, Trigger
from chatbot.core.reading import plain
from chatbot.signals.draft import Entry, ProblemCode
from chatbot.signals.notes import Notes
from chatbot.signals.numbers import shown
from chatbot.signals.settling import Level, distinct

MOST_ENTRIES: Final = 6
ZONE_TIERS: Final = 3
SINGLE_TIERS: Final = 4
WEIGHTS: Final = {
    2: (50, 50),
    3: (40, 30, 30),
    4: (25, 25, 30, 20),
    5: (20, 20, 20, 20, 20),
    6: (17, 17, 17, 17, 16, 16),
}
STEP_PCT: Final = Decimal("0.5")
MARKET_QUESTION: Final = "Enter at the market price now?"
THREE_DIGITS: Final = Context(prec=3, rounding=ROUND_DOWN)
TEN_DIGITS: Final = Context(prec=10, rounding=ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Entering:
    """How a text says to enter. `weights` are written out; `in_order`: the list is the order of the tiers."""

    levels: tuple[Level, ...]
    market: bool
    zone: bool
    direction: Direction | None
    in_order: bool
    weights: tuple[Decimal, ...]


def entries_of(entering: Entering, side: Side, notes: Notes) -> tuple[Entry, ...]:
    """The entries in the order in which they are reached, the first with its direction."""
    levels = distinct(entering.levels)
    if len(levels) > MOST_ENTRIES:
        sentence = f"{len(levels)} entries are too many; use 3 or 4, at most {MOST_ENTRIES}."
        notes.refuse(ProblemCode.TOO_MANY_ENTRIES, sentence)
        return ()
    towards = Direction.DOWN if side is Side.LONG else Direction.UP
    direction = entering.direction or towards
    prices = [level.price for level in levels]
    ordered = prices if entering.in_order else sorted(prices, reverse=direction is Direction.DOWN)
    if ordered != prices:
        notes.assume(f"Tier 1 is {shown(ordered[0])}, the entry that is reached first.")
    if entering.market:
        return (Entry(None), *(Entry(price) for price in ordered))
    if entering.direction is None and ordered:
        word = "below" if direction is Direction.DOWN else "above"
        notes.assume(f"Tier 1 is taken at {shown(ordered[0])} or {word}; the text names no direction.")
    return tuple(Entry(price, direction if not place else None) for place, price in enumerate(ordered))


def tiers_of(
    entries: Sequence[Entry], entering: Entering, side: Side, target: Decimal | None, notes: Notes
) -> tuple[Tier, ...]:
    """The tiers of the entries, a single one's later tiers and a zone's middle ones included."""
    count = len(entering.weights)
    triggers: tuple[Trigger, ...]
    if len(entries) == 1:
        triggers = (first_trigger(entries[0], side), *later(entries[0].price, target, count, notes))
    else:
        spread = entering.zone and len(entries) == 2 and entries[0].price is not None
        triggers = ladder(zone(entries, count, notes) if spread else entries, side)
    weights = weights_of(with_their_weights(entering, entries), len(triggers), notes)
    return tuple(Tier(weight, trigger) for weight, trigger in zip(weights, triggers, strict=False))


def with_their_weights(entering: Entering, entries: Sequence[Entry]) -> Entering:
    """The weights in the order of the tiers: each belongs to the entry it was written with."""
    prices = [level.price for level in entering.levels]
    if not len(prices) == len(set(prices)) == len(entering.weights) == len(entries) or entries[0].price is None:
        return entering
    by_price = dict(zip(prices, entering.weights, strict=True))
    return replace(entering, weights=tuple(by_price[entry.price] for entry in entries if entry.price is not None))


def first_trigger(entry: Entry, side: Side) -> Trigger:
    """Tier 1: at its price, or on a question where the market's price is meant and not known."""
    if entry.price is None:
        return ManualTrigger(MARKET_QUESTION)
    return PriceTrigger(entry.price, entry.direction or (Direction.DOWN if side is Side.LONG else Direction.UP))


def later(entry: Decimal | None, target: Decimal | None, count: int, notes: Notes) -> tuple[MoveTrigger, ...]:
    """Favourable moves of 0.5 % each, closer together where the first target comes before the last of them."""
    more = (count or SINGLE_TIERS) - 1
    step = STEP_PCT
    if entry is not None and target is not None:
        room = abs(target - entry) * HUNDRED / entry
        step = STEP_PCT if room > STEP_PCT * more else plain(THREE_DIGITS.divide(room, Decimal(more + 1)))
    moves = tuple(MoveTrigger(step * place) for place in range(1, more + 1))
    if moves:
        told = ", ".join(f"+{shown(move.pct)} %" for move in moves)
        notes.assume(f"Tiers 2 to {more + 1} are added at {told} of price from tier 1: the text has one entry.")
    return moves


def zone(entries: Sequence[Entry], count: int, notes: Notes) -> tuple[Entry, ...]:
    """The ends of a zone and what lies evenly between them."""
    number = max(count, 2) if count else ZONE_TIERS
    first, last = (entry.price or Decimal(0) for entry in entries)
    between = (plain(TEN_DIGITS.plus(first + (last - first) * n / (number - 1))) for n in range(1, number - 1))
    spread = (entries[0], *(Entry(price) for price in between), Entry(last))
    notes.assume(f"The zone is spread over {number} tiers: {', '.join(shown(e.price or last) for e in spread)}.")
    return spread


def ladder(entries: Sequence[Entry], side: Side) -> tuple[Trigger, ...]:
    """One tier for each price; later ones are reached from tier 1."""
    first = entries[0]
    towards = Direction.DOWN if side is Side.LONG else Direction.UP
    rest = []
    for price in (entry.price for entry in entries[1:] if entry.price is not None):
        up = towards is Direction.UP if first.price is None else price > first.price
        rest.append(PriceTrigger(price, Direction.UP if up else Direction.DOWN))
    return (first_trigger(first, side), *rest)


def weights_of(entering: Entering, count: int, notes: Notes) -> tuple[Decimal, ...]:
    """A weight for every tier: what is written, or the usual ones."""
    weights = entering.weights
    if not weights:
        usual = tuple(Decimal(weight) for weight in WEIGHTS.get(count, ()))
        notes.assume(f"Weights {'/'.join(shown(weight) for weight in usual)} %: the text gives none.")
        return usual
    total = sum(weights, Decimal(0))
    if len(weights) != count or total != HUNDRED:
        told = "/".join(shown(weight) for weight in weights)
        sentence = f"Weights {told} must be {count}, one for each tier, and add up to 100, for example 40/30/30."
        notes.refuse(ProblemCode.WEIGHTS, sentence)
    return weights
