"""What stands right behind a number or a word of a signal, and makes it an item, a share, a gain or a price."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.core.money import HUNDRED
from chatbot.signals.numbers import Written

PERCENT: Final = re.compile(r" ?(?:%|percent\b|pct\b|процент\w*)", re.IGNORECASE)
OF_GAIN: Final = re.compile(r"[ )\]]{0,2}(?:of )?(?:the )?(?:profit|gain|roi|roe|прибыл)", re.IGNORECASE)
SHARE_OF: Final = re.compile(r" ?(?:@|at |по |на ) ?\$?\.?\d", re.IGNORECASE)
"""A % that belongs to the price behind it: `TP1 60% @3100`."""
ITEM: Final = re.compile(r" ?[)\]}][ :=.-]{0,3}\n?\$? ?\.?\d|\. ?\n?\$?(?<=[ \n$])\d| ?[:=][ \n]?\$? ?\.?\d")
"""What follows the number of an item: `1) 61000`, `1. 61000`, `TP1: 61000`."""
COUNTER: Final = re.compile(r" ?[-@]? ?(?:at )?\$?\.?\d")
UNPRICED: Final = re.compile(r" ?[)\]] ?[^\W\d_]{3}")
"""An item that is a word: `4) unlimited`."""
MENTION: Final = re.compile(
    r" ?[(:=-]{0,2} ?(?!(?:sl|s/l|stop|tp|t/p|target|entry|lev|long|short|buy|sell|usd|стоп|сл|плеч|вход|тп|цел|x))"
    r"[^\W\d_]{3}",
    re.IGNORECASE,
)
"""A word behind the number of an item: `TP3 open`, `Target 2 (next resistance): 3200`."""
GLUED_ITEM: Final = re.compile(r"\) ?\$?\.?\d")
NEXT_ITEM: Final = re.compile(r" ?[.:-] ?\$?(?!\d[\d.,]* ?%)\.?\d")
"""What may follow the number of the next item, where a line break got lost before it."""
LIST_AHEAD: Final = re.compile(r"[^\w\n]{0,4}\d")
AMOUNT_AHEAD: Final = re.compile(
    r" ?[:=@(~]{0,2} ?(?:(?:or|или) )?(?:limit\w* |лимит\w* )?(?:price |around |near |at |@ ?)?\$? ?\.?\d(?!\d?[):])",
    re.IGNORECASE,
)
VALUE_AHEAD: Final = re.compile(r" ?[:@=(-]{0,2} ?(?:at |@ ?|price ?:? ?)?\$? ?\.?\d|\s?[:=-]?\s?\.?\d")
SHARES: Final = re.compile(r"\d{1,3} ?%?(?: ?/ ?\d{1,3} ?%?){1,5}(?![\w.,/]*\d)")
LEAST_SHARED: Final = Decimal(50)
FAR: Final = Decimal(5)


@dataclass(frozen=True, slots=True)
class Shares:
    """`30/40/30` behind a list of prices. `certain`: it can't be prices."""

    text: str
    pcts: tuple[Decimal, ...]
    certain: bool
    end: int


def shares_at(text: str, start: int, prices: list[Written]) -> Shares | None:
    """The shares that begin here, one for each price before them, or in brackets."""
    found = SHARES.match(text, start)
    if found is None:
        return None
    count = sum(max(map(len, price.readings), default=1) for price in prices)
    if count < 2:
        return None
    pcts = tuple(Decimal(piece) for piece in re.findall(r"\d+", found[0]))
    marked = "%" in found[0] or text[:start].rstrip()[-1:] in ("(", "[")
    if not (sum(pcts) >= LEAST_SHARED if marked else sum(pcts) == HUNDRED and len(pcts) == count):
        return None
    return Shares(found[0], pcts, marked or any(far(pct, prices[-1]) for pct in pcts), found.end())


def far(value: Decimal, price: Written) -> bool:
    """Whether a number can't be a neighbour of a price."""
    near = [one for reading in price.readings for one in reading if value <= one * FAR and one <= value * FAR]
    return not near
