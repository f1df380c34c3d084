"""What keeps a plan from being armed (RULES 7), each with the closest value that would pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

from chatbot.core.findings import Code, Finding
from chatbot.core.liquidation import highest_safe_leverage, survives
from chatbot.core.market import Instrument
from chatbot.core.money import HUNDRED, ONE, ZERO, round_towards_market, round_up
from chatbot.core.plan import Plan, Trail
from chatbot.core.planned import CheckContext, PlannedTier, PlanSummary, first_price, named_levels

CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a rule may look at; `numbers` is None while the plan can't be worked out."""

    plan: Plan
    context: CheckContext
    numbers: PlanSummary | None

    @property
    def tick(self) -> Decimal:
        """The least step of price, 0 where it is not known."""
        return self.plan.tick_size or ZERO


def missing(facts: Facts) -> Iterator[Finding]:
    """The items of the checklist that hold nothing."""
    plan = facts.plan
    if plan.equity <= 0 or plan.allocation_pct <= 0:
        yield Finding(Code.MISSING_ITEM, index=1)
    if not plan.tiers:
        yield Finding(Code.MISSING_ITEM, index=2)
    if plan.stop <= 0:
        yield Finding(Code.MISSING_ITEM, index=4)
    if not plan.targets:
        yield Finding(Code.MISSING_ITEM, index=5)


def not_positive(facts: Facts) -> Iterator[Finding]:
    """Numbers that mean nothing at 0 or below."""
    plan = facts.plan
    if plan.leverage <= 0:
        yield Finding(Code.NOT_POSITIVE, value=plan.leverage, kind="leverage")
    for number, tier in enumerate(plan.tiers, 1):
        for level in named_levels(plan, tier.trigger, first_price(plan, facts.context.market_price)):
            if level <= 0:
                yield Finding(Code.NOT_POSITIVE, number, level, kind="trigger level")
    for number, target in enumerate(plan.targets, 1):
        if target.price <= 0:
            yield Finding(Code.NOT_POSITIVE, number, target.price, kind="target")
        if target.close_pct < 0:
            yield Finding(Code.NOT_POSITIVE, number, target.close_pct, kind="close")


def no_price(facts: Facts) -> Iterator[Finding]:
    """Tier 1 names no price, and the market's is not known."""
    plan, market_price = facts.plan, facts.context.market_price
    known = market_price is not None and market_price > 0
    if plan.tiers and not known and next(named_levels(plan, plan.tiers[0].trigger, None), None) is None:
        yield Finding(Code.NO_PRICE)


def weights(facts: Facts) -> Iterator[Finding]:
    """Weights add up to 100, and none is 0."""
    given = [tier.weight_pct for tier in facts.plan.tiers]
    for number, weight in enumerate(given, 1):
        if weight <= 0:
            yield Finding(Code.WEIGHT_ZERO, number, weight)
    total = sum(given, ZERO)
    if given and total != HUNDRED:
        yield Finding(Code.WEIGHTS_SUM, value=total, limit=HUNDRED, nearest=HUNDRED)


def stop_side(facts: Facts) -> Iterator[Finding]:
    """The stop lies on the losing side of tier 1, and no tier lies at or beyond it."""
    plan, numbers = facts.plan, facts.numbers
    if numbers is None:
        return
    beside = plan.sign * facts.tick
    if plan.sign * (numbers.entry - plan.stop) <= 0:
        nearest = numbers.entry - beside if beside else None
        yield Finding(Code.STOP_WRONG_SIDE, 1, plan.stop, numbers.entry, nearest)
        return
    for number, level in other_levels(facts, numbers):
        if plan.touched(level, plan.stop):
            nearest = plan.stop + beside if beside else None
            yield Finding(Code.TIER_BEYOND_STOP, number, level, plan.stop, nearest)


def other_levels(facts: Facts, numbers: PlanSummary) -> Iterator[tuple[int, Decimal]]:
    """Every level but tier 1's first, which is what the others are measured against."""
    plan = facts.plan
    for number, tier in enumerate(plan.tiers, 1):
        levels = tuple(named_levels(plan, tier.trigger, numbers.entry if number > 1 else None))
        for level in levels[1:] if number == 1 else levels:
            yield number, level


def adverse_tiers(facts: Facts) -> Iterator[Finding]:
    """A dip may be planned up to half an R against tier 1, no deeper; beyond the stop is its own finding."""
    plan, numbers = facts.plan, facts.numbers
    if numbers is None or plan.sign * (numbers.entry - plan.stop) <= 0:
        return
    deepest = numbers.entry - plan.sign * plan.guards.averaging_down_r * numbers.r
    nearest = round_towards_market(deepest, plan.tick_size, plan.side)
    for number, level in other_levels(facts, numbers):
        if plan.sign * (deepest - level) > 0 and not plan.touched(level, plan.stop):
            yield Finding(Code.TIER_TOO_ADVERSE, number, level, plan.guards.averaging_down_r, nearest)


