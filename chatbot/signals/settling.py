"""Which reading of each price is meant: the one that lies near the other prices of the text, or a question.

Prices with one reading decide about the others; where there is none, the rules for typed numbers do. A price more than
five times off the rest is refused rather than believed: a digit is missing, or it is no price.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.signals.draft import ProblemCode
from chatbot.signals.notes import Notes
from chatbot.signals.numbers import Reading, Share, Written, shown, thousandfold
from chatbot.signals.vocabulary import Word

FAR: Final = Decimal(5)
NEAR: Final = Decimal("1.5")
COMMA: Final = re.compile(r"\d{1,3},\d{3}")
LEAST: Final = {"BTC": Decimal(1000)}
"""A bitcoin for less is a price in thousands whose unit was left out."""


@dataclass(frozen=True, slots=True)
class Level:
    """A price that is settled, with its number in its list and the share written behind it."""

    price: Decimal
    index: int | None = None
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """All prices of a text, and the one they all lie near (None: there is no price that can be told)."""

    levels: Mapping[Word, tuple[Level, ...]]
    middle: Decimal | None


def settle(lists: Mapping[Word, Sequence[Written]], market: Decimal | None, notes: Notes) -> Settled:
    """Every price with one value; what stays open or lies far off is a problem."""
    full = {word: in_thousands(items) for word, items in lists.items()}
    items = [item for items in full.values() for item in items]
    middle, sure = middle_of(items, market)
    levels = {
        word: tuple(level for item in items for level in levels_of(item, middle, notes, sure=sure))
        for word, items in full.items()
    }
    for word, found in levels.items():
        check_distance([item for item in full[word] if item.readings], found, middle, notes)
    return Settled(levels, middle)


def in_thousands(items: Sequence[Written]) -> Sequence[Written]:
    """A list with a `k` in it may mean thousands throughout."""
    return [thousandfold(item) for item in items] if any(item.factor for item in items) else items


def middle_of(items: Sequence[Written], market: Decimal | None) -> tuple[Decimal | None, bool]:
    """The price in the middle of those that are certain (True), else of what the rules for typed numbers say."""
    certain = [item.readings[0][0] for item in items if len(item.readings) == 1 and item.ruled]
    if market is not None or certain:
        return market or sorted(certain)[len(certain) // 2], True
    ruled = [item.readings[0][0] for item in items if item.ruled]
    return (sorted(ruled)[len(ruled) // 2] if ruled else None), False


def levels_of(item: Written, middle: Decimal | None, notes: Notes, *, sure: bool) -> tuple[Level, ...]:
    """The prices that one number of the text comes to."""
    chosen = choice(item, middle)
    if chosen is None:
        either = " or ".join(" / ".join(shown(value) for value in reading) for reading in item.readings if reading)
        also = ", or be the number of an item" if () in item.readings else ""
        sentence = f"“{item.text}” can mean {either}{also}; write the one you mean in full." if either else unread(item)
        notes.refuse(ProblemCode.AMBIGUOUS_NUMBER, sentence)
        return ()
    if len(chosen) != 1:
        return tuple(Level(value) for value in chosen)
    if not item.ruled or chosen != item.readings[0]:
        notes.assume(f"“{item.text}” was read as {shown(chosen[0])}.")
    elif not sure and COMMA.fullmatch(item.text):
        notes.assume("A comma before three digits separates thousands.")
    return (Level(chosen[0], item.index, item.share),)


def unread(item: Written) -> str:
    """The refusal of what is no number at all."""
    return f"“{item.text}” can't be read as a price; write it plainly, for example 60000."


def choice(item: Written, middle: Decimal | None) -> Reading | None:
    """The reading that fits the other prices, None where several do."""
    if len(item.readings) == 1:
        return item.readings[0]
    if middle is None:
        return () if () in item.readings else None
    fitting = [reading for reading in item.readings if all(within(value, middle, FAR) for value in reading)]
    if not fitting:
        return item.readings[0] if item.ruled else None
    if len(fitting) == 1:
        return fitting[0]
    close = [reading for reading in fitting if all(within(value, middle, NEAR) for value in reading)]
    return close[0] if len(close) == 1 and close[0] else None


def within(value: Decimal, middle: Decimal, factor: Decimal) -> bool:
    """Whether a price lies no more than so many times off."""
    return middle <= value * factor and value <= middle * factor


def check_distance(items: Sequence[Written], levels: Sequence[Level], middle: Decimal | None, notes: Notes) -> None:
    """A price far from the others misses a digit, or is the end of a range that was cut short."""
    joined = {item.readings[0][0]: item for item in items if item.joined and item.readings[0]}
    for before, level in zip((None, *levels), levels, strict=False):
        if middle is None or within(level.price, middle, FAR):
            continue
        cut = joined.get(level.price)
        whole = completed(before.price, cut.text) if before is not None and cut is not None else None
        if whole is None:
            sentence = f"{shown(level.price)} lies far from the other prices, near {shown(middle)}; write it in full."
            notes.refuse(ProblemCode.OUT_OF_RANGE, sentence)
        else:
            sentence = (
                f"“{shown(level.price)}” can mean {shown(level.price)} or {whole}; write the one you mean in full."
            )
            notes.refuse(ProblemCode.AMBIGUOUS_NUMBER, sentence)


def completed(before: Decimal, text: str) -> str | None:
    """`60100-300`: the second price with the first digits of the one before it."""
    whole = shown(before)
    return whole[: len(whole) - len(text)] + text if text.isdigit() and len(text) < len(whole) else None


def check_size(base: str | None, settled: Settled, notes: Notes) -> None:
    """A coin that can't cost so little was priced in thousands."""
    least, middle = LEAST.get(base or ""), settled.middle
    several = sum(len(levels) for levels in settled.levels.values()) > 1
    if least is not None and middle is not None and several and middle < least:
        either = f"{shown(middle)} or {shown(middle * 1000)}"
        sentence = f"{shown(middle)} for {base} can mean {either}; write the one you mean in full."
        notes.refuse(ProblemCode.AMBIGUOUS_NUMBER, sentence)


def distinct(levels: Sequence[Level]) -> tuple[Level, ...]:
    """Each price once, where it came first."""
    return tuple({level.price: level for level in reversed(levels)}.values())[::-1]


SATOSHI: Final = Decimal("0.00000001")
WHOLE: Final = re.compile(r"\d+")


def in_satoshis(settled: Settled, notes: Notes) -> Settled:
    """Prices of a pair quoted in bitcoin that are whole numbers count its smallest unit."""
    prices = [level.price for levels in settled.levels.values() for level in levels]
    if not prices or any(not WHOLE.fullmatch(shown(price)) for price in prices):
        return settled
    notes.assume(f"Prices were read as satoshis: {shown(prices[0])} is {shown(prices[0] * SATOSHI)}.")
    scaled = {
        word: tuple(Level(level.price * SATOSHI, level.index, level.share) for level in levels)
        for word, levels in settled.levels.items()
    }
    return Settled(scaled, None if settled.middle is None else settled.middle * SATOSHI)
