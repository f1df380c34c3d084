"""What the user says was done, and what time alone decides (RULES 6).

Every action has a number in its plan: doing it twice, or answering an old one, changes nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, assert_never

from chatbot.core import entries, exits
from chatbot.core.correcting import may_take_back
from chatbot.core.events import (
    ActionDropped,
    BreachKind,
    BreachRecorded,
    CloseReason,
    FillCorrected,
    Filled,
    FillKind,
    RiskExceeded,
    StopHit,
    StopMoved,
    TierSkipped,
)
from chatbot.core.evidence import clock_time
from chatbot.core.exits import certainly_open, target_quantity
from chatbot.core.inputs import (
    Abandon,
    Answer,
    CancelTarget,
    Confirm,
    CorrectFill,
    InsistStop,
    ReportAdd,
    ReportExit,
    Skip,
)
from chatbot.core.insisting import cancel_target, insist_stop
from chatbot.core.money import ZERO, Millis
from chatbot.core.overdue import assume_closes
from chatbot.core.position import money_at_risk
from chatbot.core.run import Run
from chatbot.core.state import Action, ActionKind, Phase, PlanState, TierPhase
from chatbot.core.stops import exceeds_risk
from chatbot.core.triggers import question_of

UNTAKEN: Final = frozenset(TierPhase) - {TierPhase.FILLED}
"""A tier that was offered and is in one of these phases may still be reported as filled."""


Report = Confirm | Answer | Skip | ReportExit | ReportAdd | CorrectFill | InsistStop | CancelTarget | Abandon


def report(run: Run, given: Report) -> None:
    """What the user tells, asked or not; a price or a quantity that can't be one changes nothing."""
    if not is_possible(given):
        return
    match given:
        case Confirm():
            confirm(run, given)
        case Answer():
            answer(run, given)
        case Skip():
            skip(run, given)
        case ReportExit():
            exited(run, given)
        case ReportAdd():
            added(run, given)
        case CorrectFill():
            correct(run, given)
        case InsistStop():
            insist_stop(run, given)
        case CancelTarget():
            cancel_target(run, given)
        case Abandon():
            if not run.state.is_over:
                run.close(CloseReason.ABANDONED if run.state.position.quantity else CloseReason.CANCELLED, given.at)
        case unknown:
            assert_never(unknown)


def is_possible(given: Report) -> bool:
    """Whether every number in it is above 0, as those of real trades are; a correction to 0 takes a fill back."""
    match given:
        case Confirm(price=price, quantity=quantity) | ReportExit(price=price, quantity=quantity):
            numbers: tuple[Decimal | None, ...] = (price, quantity)
        case ReportAdd(price=price, quantity=quantity):
            numbers = (price, quantity)
        case CorrectFill(price=price, quantity=quantity):
            numbers = (price, quantity or None)
        case Answer(price=price) | InsistStop(stop=price):
            numbers = (price,)
        case Skip() | CancelTarget() | Abandon():
            numbers = ()
        case unknown:
            assert_never(unknown)
    return all(number is None or number > 0 for number in numbers)


def confirm(run: Run, given: Confirm) -> None:
    """Record what an action really did."""
    action = run.state.action(given.action)
    if action is None:
        return
    match action.kind:
        case ActionKind.ADD:
            confirm_add(run, action, given)
        case ActionKind.CLOSE:
            confirm_close(run, action, given)
        case ActionKind.EXIT:
            confirm_exit(run, action, given)
        case ActionKind.MOVE_STOP:
            run.emit(StopMoved(action.price if given.price is None else given.price, action.number, given.at))
        case ActionKind.ANSWER:
            return
        case unknown:
            assert_never(unknown)


def confirm_add(run: Run, action: Action, given: Confirm) -> None:
    """The tier is in as it really filled, and is judged again as it really filled."""
    price, quantity = given.price or action.price, given.quantity or action.quantity
    run.emit(Filled(FillKind.TIER, action.index, price, quantity, action.number, given.at))
    if action.index == 1:
        exit_at_once(run, price, given.at)
    else:
        worse = price if given.market is None or run.plan.favours(given.market, price) else given.market
        entries.advise_scale_in(run, action.index, worse, given.at)
        judge_risk(run, given.at)


def exit_at_once(run: Run, price: Decimal, at: Millis) -> None:
    """An entry that filled at the stop or beyond it has no trade in it: out."""
    exits.stop_reached(run, price, at)


def confirm_close(run: Run, action: Action, given: Confirm) -> None:
    """A target's close, as it really filled; what is left decides whether the trade is over."""
    quantity = given.quantity or target_quantity(run.state, action.index)
    quantity = min(quantity, run.state.position.quantity)
    price = given.price or action.price
    run.emit(Filled(FillKind.TARGET, action.index, price, quantity, action.number, given.at))
    finish_if_flat(run, CloseReason.COMPLETED, given.at)
    ask_exit_again(run, given.at)


def confirm_exit(run: Run, action: Action, given: Confirm) -> None:
    """The exit; what was not closed with it is asked for anew, and unanswered closes stay to be answered.

    An exit of a position whose closes are all unanswered says that they were not done.
    """
    if not certainly_open(run.state):
        drop_closes(run, given.at)
    state = run.state
    quantity = min(given.quantity or certainly_open(state), state.position.quantity)
    price = given.price or action.price
    run.emit(Filled(FillKind.EXIT, 0, price, quantity, action.number, given.at))
    finish_if_flat(run, CloseReason.STOPPED, given.at)
    ask_exit_again(run, given.at)


def drop_closes(run: Run, at: Millis) -> None:
    """None of the unanswered closes was done."""
    for action in [a for a in run.state.actions if a.kind is ActionKind.CLOSE]:
        run.emit(ActionDropped(action.number, at))


