"""How PostgreSQL is spoken to: durable commits, units in turn whoever opens them, and no session that hangs for ever.

SQLite lets one writer in at a time; here an advisory lock of the transaction does, so both promise the same.
"""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event

from storage.migrate import DatabaseRefused

BOT_LOCK: Final = 7_598_807_797_000_001
"""Held by the one bot of a database, for as long as its connection lives."""
UNIT_LOCK: Final = 7_598_807_797_000_002
"""Held by whoever has a unit of work open, until it is over."""
OLDEST: Final = 130_000
"""The oldest server that can be asked what became of a transaction."""
SESSION: Final = {
    "lock_timeout": "5s",
    # A client that stopped in the middle of a unit must not hold up everybody else.
    "idle_in_transaction_session_timeout": "60s",
    # So that the server notices within a minute that a client's machine is gone, and frees its locks.
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
SETTINGS: Final = "SELECT " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in SESSION.items())
DURABLE: Final = (
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)
KEEPALIVE: Final = {"connect_timeout": 10, "keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3}
OWN_OLD_SESSIONS: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = %s AND datname = current_database() AND pid <> pg_backend_pid()"
)
LOCK_NOT_AVAILABLE: Final = "55P03"


class DatabaseTaken(DatabaseRefused):
    """Another bot runs on the database."""


def postgresql_engine(address: URL, *, exclusive: bool = False) -> Engine:
    """One connection, used by one unit of work at a time, and made anew when it was lost.

    `exclusive`: this is the bot of the database, and no other may be; the connection itself holds that right, so
    nothing can be written without it. Making the connection raises DatabaseTaken where another has it.
    """
    name = f"tierwise {secrets.token_hex(8)}" if exclusive else "tierwise"
    engine = create_engine(
        address,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={**KEEPALIVE, "application_name": name},
        # Parameters are people's words; errors are logged.
        hide_parameters=True,
    )
    event.listen(engine, "connect", partial(prepare, alone=name if exclusive else None))
    event.listen(engine, "begin", begin)
    return engine


def prepare(connection: Any, record: object, *, alone: str | None) -> None:  # noqa: ARG001 -- the pool passes both
    """Settings every session needs; and the right to be the bot, where it is one."""
    try:
        with connection.cursor() as cursor:
            refuse_unfit(connection)
            cursor.execute(SETTINGS)
            cursor.execute(DURABLE)
            # Settings made in a transaction that is rolled back would be undone with it.
            connection.commit()
            if alone is not None:
                take(cursor, alone)
                connection.commit()
    except BaseException:
        connection.close()
        raise


def refuse_unfit(connection: Any) -> None:
    """A server that could not keep what it is given."""
    if connection.info.server_version < OLDEST:
        raise DatabaseRefused("The PostgreSQL server is too old: Tierwise needs version 13 or newer.")
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseRefused(f"The PostgreSQL database is encoded as {encoding}: Tierwise needs one in UTF8.")


def take(cursor: Any, own_name: str) -> None:
    """The lock of the bot. A session of our own that the server has not missed yet is ended: it is of no use any more."""
    cursor.execute(OWN_OLD_SESSIONS, (own_name,))
    try:
        cursor.execute("SELECT pg_advisory_lock(%s)", (BOT_LOCK,))
    except Exception as error:
        if getattr(error, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise DatabaseTaken("The database is in use: another bot runs on it. Stop that one first.") from None


def begin(connection: Connection) -> None:
    """Wait for one's turn at once, so that no unit of work reads what another is about to change."""
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UNIT_LOCK})")
