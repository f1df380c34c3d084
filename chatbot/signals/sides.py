"""Long or short, and which list is which: `buy` and `sell` name a side, an entry or the targets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.core.money import Side
from chatbot.signals.draft import ProblemCode
from chatbot.signals.found import Found
from chatbot.signals.notes import Notes
from chatbot.signals.numbers import Written, shown
from chatbot.signals.vocabulary import Word

STATED: Final = re.compile(
    r"(?:direction|side|position|type|trade|направление|позиция|сторона)\s?[:=-]\s?(?:regular ?)?\(?"
    r"(?P<side>long|short|лонг|шорт)",
    re.IGNORECASE,
)
BOTH: Final = re.compile(r"(?<![^\W_])(?:long|short) ?(?:/|&|\+|and|or) ?(?:long|short)(?![^\W_])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lists:
    """The prices of a text by their part in the trade, and the side its words name."""

    entries: tuple[Written, ...]
    stops: tuple[Written, ...]
    targets: tuple[Written, ...]
    unused: tuple[Written, ...]
    side: Side | None
    market: bool
    zone: bool


def lists_of(found: Found, text: str, notes: Notes) -> Lists:
    """Every list of prices in its part."""
    if found.listed_targets:
        notes.assume("The numbered list behind the entry was taken as the targets.")
    side = said_side(found, text, notes)
    prices = found.prices
    entries, targets = list(prices[Word.ENTRY]), list(prices[Word.TARGET])
    buys, sells = prices[Word.BUY], prices[Word.SELL]
    ways, parts = {*found.trades}, {Word.ENTRY}
    if buys and sells:
        turned = side is Side.SHORT or (side is None and stands_above(prices[Word.STOP], [*buys, *sells]))
        entries += sells if turned else buys
        parts.add(Word.SELL if turned else Word.BUY)
        targets += buys if turned else sells
    elif sells and not targets and (entries or side is Side.LONG or Side.LONG in ways):
        targets += sells
    elif buys and not targets and entries and side is Side.SHORT:
        targets += buys
    else:
        entries += buys + sells
        parts |= {Word.BUY, Word.SELL}
        ways |= ({Side.LONG} if buys else set()) | ({Side.SHORT} if sells else set())
    weak_counts = not found.market and not (entries and found.entry_named)
    if weak_counts:
        entries = [*found.weak, *entries]
    unused = (*found.unused, *(() if weak_counts else found.weak))
    return Lists(
        tuple(entries),
        tuple(prices[Word.STOP]),
        tuple(targets),
        unused,
        side or (next(iter(ways)) if len(ways) == 1 else None),
        found.market or (found.weak_market and not entries),
        not parts.isdisjoint(found.zones),
    )


def said_side(found: Found, text: str, notes: Notes) -> Side | None:
    """The side the words long and short name; the one that is called the direction comes first."""
    stated = {match["side"].casefold() in ("long", "лонг") for match in STATED.finditer(text)}
    if len(stated) == 1:
        return Side.LONG if True in stated else Side.SHORT
    sides = set(found.sides)
    if len(sides) > 1:
        sentence = "The text says both long and short; write the one that is meant, for example long BTC."
        notes.refuse(ProblemCode.SIDE_CONTRADICTS, sentence)
        return None
    return next(iter(sides), None)


def stands_above(stops: list[Written], others: list[Written]) -> bool:
    """Whether the stop, as it is first read, lies above all of these."""
    values = [item.readings[0][0] for item in others if item.readings and item.readings[0]]
    heights = [item.readings[0][0] for item in stops if item.readings and item.readings[0]]
    return bool(heights and values) and heights[0] > max(values)


@dataclass(frozen=True, slots=True)
class Prices:
    """The settled prices of a trade; an entry at the market has none."""

    entries: tuple[Decimal, ...]
    stop: Decimal | None
    targets: tuple[Decimal, ...]


def side_of(named: Side | None, prices: Prices, notes: Notes) -> Side | None:
    """The side that was named, or the one the prices show."""
    if named is not None:
        return named
    anchor = (prices.entries or prices.targets)[:1]
    shown_by_stop = None if prices.stop is None or not anchor else sided(anchor[0] > prices.stop)
    rising = [target > entry for target in prices.targets[:1] for entry in prices.entries[:1]]
    side = shown_by_stop or (sided(rising[0]) if rising else None)
    if side is None:
        notes.refuse(ProblemCode.NO_SIDE, "The text says neither long nor short, and its prices don't show it.")
    elif rising and sided(rising[0]) is not side:
        stop, target, entry = prices.stop or Decimal(0), prices.targets[0], prices.entries[0]
        sentence = f"Stop {shown(stop)} and target {shown(target)} lie on the same side of the entry {shown(entry)}."
        notes.refuse(ProblemCode.STOP_WRONG_SIDE, sentence)
        return None
    else:
        notes.assume(f"{side.value.capitalize()}, because of where stop and targets lie.")
    return side


def sided(rising: bool) -> Side:  # noqa: FBT001 -- the answer to one question
    """Long where the price is to rise."""
    return Side.LONG if rising else Side.SHORT


def check_side(side: Side, prices: Prices, notes: Notes) -> None:
    """The stop on the losing side of every entry, the targets on the winning one."""
    sign, stop, targets = side.sign, prices.stop, prices.targets
    anchors = prices.entries or targets
    wrong = [price for price in anchors if stop is not None and sign * (price - stop) <= 0]
    short = [target for target in targets if any(sign * (target - entry) <= 0 for entry in prices.entries)]
    low, high = ("below", "above") if side is Side.LONG else ("above", "below")
    if wrong and wrong == list(anchors) and short == list(targets) and short:
        sentence = f"The text says {side.value}, but its stop and targets are those of the other side; one is wrong."
        notes.refuse(ProblemCode.SIDE_CONTRADICTS, sentence)
    elif wrong:
        where = f"{low} {shown(wrong[0])} for a {side.value}"
        sentence = f"Stop {shown(stop or Decimal(0))} is on the wrong side; expected it {where}."
        notes.refuse(ProblemCode.STOP_WRONG_SIDE, sentence)
    elif short:
        sentence = f"Target {shown(short[0])} is on the wrong side; expected it {high} the entry of a {side.value}."
        notes.refuse(ProblemCode.TARGETS_WRONG_SIDE, sentence)
