"""The quiet interval: the two prices between which nothing can happen to a plan (RULES 3).

It may be narrower than need be, never wider: a price strictly inside changes nothing and causes no event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chatbot.core.entries import planned_r, rests
from chatbot.core.exits import reassess_level
from chatbot.core.money import ZERO
from chatbot.core.plan import Direction
from chatbot.core.state import Phase, PlanState, TierPhase
from chatbot.core.stops import least_gap, next_trail_step
from chatbot.core.triggers import Level, levels_of


@dataclass(frozen=True, slots=True)
class Interval:
    """The open interval `(low, high)`; None where there is no bound."""

    low: Decimal | None
    high: Decimal | None

    def holds(self, price: Decimal) -> bool:
        """Whether `price` lies strictly inside."""
        return (self.low is None or price > self.low) and (self.high is None or price < self.high)


def quiet_interval(state: PlanState) -> Interval:
    """The nearest threshold below and above, whatever the price is now."""
    levels = list(thresholds(state))
    lows = [level.price for level in levels if level.direction is Direction.DOWN]
    highs = [level.price for level in levels if level.direction is Direction.UP]
    return Interval(max(lows, default=None), min(highs, default=None))


def next_threshold(state: PlanState, start: Decimal, end: Decimal) -> Decimal | None:
    """The nearest threshold on the way from `start` (left out) to `end` (counted in), if there is one."""
    up = end > start
    direction = Direction.UP if up else Direction.DOWN
    ahead = [level.price for level in thresholds(state) if level.direction is direction]
    if up:
        return min((price for price in ahead if start < price <= end), default=None)
    return max((price for price in ahead if end <= price < start), default=None)


def thresholds(state: PlanState) -> Iterator[Level]:
    """Every price at which something may happen, with the side from which it is reached."""
    if state.phase is Phase.WAITING:
        yield against(state, state.plan.stop)
        if state.plan.targets:
            yield in_favour(state, state.plan.targets[0].price)
    elif state.phase is Phase.OPEN:
        yield against(state, state.stop)
        yield from open_thresholds(state)
    else:
        return
    yield from entry_thresholds(state)


def open_thresholds(state: PlanState) -> Iterator[Level]:
    """Next target, next trail step, and where to reassess."""
    if state.next_target is not None:
        yield in_favour(state, state.target(state.next_target).price)
    step = next_trail_step(state)
    if step is not None:
        yield in_favour(state, step)
    level = reassess_level(state)
    if level is not None:
        yield against(state, level)


def entry_thresholds(state: PlanState) -> Iterator[Level]:
    """The armed tier's levels, or where a pending or withdrawn add is judged anew."""
    for number, tier in enumerate(state.tiers, 1):
        if tier.phase is TierPhase.ARMED:
            yield from levels_of(state.plan, state.tier(number).trigger, state.entry)
        elif tier.phase is TierPhase.WITHDRAWN:
            yield against(state, tier.level)
        elif tier.phase is TierPhase.PENDING:
            yield from pending_thresholds(state, number)


def pending_thresholds(state: PlanState, number: int) -> Iterator[Level]:
    """Where a pending add would be chased, or a guard would begin to object."""
    plan, tier = state.plan, state.tiers[number - 1]
    if not rests(state, number):
        chase = plan.guards.chasing_r * planned_r(state, tier.price)
        yield in_favour(state, tier.price + plan.sign * chase)
    if number == 1:
        return
    yield against(state, state.position.average - plan.sign * plan.guards.averaging_down_r * state.r)
    if plan.guards.structure_level is not None:
        yield against(state, plan.guards.structure_level)
    yield from risk_thresholds(state, tier.price, tier.quantity)


def risk_thresholds(state: PlanState, offered: Decimal, quantity: Decimal) -> Iterator[Level]:
    """Between these prices the risk guard may object to the pending add.

    With `Q` open, `q` offered and `T = Q + q`, the add is safe at `p` where the same-risk candidate leaves room,
    `s·(p − A)·Q + R(money) ≥ (gap + tick)·T`, and where the stop already held is tight enough,
    `s·p·q ≤ R(money) − s·(A·Q − stop·T)`. Whichever of the two made the offer safe is the one to watch.
    """
    plan, position, sign = state.plan, state.position, state.plan.sign
    held, total = position.quantity, position.quantity + quantity
    room = least_gap(plan, state.r) + (plan.tick_size or ZERO)
    safe_from = position.average + sign * (room * total - state.r_money) / held
    safe_until = (sign * state.r_money - position.average * held + state.stop * total) / quantity
    if sign * (safe_until - safe_from) >= 0:
        return
    if sign * (offered - safe_from) >= 0:
        yield against(state, safe_from)
    else:
        yield in_favour(state, safe_until)


def against(state: PlanState, price: Decimal) -> Level:
    """A level reached by a move against the trade."""
    return Level(price, Direction.DOWN if state.plan.sign > 0 else Direction.UP)


def in_favour(state: PlanState, price: Decimal) -> Level:
    """A level reached by a move in the trade's favour."""
    return Level(price, Direction.UP if state.plan.sign > 0 else Direction.DOWN)
