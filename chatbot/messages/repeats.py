"""What was asked and not answered, asked again with the price of now.

An add goes stale and is repeated only where the user asked to be reminded; nothing that was settled is repeated.
"""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from chatbot.core.events import FillKind
from chatbot.core.exits import asked_quantity, certainly_open
from chatbot.core.position import money_at_risk
from chatbot.core.state import Action, ActionKind, PlanState
from chatbot.core.triggers import question_of
from chatbot.messages.alerts_entry import missed_order
from chatbot.messages.alerts_stop import exit_items, open_words, unsure_exit, unsure_line
from chatbot.messages.alerts_target import CLOSE_PART, MOVE_STOP, earlier_close
from chatbot.messages.buttons import answers, close_answers, copies, missed_answers, price_only, question_answers
from chatbot.messages.checklist import checklist_line
from chatbot.messages.lines import BY_HAND, exchange_line, told
from chatbot.messages.numbers import utc_time
from chatbot.messages.values import Keyboard, Message
from chatbot.messages.views import Figures, PlanView, bold, figures_of, said


def repeat(
    state: PlanState, action_number: int, view: PlanView, price: Decimal | None, *, wanted: bool = False
) -> Message | None:
    """The reminder of a pending action; None once it is settled. `wanted`: the user asked for this reminder.

    `view.seen_at` tells how old the price is.
    """
    action = state.action(action_number)
    overtaken = state.missed is not None
    if action is None or (action.kind in (ActionKind.ADD, ActionKind.ANSWER) and not (wanted or overtaken)):
        return None
    figures = figures_of(state.plan, view)
    lines = told(
        bold(f"Still open: {asked_words(state, figures, action, price)}"),
        f"{figures.title} · asked at {utc_time(action.at)} · {price_words(figures, price)}",
        *advice_lines(state, figures, action),
        exchange_line(state, figures),
        checklist_line(state, figures, *items_of(state, action)),
    )
    return Message("\n".join(lines), repeat_keyboard(state, figures, action, price))


def price_words(figures: Figures, price: Decimal | None) -> str:
    """The price of now, or that there is none."""
    if price is None:
        return "no price at the moment"
    seen = figures.price_seen(price)
    return f"price now {seen}" if seen == figures.price(price) else f"price {seen}"


def asked_words(state: PlanState, figures: Figures, action: Action, price: Decimal | None) -> str:
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
            return exit_words(state, figures, action, price)
        case unknown:
            assert_never(unknown)


def exit_words(state: PlanState, figures: Figures, action: Action, price: Decimal | None) -> str:
    """An exit: whether the stop order on the exchange filled, else all that is open by hand."""
    reached = f"stop reached at {figures.price(action.price)}"
    if exit_rests(state, action):
        return f"{reached}. Filled?"
    if filled_since(state, action, price):
        held = figures.price(state.exchange_stop or state.stop)
        return f"price went through the stop {held} on your exchange. Filled? At what price?"
    return f"exit {open_words(state, figures)}, {reached}"


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
            return exit_items(state)
        case unknown:
            assert_never(unknown)


def repeat_keyboard(state: PlanState, figures: Figures, action: Action, price: Decimal | None) -> Keyboard:
    """The same answers as the first time."""
    earlier = earlier_close(state, action.index) if action.kind is ActionKind.CLOSE else None
    if action.kind is ActionKind.ANSWER:
        return question_answers(figures, action.number)
    if action.kind is ActionKind.ADD and state.missed is not None:
        return missed_answers(figures, action)
    if earlier is not None:
        return close_answers(figures, earlier)
    if action.kind is ActionKind.EXIT:
        return exit_keyboard(state, figures, action, price)
    stop = action.price if action.kind is ActionKind.MOVE_STOP else None
    quantity = None if stop is not None else asked_quantity(state, action)
    return (*answers(figures, action, rests=rests_of(state, action)), *copies(figures, quantity, stop))


def exit_keyboard(state: PlanState, figures: Figures, action: Action, price: Decimal | None) -> Keyboard:
    """The exit's answers; no quantity is copied while it is not certain."""
    unsure = unsure_exit(state)
    if filled_since(state, action, price):
        return price_only(figures, action)
    rows = answers(figures, action, rests=exit_rests(state, action), unsure=unsure)
    return (*rows, *copies(figures, certainly_open(state) if unsure is None else None, None))


def rests_of(state: PlanState, action: Action) -> bool:
    """Whether an order rests on the exchange for this."""
    resting = state.plan.resting
    match action.kind:
        case ActionKind.ADD:
            return resting.entries
        case ActionKind.CLOSE:
            return resting.targets
        case ActionKind.EXIT | ActionKind.MOVE_STOP | ActionKind.ANSWER:
            return False
        case unknown:
            assert_never(unknown)


def exit_rests(state: PlanState, action: Action) -> bool:
    """Whether a stop order should have done it when it was asked: price was at the stop the exchange holds."""
    return may_have_filled(state) and reached_on_exchange(state, action.price)


def filled_since(state: PlanState, action: Action, price: Decimal | None) -> bool:
    """Whether an exit asked for by hand was done by the stop on the exchange, which price has reached since."""
    if price is None or exit_rests(state, action) or not may_have_filled(state):
        return False
    return reached_on_exchange(state, price)


def may_have_filled(state: PlanState) -> bool:
    """Whether a stop order rests and has not filled already."""
    return state.plan.resting.stop and not any(fill.kind is FillKind.EXIT for fill in state.fills)


def reached_on_exchange(state: PlanState, price: Decimal) -> bool:
    """Whether `price` is at the stop the exchange is believed to hold, or beyond it."""
    return state.exchange_stop is None or state.plan.touched(price, state.exchange_stop)


def old_stop_line(state: PlanState, figures: Figures) -> str:
    """What the stop on the exchange still costs or keeps; silent while a close is unsure."""
    if state.exchange_stop is None or state.pending(ActionKind.CLOSE) is not None:
        return ""
    result = -money_at_risk(state.plan, state.position, state.exchange_stop)
    return f"Until then about {figures.signed(result)} on what is open, if the old stop is hit."