def targets(facts: Facts) -> Iterator[Finding]:
    """Targets lie in favour of tier 1, each strictly further than the one before."""
    plan, numbers = facts.plan, facts.numbers
    if numbers is None:
        return
    step, last = plan.sign * facts.tick, numbers.entry
    for number, target in enumerate(plan.targets, 1):
        nearest = last + step if step else None
        if not plan.favours(target.price, numbers.entry):
            yield Finding(Code.TARGET_NOT_FAVOURABLE, number, target.price, numbers.entry, nearest)
        elif not plan.favours(target.price, last):
            yield Finding(Code.TARGETS_UNORDERED, number, target.price, last, nearest)
        else:
            last = target.price


def closes(facts: Facts) -> Iterator[Finding]:
    """No more is closed than was entered, and a trail has a distance."""
    total = sum((target.close_pct for target in facts.plan.targets), ZERO)
    if total > HUNDRED:
        yield Finding(Code.CLOSES_OVER, value=total, limit=HUNDRED, nearest=HUNDRED)
    for number, target in enumerate(facts.plan.targets, 1):
        rule = target.stop_rule
        if isinstance(rule, Trail) and (wrong := bad_trail(rule)) is not None:
            yield Finding(Code.TRAIL_NOT_POSITIVE, number, wrong)


def bad_trail(rule: Trail) -> Decimal | None:
    """The distance or step of a trail that is not above 0, or not below the whole price; 0 where none is given."""
    given = [d for d in (rule.distance_pct, rule.distance_r, rule.distance_atr, rule.step_pct) if d is not None]
    if not [d for d in (rule.distance_pct, rule.distance_r, rule.distance_atr) if d is not None]:
        return ZERO
    if rule.distance_pct is not None and rule.distance_pct >= HUNDRED:
        return rule.distance_pct
    return next((distance for distance in given if distance <= 0), None)


def liquidation(facts: Facts) -> Iterator[Finding]:
    """The stop comes before the liquidation of tier 1 alone and of the full position."""
    plan, numbers = facts.plan, facts.numbers
    if numbers is None:
        return
    safe = safe_leverage(facts, numbers)
    held = ((1, numbers.liquidation_first), (len(plan.tiers), numbers.liquidation_full))
    for filled, price in dict(held).items():
        if price is not None and not survives(plan.side, plan.stop, price):
            yield Finding(Code.LIQUIDATED_FIRST, filled, price, plan.stop, safe)


def safe_leverage(facts: Facts, numbers: PlanSummary) -> Decimal | None:
    """The highest whole leverage at which neither tier 1 nor the full position is liquidated before the stop."""
    plan, rate = facts.plan, numbers.maintenance_rate
    each = [highest_safe_leverage(plan.side, price, plan.stop, rate) for price in (numbers.entry, numbers.average)]
    safe = [leverage for leverage in each if leverage is not None]
    return min(safe) if len(safe) == len(each) else None


def quantities(facts: Facts) -> Iterator[Finding]:
    """Each tier can be ordered: at least the exchange's minimum, and never nothing."""
    if facts.numbers is None:
        return
    for tier in facts.numbers.tiers:
        least = least_quantity(facts.plan, facts.context.instrument, tier.price)
        if tier.weight_pct > 0 and tier.quantity < least:
            nearest = least_allocation(facts.plan, tier, least)
            yield Finding(Code.QUANTITY_TOO_SMALL, tier.number, tier.quantity, least, nearest)


def least_quantity(plan: Plan, instrument: Instrument | None, price: Decimal) -> Decimal:
    """The smallest order at `price`; without a known market, one lot."""
    if instrument is None:
        return plan.lot_size or ZERO
    worth = round_up(instrument.min_notional / price, instrument.lot_size)
    return max(instrument.min_quantity, instrument.lot_size, worth)


def least_allocation(plan: Plan, tier: PlannedTier, least: Decimal) -> Decimal:
    """The smallest allocation, in % of equity, at which the tier reaches the least quantity."""
    notional = least * tier.price * HUNDRED / tier.weight_pct
    exact = notional / plan.leverage / plan.equity * HUNDRED
    return exact.quantize(CENT, ROUND_CEILING)


def leverage(facts: Facts) -> Iterator[Finding]:
    """The market allows the leverage, which is 1 at least."""
    plan, instrument = facts.plan, facts.context.instrument
    highest = None if instrument is None else instrument.max_leverage
    if highest is not None and plan.leverage > highest:
        yield Finding(Code.LEVERAGE_OVER_MAX, value=plan.leverage, limit=highest, nearest=max(highest, ONE))
