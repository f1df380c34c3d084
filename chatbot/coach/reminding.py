"""Saying again what was not answered: actions, unfinished drafts, and the daily checklist. Stored, so none is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Final

import structlog

from chatbot.coach.desk import Desk, Work
from chatbot.coach.people import set_daily
from chatbot.core.evolve import history
from chatbot.core.money import Millis
from chatbot.core.repeats import draft_reminder_after, repeat_after
from chatbot.core.state import ActionKind, PlanState
from chatbot.messages.checklist import daily
from chatbot.messages.repeats import repeat
from chatbot.messages.values import Message
from chatbot.messages.views import PlanView
from chatbot.ports import Draft, OutMessage, PlanRecord, Priority, Reminder, ReminderKind

URGENCY = {
    ActionKind.EXIT: Priority.STOP,
    ActionKind.MOVE_STOP: Priority.STOP_MOVE,
    ActionKind.CLOSE: Priority.TARGET,
    ActionKind.ADD: Priority.ADD,
    ActionKind.ANSWER: Priority.ADD,
}
AFTER_FAILURE: Final[Millis] = 60_000
log = structlog.get_logger(__name__)
ShowDraft = Callable[[Work, Draft], Message]


class Reminding:
    """Sends what is due. `show_draft` renders an unfinished draft."""

    def __init__(self, desk: Desk, show_draft: ShowDraft) -> None:
        self.desk, self.show_draft = desk, show_draft

    def due(self) -> None:
        """Everything due now, once each."""
        now = self.desk.wall()
        with self.desk.units() as unit:
            waiting = unit.reminders.due(now)
        for reminder in waiting:
            try:
                with self.desk.work() as work:
                    self.say(work, reminder, now)
            except Exception:
                # The outermost place for a reminder that can't be said: it must not hold up the others.
                log.exception("reminder failed", kind=reminder.kind.value, subject=reminder.subject)
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
        """An action nobody answered, with the price as it is now."""
        record = work.unit.plans.record(reminder.subject)
        state = None if record is None else history(record.plan, record.events)
        action = None if state is None else state.action(reminder.action)
        if record is None or state is None or action is None:
            work.unit.reminders.drop(ReminderKind.ACTION, reminder.subject, reminder.action)
            return
        view = self.desk.view(record.row, record.plan)
        # An add goes stale: it has a reminder only where the user asked for one, or where it was overtaken.
        message = repeat(state, action.number, view, self.desk.last_price(work, record.plan), wanted=True)
        if message is not None:
            key = f"repeat:{record.row.plan_id}:{action.number}:{reminder.due_at}"
            envelope = OutMessage(
                record.row.chat_id, "", URGENCY[action.kind], key, plan_id=record.row.plan_id, sequence=state.sequence
            )
            self.desk.post(work, message, envelope)
        kind = ActionKind.EXIT if state.missed is not None else action.kind
        self.again(work, reminder, kind, now)

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
        rows = work.unit.plans.open_of(user.user_id)
        records = [record for row in rows if (record := work.unit.plans.record(row.plan_id)) is not None]
        message = daily([self.shown(work, record) for record in records])
        if message is not None:
            key = f"daily:{user.user_id}:{reminder.due_at}"
            self.desk.post(work, message, OutMessage(user.chat_id, "", Priority.INFO, key))
        set_daily(work, user, now)

    def shown(self, work: Work, record: PlanRecord) -> tuple[PlanState, PlanView, Decimal | None]:
        """A plan as the daily checklist shows it."""
        state, view = history(record.plan, record.events), self.desk.view(record.row, record.plan)
        return state, view, self.desk.last_price(work, record.plan)


def draft_slot(draft: Draft) -> str:
    """The one message a draft lives in."""
    return f"draft:{draft.draft_id}"
