"""Lists of numbers as people type them: `25/25/30/20`, `61k 62.5k 64k`, `61,000, 62,500`; open cases are refused.

A space or a comma may stand between numbers or inside one. Where both make sense, `fits` decides; where it can't, the
text is refused with the way to write it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from chatbot.core.reading import CURRENCY, Unreadable, cleaned, number, percent, quoted

LONGEST_LIST: Final = 160
MOST_NUMBERS: Final = 10
CLEAR_MARKS: Final = re.compile(r"\s*[/;|\n]\s*")
INSIDE: Final = re.compile(r"\b\d{1,3}(?: \d{3})+\b")
UNIT: Final = re.compile(rf"(?P<sign>[+-]?)\s*(?P<rest>.*?)\s*(?P<unit>%|percent|pct|r|{CURRENCY})?")

Numbers = tuple[Decimal, ...]
Fits = Callable[[Numbers], bool]


class Unit(StrEnum):
    """What a number was said to be in."""

    NONE = ""
    PERCENT = "percent"
    R = "r"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit; `sign` is the one that was written, 0 for none."""

    value: Decimal
    unit: Unit
    sign: int = 0


def amount(text: str, what: str = "a number", example: str = "5%") -> Amount:
    """`5`, `5%`, `1.5R`, `500 USDT`, `-2%`: the number and what was written with it."""
    words = cleaned(text).casefold()
    match = UNIT.fullmatch(words)
    written = match["rest"] if match else words
    unit = unit_of(match["unit"] or "" if match else "", words)
    value = number(written, what, example)
    return Amount(value, unit, {"+": 1, "-": -1}.get(words[:1], 0))


def unit_of(written: str, words: str) -> Unit:
    """The unit a number was written with."""
    if written in ("%", "percent", "pct"):
        return Unit.PERCENT
    if written == "r":
        return Unit.R
    return Unit.MONEY if written or words[:1] in "$€" else Unit.NONE


def numbers(text: str, what: str, example: str, fits: Fits | None = None, *, zero: bool = False) -> Numbers:
    """One or more numbers, each above 0 (or from 0 on)."""
    words = tidied(text, what, example)
    readings = tuple(dict.fromkeys(readings_of(words, what, example, zero=zero)))
    if len(readings) > 1 and fits is not None:
        readings = tuple(reading for reading in readings if fits(reading)) or readings
    if not readings:
        raise Unreadable(f"{quoted(text)} can't be read as {what}, for example {example}.")
    if len(readings) > 1:
        either = " or ".join(" / ".join(f"{value:f}" for value in reading) for reading in readings)
        raise Unreadable(f"{quoted(text)} can mean {either}; put a / between the numbers, for example {example}.")
    return readings[0]


def tidied(text: str, what: str, example: str) -> str:
    """The text in ordinary characters, lines kept apart by `/`."""
    lines = [line for line in text[: LONGEST_LIST + 1].splitlines() if line.strip()]
    if len(text) > LONGEST_LIST or not lines:
        raise Unreadable(f"{quoted(text)} can't be read as {what}, for example {example}.")
    return " / ".join(cleaned(line, LONGEST_LIST) for line in lines).casefold().strip(" ,;/")


def readings_of(words: str, what: str, example: str, *, zero: bool) -> Iterator[Numbers]:
    """Every way to read the text as a list."""
    for pieces in splits(words):
        if 0 < len(pieces) <= MOST_NUMBERS:
            try:
                read = tuple(percent(piece, what, example, zero=zero) for piece in pieces)
            except Unreadable:
                continue
            yield read


def splits(words: str) -> Iterator[list[str]]:
    """The ways to cut the text into numbers; a clear mark leaves one, spaces and commas may leave several."""
    if CLEAR_MARKS.search(words):
        yield CLEAR_MARKS.split(words)
    elif re.search(r",\s", words):
        yield re.split(r",\s+", words)
    elif " " in words:
        yield re.sub(r"\s+(?=%|k\b|m\b)", "", words).split(" ")
        yield INSIDE.sub(lambda found: found[0].replace(" ", ""), words).split(" ")
    else:
        yield [words]
        pieces = words.split(",")
        if len(pieces) > 2 or words.count("%") > 1:
            yield pieces
