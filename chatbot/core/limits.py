"""What the market itself keeps from being armed (RULES 7): its leverage, its order sizes, its liquidation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from chatbot.core.blocks import Facts
from chatbot.core.findings import Code, Finding
from chatbot.core.liquidation import least_unsafe, survives
from chatbot.core.market import Instrument
from chatbot.core.money import HUNDRED, ONE, ZERO, round_up
from chatbot.core.plan import Plan
from chatbot.core.planned import PlannedTier, PlanSummary, summary

CENT: Final = Decimal("0.01")


def leverage(facts: Facts) -> Iterator[Finding]:
    """The market allows the leverage."""
    plan, instrument = facts.plan, facts.context.instrument
    highest = None if instrument is None else instrument.max_leverage
    if highest is not None and plan.leverage > highest:
        yield Finding(Code.LEVERAGE_OVER_MAX, value=plan.leverage, limit=highest, nearest=highest)


def liquidation(facts: Facts) -> Iterator[Finding]:
    """The stop comes before the liquidation of tier 1 alone and of the full position."""
    plan, numbers = facts.plan, facts.numbers
    if numbers is None:
        return
    early = liquidated(plan, numbers)
    if early:
        safe = safe_leverage(facts, numbers)
        for filled, price in early.items():
            yield Finding(Code.LIQUIDATED_FIRST, filled, price, plan.stop, safe)


def liquidated(plan: Plan, numbers: PlanSummary) -> dict[int, Decimal]:
    """The liquidation prices that come before the stop, by the number of tiers in."""
    held = {1: numbers.liquidation_first, len(plan.tiers): numbers.liquidation_full}
    return {
        filled: price
        for filled, price in held.items()
        if price is not None and not survives(plan.side, plan.stop, price)
    }


def safe_leverage(facts: Facts, numbers: PlanSummary) -> Decimal | None:
    """The highest whole leverage at which neither tier 1 nor the full position is liquidated before the stop.

    It is one that the market allows, and no higher than the plan's own. Lots move an average, by much in a small
    account, so every leverage is tried on the whole plan, from the highest that tier 1 could bear downwards.
    """
    plan, instrument = facts.plan, facts.context.instrument
    bearable = least_unsafe(plan.side, numbers.entry, plan.stop, numbers.maintenance.brackets[0].rate) - ONE
    allowed = None if instrument is None else instrument.max_leverage
    limits = [one.to_integral_value(ROUND_FLOOR) for one in (plan.leverage, allowed) if one is not None]
    for leverage in range(int(min(bearable, *limits)), 0, -1):
        tried = replace(plan, leverage=Decimal(leverage))
        outcome = summary(tried, facts.context)
        if outcome is not None and not liquidated(tried, outcome):
            return tried.leverage
    return None


def quantities(facts: Facts) -> Iterator[Finding]:
    """Each tier can be ordered: at least the exchange's minimum, never nothing, and no more than one order may be."""
    if facts.numbers is None:
        return
    plan, instrument = facts.plan, facts.context.instrument
    most = None if instrument is None else instrument.max_quantity
    for tier in facts.numbers.tiers:
        least = least_quantity(plan.lot_size, instrument, tier.price)
        if tier.weight_pct > 0 and tier.quantity < least:
            nearest = allocation_for(plan, tier, least).quantize(CENT, ROUND_CEILING)
            yield Finding(Code.QUANTITY_TOO_SMALL, tier.number, tier.quantity, least, nearest)
        if most is not None and tier.quantity > most:
            nearest = allocation_for(plan, tier, most).quantize(CENT, ROUND_FLOOR)
            yield Finding(Code.QUANTITY_TOO_LARGE, tier.number, tier.quantity, most, nearest or None)


def least_quantity(lot_size: Decimal | None, instrument: Instrument | None, price: Decimal) -> Decimal:
    """The smallest order at `price`, in whole lots; without a known market, one lot."""
    if instrument is None:
        return lot_size or ZERO
    least = max(instrument.min_quantity, instrument.min_notional / price, instrument.lot_size)
    return round_up(least, instrument.lot_size)


def allocation_for(plan: Plan, tier: PlannedTier, quantity: Decimal) -> Decimal:
    """The allocation, in % of equity, at which the tier has exactly this quantity."""
    notional = quantity * tier.price * HUNDRED / tier.weight_pct
    return notional / plan.leverage / plan.equity * HUNDRED
