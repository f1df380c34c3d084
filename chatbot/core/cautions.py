"""What a plan may be armed with only after an explicit "I know" (RULES 7), with the closest value that would pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from chatbot.core.blocks import Facts
from chatbot.core.entries import tier_quantity
from chatbot.core.events import Filled, FillKind
from chatbot.core.exits import target_quantity
from chatbot.core.findings import Code, Finding
from chatbot.core.limits import CENT
from chatbot.core.money import HUNDRED, ZERO, Side, percent_of, round_down, round_towards_market, round_up
from chatbot.core.plan import ManualTrigger, Plan
from chatbot.core.planned import PlanSummary, filled
from chatbot.core.sizing import FirstTier, allocation_for_risk
from chatbot.core.state import PlanState, fresh
from chatbot.core.triggers import parts_of

MOST_ALLOCATION: Final = Decimal(5)
MOST_WEIGHT: Final = Decimal(50)
MOST_WEIGHT_RATIO: Final = Decimal(3)
FEWEST_TIERS: Final = 3
MOST_TIERS: Final = 4
MOST_RISK: Final = Decimal(2)
LEAST_REWARD: Final = Decimal("1.5")
MOST_OPEN_ALLOCATION: Final = Decimal(20)
USUAL_RUNNER: Final = Decimal(10)
HALF: Final = Decimal("0.5")


def sizes(facts: Facts) -> Iterator[Finding]:
    """How much is committed, here and in all open plans together."""
    allocation, others = facts.plan.allocation_pct, facts.context.open_allocation_pct
    if allocation > MOST_ALLOCATION:
        yield Finding(Code.ALLOCATION_HIGH, value=allocation, limit=MOST_ALLOCATION, nearest=MOST_ALLOCATION)
    if others + allocation > MOST_OPEN_ALLOCATION:
        left = MOST_OPEN_ALLOCATION - others
        nearest = left if left > 0 else None
        yield Finding(Code.OPEN_ALLOCATIONS, value=others + allocation, limit=MOST_OPEN_ALLOCATION, nearest=nearest)


def tiers(facts: Facts) -> Iterator[Finding]:
    """Scaling in means several tiers, none of which is the whole trade."""
    weights = [tier.weight_pct for tier in facts.plan.tiers]
    if not weights:
        return
    if not FEWEST_TIERS <= len(weights) <= MOST_TIERS:
        nearest = FEWEST_TIERS if len(weights) < FEWEST_TIERS else MOST_TIERS
        yield Finding(Code.TIER_COUNT, value=Decimal(len(weights)), nearest=Decimal(nearest))
    largest, smallest = max(weights), min(weights)
    if largest > MOST_WEIGHT or largest > MOST_WEIGHT_RATIO * smallest:
        even = (HUNDRED / len(weights)).quantize(CENT, ROUND_FLOOR)
        allowed = min(MOST_WEIGHT, max(MOST_WEIGHT_RATIO * smallest, even))
        yield Finding(Code.WEIGHT_DOMINANT, weights.index(largest) + 1, largest, smallest, allowed)


def risk(facts: Facts, numbers: PlanSummary) -> Iterator[Finding]:
    """What the trade starts with at risk, as % of equity."""
    plan = facts.plan
    share = numbers.r_money / plan.equity * HUNDRED
    if share > MOST_RISK:
        nearest = bearable_allocation(plan, numbers)
        yield Finding(Code.RISK_HIGH, value=share, limit=percent_of(plan.equity, MOST_RISK), nearest=nearest)


def bearable_allocation(plan: Plan, numbers: PlanSummary) -> Decimal | None:
    """The allocation at which tier 1 risks what is usual; None where even a single lot risks more."""
    first = FirstTier(numbers.entry, plan.stop, plan.leverage, plan.tiers[0].weight_pct)
    allocation = allocation_for_risk(MOST_RISK, first)
    return allocation if tier_quantity(fresh(replace(plan, allocation_pct=allocation)), 1, numbers.entry) else None


def near_market(facts: Facts, numbers: PlanSummary) -> Iterator[Finding]:
    """The stop lies outside what the price swings anyway, where that is known."""
    plan, atr = facts.plan, facts.context.atr
    if atr is None or plan.sign * (numbers.entry - plan.stop) <= 0 or numbers.r >= atr:
        return
    nearest = round_from_market(numbers.entry - plan.sign * atr, plan.tick_size, plan.side)
    yield Finding(Code.STOP_INSIDE_ATR, 1, plan.stop, atr, nearest if nearest > 0 else None)


def reward(facts: Facts, numbers: PlanSummary) -> Iterator[Finding]:
    """Targets far enough to be worth the risk."""
    plan, entry = facts.plan, numbers.entry
    if len(plan.targets) > 1:
        second = plan.sign * (plan.targets[1].price - entry)
        if second < numbers.r:
            nearest = round_towards_market(entry + plan.sign * numbers.r, plan.tick_size, plan.side)
            yield Finding(Code.SECOND_TARGET_CLOSE, 2, plan.targets[1].price, entry, nearest)
    if plan.targets and numbers.reward_to_risk < LEAST_REWARD:
        last, enough = len(plan.targets), rewarding_target(facts, numbers)
        yield Finding(Code.REWARD_LOW, last, numbers.reward_to_risk, LEAST_REWARD, enough)


def rewarding_target(facts: Facts, numbers: PlanSummary) -> Decimal | None:
    """The closest price of the last target that makes the trade worth its risk; None where no price does."""
    plan = facts.plan
    last = plan.targets[-1]
    if last.close_pct <= 0:
        return None
    missing = (LEAST_REWARD - numbers.reward_to_risk) * numbers.r * HUNDRED / last.close_pct
    nearest = round_towards_market(last.price + plan.sign * missing, plan.tick_size, plan.side)
    return nearest if nearest > 0 else None


def round_from_market(stop: Decimal, tick: Decimal | None, side: Side) -> Decimal:
    """A stop on the tick grid, no nearer to the market than asked."""
    return round_down(stop, tick) if side is Side.LONG else round_up(stop, tick)


def late_tiers(facts: Facts, numbers: PlanSummary) -> Iterator[Finding]:
    """A tier at the first target or beyond it is never added: that target ends the scale-in."""
    plan = facts.plan
    if not plan.targets or plan.guards.add_after_first_target:
        return
    first = plan.targets[0].price
    nearest = first - plan.sign * facts.tick if facts.tick else None
    for tier in numbers.tiers[1:]:
        if plan.reached(tier.price, first):
            yield Finding(Code.TIER_BEYOND_TARGET, tier.number, tier.price, first, nearest)


def runner(facts: Facts) -> Iterator[Finding]:
    """A part of the position is left to run."""
    if sum((target.close_pct for target in facts.plan.targets), ZERO) == HUNDRED:
        yield Finding(Code.NO_RUNNER, value=HUNDRED, nearest=HUNDRED - USUAL_RUNNER)


def rounding(facts: Facts, numbers: PlanSummary) -> Iterator[Finding]:
    """A close that is planned but comes to nothing, with the fewest tiers in at which it does."""
    plan, told = facts.plan, set[int]()
    for stage in range(1, len(numbers.tiers) + 1):
        state = replace(fresh(plan), position=filled(numbers.tiers[:stage]))
        empty = [k for k, close in enumerate(closes_of(state), 1) if close <= 0 and plan.targets[k - 1].close_pct > 0]
        for target in empty:
            if target not in told:
                told.add(target)
                nearest = least_close(state, target)
                yield Finding(Code.CLOSE_ROUNDS_TO_ZERO, target, Decimal(stage), plan.lot_size, nearest)


def least_close(state: PlanState, target: int) -> Decimal | None:
    """The smallest close of a target, in % of the position, that sells a lot; None where there is no such lot."""
    plan, entered = state.plan, state.position.entered
    before = state.closes_up_to(target - 1)
    sold = round_down(percent_of(entered, before), plan.lot_size)
    if plan.lot_size is None or sold + plan.lot_size > entered:
        return None
    return ((sold + plan.lot_size) * HUNDRED / entered - before).quantize(CENT, ROUND_CEILING)


def closes_of(state: PlanState) -> list[Decimal]:
    """What each target closes of a position, if all are hit in turn."""
    sold: list[Decimal] = []
    for number in range(1, len(state.plan.targets) + 1):
        sold.append(target_quantity(after_closes(state, sold), number))
    return sold


def after_closes(state: PlanState, sold: list[Decimal]) -> PlanState:
    """The state with these quantities closed by the first targets."""
    fills = tuple(
        Filled(FillKind.TARGET, number, state.plan.targets[number - 1].price, quantity, action=0, at=0)
        for number, quantity in enumerate(sold, 1)
    )
    left = state.position.quantity - sum(sold, ZERO)
    return replace(state, position=replace(state.position, quantity=left), fills=fills)


def near_liquidation(facts: Facts, numbers: PlanSummary) -> Iterator[Finding]:
    """The stop of tier 1 lies no farther than half-way to its liquidation price."""
    plan, price = facts.plan, numbers.liquidation_first
    if price is None or price <= 0:
        return
    half = numbers.entry + (price - numbers.entry) * HALF
    nearest = round_towards_market(half, plan.tick_size, plan.side)
    beyond_half = plan.sign * (half - plan.stop) > 0
    if beyond_half and plan.sign * (plan.stop - price) > 0:
        yield Finding(Code.STOP_NEAR_LIQUIDATION, 1, plan.stop, price, nearest)


def manual(facts: Facts) -> Iterator[Finding]:
    """At least one trigger is objective."""
    parts = [part for tier in facts.plan.tiers for part in parts_of(tier.trigger)]
    if parts and all(isinstance(part, ManualTrigger) for part in parts):
        yield Finding(Code.ONLY_MANUAL)


def moment(facts: Facts) -> Iterator[Finding]:
    """The time is right: no stop a few minutes ago, and the market has not left the plan behind."""
    plan, price = facts.plan, facts.context.market_price
    if facts.context.cool_down:
        yield Finding(Code.COOL_DOWN)
    if price is None:
        return
    if plan.stop > 0 and plan.touched(price, plan.stop):
        yield Finding(Code.MARKET_BEYOND_PLAN, value=price, limit=plan.stop, kind="stop")
    elif plan.targets and plan.reached(price, plan.targets[0].price):
        yield Finding(Code.MARKET_BEYOND_PLAN, value=price, limit=plan.targets[0].price, kind="first target")
