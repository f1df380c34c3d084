"""How a SQLite database is opened: private, durable, exact."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from chatbot.core.market import Quote
from chatbot.records import Draft, User
from storage.database import Database, open_database
from storage.migrate import DatabaseRefused
from storage.tables import QUOTES


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An open database in a file."""
    with open_database(f"sqlite:///{tmp_path / 'tierwise.sqlite3'}") as opened:
        yield opened


def pragma(database: Database, name: str) -> object:
    """What SQLite says about itself."""
    with database.engine.connect() as connection:
        return connection.execute(text(f"PRAGMA {name}")).scalar()


def mode_of(path: Path) -> int:
    """The permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_the_database_is_durable(database: Database) -> None:
    """Write-ahead log, synced at every commit, references watched, and patience with other programs."""
    assert pragma(database, "journal_mode") == "wal"
    assert pragma(database, "synchronous") == 2
    assert pragma(database, "foreign_keys") == 1
    assert pragma(database, "busy_timeout") == 10_000


def test_nobody_else_can_read_the_files(tmp_path: Path) -> None:
    """The database, its log and its index are the owner's alone, and so is a new folder, whatever the umask."""
    folder = tmp_path / "var"
    before = os.umask(0)
    try:
        with open_database(f"sqlite:///{folder / 'tierwise.sqlite3'}") as database, database.units() as unit:
            unit.users.put(User(1, 10))
            assert {path.name: mode_of(path) for path in folder.iterdir()} == {
                "tierwise.sqlite3": 0o600,
                "tierwise.sqlite3-wal": 0o600,
                "tierwise.sqlite3-shm": 0o600,
            }
            assert mode_of(folder) == 0o700
    finally:
        os.umask(before)


def test_a_database_readable_by_others_is_made_private(tmp_path: Path) -> None:
    """A file that came from elsewhere with open permissions is closed to others."""
    path = tmp_path / "open.sqlite3"
    path.touch(0o644)
    open_database(f"sqlite:///{path}").close()
    assert mode_of(path) == 0o600


def test_a_closed_database_is_one_file(tmp_path: Path) -> None:
    """After an orderly end the log is folded in: one file can be copied away."""
    with open_database(f"sqlite:///{tmp_path / 'tierwise.sqlite3'}") as database, database.units() as unit:
        unit.users.put(User(1, 10))
    assert [path.name for path in tmp_path.iterdir()] == ["tierwise.sqlite3"]


WRITE_AND_DIE = """
import os, signal, sys
from chatbot.records import User
from storage.database import open_database

units = open_database(sys.argv[1]).units
with units() as unit:
    unit.users.put(User(1, 10))
with units() as unit:
    unit.users.put(User(2, 20))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_hard_stop_keeps_what_was_committed_and_nothing_else(tmp_path: Path) -> None:
    """Killed in the middle of a unit of work, the next start finds the unit before it and no part of this one."""
    url = f"sqlite:///{tmp_path / 'tierwise.sqlite3'}"
    killed = subprocess.run([sys.executable, "-c", WRITE_AND_DIE, url], check=False, timeout=60)  # noqa: S603 -- our own
    assert killed.returncode == -signal.SIGKILL
    with open_database(url) as database, database.units() as unit:
        assert unit.users.all() == [User(1, 10)]


def test_a_second_program_may_read_and_write_in_turn(tmp_path: Path) -> None:
    """Two openings of one file see each other's commits."""
    url = f"sqlite:///{tmp_path / 'tierwise.sqlite3'}"
    with open_database(url) as first, open_database(url) as second:
        with first.units() as unit:
            unit.users.put(User(1, 10))
        with second.units() as unit:
            unit.users.put(User(2, 20))
        with first.units() as unit:
            assert [user.user_id for user in unit.users.all()] == [1, 2]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_are_kept_digit_for_digit(database: Database, price: Decimal) -> None:
    """Any finite decimal comes back with the very digits and exponent it had."""
    with database.units() as unit:
        unit.quotes.put("any", [Quote("any", price, 1)])
        kept = unit.quotes.get("any", "any")
    assert kept is not None
    assert kept.price.as_tuple() == price.as_tuple()


@pytest.mark.parametrize("price", [0.1, Decimal("NaN"), Decimal("Infinity"), "1"])
def test_what_is_no_finite_decimal_is_refused(database: Database, price: object) -> None:
    """A float has lost digits already, and no price is infinite or not a number."""
    with database.engine.begin() as connection, pytest.raises(StatementError, match="not a finite decimal"):
        connection.execute(insert(QUOTES).values(exchange="any", symbol="any", trigger_price="last", price=price, at=1))


def test_decimals_cannot_be_compared_in_sql() -> None:
    """Text sorts 9 after 10, so such a comparison is an error where it is written; equality with nothing is fine."""
    with pytest.raises(TypeError, match="must not be compared"):
        select(QUOTES).where(QUOTES.c.price > Decimal(9))
    assert str(QUOTES.c.price.is_(None)) == "quotes.price IS NULL"


def test_a_unit_within_a_unit_is_refused(database: Database) -> None:
    """It would wait for itself for ever; the outer one goes on and can commit."""
    with database.units() as unit:
        with pytest.raises(RuntimeError, match="already open"), database.units():
            pass
        unit.users.put(User(1, 10))
    with database.units() as unit:
        assert unit.users.get(1) == User(1, 10)


def test_a_draft_of_nobody_is_refused(database: Database) -> None:
    """References are watched: a draft belongs to a stored user."""
    with pytest.raises(IntegrityError), database.units() as unit:
        unit.drafts.put(Draft(99, 990, "side", {}))


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("no address", "not of the form"),
        ("oracle+nothing://host/db", "No driver is installed"),
        ("sqlite:////proc/no/such/folder/db.sqlite3", "can't be written"),
    ],
)
def test_a_database_that_cannot_be_opened_is_refused_with_a_sentence(url: str, sentence: str) -> None:
    """A wrong address ends in words, not in a traceback of a library."""
    with pytest.raises(DatabaseRefused, match=sentence):
        open_database(url)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Somebody's text file is neither migrated nor overwritten."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, " * 100)
    with pytest.raises(DatabaseRefused, match="can't be opened"):
        open_database(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear reader")


def test_a_database_in_memory_works(tmp_path: Path) -> None:
    """Handy for trying things: it lives as long as it is open."""
    with open_database("sqlite://") as database:
        with database.units() as unit:
            unit.users.put(User(1, 10))
        with database.units() as unit:
            assert unit.users.get(1) == User(1, 10)
    assert list(tmp_path.iterdir()) == []
