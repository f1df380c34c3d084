"""What time alone decides: expiries, and what nobody answered for a day, which is then taken as done (RULES 6)."""

from __future__ import annotations

from typing import Final, assert_never

from chatbot.core import entries
from chatbot.core.events import CloseReason, Filled, FillKind, MissCause, PlanClosed
from chatbot.core.exits import certainly_open
from chatbot.core.inputs import ClockTick
from chatbot.core.money import Millis
from chatbot.core.plan import Follow
from chatbot.core.run import Run
from chatbot.core.state import ActionKind, Phase, PlanState, TierPhase
from chatbot.core.triggers import question_of

PATIENCE: Final[Millis] = 24 * 60 * 60 * 1000
"""How long an exit or a missed entry waits for an answer before it is closed as assumed."""
COOL_DOWN: Final[Millis] = 30 * 60 * 1000
"""How long after a stop a new plan on the same symbol and side is questioned."""


def deadline(state: PlanState) -> Millis | None:
    """The next moment at which time alone changes the plan; None while there is none."""
    match state.phase:
        case Phase.WAITING:
            return state.plan.expires_at
        case Phase.CLOSING:
            return None if state.closing_since is None else state.closing_since + PATIENCE
        case Phase.OPEN:
            return min((due for due in (last_close_due(state), question_due(state)) if due is not None), default=None)
        case Phase.DRAFT | Phase.CLOSED:
            return None
        case unknown:
            assert_never(unknown)


def last_close_due(state: PlanState) -> Millis | None:
    """When the closes that leave nothing open are taken as done."""
    closes = [a for a in state.actions if a.kind is ActionKind.CLOSE]
    return closes[-1].at + PATIENCE if closes and certainly_open(state) <= 0 else None


def question_due(state: PlanState) -> Millis | None:
    """When the pause before a question is over: it is asked then, wherever the price stands."""
    number = state.tier_in(TierPhase.ARMED)
    if number is None or state.plan.follow is Follow.ASSUMED:
        return None
    tier = state.tiers[number - 1]
    waits = bool(tier.paused_until) and not tier.asked and question_of(state.tier(number).trigger) is not None
    return tier.paused_until if waits else None


def clock(run: Run, given: ClockTick) -> None:
    """What is overdue at `given.at`."""
    if not is_due(deadline(run.state), given.at):
        return
    state = run.state
    if state.phase is Phase.WAITING:
        entries.miss(run, state.tiers[0].price, MissCause.EXPIRY, given.at)
    elif state.missed is not None:
        run.close(CloseReason.MISSED, given.at, assumed=True)
    elif state.phase is Phase.OPEN and not is_due(last_close_due(state), given.at):
        entries.ask(run, given.at)
    else:
        assume_all(run, given.at)


def is_due(due: Millis | None, at: Millis) -> bool:
    """Whether the moment has come."""
    return due is not None and at >= due


def assume_all(run: Run, at: Millis) -> None:
    """Nobody answered for a day: everything is taken as done at its event's price, marked assumed."""
    assume_closes(run, at)
    state = run.state
    if state.position.quantity and state.exit_price is not None:
        run.emit(Filled(FillKind.EXIT, 0, state.exit_price, state.position.quantity, 0, at, assumed=True))
    reason = CloseReason.STOPPED if state.phase is Phase.CLOSING else CloseReason.COMPLETED
    run.emit(PlanClosed(reason, run.state.position.realised, run.state.r_multiple, at, assumed=True))


def assume_closes(run: Run, at: Millis) -> None:
    """Take every unanswered close as filled at its own price, and say that this is assumed."""
    for action in [a for a in run.state.actions if a.kind is ActionKind.CLOSE]:
        quantity = min(action.quantity, run.state.position.quantity)
        kind = FillKind.TARGET
        run.emit(Filled(kind, action.index, action.price, quantity, action.number, at, assumed=True))
