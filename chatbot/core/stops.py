"""How the stop follows the trade (RULES 4). A stop only ever tightens, and always leaves the market room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from chatbot.core.events import StopReason
from chatbot.core.money import HUNDRED, ONE, SNAP, round_towards_market
from chatbot.core.plan import BreakEven, Hold, LockR, Plan, PreviousTarget, Trail
from chatbot.core.position import Position, break_even, money_at_risk
from chatbot.core.state import PlanState, Trailing, full_weight

LEAST_GAP_R = Decimal("0.1")
STEP_SHARE = Decimal(4)
RISK_TOLERANCE = SNAP


class Verdict(StrEnum):
    """What became of a candidate for the stop."""

    TAKEN = "taken"
    TOO_CLOSE = "too_close"
    NOT_TIGHTER = "not_tighter"


@dataclass(frozen=True, slots=True)
class Advice:
    """A candidate that was tested: the stop it proposes, which rule proposed it, and the verdict."""

    stop: Decimal
    reason: StopReason
    verdict: Verdict


def least_gap(plan: Plan, r: Decimal) -> Decimal:
    """The least room a stop keeps to the market, in price: 0.1 R or two ticks."""
    return max(LEAST_GAP_R * r, 2 * (plan.tick_size or Decimal(0)))


def judged(state: PlanState, price: Decimal, candidate: Decimal, reason: StopReason) -> Advice:
    """Round a candidate to the tick towards the market, then test it against the room and the current stop."""
    plan = state.plan
    stop = round_towards_market(candidate, plan.tick_size, plan.side)
    room = plan.sign * (price - stop)
    enough = room > 0 if reason is StopReason.TRAIL else room >= least_gap(plan, state.r)
    if not enough:
        return Advice(stop, reason, Verdict.TOO_CLOSE)
    return Advice(stop, reason, Verdict.TAKEN if plan.favours(stop, state.stop) else Verdict.NOT_TIGHTER)


def scale_in_stop(state: PlanState, price: Decimal, position: Position, weight: Decimal) -> Decimal:
    """The stop after tier 2 or later fills at `price`, leaving `position` and `weight` % filled (RULES 4.2)."""
    tested = [judged(state, price, c, StopReason.SCALE_IN) for c in scale_in_candidates(state, price, position, weight)]
    taken = [advice.stop for advice in tested if advice.verdict is Verdict.TAKEN]
    return max([state.stop, *taken], key=lambda stop: state.plan.sign * stop)


def scale_in_candidates(state: PlanState, price: Decimal, position: Position, weight: Decimal) -> Iterator[Decimal]:
    """Same money at risk always; average less a buffer and break-even while the market moves in favour."""
    plan, average = state.plan, position.average
    if position.quantity == 0:
        return
    yield average - plan.sign * state.r_money / position.quantity
    if not plan.favours(price, average):
        return
    if weight >= plan.scale_in_stop.significant_pct:
        yield average - plan.sign * plan.scale_in_stop.buffer_r * state.r
    if full_weight(weight):
        yield break_even(plan, average)


def exceeds_risk(state: PlanState, position: Position, stop: Decimal) -> bool:
    """Whether more than R (money) would be lost at `stop`."""
    return money_at_risk(state.plan, position, stop) > state.r_money + RISK_TOLERANCE


def after_target(state: PlanState, price: Decimal, target: int) -> list[Advice]:
    """Every candidate of target `target`'s stop rule, tested in order at `price` after the hit; the last decides."""
    tested: list[Advice] = []
    for candidate, reason in candidates_of(state, price, target):
        tested.append(judged(state, price, candidate, reason))
        if tested[-1].verdict is not Verdict.TOO_CLOSE:
            break
    return tested


def candidates_of(state: PlanState, price: Decimal, target: int) -> Iterator[tuple[Decimal, StopReason]]:
    """The candidates of a target's stop rule, best first (RULES 4.3)."""
    plan, average = state.plan, state.position.average
    even = (break_even(plan, average), StopReason.BREAK_EVEN)
    match state.target(target).stop_rule:
        case BreakEven():
            yield even
        case LockR(r=r):
            yield average + plan.sign * r * state.r, StopReason.LOCK_R
            if target > 1:
                yield state.target(target - 1).price, StopReason.PREVIOUS_TARGET
            yield even
        case PreviousTarget():
            yield (state.target(target - 1).price, StopReason.PREVIOUS_TARGET) if target > 1 else even
        case Trail() as rule:
            trailing = state.trailing or trailing_of(state, rule, price)
            yield trail_candidate(plan, trailing, price), StopReason.TRAIL
        case Hold():
            return
        case unknown:
            assert_never(unknown)


def trailing_of(state: PlanState, rule: Trail, price: Decimal, atr: Decimal | None = None) -> Trailing:
    """A trail's distances in % of price, fixed at activation; without an ATR at hand its distance is 1 R."""
    if rule.distance_pct is not None:
        distance = rule.distance_pct
    elif rule.distance_r is not None:
        distance = rule.distance_r * state.r / price * HUNDRED
    else:
        span = state.r if atr is None else (rule.distance_atr or ONE) * atr
        distance = span / price * HUNDRED
    return Trailing(distance, distance / STEP_SHARE if rule.step_pct is None else rule.step_pct)


def trail_candidate(plan: Plan, trailing: Trailing, price: Decimal) -> Decimal:
    """The stop at the trailing distance behind `price`."""
    return price * (1 - plan.sign * trailing.distance_pct / HUNDRED)


def next_trail_step(state: PlanState) -> Decimal | None:
    """The price at which the trail tightens next; None without a trail, or with one as wide as the price itself."""
    if state.trailing is None:
        return None
    sign, trailing = state.plan.sign, state.trailing
    share = 1 - sign * trailing.distance_pct / HUNDRED
    return state.stop * (1 + sign * trailing.step_pct / HUNDRED) / share if share > 0 else None


def held_risk(state: PlanState) -> Decimal:
    """The money lost if the plan's stop is hit now; 0 while nothing is open."""
    return money_at_risk(state.plan, state.position, state.stop)
