"""The open position as the sum of its fills: average entry, quantity, realised result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from chatbot.core.events import Filled, FillKind
from chatbot.core.money import ZERO
from chatbot.core.plan import Plan


@dataclass(frozen=True, slots=True)
class Position:
    """Quantities in base units, money in quote currency. `average` is 0 while nothing was entered."""

    average: Decimal = ZERO
    quantity: Decimal = ZERO
    entered: Decimal = ZERO
    realised: Decimal = ZERO


FLAT = Position()
ENTRIES = frozenset({FillKind.TIER, FillKind.OUTSIDE})
DIGITS_OF_PRODUCTS: Final = 64


def position_of(plan: Plan, fills: Iterable[Filled]) -> Position:
    """Fold the fills, oldest first. A close larger than what is open closes what is open."""
    position = FLAT
    for fill in fills:
        position = added(plan, position, fill) if fill.kind in ENTRIES else closed(plan, position, fill)
    return position


def added(plan: Plan, position: Position, fill: Filled) -> Position:
    """After an add of `fill.quantity` at `fill.price`, the taker fee paid."""
    quantity = position.quantity + fill.quantity
    return Position(
        average=average_after(position, fill.price, fill.quantity),
        quantity=quantity,
        entered=position.entered + fill.quantity,
        realised=position.realised - plan.taker_rate * fill.price * fill.quantity,
    )


def closed(plan: Plan, position: Position, fill: Filled) -> Position:
    """After a close: the average stays, the result is realised, the taker fee paid."""
    quantity = min(fill.quantity, position.quantity)
    gain = plan.sign * (fill.price - position.average) * quantity
    return Position(
        average=position.average,
        quantity=position.quantity - quantity,
        entered=position.entered,
        realised=position.realised + gain - plan.taker_rate * fill.price * quantity,
    )


def average_after(position: Position, price: Decimal, quantity: Decimal) -> Decimal:
    """The average entry once `quantity` more is bought (or sold short) at `price`.

    The products are kept whole until the end: two fills at one price average to that price, not to its last digit's
    neighbour, and a guard that asks for "more than 0.5 R" must be able to rely on that.
    """
    with localcontext() as context:
        context.prec = DIGITS_OF_PRODUCTS
        total = position.quantity + quantity
        average = (position.average * position.quantity + price * quantity) / total if total else position.average
    return +average


def break_even(plan: Plan, average: Decimal) -> Decimal:
    """The price at which closing everything costs nothing, both taker fees included (RULES 1)."""
    paid, left = 1 + plan.sign * plan.taker_rate, 1 - plan.sign * plan.taker_rate
    return average * paid / left


def money_at_risk(plan: Plan, position: Position, stop: Decimal) -> Decimal:
    """What is lost on the open quantity, fees aside, if the stop is hit; negative once it locks a gain in."""
    return plan.sign * (position.average - stop) * position.quantity