def finish_if_flat(run: Run, reason: CloseReason, at: Millis) -> None:
    """Close the plan once nothing is open; a plan already being stopped out was stopped."""
    if run.state.position.quantity == 0:
        run.close(CloseReason.STOPPED if run.state.phase is Phase.CLOSING else reason, at)


def judge_risk(run: Run, at: Millis) -> None:
    """Say by how much a real fill exceeds the money the plan agreed to risk, and what mends it."""
    state = run.state
    position, limit = state.position, state.r_money
    if not position.quantity or not exceeds_risk(state, position, state.stop):
        return
    at_risk = money_at_risk(run.plan, position, state.stop)
    excess = (at_risk - limit) / abs(position.average - state.stop)
    needed = position.average - run.plan.sign * limit / position.quantity
    run.emit(RiskExceeded(at_risk, limit, excess, needed, at))


def answer(run: Run, given: Answer) -> None:
    """Yes to a manual trigger: the guards decide as for a price."""
    action = run.state.action(given.action)
    if action is None or action.kind is not ActionKind.ANSWER:
        return
    entries.enter(run, action.index, given.price, given.price, given.at, answered(run, action.index, given.at))


def answered(run: Run, tier: int, at: Millis) -> str:
    """The question with its answer and when it was given."""
    return f"“{question_of(run.state.tier(tier).trigger)}” answered yes {clock_time(at, dated=False)}"


def skip(run: Run, given: Skip) -> None:
    """Passing on tier 1 ends the plan; on a later tier arms the next; an exit can't be skipped."""
    action = run.state.action(given.action)
    if action is None or action.kind is ActionKind.EXIT:
        return
    if action.kind in (ActionKind.CLOSE, ActionKind.MOVE_STOP):
        run.emit(ActionDropped(action.number, given.at))
        ask_exit_again(run, given.at)
        return
    missed = run.state.missed is not None
    run.emit(TierSkipped(action.index, given.at))
    if action.index == 1:
        run.close(CloseReason.MISSED if missed else CloseReason.SKIPPED, given.at)


def ask_exit_again(run: Run, at: Millis) -> None:
    """What is open and no exit asks for: a close that was not done after all, or an add that came late."""
    state = run.state
    left, asked = certainly_open(state), state.pending(ActionKind.EXIT)
    if state.phase is Phase.CLOSING and left > (ZERO if asked is None else asked.quantity):
        run.emit(StopHit(state.exit_price or state.stop, left, run.next_action(), at))


def exited(run: Run, given: ReportExit) -> None:
    """The user is out, in full or in part. An exit in full takes unanswered closes as done, marked assumed."""
    state = run.state
    if state.is_over or state.position.quantity == 0:
        return
    if given.quantity is None:
        assume_closes(run, given.at)
    left = run.state.position.quantity
    quantity = left if given.quantity is None else min(given.quantity, left)
    if quantity:
        run.emit(Filled(FillKind.EXIT, 0, given.price, quantity, 0, given.at))
    finish_if_flat(run, CloseReason.STOPPED if given.by_stop else CloseReason.EXITED, given.at)


def added(run: Run, given: ReportAdd) -> None:
    """An add the plan did not ask for: with nothing open it is tier 1 itself, come early or late."""
    state = run.state
    if state.position.quantity:
        added_outside(run, given)
    elif state.phase in (Phase.WAITING, Phase.CLOSING):
        pending = state.pending(ActionKind.ADD)
        number = 0 if pending is None else pending.number
        was_offered = bool(state.tiers[0].price)
        run.emit(Filled(FillKind.TIER, 1, given.price, given.quantity, number, given.at))
        if not was_offered:
            run.emit(BreachRecorded(BreachKind.OUTSIDE_ADD, given.note, given.at))
        exit_at_once(run, given.price, given.at)


def added_outside(run: Run, given: ReportAdd) -> None:
    """An add to the position is recorded and judged like any other; an exit then takes it too.

    It is a breach, unless it is a tier that was offered, and filled although the offer had ended.
    """
    state = run.state
    if state.is_over:
        return
    tier = offered_tier(state)
    if tier:
        pending = state.pending(ActionKind.ADD)
        number = 0 if pending is None else pending.number
        run.emit(Filled(FillKind.TIER, tier, given.price, given.quantity, number, given.at))
    else:
        reason = entries.objection(state, 0, given.price, given.quantity)
        run.emit(Filled(FillKind.OUTSIDE, 0, given.price, given.quantity, 0, given.at))
        note = "; ".join(part for part in (reason and reason.value, given.note) if part)
        run.emit(BreachRecorded(BreachKind.OUTSIDE_ADD, note, given.at))
    if run.state.phase is Phase.OPEN:
        entries.advise_scale_in_at(run, given.price, given.at)
        judge_risk(run, given.at)
    ask_exit_again(run, given.at)


def offered_tier(state: PlanState) -> int:
    """The last tier that was offered and is not in, by the user's choice or ours; 0 where there is none."""
    numbers = range(len(state.tiers), 1, -1)
    return next((n for n in numbers if state.tiers[n - 1].phase in UNTAKEN and state.tiers[n - 1].price), 0)


def correct(run: Run, given: CorrectFill) -> None:
    """A fill as it really was, or that it never was; a closed plan's result is told anew."""
    state = run.state
    if not 1 <= given.fill <= len(state.fills) or (not given.quantity and not may_take_back(state, given.fill)):
        return
    run.emit(FillCorrected(given.fill, given.price, given.quantity, given.at))
    if state.is_over:
        run.close(state.close_reason or CloseReason.EXITED, given.at)
        return
    judge_risk(run, given.at)
    finish_if_flat(run, CloseReason.COMPLETED, given.at)
    ask_exit_again(run, given.at)
