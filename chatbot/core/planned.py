"""What a plan comes to if everything goes as planned: prices, quantities, average, risk and reward, liquidation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chatbot.core.entries import tier_quantity
from chatbot.core.liquidation import Maintenance, liquidation_estimate, maintenance_of
from chatbot.core.market import Instrument
from chatbot.core.money import HUNDRED, ZERO
from chatbot.core.plan import Bounce, CloseBeyond, MarginMode, Part, Plan, PriceTrigger, Trigger
from chatbot.core.position import Position, average_after, break_even
from chatbot.core.state import fresh
from chatbot.core.triggers import level_of, parts_of


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What lies outside the plan: its market, and what else the user has open. Allocations are % of equity.

    `atr` is ATR(14) of the plan's timeframe as a price distance; None where no value is at hand.
    """

    instrument: Instrument | None = None
    open_allocation_pct: Decimal = ZERO
    cool_down: bool = False
    market_price: Decimal | None = None
    atr: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PlannedTier:
    """One entry at its planned price."""

    number: int
    weight_pct: Decimal
    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """The plan in numbers. `r` is a price distance, the rest of the money is in quote currency.

    `worst_case` is the loss if all tiers fill and the stop, moved by the scale-in rule, is hit; `worst_fees` comes on
    top. `planned_fees` are those of entering everything and leaving at the average. The liquidation prices are None
    with cross margin, and 0 or less where no price liquidates.
    """

    tiers: tuple[PlannedTier, ...]
    average: Decimal
    quantity: Decimal
    r: Decimal
    r_money: Decimal
    worst_case: Decimal
    worst_fees: Decimal
    planned_fees: Decimal
    reward_to_risk: Decimal
    break_even: Decimal
    liquidation_first: Decimal | None
    liquidation_full: Decimal | None
    maintenance: Maintenance
    notional: Decimal
    margin: Decimal

    @property
    def entry(self) -> Decimal:
        """Tier 1's planned price."""
        return self.tiers[0].price


def part_level(plan: Plan, part: Part, entry: Decimal | None) -> Decimal | None:
    """The price a condition names, be it tested against prices or closes."""
    if isinstance(part, CloseBeyond | Bounce):
        return part.level
    found = level_of(plan, part, entry)
    return None if found is None else found.price


def named_levels(plan: Plan, trigger: Trigger, entry: Decimal | None) -> Iterator[Decimal]:
    """Every price a trigger names, in its order."""
    for part in parts_of(trigger):
        level = part_level(plan, part, entry)
        if level is not None:
            yield level


def named_levels_of(trigger: Trigger) -> Iterator[Decimal]:
    """Every price a trigger names without a plan around it: all but moves, which have none before the entry."""
    for part in parts_of(trigger):
        if isinstance(part, PriceTrigger | CloseBeyond | Bounce):
            yield part.level


def first_price(plan: Plan, market_price: Decimal | None) -> Decimal | None:
    """Tier 1's planned price: the first level its trigger names, else the market price."""
    return next(named_levels_of(plan.tiers[0].trigger), market_price) if plan.tiers else None


def planned_prices(plan: Plan, entry: Decimal) -> Iterator[Decimal]:
    """Each tier's planned price; a tier that names none is expected where the tier before it is."""
    last = entry
    for number, tier in enumerate(plan.tiers, 1):
        if number > 1:
            last = next(named_levels(plan, tier.trigger, entry), last)
        yield last


def summary(plan: Plan, context: CheckContext) -> PlanSummary | None:
    """The plan in numbers; None while a number it is made of is missing or not above 0."""
    entry = first_price(plan, context.market_price)
    if entry is None or min(plan.equity, plan.allocation_pct, plan.leverage, plan.stop) <= 0:
        return None
    prices = tuple(planned_prices(plan, entry))
    if min(prices) <= 0:
        return None
    state = fresh(plan)
    tiers = tuple(
        PlannedTier(number, tier.weight_pct, price, tier_quantity(state, number, price))
        for number, (tier, price) in enumerate(zip(plan.tiers, prices, strict=True), 1)
    )
    return in_numbers(plan, tiers, maintenance_of(plan.symbol.partition("/")[0], context.instrument))


def in_numbers(plan: Plan, tiers: tuple[PlannedTier, ...], maintenance: Maintenance) -> PlanSummary:
    """The summary of priced tiers."""
    entry, position = tiers[0].price, filled(tiers)
    average = position.average or entry
    r = abs(entry - plan.stop)
    r_money = r * tiers[0].quantity
    isolated = plan.margin_mode is MarginMode.ISOLATED
    paid = sum((tier.price * tier.quantity for tier in tiers), ZERO)
    return PlanSummary(
        tiers=tiers,
        average=average,
        quantity=position.quantity,
        r=r,
        r_money=r_money,
        worst_case=r_money,
        worst_fees=plan.taker_rate * (2 * paid - plan.sign * r_money),
        planned_fees=plan.taker_rate * 2 * paid,
        reward_to_risk=reward_to_risk(plan, entry),
        break_even=break_even(plan, average),
        liquidation_first=liquidation_of(plan, entry, tiers[0].quantity, maintenance) if isolated else None,
        liquidation_full=liquidation_of(plan, average, position.quantity, maintenance) if isolated else None,
        maintenance=maintenance,
        notional=plan.notional,
        margin=plan.margin,
    )


def filled(tiers: tuple[PlannedTier, ...]) -> Position:
    """The position once these tiers are in, fees aside."""
    position = Position()
    for tier in tiers:
        total = position.quantity + tier.quantity
        position = Position(average_after(position, tier.price, tier.quantity), total, total)
    return position


def liquidation_of(plan: Plan, average: Decimal, quantity: Decimal, maintenance: Maintenance) -> Decimal:
    """The plan's isolated position as an estimate of its liquidation price."""
    return liquidation_estimate(plan.side, average, quantity, plan.leverage, maintenance)


def reward_to_risk(plan: Plan, entry: Decimal) -> Decimal:
    """What the targets bring, in R, each weighted with its close and measured from tier 1; the runner counts as 0."""
    r = abs(entry - plan.stop)
    if r == 0:
        return ZERO
    won = sum((t.close_pct * plan.sign * (t.price - entry) for t in plan.targets), ZERO)
    return won / HUNDRED / r
