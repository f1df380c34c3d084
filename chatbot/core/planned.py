"""What a plan comes to if everything goes as planned: prices, quantities, average, risk and reward, liquidation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chatbot.core.entries import tier_quantity
from chatbot.core.liquidation import default_maintenance_rate, liquidation_price
from chatbot.core.market import Instrument
from chatbot.core.money import HUNDRED, ZERO
from chatbot.core.plan import Bounce, CloseBeyond, MarginMode, Part, Plan, PriceTrigger, Trigger
from chatbot.core.position import Position, average_after, break_even
from chatbot.core.state import fresh
from chatbot.core.triggers import level_of, parts_of


@dataclass(frozen=True, slots=True)
class CheckContext:
    """What lies outside the plan: its market, and what else the user has open. Allocations are % of equity."""

    instrument: Instrument | None = None
    open_allocation_pct: Decimal = ZERO
    cool_down: bool = False
    market_price: Decimal | None = None


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
    top. The liquidation prices are None with cross margin, and 0 or less where no price liquidates.
    """

    tiers: tuple[PlannedTier, ...]
    average: Decimal
    quantity: Decimal
    r: Decimal
    r_money: Decimal
    worst_case: Decimal
    worst_fees: Decimal
    reward_to_risk: Decimal
    break_even: Decimal
    liquidation_first: Decimal | None
    liquidation_full: Decimal | None
    maintenance_rate: Decimal
    notional: Decimal
    margin: Decimal

    @property
    def entry(self) -> Decimal:
        """Tier 1's planned price."""
        return self.tiers[0].price


def base_of(plan: Plan, instrument: Instrument | None) -> str:
    """The coin that is traded."""
    return plan.symbol.partition("/")[0] if instrument is None else instrument.base


def maintenance_rate(plan: Plan, instrument: Instrument | None) -> Decimal:
    """The assumed rate, until the exchange's own brackets are known."""
    highest = None if instrument is None else instrument.max_leverage
    return default_maintenance_rate(base_of(plan, instrument), highest)


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
    return in_numbers(plan, tiers, maintenance_rate(plan, context.instrument))


def in_numbers(plan: Plan, tiers: tuple[PlannedTier, ...], rate: Decimal) -> PlanSummary:
    """The summary of priced tiers."""
    entry, position = tiers[0].price, filled(tiers)
    average = position.average or entry
    r = abs(entry - plan.stop)
    r_money = r * tiers[0].quantity
    isolated = plan.margin_mode is MarginMode.ISOLATED
    return PlanSummary(
        tiers=tiers,
        average=average,
        quantity=position.quantity,
        r=r,
        r_money=r_money,
        worst_case=r_money,
        worst_fees=worst_fees(plan, tiers, r_money),
        reward_to_risk=reward_to_risk(plan, entry),
        break_even=break_even(plan, average),
        liquidation_first=liquidation_of(plan, entry, tiers[0].quantity, rate) if isolated else None,
        liquidation_full=liquidation_of(plan, average, position.quantity, rate) if isolated else None,
        maintenance_rate=rate,
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


def liquidation_of(plan: Plan, average: Decimal, quantity: Decimal, rate: Decimal) -> Decimal:
    """The plan's isolated position as an estimate of its liquidation price."""
    return liquidation_price(plan.side, average, quantity, plan.leverage, rate)


def worst_fees(plan: Plan, tiers: tuple[PlannedTier, ...], r_money: Decimal) -> Decimal:
    """The taker fees of entering everything and leaving it where exactly R (money) is lost."""
    paid = sum((tier.price * tier.quantity for tier in tiers), ZERO)
    left = paid - plan.sign * r_money
    return plan.taker_rate * (paid + left)


def reward_to_risk(plan: Plan, entry: Decimal) -> Decimal:
    """What the targets bring, in R, each weighted with its close and measured from tier 1; the runner counts as 0."""
    r = abs(entry - plan.stop)
    if r == 0:
        return ZERO
    won = sum((t.close_pct * plan.sign * (t.price - entry) for t in plan.targets), ZERO)
    return won / HUNDRED / r
