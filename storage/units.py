"""Units of work: everything written in one lands together, or nothing of it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, get_ident

from sqlalchemy import Engine

from chatbot.ports import current_update
from storage.drafts import SqlDrafts
from storage.held import SqlHeld
from storage.inbox import SqlInbox
from storage.invites import SqlInvites
from storage.outbox import SqlOutbox
from storage.plans import SqlPlans
from storage.quotes import SqlQuotes
from storage.reminders import SqlReminders
from storage.settings import SqlSettings
from storage.users import SqlUsers
from storage.watermarks import SqlWatermarks
from storage.work import Work


@dataclass(frozen=True, slots=True)
class SqlUnit:
    """The repositories of one open transaction."""

    users: SqlUsers
    drafts: SqlDrafts
    plans: SqlPlans
    outbox: SqlOutbox
    reminders: SqlReminders
    inbox: SqlInbox
    quotes: SqlQuotes
    watermarks: SqlWatermarks
    settings: SqlSettings
    invites: SqlInvites
    held: SqlHeld


class SqlUnits:
    """Opens units of work from any thread; on SQLite they take turns, and one inside another is refused."""

    def __init__(self, engine: Engine, *, one_at_a_time: bool) -> None:
        self.engine = engine
        self.one_at_a_time = one_at_a_time
        self.turn = Lock()
        self.holder: int | None = None

    @contextmanager
    def __call__(self) -> Iterator[SqlUnit]:
        """Commits when the block ends well, rolls everything back when it raises."""
        with self.taking_turns(), self.engine.begin() as connection:
            work = Work(connection)
            unit = unit_over(work)
            yield unit
            update_id = current_update.get()
            if work.changed and update_id is not None:
                unit.inbox.done(update_id)

    def scrub(self) -> None:
        """SQLite overwrites what is deleted; its log of changes still holds it until it is written back and cut off."""
        if self.engine.dialect.name != "sqlite":
            return
        with self.taking_turns():
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    @contextmanager
    def taking_turns(self) -> Iterator[None]:
        """SQLite has one writer: wait here, in order, rather than poll its lock."""
        if not self.one_at_a_time:
            yield
            return
        if self.holder == get_ident():
            raise RuntimeError("A unit of work is already open on this thread: use that one.")
        with self.turn:
            self.holder = get_ident()
            try:
                yield
            finally:
                self.holder = None


def unit_over(work: Work) -> SqlUnit:
    """All repositories over one transaction."""
    return SqlUnit(
        SqlUsers(work),
        SqlDrafts(work),
        SqlPlans(work),
        SqlOutbox(work),
        SqlReminders(work),
        SqlInbox(work),
        SqlQuotes(work),
        SqlWatermarks(work),
        SqlSettings(work),
        SqlInvites(work),
        SqlHeld(work),
    )
