"""A number of a text with every way it can be read; the other prices of the text decide, never the reader alone.

The first reading is what the rules for typed numbers say (chatbot.core.reading). A reading may hold several numbers
(`100 120 150` is one number or three), or none, where a digit may merely count the items of a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from chatbot.core.reading import FACTORS, Unreadable, decimal_of, plain, sized

Reading = tuple[Decimal, ...]

EITHER_WAY: Final = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
LIST_BY_COMMA: Final = re.compile(r"\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)+")
TWO_WHOLE: Final = re.compile(r"\d{4,},\d{4,}")
"""`61000,62000`: nothing that costs over a thousand is quoted with four decimals."""
LIST_BY_BLANK: Final = re.compile(r"\d{1,3}(?: \d{3})+")
FEW_DIGITS: Final = 3
THOUSAND: Final = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Share:
    """A % behind a price; set apart where brackets or a dash tie it to the price."""

    pct: Decimal
    tied: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A price as it stands in the text. `ruled`: the rules for typed numbers name its first reading.

    `index` is its number in a list, `joined` says that a dash ties it to the price before it, `factor` is its `k`.
    """

    text: str
    readings: tuple[Reading, ...]
    ruled: bool
    index: int | None = None
    share: Share | None = None
    joined: bool = False
    factor: str = ""


def written(body: str, factor: str = "", expected: int | None = None, *, glued: bool = False) -> Written:
    """A number with all its readings; `expected` is the item of a list it may begin with, `glued` to a word or not."""
    ruled = by_rule(body, factor)
    others = (*alternatives(body, factor), *(after_index(body, factor, expected, glued=glued) if expected else ()))
    readings = tuple(dict.fromkeys((*ruled, *others)))
    return Written(body + factor, readings, bool(ruled), factor=factor)


def by_rule(body: str, factor: str) -> tuple[Reading, ...]:
    """The one reading of a number typed alone, if it has one."""
    value = None if TWO_WHOLE.fullmatch(body) else amount(body, factor)
    return () if value is None else ((value,),)


def amount(body: str, factor: str = "") -> Decimal | None:
    """A number above 0 by the rules for typed numbers, or None."""
    try:
        return sized(decimal_of(body, factor, body, "") * FACTORS[factor], body, "", zero=False)
    except Unreadable:
        return None


def alternatives(body: str, factor: str) -> Iterator[Reading]:
    """The other marks' meaning, and the numbers of a list that look like one."""
    if EITHER_WAY.fullmatch(body):
        for text in (body.replace(",", "."), body.replace(",", "").replace(".", "")):
            yield (plain(Decimal(text) * FACTORS[factor]),)
    pieces = pieces_of(body)
    values = [value for piece in pieces if (value := amount(piece, factor)) is not None]
    if len(pieces) > 1 and len(values) == len(pieces):
        yield tuple(values)


def pieces_of(body: str) -> list[str]:
    """The members of what may be a list; a single comma between few digits is no list."""
    if LIST_BY_BLANK.fullmatch(body):
        return body.split(" ")
    if LIST_BY_COMMA.fullmatch(body):
        pieces = body.split(",")
        return pieces if len(pieces) > 2 or all(len(piece) > FEW_DIGITS for piece in pieces) else []
    return []


def after_index(body: str, factor: str, expected: int, *, glued: bool) -> Iterator[Reading]:
    """`1.61000` and `1 610` may be item 1 and its price, and so may the number of `TP161000`."""
    found = re.fullmatch(rf"{expected}[., ]{'?' if glued else ''}(\d{{3}}[\d.,' ]*)", body)
    value = amount(found[1], factor) if found else None
    if value is not None:
        yield (value,)


def counting(item: Written) -> Written:
    """A small whole number that may be an item's own number instead of a price."""
    return Written(item.text, (*item.readings, ()), item.ruled)


def glued_item(body: str, following: int) -> tuple[Written, int | None]:
    """`2.50852) 2.60`: a price that the number of the next item ran into; unreadable where it is another number."""
    value = amount(body.removesuffix(str(following))) if body.endswith(str(following)) else None
    return (
        (Written(body, (), ruled=False), None)
        if value is None
        else (Written(body, ((value,),), ruled=False), following)
    )


def before_item(item: Written, following: int) -> Written:
    """`1. 9.22. 9.6`: the number of the next item may have run into the price."""
    value = amount(item.text.removesuffix(str(following))) if item.text.endswith(str(following)) else None
    return item if value is None else replace(item, readings=(*item.readings, (value,)))


def thousandfold(item: Written) -> Written:
    """`61/62.5/64k`: the `k` of the last may be meant for all."""
    if item.factor or not item.readings or len(item.readings[0]) != 1 or item.readings[0][0] >= THOUSAND:
        return item
    more = (plain(item.readings[0][0] * THOUSAND),)
    return Written(item.text, (*item.readings, more), item.ruled, item.index, item.share, item.joined)


def shown(value: Decimal) -> str:
    """A number as a sentence carries it: as it would be typed."""
    return f"{plain(value):f}"
