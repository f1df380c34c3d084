"""What was asked and not answered, asked again with the price of now.

An add goes stale and is repeated only where the user asked to be reminded; nothing that was settled is repeated.
"""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from chatbot.core.events import FillKind
from chatbot.core.exits import target_quantity
from chatbot.core.position import money_at_risk
from chatbot.core.reports import certainly_open
from chatbot.core.state import Action, ActionKind, PlanState
from chatbot.core.triggers import question_of
from chatbot.messages.alerts_entry import missed_order
from chatbot.messages.alerts_stop import open_words, unsure_line
from chatbot.messages.alerts_target import CLOSE_PART, MOVE_STOP, earlier_close
from chatbot.messages.buttons import answers, close_answers, copies, missed_answers, question_answers
from chatbot.messages.checklist import checklist_line
from chatbot.messages.lines import BY_HAND, exchange_line, told
from chatbot.messages.numbers import utc_time
from chatbot.messages.values import Keyboard, Message
from chatbot.messages.views import Figures, PlanView, bold, figures_of, said


def repeat(
    state: PlanState, action_number: int, view: PlanView, price: Decimal | None, *, wanted: bool = False
) -> Message | None:
    """The reminder of a pending action; None once it is settled. `wanted`: the user asked for this reminder."""
    action = state.action(action_number)
    overtaken = state.missed is not None
    if action is None or (action.kind in (ActionKind.ADD, ActionKind.ANSWER) and not (wanted or overtaken)):
        return None
    figures = figures_of(state.plan, view)
    lines = told(
        bold(f"Still open: {asked_words(state, figures, action)}"),
        f"{figures.title} · asked at {utc_time(action.at)} · {price_words(figures, price)}",
        *advice_lines(state, figures, action),
        exchange_line(state, figures),
        checklist_line(state, figures, *items_of(state, action)),
    )
    return Message("\n".join(lines), repeat_keyboard(state, figures, action))


def price_words(figures: Figures, price: Decimal | None) -> str:
    """The price of now, or that there is none."""
    return "no price at the moment" if price is None else f"price now {figures.price(price)}"


def asked_words(state: PlanState, figures: Figures, action: Action) -> str:
    """What was asked, with its number."""
    at = figures.price(action.price)
    match action.kind:
        case ActionKind.ADD if state.missed is not None:
            return f"did tier {action.index} fill?"
        case ActionKind.ADD:
            return f"add tier {action.index}, {figures.quantity(action.quantity)} near {at}"
        case ActionKind.ANSWER:
            return f"tier {action.index}: {said(question_of(state.tier(action.index).trigger) or '')}"
        case ActionKind.CLOSE:
            return close_words(state, figures, action)
        case ActionKind.MOVE_STOP:
            return f"move the stop to {at}"
        case ActionKind.EXIT:
            reached = f"stop reached at {at}"
            return (
                f"{reached}. Filled?" if exit_rests(state, action) else f"exit {open_words(state, figures)}, {reached}"
            )
        case unknown:
            assert_never(unknown)


def close_words(state: PlanState, figures: Figures, action: Action) -> str:
    """A target's close; its quantity only where no earlier close is unsure."""
    at = figures.price(action.price)
    earlier = earlier_close(state, action.index)
    if earlier is not None:
        return f"TP{action.index} at {at}. First: did TP{earlier.index} close {figures.quantity(earlier.quantity)}?"
    quantity = figures.quantity(asked_quantity(state, action))
    if state.plan.resting.targets:
        return f"TP{action.index}, {quantity} at {at}. Filled?"
    return f"close {quantity} for TP{action.index} at {at}"


def asked_quantity(state: PlanState, action: Action) -> Decimal:
    """What a plain "done" would record now: answers to earlier closes change a later one."""
    match action.kind:
        case ActionKind.CLOSE:
            return target_quantity(state, action.index)
        case ActionKind.EXIT:
            return certainly_open(state)
        case _:
            return action.quantity


def advice_lines(state: PlanState, figures: Figures, action: Action) -> tuple[str, ...]:
    """How to do what is asked."""
    match action.kind:
        case ActionKind.ADD if state.missed is not None:
            return (missed_order(state.missed.cause),)
        case ActionKind.EXIT:
            return told(unsure_line(state, figures), f"If anything is still open, exit by hand. {BY_HAND}")
        case ActionKind.CLOSE:
            return () if state.plan.resting.targets else (BY_HAND,)
        case ActionKind.MOVE_STOP:
            return told(old_stop_line(state, figures))
        case ActionKind.ADD | ActionKind.ANSWER:
            return ()
        case unknown:
            assert_never(unknown)


def items_of(state: PlanState, action: Action) -> tuple[int, ...]:
    """The checklist items an action belongs to."""
    match action.kind:
        case ActionKind.ADD | ActionKind.ANSWER:
            return (1,) if action.index == 1 else (2,)
        case ActionKind.CLOSE:
            return (CLOSE_PART, MOVE_STOP)
        case ActionKind.MOVE_STOP:
            return (MOVE_STOP,)
        case ActionKind.EXIT:
            return (CLOSE_PART if state.pending(ActionKind.CLOSE) else MOVE_STOP,)
        case unknown:
            assert_never(unknown)


def repeat_keyboard(state: PlanState, figures: Figures, action: Action) -> Keyboard:
    """The same answers as the first time."""
    earlier = earlier_close(state, action.index) if action.kind is ActionKind.CLOSE else None
    if action.kind is ActionKind.ANSWER:
        return question_answers(figures, action.number)
    if action.kind is ActionKind.ADD and state.missed is not None:
        return missed_answers(figures, action)
    if earlier is not None:
        return close_answers(figures, earlier)
    stop = action.price if action.kind is ActionKind.MOVE_STOP else None
    quantity = None if stop is not None else asked_quantity(state, action)
    return (*answers(figures, action, rests=rests_of(state, action)), *copies(figures, quantity, stop))


def rests_of(state: PlanState, action: Action) -> bool:
    """Whether an order rests on the exchange for this."""
    resting = state.plan.resting
    match action.kind:
        case ActionKind.ADD:
            return resting.entries
        case ActionKind.CLOSE:
            return resting.targets
        case ActionKind.EXIT:
            return exit_rests(state, action)
        case ActionKind.MOVE_STOP | ActionKind.ANSWER:
            return False
        case unknown:
            assert_never(unknown)


def exit_rests(state: PlanState, action: Action) -> bool:
    """Whether a stop order should have done it: one that price reached, and that has not filled already."""
    filled = any(fill.kind is FillKind.EXIT for fill in state.fills)
    reached = state.exchange_stop is None or state.plan.touched(action.price, state.exchange_stop)
    return state.plan.resting.stop and reached and not filled


def old_stop_line(state: PlanState, figures: Figures) -> str:
    """What the stop on the exchange still costs or keeps; silent while a close is unsure."""
    if state.exchange_stop is None or state.pending(ActionKind.CLOSE) is not None:
        return ""
    result = -money_at_risk(state.plan, state.position, state.exchange_stop)
    return f"Until then about {figures.signed(result)} on what is open, if the old stop is hit."
