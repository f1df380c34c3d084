"""Units of work: everything written in one lands together, or nothing of it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, get_ident

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from chatbot.ports import DatabaseLost, current_update
from storage.drafts import SqlDrafts
from storage.held import SqlHeld
from storage.inbox import SqlInbox
from storage.invites import SqlInvites
from storage.outbox import SqlOutbox
from storage.plans import SqlPlans
from storage.quotes import SqlQuotes
from storage.reminders import SqlReminders
from storage.settings import SqlSettings
from storage.transactions import Transactions
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
    """Opens units of work from any thread; they take turns, and one inside another is refused."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.transactions = Transactions(engine)
        self.turn = Lock()
        self.holder: int | None = None

    @contextmanager
    def __call__(self) -> Iterator[SqlUnit]:
        """Commits when the block ends well, rolls everything back when it raises.

        Raises DatabaseLost where the server went away in the middle: then nothing of the block is kept.
        """
        mark: str | None = None
        with self.taking_turns():
            try:
                with self.transactions.begun() as connection:
                    work = Work(connection)
                    unit = unit_over(work)
                    yield unit
                    update_id = current_update.get()
                    if work.changed and update_id is not None:
                        unit.inbox.done(update_id)
                    mark = self.transactions.mark(connection) if work.changed else None
                    connection.commit()
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                if not self.transactions.was_committed(mark):
                    raise DatabaseLost("The database went away in the middle of a unit of work.") from error

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
        """There is one writer: wait here, in order, rather than poll the database's lock."""
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
