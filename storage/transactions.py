"""Transactions that outlive their server: one begins when the database is there, and a lost commit is looked up."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Event
from typing import Final

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from chatbot.ports import DatabaseGone
from storage.postgresql import DatabaseTaken

SOONEST: Final = 0.05
LATEST: Final = 2.0
"""Seconds between two tries to reach a server that is away."""
log = structlog.get_logger(__name__)


class Transactions:
    """Begins them for one engine. Whoever waits here for a server is let go by `stop_waiting`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.on_server = engine.dialect.name == "postgresql"
        self.stopping = Event()
        self.given_up = False
        """Once anybody was refused, everybody is: what follows from a unit that was not done must not be done."""
        self.taken: Future[None] = Future()
        """Done with DatabaseTaken once another bot has the database: nothing more can be written here."""

    def begun(self) -> Connection:
        """A connection with a transaction begun: close it. A server that is away is waited for, as long as it takes.

        Raises DatabaseGone when there is no more waiting.
        """
        tries = 0
        while True:
            if self.given_up:
                raise DatabaseGone("This bot writes nothing any more.")
            try:
                connection = self.begin_once()
            except OperationalError as error:
                if not self.on_server:
                    raise
                self.wait(tries, error)
                tries += 1
            else:
                if tries:
                    log.info("database is back", tries=tries)
                return connection

    def begin_once(self) -> Connection:
        """One try. Raises OperationalError, and DatabaseGone where another bot has the database."""
        try:
            connection = self.engine.connect()
        except DatabaseTaken as error:
            self.given_up = True
            if not self.taken.done():
                self.taken.set_exception(error)
            raise DatabaseGone(str(error)) from error
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        return connection

    def wait(self, tries: int, error: OperationalError) -> None:
        """Longer with every try. Raises DatabaseGone when told to stop."""
        if not tries:
            log.warning("database away, waiting for it", error=type(error.orig).__name__)
        if self.stopping.wait(min(LATEST, SOONEST * 2**tries)):
            self.given_up = True
            raise DatabaseGone("The database is away, and the bot is stopping.") from error

    def stop_waiting(self) -> None:
        """From now on a server that is away is an error at once."""
        self.stopping.set()

    def mark(self, connection: Connection) -> str | None:
        """The name of this transaction, to look up later what became of it. None where that can't be in doubt."""
        if not self.on_server:
            return None
        return connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()::text").scalar()

    def was_committed(self, mark: str | None) -> bool:
        """What became of a transaction whose commit got no answer. It is over: beginning waits for its lock."""
        if mark is None:
            return False
        with self.begun() as connection:
            status = connection.exec_driver_sql("SELECT pg_xact_status(%s::xid8)", (mark,)).scalar()
        log.warning("a commit got no answer and was looked up", status=status)
        return status == "committed"
