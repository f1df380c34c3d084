"""One process a database: two bots on one would poll twice, and each would believe its own picture of the plans."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import address_of, keep_private
from storage.migrate import DatabaseRefused


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Nobody else may begin this while it lasts; the system ends it with the process, however that ends.

    Of a SQLite file. On PostgreSQL the bot's own connection holds the lock: see storage.postgresql.
    Raises DatabaseRefused.
    """
    address = address_of(url)
    if address.get_backend_name() != "sqlite" or not address.database or address.database == ":memory:":
        yield
        return
    path = Path(f"{address.database}.lock")
    keep_private(path)
    lock = os.open(path, os.O_RDWR)
    try:
        take(lock, address.database)
        yield
    finally:
        os.close(lock)


def take(lock: int, database: str) -> None:
    """Raises DatabaseRefused at once, rather than wait for the other process to end."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DatabaseRefused(
            f"The database {database} is in use: another bot runs on it. Stop that one first."
        ) from None
