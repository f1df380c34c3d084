"""How much to trade for a given risk, and what holding it costs: quantities from a stop, never the other way round."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from chatbot.core.limits import CENT, least_quantity
from chatbot.core.liquidation import (
    Maintenance,
    highest_safe_leverage,
    liquidation_estimate,
    maintenance_of,
    survives,
)
from chatbot.core.market import FundingRate, Instrument
from chatbot.core.money import HUNDRED, Side, percent_of, round_down


@dataclass(frozen=True, slots=True)
class FirstTier:
    """What R (money) depends on beside the allocation: tier 1's price and weight, the stop, the leverage."""

    entry: Decimal
    stop: Decimal
    leverage: Decimal
    weight_pct: Decimal


def allocation_for_risk(risk_pct: Decimal, tier: FirstTier) -> Decimal:
    """The allocation, in % of equity, at which tier 1's stop loses at most `risk_pct` % of equity, fees aside.

    Rounded down to 0.01 %, so the risk is never exceeded, and at most all there is. Raises ValueError where a number is
    not above 0, or the stop lies at the entry.
    """
    must_be_positive(risk_pct, tier.entry, tier.stop, tier.leverage, tier.weight_pct)
    per_allocation = tier.leverage * tier.weight_pct * distance(tier.entry, tier.stop)
    exact = risk_pct * tier.entry * HUNDRED / per_allocation
    return min(exact, HUNDRED).quantize(CENT, ROUND_FLOOR)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One position to be sized outside a plan: the loss at `stop` is `risk_pct` % of `equity`, fees aside."""

    equity: Decimal
    risk_pct: Decimal
    entry: Decimal
    stop: Decimal
    leverage: Decimal
    base: str = ""
    taker_pct: Decimal = Decimal(0)
    instrument: Instrument | None = None

    @property
    def side(self) -> Side:
        """The stop lies on the losing side."""
        return Side.LONG if self.stop < self.entry else Side.SHORT


@dataclass(frozen=True, slots=True)
class Size:
    """The answer: `loss` is at the stop without fees, `fees` are of the entry and of the exit there.

    `liquidation` is an isolated estimate, 0 or less where no price liquidates. `safe_leverage` is the highest whole one
    that lets the stop come first, None where there is none; `least` and `most` bound a single order, and
    `least_risk_pct` is what the smallest one risks, in % of equity.
    """

    side: Side
    quantity: Decimal
    notional: Decimal
    margin: Decimal
    margin_pct: Decimal
    loss: Decimal
    fees: Decimal
    liquidation: Decimal
    maintenance: Maintenance
    stop_first: bool
    safe_leverage: Decimal | None
    least: Decimal
    least_risk_pct: Decimal
    most: Decimal | None

    @property
    def loss_with_fees(self) -> Decimal:
        """All that is gone once the stop was hit."""
        return self.loss + self.fees


def size_for_risk(wanted: Wanted) -> Size:
    """The quantity, rounded down to the lot, with what it ties up and what it may cost.

    Raises ValueError where a number is not above 0, or the stop lies at the entry.
    """
    must_be_positive(wanted.equity, wanted.risk_pct, wanted.entry, wanted.stop, wanted.leverage)
    known = wanted.instrument
    lot = None if known is None else known.lot_size
    risk = percent_of(wanted.equity, wanted.risk_pct)
    quantity = round_down(risk / distance(wanted.entry, wanted.stop), lot)
    notional, loss = quantity * wanted.entry, quantity * distance(wanted.entry, wanted.stop)
    margin = notional / wanted.leverage
    maintenance = maintenance_of(wanted.base, known)
    liquidation = liquidation_estimate(wanted.side, wanted.entry, quantity, wanted.leverage, maintenance)
    least = least_quantity(lot, known, wanted.entry)
    return Size(
        side=wanted.side,
        quantity=quantity,
        notional=notional,
        margin=margin,
        margin_pct=margin / wanted.equity * HUNDRED,
        loss=loss,
        fees=percent_of(notional + quantity * wanted.stop, wanted.taker_pct),
        liquidation=liquidation,
        maintenance=maintenance,
        stop_first=survives(wanted.side, wanted.stop, liquidation),
        safe_leverage=highest_safe_leverage(wanted.side, wanted.entry, wanted.stop, lambda _: quantity, maintenance),
        least=least,
        least_risk_pct=least * distance(wanted.entry, wanted.stop) / wanted.equity * HUNDRED,
        most=None if known is None else known.max_quantity,
    )


def funding_per_8h(side: Side, notional: Decimal, funding: FundingRate) -> Decimal:
    """What holding a position costs over 8 hours; below 0 it is paid for being held."""
    return side.sign * percent_of(notional, funding.per_8h_pct)


def distance(entry: Decimal, stop: Decimal) -> Decimal:
    """The way from the entry to the stop. Raises ValueError where there is none."""
    if entry == stop:
        raise ValueError("the stop lies at the entry")
    return abs(entry - stop)


def must_be_positive(*numbers: Decimal) -> None:
    """Raises ValueError unless all numbers are above 0."""
    for number in numbers:
        if number <= 0:
            raise ValueError(f"{number} is not above 0")
