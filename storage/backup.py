"""Copies of a SQLite database: taken while a bot writes, of one moment; put back only where nothing can be lost.

Must never leave half a copy under a good name, nor overwrite a database that is not kept beside.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

from storage.database import address_of
from storage.lock import alone
from storage.migrate import DatabaseRefused, known_revisions
from storage.tables import METADATA

PATIENCE_SECONDS: Final = 30
BEFORE: Final = "before-restore"
GIVEN_SINCE: Final = 1_000_000
"""More ids than were given in any table since a copy was made."""
COUNTED: Final = tuple(
    table.name for table in METADATA.sorted_tables if table.dialect_options["sqlite"]["autoincrement"]
)
"""The tables whose ids are never used again."""
USE_PG_DUMP: Final = (
    "The database is kept by a PostgreSQL server: use pg_dump and pg_restore, which copy it while the bot runs."
)


def back_up(url: str, target: Path) -> None:
    """A copy of one moment: everything committed before this began is in it. Raises DatabaseRefused and OSError."""
    source = file_of(url)
    if not source.is_file():
        raise DatabaseRefused(f"There is no database at {source}.")
    if target.exists():
        raise DatabaseRefused(f"{target} is there already: choose another name, or move it away.")
    with private_copy(source, target.with_name(f"{target.name}.partial")) as copied:
        appear(copied, target)
        sync_folder(target)


def restore(url: str, source: Path) -> Path | None:
    """Put a copy in the database's place, as one that knows that time has passed since; the copy itself is only read.

    Gives back where the database that was there is kept. Raises DatabaseRefused and OSError.
    """
    target = file_of(url)
    if not source.is_file():
        raise DatabaseRefused(f"There is no file {source}.")
    refuse_unfit(source)
    with alone(url), private_copy(source, target.with_name(f"{target.name}.restoring")) as copied:
        age(copied)
        kept = keep_beside(target)
        copied.replace(target)
        sync_folder(target)
    return kept


def appear(copied: Path, target: Path) -> None:
    """The target appears whole or not at all, and never in another file's place."""
    try:
        os.link(copied, target)
    except FileExistsError:
        raise
    except OSError:
        # A file system without second names: the name is taken first, so that no other file has it.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        copied.replace(target)


def age(path: Path) -> None:
    """What was done since the copy is not in it: what waited may have been sent, ids were given, and buttons signed.

    So the unsent is marked as a repeat, no id comes back as another one's, and the bot makes itself a new key.
    """
    try:
        with closing(opened(path)) as connection, connection:
            connection.execute("UPDATE outbox SET uncertain = 1 WHERE state IN ('queued', 'sending')")
            for table in COUNTED:
                seq = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()[0]
                connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
                connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, (seq or 0) + GIVEN_SINCE))
            connection.execute("DELETE FROM settings WHERE name = 'signing_key'")
    except sqlite3.Error as error:
        raise DatabaseRefused(f"{path} can't be made the database: {error}.") from error


def file_of(url: str) -> Path:
    """The file of a SQLite database. Raises DatabaseRefused."""
    address = address_of(url)
    if address.get_backend_name() != "sqlite":
        raise DatabaseRefused(USE_PG_DUMP)
    if not address.database or address.database == ":memory:":
        raise DatabaseRefused("A database in memory has no file.")
    return Path(address.database)


@contextmanager
def private_copy(source: Path, draft: Path) -> Iterator[Path]:
    """A checked copy in one file that only its owner can read, synced; gone afterwards unless it was moved away."""
    draft.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft.unlink(missing_ok=True)
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        copy(source, draft)
        refuse_unfit(draft)
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def copy(source: Path, target: Path) -> None:
    """All pages in one step: readers of a write-ahead log see one moment, and hold up no writer."""
    try:
        with closing(opened(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            # One file, without a log beside it.
            new.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise DatabaseRefused(f"{source} can't be copied: {error}.") from error


def opened(path: Path) -> sqlite3.Connection:
    """A connection that makes no file where none is."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=PATIENCE_SECONDS)


def refuse_unfit(path: Path) -> None:
    """Raises DatabaseRefused where the file is damaged, is no database of ours, or is one of a newer version."""
    try:
        with closing(opened(path)) as connection:
            damage = [*connection.execute("PRAGMA integrity_check(1)"), *connection.execute("PRAGMA foreign_key_check")]
            revisions = {str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")}
            connection.execute("SELECT plan_id, sequence FROM plan_events LIMIT 1")
    except sqlite3.Error as error:
        raise DatabaseRefused(f"{path} is no database of Tierwise: {error}.") from error
    if damage != [("ok",)]:
        raise DatabaseRefused(f"{path} is damaged: {damage[0]}.")
    if not revisions or not revisions <= known_revisions():
        raise DatabaseRefused(f"{path} was written by a newer version of Tierwise: please update the program.")


def keep_beside(target: Path) -> Path | None:
    """The database that is there gets a second name; its log is folded in, so that it is not taken for another's."""
    if not target.exists():
        return None
    with suppress(sqlite3.Error), closing(opened(target)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = next(free for free in names_beside(target) if not free.exists())
    for side in ("-wal", "-shm"):
        if (log := Path(f"{target}{side}")).exists():
            # The database is too damaged to fold it in.
            log.rename(f"{kept}{side}")
    try:
        os.link(target, kept)
    except OSError:
        # A file system without second names.
        shutil.copy2(target, kept)
    return kept


def names_beside(target: Path) -> Iterator[Path]:
    """`….before-restore`, and with a number where that is taken."""
    yield Path(f"{target}.{BEFORE}")
    yield from (Path(f"{target}.{BEFORE}-{number}") for number in count(2))


def sync_folder(path: Path) -> None:
    """A new name survives a power cut once its folder is synced."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
