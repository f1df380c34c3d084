"""What the user says of an action: done, at another price, skipped, later. An old or foreign answer changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.coach.desk import Desk, Work
from chatbot.coach.trades import Trades
from chatbot.coach.typed import price_and_quantity
from chatbot.core.evolve import history
from chatbot.core.inputs import Abandon, Answer, Confirm, Input, Skip
from chatbot.core.reading import Unreadable
from chatbot.core.repeats import SNOOZE
from chatbot.core.state import Action, ActionKind, PlanState
from chatbot.messages.replies import asks_real_fill, asks_real_stop, not_understood
from chatbot.messages.values import Press, Verb
from chatbot.ports import PlanRecord, Reminder, ReminderKind, Told, User

OUTDATED: Final = Told("This was answered already, or the plan has moved on: nothing was changed.", show_alert=True)
FOREIGN: Final = Told("This button is not yours or no longer valid: nothing was changed.", show_alert=True)
NO_PRICE: Final = Told("I have no price of this market yet. Try again in a moment.", show_alert=True)


@dataclass(frozen=True, slots=True)
class Expected:
    """The number a user was asked to type, and for which action."""

    plan_id: int
    action: int


@dataclass(frozen=True, slots=True)
class Real:
    """What was really done, where it differs from what was asked."""

    price: Decimal | None = None
    quantity: Decimal | None = None


class Confirmations:
    """Buttons under alerts, and the prices typed after them."""

    def __init__(self, desk: Desk, trades: Trades) -> None:
        self.desk, self.trades = desk, trades

    def press(self, work: Work, user: User, press: Press) -> Told:
        """A button under one of the user's own plans."""
        record = work.unit.plans.record(press.subject)
        if record is None or record.row.user_id != user.user_id:
            return FOREIGN
        if press.verb is Verb.ABANDON:
            return self.give(work, record, Abandon, "I no longer follow this plan.")
        if press.verb is Verb.KEEP:
            return Told("The plan goes on.")
        action = history(record.plan, record.events).action(press.version)
        return OUTDATED if action is None else self.answer(work, user, record, action, press.verb)

    def answer(self, work: Work, user: User, record: PlanRecord, action: Action, verb: Verb) -> Told:
        """A button about an action that still waits."""
        match verb:
            case Verb.DONE:
                return self.give(work, record, self.done(work, record, action, Real()), "Noted.")
            case Verb.SKIP:
                return self.give(work, record, lambda at: Skip(action.number, at), "Skipped.")
            case Verb.YES:
                return self.say_yes(work, record, action)
            case Verb.OTHER_PRICE:
                return self.ask_price(work, user, record, action)
            case Verb.SNOOZE:
                due = self.desk.wall() + SNOOZE
                reminder = Reminder(ReminderKind.ACTION, record.row.plan_id, action.number, user.user_id, due)
                work.unit.reminders.put(reminder)
                return Told("I will remind you in 5 minutes.")
            case _:
                return FOREIGN

    def give(self, work: Work, record: PlanRecord, given: Callable[[int], Input], said: str) -> Told:
        """Hand an input to the plan; where it changes nothing, the button was outdated."""
        now = self.desk.clock()
        outcome = self.trades.move(work, record, lambda _: given(now))
        return Told(said) if outcome.events else OUTDATED

    def done(self, work: Work, record: PlanRecord, action: Action, real: Real) -> Callable[[int], Input]:
        """The action as done, judged against the newest price."""
        market = self.desk.last_price(work, record.plan)
        return lambda at: Confirm(action.number, at, real.price, real.quantity, market)

    def say_yes(self, work: Work, record: PlanRecord, action: Action) -> Told:
        """A manual trigger's condition holds: the tier is offered at the market's price."""
        price = self.desk.last_price(work, record.plan)
        if price is None:
            return NO_PRICE
        return self.give(work, record, lambda at: Answer(action.number, price, at), "Noted.")

    def ask_price(self, work: Work, user: User, record: PlanRecord, action: Action) -> Told:
        """The next text of this user is the real price."""
        work.unit.settings.put(expectation(user), json.dumps([record.row.plan_id, action.number]))
        view = self.desk.view(record.row, record.plan)
        ask = asks_real_stop if action.kind is ActionKind.MOVE_STOP else asks_real_fill
        self.desk.reply(work, user, ask(record.plan, view, action))
        return Told()

    def pending(self, plan_id: int) -> frozenset[int]:
        """The numbers of the plan's actions that still wait for an answer."""
        with self.desk.units() as unit:
            record = unit.plans.record(plan_id)
            actions = () if record is None else history(record.plan, record.events).actions
            return frozenset(action.number for action in actions)

    def expected(self, work: Work, user: User) -> Expected | None:
        """What the user was asked to type, if anything."""
        stored = work.unit.settings.get(expectation(user))
        return None if stored is None else Expected(*json.loads(stored))

    def forget(self, work: Work, user: User) -> None:
        """Nothing is waited for any more."""
        work.unit.settings.drop(expectation(user))

    def typed(self, work: Work, user: User, expected: Expected, text: str) -> None:
        """The real price, and maybe quantity, of the action the user was asked about."""
        record = work.unit.plans.record(expected.plan_id)
        state = None if record is None else history(record.plan, record.events)
        action = None if state is None else state.action(expected.action)
        if record is None or state is None or action is None or record.row.user_id != user.user_id:
            self.forget(work, user)
            self.desk.reply(work, user, not_understood(OUTDATED.toast))
            return
        try:
            real = Real(*price_and_quantity(text, action.price, most_of(state, action)))
        except Unreadable as error:
            self.desk.reply(work, user, not_understood(error.sentence))
            return
        self.forget(work, user)
        self.give(work, record, self.done(work, record, action, real), "Noted.")


def expectation(user: User) -> str:
    """Where it is kept that a user was asked to type something."""
    return f"expected:{user.user_id}"


def most_of(state: PlanState, action: Action) -> Decimal:
    """The largest quantity an action can really have had."""
    return 2 * action.quantity if action.kind is ActionKind.ADD else state.position.quantity
