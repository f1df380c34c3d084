"""Everything that is kept about one person, wherever it lies: read to be given to them, or deleted for good.

A table with something about people in it must be named here; a test holds this against the schema.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Table, delete, or_, select, update

from chatbot.records import PlanRow, User
from storage.plans import SqlPlans
from storage.tables import (
    DRAFTS,
    FILLS,
    INBOX,
    INVITES,
    OUTBOX,
    PLAN_EVENTS,
    PLANS,
    REMINDERS,
    SETTINGS,
    SLOTS,
    USERS,
)
from storage.work import Work

JSON: Final = frozenset({"agreed", "answers", "keyboard", "payload"})
"""Columns whose text is JSON: given as what it says."""


@dataclass(frozen=True, slots=True)
class SqlHeld:
    """Across all tables, by user and by their chat."""

    work: Work

    def of(self, user: User) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """All of it as JSON-ready rows, by table."""
        found = {}
        for table, theirs in places(user):
            rows = self.work.run(select(table).where(theirs).order_by(*table.primary_key.columns))
            found[table.name] = [readable(row) for row in rows]
        return {**found, INBOX.name: [readable(row) for row in self.waiting(user)]}

    def delete(self, user: User) -> Sequence[PlanRow]:
        """Delete all of it. The plans there were, each as it stood."""
        plans = SqlPlans(self.work).all_of(user.user_id)
        waiting = [row.update_id for row in self.waiting(user)]
        if waiting:
            self.work.run(update(INBOX).where(INBOX.c.update_id.in_(waiting)).values(payload=None))
        for table, theirs in places(user):
            self.work.run(delete(table).where(theirs))
        return plans

    def waiting(self, user: User) -> Iterator[Row[Any]]:
        """Their updates that are not dealt with yet; of the others only Telegram's number is remembered."""
        for row in self.work.run(select(INBOX).where(INBOX.c.payload.is_not(None)).order_by(INBOX.c.position)):
            if user.user_id in speakers(row.payload):
                yield row


def places(user: User) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Where it lies: what points at other rows before those."""
    plan_ids = select(PLANS.c.plan_id).where(PLANS.c.user_id == user.user_id)
    yield OUTBOX, or_(OUTBOX.c.chat_id == user.chat_id, OUTBOX.c.plan_id.in_(plan_ids))
    yield FILLS, FILLS.c.plan_id.in_(plan_ids)
    yield PLAN_EVENTS, PLAN_EVENTS.c.plan_id.in_(plan_ids)
    yield PLANS, PLANS.c.user_id == user.user_id
    yield DRAFTS, DRAFTS.c.user_id == user.user_id
    yield REMINDERS, REMINDERS.c.user_id == user.user_id
    yield SLOTS, SLOTS.c.chat_id == user.chat_id
    yield INVITES, INVITES.c.created_by == user.user_id
    yield SETTINGS, SETTINGS.c.name.endswith(f":{user.user_id}", autoescape=True)
    yield USERS, USERS.c.user_id == user.user_id


def speakers(payload: str) -> frozenset[int]:
    """The ids of whoever an update of Telegram's comes from."""
    parts = [part for part in json.loads(payload).values() if isinstance(part, dict)]
    people = [part["from"] for part in parts if isinstance(part.get("from"), dict)]
    return frozenset(person["id"] for person in people if isinstance(person.get("id"), int))


def readable(row: Row[Any]) -> Mapping[str, object]:
    """A row by the names of its columns, in what JSON knows."""
    values = row._mapping  # noqa: SLF001 -- SQLAlchemy's public name for a row by column names
    return {name: value_of(name, value) for name, value in values.items()}


def value_of(name: str, value: object) -> object:
    """Decimals digit for digit; JSON that can't be read as the text it is."""
    if isinstance(value, Decimal):
        return str(value)
    if name not in JSON or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
