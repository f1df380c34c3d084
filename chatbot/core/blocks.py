"""What keeps a plan from being armed by itself (RULES 7), each with the closest value that would pass.

What its market allows is in `limits`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chatbot.core.findings import Code, Finding
from chatbot.core.money import HUNDRED, ONE, ZERO, round_towards_market
from chatbot.core.plan import Plan, Trail
from chatbot.core.planned import CheckContext, PlanSummary, first_price, named_levels


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
            yield Finding(Code.TIER_BEYOND_STOP, number, level, plan.stop, deepest_level(facts, numbers))


def other_levels(facts: Facts, numbers: PlanSummary) -> Iterator[tuple[int, Decimal]]:
    """Every level but tier 1's first, which is what the others are measured against."""
    plan = facts.plan
    for number, tier in enumerate(plan.tiers, 1):
        levels = tuple(named_levels(plan, tier.trigger, numbers.entry if number > 1 else None))
        for level in levels[1:] if number == 1 else levels:
            yield number, level


def deepest_level(facts: Facts, numbers: PlanSummary) -> Decimal | None:
    """The deepest level that a tier may have: short of the stop, and no deeper than averaging down allows."""
    plan, tolerance = facts.plan, facts.plan.guards.averaging_down_r
    if tolerance < ONE:
        deepest = numbers.entry - plan.sign * tolerance * numbers.r
        return round_towards_market(deepest, plan.tick_size, plan.side)
    return plan.stop + plan.sign * facts.tick if facts.tick else None


def adverse_tiers(facts: Facts) -> Iterator[Finding]:
    """A dip may be planned up to half an R against tier 1, no deeper; beyond the stop is its own finding."""
    plan, numbers = facts.plan, facts.numbers
    if numbers is None or plan.sign * (numbers.entry - plan.stop) <= 0:
        return
    deepest = numbers.entry - plan.sign * plan.guards.averaging_down_r * numbers.r
    nearest = deepest_level(facts, numbers)
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
