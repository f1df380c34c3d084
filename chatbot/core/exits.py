"""Leaving by stop and by targets, and the stop advice that follows a target or a trail step (RULES 3, 4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from chatbot.core.events import (
    CloseReason,
    FillKind,
    ReassessAdvised,
    StopAdvised,
    StopHit,
    StopReason,
    TargetHit,
)
from chatbot.core.inputs import Jump
from chatbot.core.money import HUNDRED, ZERO, Millis, percent_of, round_down
from chatbot.core.run import Run
from chatbot.core.state import Action, ActionKind, PlanState
from chatbot.core.stops import Verdict, after_target, judged, next_trail_step, trail_candidate

REASSESS_R = Decimal("0.5")
ALL_TARGETS: Final = 1_000_000


def stop_reached(run: Run, price: Decimal, at: Millis) -> bool:
    """The plan's stop: everything open goes."""
    state = run.state
    if not run.plan.touched(price, state.stop):
        return False
    quantity = state.position.quantity
    run.emit(StopHit(price, quantity, run.next_action(), at))
    run.assume_filled(FillKind.EXIT, 0, price, quantity, at)
    if run.assumed:
        run.close(CloseReason.STOPPED, at)
    return True


def target_quantity(state: PlanState, number: int) -> Decimal:
    """Base units target `number` closes: the plan's share of all entered, less what earlier targets closed.

    An earlier close that was not answered counts as done, and so does one that was not filled and made up for by hand:
    neither must be suggested twice. Where the shares add up to all of it everything goes, so neither a lot nor a
    division's last digit stays behind.
    """
    left = max(ZERO, state.position.quantity - unanswered_closes(state, before=number))
    if state.closes_up_to(number) >= HUNDRED:
        return left
    settled = due_by(state, number - 1) - missing_before(state, number)
    return min(left, max(ZERO, due_by(state, number) - settled))


def due_by(state: PlanState, number: int) -> Decimal:
    """What the targets up to and with `number` close of all that was entered, on the lot grid."""
    return round_down(percent_of(state.position.entered, state.closes_up_to(number)), state.plan.lot_size)


def missing_before(state: PlanState, number: int) -> Decimal:
    """What the targets before `number` should have closed and did not; below 0 where they closed more.

    An exit by hand makes up for a close that did not happen, and for no more than that: what it takes beyond that is
    the user's own, and later targets keep their parts.
    """
    closed = sum((f.quantity for f in state.fills if f.kind is FillKind.TARGET and f.index < number), ZERO)
    missing = due_by(state, number - 1) - closed - unanswered_closes(state, before=number)
    return missing - min(max(ZERO, missing), closed_by_hand(state))


def closed_by_hand(state: PlanState) -> Decimal:
    """What the user closed of the open trade without a target."""
    return sum((f.quantity for f in state.fills if f.kind is FillKind.EXIT), ZERO)


def unanswered_closes(state: PlanState, before: int) -> Decimal:
    """What earlier targets asked to close and nobody answered."""
    return sum((a.quantity for a in state.actions if a.kind is ActionKind.CLOSE and a.index < before), ZERO)


def certainly_open(state: PlanState) -> Decimal:
    """What is open even if every unanswered close was done."""
    return max(ZERO, state.position.quantity - unanswered_closes(state, ALL_TARGETS))


def target_reached(run: Run, given: Jump) -> bool:
    """The next target: close its share, then its stop rule, or the end of the trade."""
    state = run.state
    number = state.next_target
    if number is None or not run.plan.reached(given.price, state.target(number).price):
        return False
    quantity = target_quantity(state, number)
    remaining = max(ZERO, state.position.quantity - unanswered_closes(state, before=number) - quantity)
    number_of_action = run.next_action() if quantity else 0
    run.emit(TargetHit(number, given.price, quantity, remaining, number_of_action, given.at, given.atr))
    run.assume_filled(FillKind.TARGET, number, given.price, quantity, given.at)
    if run.assumed and run.state.position.quantity == 0:
        run.close(CloseReason.COMPLETED, given.at)
    elif remaining > 0:
        advise_after_target(run, number, given.price, given.at)
    return True


def advise_after_target(run: Run, number: int, price: Decimal, at: Millis) -> None:
    """The first candidate of the target's rule that is valid and tighter moves the stop."""
    tested = after_target(run.state, price, number)
    if tested and tested[-1].verdict is Verdict.TAKEN:
        run.emit(StopAdvised(tested[-1].stop, tested[-1].reason, run.next_action(), at))


def trail_step(run: Run, price: Decimal, at: Millis) -> bool:
    """An active trail tightens once price has come a step further."""
    state, step = run.state, next_trail_step(run.state)
    if step is None or state.trailing is None or not run.plan.reached(price, step):
        return False
    if not certainly_open(state):
        return False
    advice = judged(state, price, trail_candidate(run.plan, state.trailing, price), StopReason.TRAIL)
    if advice.verdict is not Verdict.TAKEN:
        return False
    run.emit(StopAdvised(advice.stop, StopReason.TRAIL, run.next_action(), at))
    return True


def reassess_level(state: PlanState) -> Decimal | None:
    """Where the user is told to reassess: half an R against tier 1, while only tier 1 is in."""
    if state.reassessed or state.targets_hit or state.tiers_filled != 1 or state.entry is None:
        return None
    return state.entry - state.plan.sign * REASSESS_R * state.r


def reassess(run: Run, price: Decimal, at: Millis) -> bool:
    """Half an R against tier 1, said once."""
    level = reassess_level(run.state)
    if level is None or not run.plan.touched(price, level):
        return False
    run.emit(ReassessAdvised(price, at))
    return True


def asked_quantity(state: PlanState, action: Action) -> Decimal:
    """What a plain "done" would record now: answers to earlier closes change a later one."""
    return target_quantity(state, action.index) if action.kind is ActionKind.CLOSE else action.quantity
