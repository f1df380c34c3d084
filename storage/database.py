"""Opens a database: private file, durable settings, schema up to date, and units of work over it."""

from __future__ import annotations

import os
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from storage.migrate import DatabaseRefused, migrate
from storage.postgresql import postgresql_engine
from storage.units import SqlUnits

SQLITE_PRAGMAS: Final = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    # An alert is money: what was committed survives a power cut too.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # What is deleted is overwritten: who asks to be forgotten is not left lying in free pages.
    "PRAGMA secure_delete = ON",
)
DRIVERS: Final = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Close it when done, or use it in a `with` block."""

    engine: Engine
    units: SqlUnits

    @property
    def taken(self) -> Future[None]:
        """Done with DatabaseTaken once another bot has the database."""
        return self.units.transactions.taken

    def stop_waiting(self) -> None:
        """From now on a server that is away is an error at once: call it before whoever may wait is to end."""
        self.units.transactions.stop_waiting()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_database(url: str, *, exclusive: bool = False) -> Database:
    """Open what `url` names, creating and migrating it as needed; raises DatabaseRefused with a sentence.

    `exclusive`: as the one bot of a PostgreSQL database. A SQLite file is locked by storage.lock.
    """
    address = address_of(url)
    try:
        engine = engine_of(address, exclusive=exclusive)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseRefused(f"No driver is installed for {address.drivername} databases ({error}).") from error
    try:
        migrate(engine)
    except DBAPIError as error:
        engine.dispose()
        raise DatabaseRefused(f"The database {shown(address)} can't be opened: {first_line(error)}") from error
    except DatabaseRefused:
        engine.dispose()
        raise
    return Database(engine, SqlUnits(engine))


def engine_of(address: URL, *, exclusive: bool = False) -> Engine:
    """What speaks to this database, as each kind must be spoken to."""
    match address.get_backend_name():
        case "sqlite":
            return sqlite_engine(address)
        case "postgresql":
            return postgresql_engine(address, exclusive=exclusive)
        case _:
            create_engine(address).dispose()
            raise DatabaseRefused(f"{address.drivername} databases are not supported: use SQLite or PostgreSQL.")


def shown(address: URL) -> str:
    """The address without what may be secret in it."""
    return address.set(query={}).render_as_string(hide_password=True)


def first_line(error: DBAPIError) -> str:
    """What the driver says, as one sentence."""
    lines = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
    return lines[0].removesuffix(".") + "."


def address_of(url: str) -> URL:
    """The parsed address, with the driver this program uses."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise DatabaseRefused("The database address is not of the form sqlite:///file or postgresql://…") from error
    return address.set(drivername=DRIVERS.get(address.drivername, address.drivername))


def sqlite_engine(address: URL) -> Engine:
    """One connection, used by one unit of work at a time, over a file nobody else may read."""
    if address.database and address.database != ":memory:":
        keep_private(Path(address.database))
    engine = create_engine(
        address,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        # Parameters are people's words; errors are logged.
        hide_parameters=True,
    )
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def keep_private(path: Path) -> None:
    """Create the file readable by its owner only. SQLite gives its side files the mode of the file itself."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise DatabaseRefused(f"The database file {path} can't be written: {error.strerror}.") from error


def prepare(connection: Any, record: object) -> None:  # noqa: ARG001 -- the pool passes both
    """Settings every SQLite connection needs; the driver is told to leave transactions to us."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def begin(connection: Connection) -> None:
    """Take the write lock at once, so that no unit of work reads what another is about to change."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
