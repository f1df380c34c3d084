"""Fibonacci levels of a leg: how much of it may be given back, and how far the next one may carry.

Both are measured along the leg from A to B, the usual way charting programs draw them: a retracement of `r` lies at
`B − r·(B − A)`, an extension of `r` at `A + r·(B − A)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.chart.values import Leg

RETRACEMENTS: Final = (Decimal("0.236"), Decimal("0.382"), Decimal("0.5"), Decimal("0.618"), Decimal("0.786"))
EXTENSIONS: Final = (Decimal("1.272"), Decimal("1.618"))


@dataclass(frozen=True, slots=True)
class Ratio:
    """A level, and which part of the leg it is."""

    ratio: Decimal
    price: Decimal


def retracements(leg: Leg) -> tuple[Ratio, ...]:
    """The levels on the way back from the leg's end to its start, nearest to the end first."""
    start, end = leg
    return tuple(Ratio(ratio, end.price - ratio * (end.price - start.price)) for ratio in RETRACEMENTS)


def extensions(leg: Leg) -> tuple[Ratio, ...]:
    """The levels beyond the leg's end, nearest first. Those of a long leg down may be 0 or less."""
    start, end = leg
    return tuple(Ratio(ratio, start.price + ratio * (end.price - start.price)) for ratio in EXTENSIONS)
