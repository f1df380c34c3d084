"""What the user says of an action: done, at another price, skipped, later. An old or foreign answer changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from chatbot.coach.awaiting import FOREIGN, OUTDATED, Expected, awaited, expect, forget
from chatbot.coach.desk import Desk, Work
from chatbot.coach.holding import Holding
from chatbot.coach.own_stop import Typed, own_stop
from chatbot.coach.trades import Trades
from chatbot.coach.typed import price_and_quantity
from chatbot.core.evolve import history
from chatbot.core.exits import asked_quantity
from chatbot.core.inputs import Abandon, Answer, Confirm, Input, InsistStop, Skip
from chatbot.core.insisting import leaves_undone
from chatbot.core.reading import Unreadable, plain
from chatbot.core.repeats import SNOOZE
from chatbot.core.state import Action, ActionKind, PlanState
from chatbot.messages.holding import CERTAIN
from chatbot.messages.replies import LEAVES_OPEN, asks_real_fill, asks_real_stop, not_understood
from chatbot.messages.values import Press, Verb
from chatbot.ports import Told
from chatbot.records import PlanRecord, Reminder, ReminderKind, User

__all__ = ["FOREIGN", "OUTDATED", "Confirmations", "Expected", "awaited", "forget"]
NO_PRICE: Final = Told("I have no price of this market of the last minute. Try again in a moment.", show_alert=True)


@dataclass(frozen=True, slots=True)
class Real:
    """What was really done, where it differs from what was asked."""

    price: Decimal | None = None
    quantity: Decimal | None = None


class Confirmations:
    """Buttons under alerts, and the prices typed after them."""

    def __init__(self, desk: Desk, trades: Trades) -> None:
        self.desk, self.trades = desk, trades
        self.holding = Holding(desk, trades)

    def press(self, work: Work, user: User, press: Press) -> Told:
        """A button under one of the user's own plans. Whatever number was waited for before is not any more."""
        forget(work, user)
        record = work.unit.plans.record_of(user, press.subject)
        if record is None:
            return FOREIGN
        if press.verb is Verb.ABANDON:
            # It was offered for the position of that moment: with anything new, it would mean something else.
            if press.argument != str(record.row.sequence):
                return OUTDATED
            return self.give(work, record, Abandon, "I no longer follow this plan.")
        state = history(record.plan, record.events)
        if press.verb is Verb.KEEP:
            return OUTDATED if state.is_over else Told("The plan goes on.")
        if press.verb is Verb.HOLD:
            return self.hold(work, user, record, press.argument)
        action = state.action(press.version)
        return OUTDATED if action is None else self.answer(work, user, record, action, press.verb)

    def hold(self, work: Work, user: User, record: PlanRecord, argument: str) -> Told:
        """Hold past a target: the first tap asks, the second one is certain."""
        target = argument.removesuffix(CERTAIN)
        if not (target.isascii() and target.isdigit()):
            return FOREIGN
        return self.holding.pressed(work, user, record, int(target), certain=argument.endswith(CERTAIN))

    def answer(self, work: Work, user: User, record: PlanRecord, action: Action, verb: Verb) -> Told:
        """A button about an action that still waits."""
        match verb:
            case Verb.DONE:
                return self.give(work, record, self.done(work, record, action, Real()), "Noted.")
            case Verb.SKIP:
                if leaves_undone(history(record.plan, record.events), action):
                    return self.holding.pressed(work, user, record, action.index)
                return self.give(work, record, lambda at: Skip(action.number, at), "Skipped.")
            case Verb.YES:
                return self.say_yes(work, record, action)
            case Verb.OTHER_PRICE:
                return self.ask_price(work, user, record, action)
            case Verb.SNOOZE:
                self.put_off(work, record, action)
                return Told("I will remind you in 5 minutes.")
            case _:
                return FOREIGN

    def put_off(self, work: Work, record: PlanRecord, action: Action) -> None:
        """Remind of it in a while; what was asked at the same moment, in the same alert, waits as long."""
        row, due = record.row, self.desk.wall() + SNOOZE
        for asked in history(record.plan, record.events).actions:
            known = work.unit.reminders.get(ReminderKind.ACTION, row.plan_id, asked.number)
            if asked.number == action.number:
                known = known or Reminder(ReminderKind.ACTION, row.plan_id, asked.number, row.user_id, due)
            if known is not None and asked.at == action.at:
                work.unit.reminders.put(replace(known, due_at=due))

    def give(self, work: Work, record: PlanRecord, given: Callable[[int], Input], said: str) -> Told:
        """Hand an input to the plan; where it changes nothing, the button was outdated."""
        now = self.desk.clock()
        outcome = self.trades.move(work, record, lambda _: given(now))
        return Told(said) if outcome.events else OUTDATED

    def done(self, work: Work, record: PlanRecord, action: Action, real: Real) -> Callable[[int], Input]:
        """The action as done, judged against the price of now, if there is one."""
        market = self.desk.price_now(work, record.plan)
        return lambda at: Confirm(action.number, at, real.price, real.quantity, market)

    def say_yes(self, work: Work, record: PlanRecord, action: Action) -> Told:
        """A manual trigger's condition holds: the tier is offered at the market's price."""
        price = self.desk.price_now(work, record.plan)
        if price is None:
            return NO_PRICE
        return self.give(work, record, lambda at: Answer(action.number, price, at), "Noted.")

    def ask_price(self, work: Work, user: User, record: PlanRecord, action: Action) -> Told:
        """The next text of this user is the real price."""
        expect(work, user, Expected(record.row.plan_id, action.number, self.desk.wall()))
        view = self.desk.view(record.row, record.plan)
        ask = asks_real_stop if action.kind is ActionKind.MOVE_STOP else asks_real_fill
        self.desk.reply(work, user, ask(history(record.plan, record.events), view, action))
        return Told()

    def pending(self, work: Work, user: User, plan_id: int) -> frozenset[int]:
        """The numbers of the actions of the user's plan that still wait for an answer."""
        record = work.unit.plans.record_of(user, plan_id)
        actions = () if record is None else history(record.plan, record.events).actions
        return frozenset(action.number for action in actions)

    def expected(self, work: Work, user: User) -> Expected | None:
        """What the user was asked to type, if anything. Changes nothing."""
        return awaited(work, user, self.desk.wall())

    def typed(self, work: Work, user: User, expected: Expected, text: str) -> None:
        """The real price, and maybe quantity, of the action the user was asked about; or why a target is held past."""
        record = work.unit.plans.record_of(user, expected.plan_id)
        if expected.target and record is not None:
            self.holding.typed(work, user, record, expected.target, text)
            return
        state = None if record is None else history(record.plan, record.events)
        action = None if state is None else state.action(expected.action)
        if record is None or state is None or action is None:
            forget(work, user)
            self.desk.reply(work, user, not_understood(OUTDATED.toast))
            return
        try:
            given = self.meant(work, record, state, action, text)
        except Unreadable as error:
            self.desk.reply(work, user, not_understood(f"{error.sentence} {LEAVES_OPEN}"))
            return
        forget(work, user)
        told = self.give(work, record, given, "Noted.")
        if told is OUTDATED:
            self.desk.reply(work, user, not_understood(OUTDATED.toast))

    def meant(
        self, work: Work, record: PlanRecord, state: PlanState, action: Action, text: str
    ) -> Callable[[int], Input]:
        """What the typed numbers say of the action. Raises Unreadable."""
        if action.kind is ActionKind.MOVE_STOP:
            return self.meant_stop(work, record, state, action, text)
        usual, most = plain(asked_quantity(state, action)), plain(most_of(state, action))
        return self.done(work, record, action, Real(*price_and_quantity(text, plain(action.price), usual, most)))

    def meant_stop(
        self, work: Work, record: PlanRecord, state: PlanState, action: Action, text: str
    ) -> Callable[[int], Input]:
        """Where the stop stands: as asked, where it stood before, or one of the user's own. Raises Unreadable."""
        market = self.desk.price_now(work, record.plan)
        view = self.desk.view(record.row, record.plan)
        stop, reason = own_stop(state, view, Typed(text, market, (plain(action.price),)))
        if stop in (state.stop, state.exchange_stop):
            return self.done(work, record, action, Real(stop))
        return lambda at: InsistStop(stop, reason or text.strip(), at)


def most_of(state: PlanState, action: Action) -> Decimal:
    """The largest quantity an action can really have had."""
    return 2 * action.quantity if action.kind is ActionKind.ADD else state.position.quantity
