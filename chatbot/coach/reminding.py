"""Saying again what was not answered: actions, unfinished drafts, and the daily checklist. Stored, so none is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Final

import structlog

from chatbot.breakage import described
from chatbot.coach.desk import Desk, Work
from chatbot.coach.listing import open_plans
from chatbot.coach.people import set_daily
from chatbot.core.evolve import history
from chatbot.core.money import Millis
from chatbot.core.repeats import SNOOZE, draft_reminder_after, repeat_after
from chatbot.core.state import Action, ActionKind, PlanState
from chatbot.messages.checklist import daily
from chatbot.messages.repeats import repeat
from chatbot.messages.values import Message
from chatbot.messages.views import PlanView
from chatbot.ports import DatabaseLost
from chatbot.records import Draft, OutMessage, PlanRecord, Priority, Reminder, ReminderKind, User

URGENCY = {
    ActionKind.EXIT: Priority.STOP,
    ActionKind.MOVE_STOP: Priority.STOP_MOVE,
    ActionKind.CLOSE: Priority.TARGET,
    ActionKind.ADD: Priority.ADD,
    ActionKind.ANSWER: Priority.ADD,
}
AFTER_FAILURE: Final[Millis] = 60_000
WHILE_AWAY: Final[Millis] = 15 * 60_000
AT_ONCE: Final = 10
"""So many a call: each is a transaction of its own, and a price must not wait behind all of them."""
log = structlog.get_logger(__name__)
ShowDraft = Callable[[Work, Draft], Message]


class Reminding:
    """Sends what is due. `show_draft` renders an unfinished draft."""

    def __init__(self, desk: Desk, show_draft: ShowDraft) -> None:
        self.desk, self.show_draft = desk, show_draft

    def due(self) -> None:
        """What is due now, once each: actions before all else, and the longest overdue first."""
        now = self.desk.wall()
        with self.desk.units() as unit:
            waiting = unit.reminders.due(now, AT_ONCE)
        for reminder in waiting:
            try:
                with self.desk.work() as work:
                    self.say(work, reminder, now)
            except DatabaseLost:
                raise
            except Exception as error:  # noqa: BLE001 -- the outermost place of a reminder: it must not hold up others
                facts = {"kind": reminder.kind.value, "subject": reminder.subject, "error": described(error)}
                log.error("reminder failed", **facts)  # noqa: TRY400 -- private words
                with self.desk.work() as work:
                    work.unit.reminders.put(replace(reminder, due_at=now + AFTER_FAILURE))

    def say(self, work: Work, reminder: Reminder, now: Millis) -> None:
        """One reminder, and when it comes again."""
        match reminder.kind:
            case ReminderKind.ACTION:
                self.action(work, reminder, now)
            case ReminderKind.DRAFT:
                self.draft(work, reminder, now)
            case ReminderKind.DAILY:
                self.daily(work, reminder, now)

    def action(self, work: Work, reminder: Reminder, now: Millis) -> None:
        """An action nobody answered; one whose last word was not sent yet, or whose user is away, is put off."""
        record = work.unit.plans.record(reminder.subject)
        state = None if record is None else history(record.plan, record.events)
        action = None if state is None else state.action(reminder.action)
        if record is None or state is None or action is None:
            work.unit.reminders.drop(ReminderKind.ACTION, reminder.subject, reminder.action)
            return
        kind = ActionKind.EXIT if state.missed is not None else action.kind
        if is_away(work, reminder):
            work.unit.reminders.put(replace(reminder, due_at=now + WHILE_AWAY))
        elif asked_together(work, record, state, action) & work.unit.outbox.unsent_actions(record.row.plan_id):
            work.unit.reminders.put(replace(reminder, due_at=now + (repeat_after(kind, 0) or SNOOZE)))
        else:
            self.ask_again(work, record, state, action, reminder)
            self.again(work, reminder, kind, now)

    def ask_again(self, work: Work, record: PlanRecord, state: PlanState, action: Action, reminder: Reminder) -> None:
        """The action once more, with the price as it is now."""
        view, price = self.desk.priced_view(work, record.row, record.plan)
        # An add goes stale: it has a reminder only where the user asked for one, or where it was overtaken.
        message = repeat(state, action.number, view, price, wanted=True)
        if message is not None:
            key = f"repeat:{record.row.plan_id}:{action.number}:{reminder.due_at}"
            envelope = OutMessage(
                record.row.chat_id,
                "",
                Priority.STOP if state.missed is not None else URGENCY[action.kind],
                key,
                plan_id=record.row.plan_id,
                sequence=state.sequence,
                action=action.number,
            )
            self.desk.post(work, message, envelope)

    def again(self, work: Work, reminder: Reminder, kind: ActionKind, now: Millis) -> None:
        """The next repeat that is still ahead; repeats missed while the bot was down are one."""
        count, due = reminder.count, reminder.due_at
        while due <= now:
            before, after = repeat_after(kind, count), repeat_after(kind, count + 1)
            if before is None or after is None:
                work.unit.reminders.drop(ReminderKind.ACTION, reminder.subject, reminder.action)
                return
            count, due = count + 1, due + after - before
        work.unit.reminders.put(replace(reminder, count=count, due_at=due))

    def draft(self, work: Work, reminder: Reminder, now: Millis) -> None:
        """A draft left unfinished, with its checklist as it stands."""
        work.unit.reminders.drop(ReminderKind.DRAFT, reminder.subject)
        draft = work.unit.drafts.of(reminder.user_id)
        if draft is None:
            return
        if not is_away(work, reminder):
            key = f"draft:{draft.draft_id}:{draft.version}:{reminder.count}"
            envelope = OutMessage(draft.chat_id, "", Priority.INFO, key, slot=draft_slot(draft), fresh=True)
            self.desk.post(work, self.show_draft(work, draft), envelope)
        wait = draft_reminder_after(reminder.count + 1)
        if wait is not None:
            due = max(draft.touched_at + wait, now)
            work.unit.reminders.put(replace(reminder, count=reminder.count + 1, due_at=due))

    def daily(self, work: Work, reminder: Reminder, now: Millis) -> None:
        """The checklist of every open plan, and the next one tomorrow."""
        user = work.unit.users.get(reminder.user_id)
        if user is None:
            work.unit.reminders.drop(ReminderKind.DAILY, reminder.subject)
            return
        if not user.paused:
            self.checklists(work, user, reminder)
        set_daily(work, user, now)

    def checklists(self, work: Work, user: User, reminder: Reminder) -> None:
        """The checklist of every open plan; it takes the place of one that was not sent yet."""
        listing = open_plans(work, user)
        message = daily([self.shown(work, record) for record in listing.records], listing.unreadable)
        every_day = f"daily:{user.user_id}:"
        work.unit.outbox.supersede_begun(user.chat_id, every_day)
        if message is not None:
            envelope = OutMessage(user.chat_id, "", Priority.INFO, f"{every_day}{reminder.due_at}")
            self.desk.post(work, message, envelope)

    def shown(self, work: Work, record: PlanRecord) -> tuple[PlanState, PlanView, Decimal | None]:
        """A plan as the daily checklist shows it."""
        view, price = self.desk.priced_view(work, record.row, record.plan)
        return history(record.plan, record.events), view, price


def is_away(work: Work, reminder: Reminder) -> bool:
    """Whether its user blocked the bot: nothing is piled up for their return."""
    user = work.unit.users.get(reminder.user_id)
    return user is not None and user.paused


def asked_together(work: Work, record: PlanRecord, state: PlanState, action: Action) -> frozenset[int]:
    """The action, and those of the same alert that were not repeated since: the alert is the last word on them."""
    together = [each.number for each in state.actions if each.at == action.at]
    known = [work.unit.reminders.get(ReminderKind.ACTION, record.row.plan_id, number) for number in together]
    return frozenset({action.number, *(each.action for each in known if each is not None and each.count == 0)})


def draft_slot(draft: Draft) -> str:
    """The one message a draft lives in."""
    return f"draft:{draft.draft_id}"
