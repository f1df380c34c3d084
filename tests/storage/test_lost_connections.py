"""A connection to a PostgreSQL server that is lost at the worst moments of a unit of work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, event, text
from structlog.testing import capture_logs

from chatbot.database_thread import DatabaseThread
from chatbot.ports import DatabaseGone, DatabaseLost
from chatbot.records import OutMessage, Priority
from storage.database import Database, open_database
from storage.migrate import DatabaseRefused
from storage.postgresql import BOT_LOCK

MESSAGE = OutMessage(1, "x", Priority.INFO, "once")


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    """The one bot's database."""
    with open_database(postgres_url, exclusive=True) as opened:
        yield opened


def write(database: Database) -> None:
    """A unit that would be noticed if it were done twice."""
    with database.units() as unit:
        unit.settings.put("count", str(int(unit.settings.get("count") or 0) + 1))
        unit.outbox.add(MESSAGE, 1)


def count(database: Database) -> int:
    with database.units() as unit:
        return int(unit.settings.get("count") or 0)


def lose_once(database: Database, *, committed: bool) -> None:
    """The next commit gets no answer: it reached the server, or it did not."""

    def lose(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        if committed:
            driver.execute("COMMIT")
        driver.close()

    event.listen(database.engine, "commit", lose, once=True)


def test_a_commit_whose_answer_got_lost_is_a_commit(database: Database) -> None:
    """The server is asked what became of it, so nobody does it again."""
    lose_once(database, committed=True)
    with capture_logs() as lines:
        write(database)
    assert [line["status"] for line in lines if "status" in line] == ["committed"]
    assert count(database) == 1


def test_a_commit_that_never_arrived_is_none(database: Database) -> None:
    """Nothing of the unit is kept, and whoever opened it is told."""
    lose_once(database, committed=False)
    with pytest.raises(DatabaseLost):
        write(database)
    assert count(database) == 0


def test_a_connection_lost_within_a_unit_leaves_nothing(database: Database) -> None:
    """Whatever was written before it is gone, and the next unit has a new connection."""

    def cut_off() -> None:
        with database.units() as unit:
            unit.settings.put("count", "5")
            unit.outbox.work.connection.connection.driver_connection.close()  # type: ignore[union-attr]
            unit.outbox.depth()

    with pytest.raises(DatabaseLost):
        cut_off()
    assert count(database) == 0


@pytest.mark.parametrize("committed", [True, False], ids=["committed", "not committed"])
async def test_the_database_thread_does_it_again_where_it_was_not_done(database: Database, *, committed: bool) -> None:
    """Once in the end, either way."""
    on_database = DatabaseThread()
    lose_once(database, committed=committed)
    await on_database(lambda: write(database))
    on_database.close()
    assert count(database) == 1


def test_a_second_bot_is_refused_and_others_may_look(database: Database, postgres_url: str) -> None:
    """Only bots exclude each other: a tool may read and write in its turn."""
    with pytest.raises(DatabaseRefused, match="another bot runs on it"):
        open_database(postgres_url, exclusive=True)
    with open_database(postgres_url) as tool:
        write(tool)
    assert count(database) == 1


def test_a_bot_whose_place_was_taken_writes_nothing_more(database: Database, postgres_url: str) -> None:
    """Not even once the other one has gone again: what it believed may be over."""
    write(database)
    database.engine.dispose()
    with open_database(postgres_url) as other, other.engine.connect() as connection:
        connection.execute(text(f"SELECT pg_advisory_lock({BOT_LOCK})"))
        with pytest.raises(DatabaseGone):
            write(database)
        connection.rollback()
        connection.execute(text(f"SELECT pg_advisory_unlock({BOT_LOCK})"))
    with pytest.raises(DatabaseGone):
        write(database)
    assert isinstance(database.taken.exception(), DatabaseRefused)


def test_sessions_are_durable_and_never_hang(database: Database) -> None:
    """Commits wait for the disk, locks are not waited for without end, and a unit left open is ended by the server."""
    for _ in range(2):
        with database.engine.connect() as connection:
            names = ("synchronous_commit", "lock_timeout", "idle_in_transaction_session_timeout")
            assert [connection.execute(text(f"SHOW {name}")).scalar() for name in names] == ["on", "5s", "1min"]
        database.engine.dispose()


def test_a_server_that_is_not_there_is_refused_without_the_password() -> None:
    """At the start it is a sentence at once."""
    with pytest.raises(DatabaseRefused, match="can't be opened") as caught:
        open_database("postgresql://sam:hunter2@/tierwise?host=/nowhere&password=hunter3")
    assert "hunter" not in str(caught.value)
