"""Exact arithmetic of prices and quantities: decimals in, decimals out, rounding by tick and lot."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Final

Millis = int
"""Milliseconds since the epoch, UTC."""

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
HUNDRED: Final = Decimal(100)
SNAP: Final = Decimal("1e-9")
"""A value this close to the grid, in steps, lies on it: a division's last digit must not cost a lot or a tick."""


class Side(StrEnum):
    """The direction of a trade."""

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """+1 for a long, −1 for a short (`s` of the rules)."""
        return 1 if self is Side.LONG else -1


def percent_of(value: Decimal, percent: Decimal) -> Decimal:
    """`percent` % of `value`."""
    return value * percent / HUNDRED


def round_down(value: Decimal, step: Decimal | None) -> Decimal:
    """`value` on the grid of `step`, never above it; unchanged where there is no grid."""
    return value if step is None else steps(value, step, ROUND_FLOOR) * step


def round_up(value: Decimal, step: Decimal | None) -> Decimal:
    """`value` on the grid of `step`, never below it; unchanged where there is no grid."""
    return value if step is None else steps(value, step, ROUND_CEILING) * step


def round_towards_market(stop: Decimal, tick: Decimal | None, side: Side) -> Decimal:
    """A stop on the tick grid: up for a long, down for a short, so rounding never adds risk."""
    return round_up(stop, tick) if side is Side.LONG else round_down(stop, tick)


def steps(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    """How many steps make up `value`, a whole number rounded as told."""
    exact = value / step
    nearest = exact.to_integral_value(ROUND_HALF_EVEN)
    return nearest if abs(exact - nearest) <= SNAP else exact.to_integral_value(rounding)
