"""What is to be said again, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, case, delete, select

from chatbot.core.money import Millis
from chatbot.records import Reminder, ReminderKind
from storage.tables import REMINDERS
from storage.work import Work


@dataclass(frozen=True, slots=True)
class SqlReminders:
    """Reminders, one per kind, subject and action."""

    work: Work

    def put(self, reminder: Reminder) -> None:
        self.work.upsert(REMINDERS, [{**asdict(reminder), "kind": reminder.kind.value}])

    def drop(self, kind: ReminderKind, subject: int, action: int | None = None) -> None:
        """Of one action, or where none is named, of all."""
        statement = delete(REMINDERS).where(REMINDERS.c.kind == kind.value, REMINDERS.c.subject == subject)
        self.work.run(statement if action is None else statement.where(REMINDERS.c.action == action))

    def get(self, kind: ReminderKind, subject: int, action: int) -> Reminder | None:
        key = (REMINDERS.c.kind == kind.value, REMINDERS.c.subject == subject, REMINDERS.c.action == action)
        row = self.work.run(select(REMINDERS).where(*key)).first()
        return None if row is None else reminder_of(row)

    def due(self, now: Millis, limit: int = 100) -> Sequence[Reminder]:
        """Actions before all else, and of either the longest overdue first."""
        is_less_urgent = case((REMINDERS.c.kind == ReminderKind.ACTION.value, 0), else_=1)
        order = (is_less_urgent, REMINDERS.c.due_at, REMINDERS.c.kind, REMINDERS.c.subject, REMINDERS.c.action)
        statement = select(REMINDERS).where(REMINDERS.c.due_at <= now).order_by(*order).limit(limit)
        return [reminder_of(row) for row in self.work.run(statement)]


def reminder_of(row: Row[Any]) -> Reminder:
    """The reminder a row holds, by column names: a row is a tuple and has a method `count`."""
    values = row._mapping  # noqa: SLF001 -- SQLAlchemy's public name for a row by column names
    return Reminder(**{**values, "kind": ReminderKind(values["kind"])})
