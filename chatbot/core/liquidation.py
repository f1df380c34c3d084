"""Where an isolated linear position would be liquidated: always an estimate, never to be shown as a fact.

Without the exchange's own brackets the maintenance rates below are assumed. They belong to the smallest positions:
a large position has a higher rate, and is liquidated earlier.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Final

from chatbot.core.money import ONE, ZERO, Side

MAJOR_BASES: Final = frozenset({"BTC", "ETH"})
MAJOR_RATE: Final = Decimal("0.005")
USUAL_RATE: Final = Decimal("0.015")
LOW_LEVERAGE_RATE: Final = Decimal("0.02")
LOW_LEVERAGE: Final = Decimal(25)


def default_maintenance_rate(base: str, max_leverage: Decimal | None = None) -> Decimal:
    """The rate to assume, as a fraction: markets that allow little leverage are liquidated early, whatever the coin."""
    if max_leverage is not None and max_leverage <= LOW_LEVERAGE:
        return LOW_LEVERAGE_RATE
    return MAJOR_RATE if base.upper() in MAJOR_BASES else USUAL_RATE


def liquidation_price(
    side: Side,
    average: Decimal,
    quantity: Decimal,
    leverage: Decimal,
    maintenance_rate: Decimal,
    maintenance_amount: Decimal = ZERO,
) -> Decimal:
    """The mark price at which the margin no longer covers the maintenance; 0 or less: no price does that."""
    sign = side.sign
    amount = sign * maintenance_amount / (quantity * average) if maintenance_amount else ZERO
    return average * (1 - sign / leverage - amount) / (1 - sign * maintenance_rate)


def survives(side: Side, stop: Decimal, liquidation: Decimal) -> bool:
    """Whether the stop is reached before the liquidation price is."""
    return side.sign * (stop - liquidation) > 0


def highest_safe_leverage(side: Side, average: Decimal, stop: Decimal, maintenance_rate: Decimal) -> Decimal | None:
    """The highest whole leverage at which the stop comes first; None where not even 1 is safe.

    Brackets' maintenance amounts are left out: they only move the liquidation price away.
    """
    room = side.sign * (average - stop) + stop * maintenance_rate
    if room <= 0:
        return None
    highest = (average / room).to_integral_value(ROUND_CEILING) - ONE
    return highest if highest >= ONE else None
