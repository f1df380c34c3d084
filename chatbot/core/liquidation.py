"""Where an isolated linear position would be liquidated: always an estimate, never to be shown as a fact.

Where the exchange publishes no brackets the maintenance rates below are assumed. They belong to the smallest positions:
a large position has a higher rate, and is liquidated earlier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Final

from chatbot.core.market import Bracket, Instrument
from chatbot.core.money import ONE, ZERO, Side

MAJOR_BASES: Final = frozenset({"BTC", "ETH"})
MAJOR_RATE: Final = Decimal("0.005")
USUAL_RATE: Final = Decimal("0.015")
LOW_LEVERAGE_RATE: Final = Decimal("0.02")
LOW_LEVERAGE: Final = Decimal(25)


class Source(StrEnum):
    """Where maintenance brackets are from."""

    PUBLISHED = "published"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Maintenance:
    """The margin a position has to keep: brackets by rising floor, at least one, and where they are from."""

    brackets: tuple[Bracket, ...]
    source: Source

    def at(self, notional: Decimal) -> Bracket:
        """The bracket a notional falls in: the last whose floor it has reached; the first below them all."""
        return next((one for one in reversed(self.brackets) if notional >= one.floor), self.brackets[0])


def flat(rate: Decimal) -> Maintenance:
    """One assumed rate, whatever the size."""
    return Maintenance((Bracket(ZERO, rate),), Source.ASSUMED)


def default_maintenance_rate(base: str, max_leverage: Decimal | None = None) -> Decimal:
    """The rate to assume, as a fraction: markets that allow little leverage are liquidated early, whatever the coin."""
    if max_leverage is not None and max_leverage <= LOW_LEVERAGE:
        return LOW_LEVERAGE_RATE
    return MAJOR_RATE if base.upper() in MAJOR_BASES else USUAL_RATE


def maintenance_of(base: str, instrument: Instrument | None) -> Maintenance:
    """The exchange's brackets where they are known, else the rate to assume for the coin."""
    if instrument is None:
        return flat(default_maintenance_rate(base))
    if instrument.brackets:
        return Maintenance(instrument.brackets, Source.PUBLISHED)
    return flat(default_maintenance_rate(instrument.base, instrument.max_leverage))


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


def liquidation_estimate(
    side: Side, average: Decimal, quantity: Decimal, leverage: Decimal, maintenance: Maintenance
) -> Decimal:
    """The liquidation price in the bracket that the notional falls in at that very price.

    Every bracket is tried, so this ends on any table. Where the brackets join without a jump exactly one agrees with
    its own price (two at a floor, with one price); of several, and where none does, the price nearest to the entry is
    taken.
    """
    if quantity <= 0:
        return liquidation_price(side, average, quantity, leverage, maintenance.brackets[0].rate)
    tried = [
        (one, liquidation_price(side, average, quantity, leverage, one.rate, one.amount))
        for one in maintenance.brackets
    ]
    agreeing = [price for one, price in tried if maintenance.at(quantity * price) is one]
    return max(agreeing or [price for _, price in tried], key=lambda price: side.sign * price)


def survives(side: Side, stop: Decimal, liquidation: Decimal) -> bool:
    """Whether the stop is reached before the liquidation price is."""
    return side.sign * (stop - liquidation) > 0


def highest_safe_leverage(
    side: Side, average: Decimal, stop: Decimal, quantity_at: Callable[[Decimal], Decimal], maintenance: Maintenance
) -> Decimal | None:
    """The highest whole leverage at which the stop comes first; None where not even 1 is safe.

    `quantity_at` is what is held at a leverage: the same margin holds more at a higher one, so the bracket is looked
    for at each. Rates that rise with the notional make every leverage below a safe one safe: the range is halved until
    one is left.
    """
    low, beyond = ZERO, least_unsafe(side, average, stop, maintenance.brackets[0].rate)
    while beyond - low > ONE:
        middle = ((low + beyond) / 2).to_integral_value(ROUND_FLOOR)
        price = liquidation_estimate(side, average, quantity_at(middle), middle, maintenance)
        low, beyond = (middle, beyond) if survives(side, stop, price) else (low, middle)
    return low if low >= ONE else None


def least_unsafe(side: Side, average: Decimal, stop: Decimal, rate: Decimal) -> Decimal:
    """The lowest whole leverage at which the lowest rate alone liquidates first; 1 where there is no room at all."""
    room = side.sign * (average - stop) + stop * rate
    return ONE if room <= 0 else (average / room).to_integral_value(ROUND_CEILING)
