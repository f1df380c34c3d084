"""What the user insists on against the plan: another stop than its own, and holding past a target (RULES 5)."""

from __future__ import annotations

from chatbot.core.events import (
    ActionDropped,
    BreachKind,
    BreachRecorded,
    StopAdvised,
    StopMoved,
    StopReason,
    TargetCancelled,
)
from chatbot.core.evolve import without_action
from chatbot.core.exits import missing_before
from chatbot.core.inputs import CancelTarget, InsistStop
from chatbot.core.run import Run
from chatbot.core.state import Action, ActionKind, Phase, PlanState


def insist_stop(run: Run, given: InsistStop) -> None:
    """A tighter stop becomes the plan's; a looser one is only believed of the exchange, and is a breach.

    The plan's own stop is the answer to the stop move that asked for it.
    """
    state = run.state
    if state.phase is not Phase.OPEN:
        return
    asked = state.pending(ActionKind.MOVE_STOP)
    if asked is not None and given.stop == state.stop:
        run.emit(StopMoved(given.stop, asked.number, given.at))
        return
    if run.plan.favours(given.stop, state.stop):
        run.emit(StopAdvised(given.stop, StopReason.USER, 0, given.at))
    elif given.stop == state.exchange_stop:
        return
    elif given.stop != state.stop:
        run.emit(BreachRecorded(BreachKind.LOOSENED_STOP, given.reason, given.at))
    run.emit(StopMoved(given.stop, 0, given.at))


def cancel_target(run: Run, given: CancelTarget) -> None:
    """Holding past a target, ahead or just reached; after TP1 that is greed and counts as a breach."""
    state = run.state
    close = close_to_hold(state, given.target)
    if close is None and not is_ahead(state, given.target):
        return
    if is_greedy(state, given.target):
        run.emit(BreachRecorded(BreachKind.GREEDY_HOLD, given.reason, given.at))
    if close is None:
        run.emit(TargetCancelled(given.target, given.at))
    else:
        run.emit(ActionDropped(close.number, given.at))


def is_ahead(state: PlanState, target: int) -> bool:
    """Whether a target is still to come: none is once everything goes."""
    ahead = range(state.targets_hit + 1, len(state.plan.targets) + 1)
    is_going = state.phase in (Phase.CLOSING, Phase.CLOSED)
    return not is_going and target in ahead and target not in state.cancelled_targets


def close_to_hold(state: PlanState, target: int) -> Action | None:
    """The unanswered close of the target that was reached last: it can still be held past."""
    if state.phase is not Phase.OPEN or target != state.targets_hit:
        return None
    return next((a for a in state.actions if a.kind is ActionKind.CLOSE and a.index == target), None)


def is_greedy(state: PlanState, target: int) -> bool:
    """Whether holding past this target is a breach: one before it was hit."""
    reached = range(1, min(target - 1, state.targets_hit) + 1)
    return any(number not in state.cancelled_targets for number in reached)


def leaves_undone(state: PlanState, action: Action) -> bool:
    """Whether passing on a close is holding past its target against the plan, and not an order that did not fill.

    It was to be done by hand, nothing was closed by hand in its place, and no later target has come since.
    """
    if state.plan.resting.targets or close_to_hold(state, action.index) != action:
        return False
    passed = without_action(state, action.number)
    return is_greedy(state, action.index) and missing_before(passed, action.index + 1) > 0
