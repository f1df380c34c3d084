"""Power that fails between, or in the middle of, two writes: what was acknowledged is there, and nothing is damaged.

A crash image is what a disk may hold then: the database's file and its log as they are at some moment, the log cut
off or spoilt anywhere behind the last commit that was acknowledged.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, text

from chatbot.records import OutMessage, Priority
from storage.database import Database, open_database

IMAGES = 60
PROJECT = Path(__file__).parent.parent.parent
WRITES = """
import sys
from chatbot.records import OutMessage, Priority
from storage.database import open_database

with open_database(sys.argv[1]) as database:
    for number in range(1_000_000):
        with database.units() as unit:
            unit.settings.put("count", str(number))
            unit.outbox.add(OutMessage(1, "x" * 700, Priority.INFO, str(number)), number)
        print(number, flush=True)
"""
"""Each unit writes two rows that belong together, and says so once it is committed."""


@dataclass(frozen=True)
class Written:
    """How long the log was once so many units were acknowledged."""

    units: int
    log_length: int


def write(database: Database, number: int) -> None:
    """A unit of two rows that belong together."""
    with database.units() as unit:
        unit.settings.put("count", str(number))
        unit.outbox.add(OutMessage(1, "x" * 700, Priority.INFO, str(number)), number)


def found(image: Path) -> int:
    """How many units a start finds in the image; both rows of each are there, and the file is sound."""
    with open_database(f"sqlite:///{image}") as database:
        with database.units() as unit:
            count = int(unit.settings.get("count") or 0)
            assert unit.outbox.depth() == count
        with database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).all() == [("ok",)]
        write(database, count + 1)
    return count


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[Written]]]:
    """A database that is still open, its log full, and how long the log was after each unit."""
    path = tmp_path_factory.mktemp("power") / "live.sqlite3"
    log = Path(f"{path}-wal")
    with open_database(f"sqlite:///{path}") as database:
        with database.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_autocheckpoint = 0"))
        history = [Written(0, log.stat().st_size)]
        for number in range(1, 41):
            write(database, number)
            history.append(Written(number, log.stat().st_size))
        yield path, history


def image_of(path: Path, folder: Path, name: str) -> Path:
    """A copy of the file and its log; the index in memory is never on a disk."""
    image = folder / f"{name}.sqlite3"
    shutil.copyfile(path, image)
    shutil.copyfile(f"{path}-wal", f"{image}-wal")
    return image


def known_at(history: list[Written], length: int) -> int:
    """How many units were acknowledged while the log was no longer than this."""
    return max(written.units for written in history if written.log_length <= length)


def test_a_log_cut_off_anywhere_keeps_what_was_acknowledged(
    crashed: tuple[Path, list[Written]], tmp_path: Path
) -> None:
    """Cut at any byte: every unit that was acknowledged before is whole, the one under way is gone as a whole."""
    path, history = crashed
    dice = Random(6)
    ends = [written.log_length for written in history]
    cuts = [*ends[::8], *(end - 1 for end in ends[1::8]), *(dice.randint(ends[0], ends[-1]) for _ in range(IMAGES))]
    for number, length in enumerate(cuts):
        image = image_of(path, tmp_path, f"cut{number}")
        os.truncate(f"{image}-wal", length)
        assert found(image) == known_at(history, length)


def test_a_log_that_ends_in_rubbish_keeps_what_was_acknowledged(
    crashed: tuple[Path, list[Written]], tmp_path: Path
) -> None:
    """Sectors that were never written, or half: whatever stands behind the last synced commit is not believed."""
    path, history = crashed
    dice = Random(7)
    for number in range(IMAGES):
        image = image_of(path, tmp_path, f"rubbish{number}")
        last = dice.choice(history[:-1])
        with Path(f"{image}-wal").open("rb+") as log:
            log.seek(last.log_length)
            rest = len(log.read())
            log.seek(last.log_length)
            log.write(dice.choice((bytes(rest), dice.randbytes(rest))))
        assert found(image) == last.units


def test_images_of_a_database_that_is_written_hold_all_that_was_acknowledged(tmp_path: Path) -> None:
    """Taken at any moment, also while the log is folded in: no unit that was acknowledged is missing."""
    live = tmp_path / "live.sqlite3"
    command = [sys.executable, "-c", WRITES, f"sqlite:///{live}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as writer:  # noqa: S603 -- our own
        assert writer.stdout is not None
        try:
            for number in range(20):
                acknowledged = int([writer.stdout.readline() for _ in range(25)][-1])
                writer.send_signal(signal.SIGSTOP)
                os.waitpid(writer.pid, os.WUNTRACED)
                image = image_of(live, tmp_path, f"image{number}")
                writer.send_signal(signal.SIGCONT)
                assert written_in(image) >= acknowledged
        finally:
            writer.kill()


def written_in(image: Path) -> int:
    """The last number in the image; both rows of each unit are there, and the file is sound."""
    with open_database(f"sqlite:///{image}") as database:
        with database.units() as unit:
            count = int(unit.settings.get("count") or 0)
            assert unit.outbox.depth() == count + 1
        with database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).all() == [("ok",)]
    return count


def test_every_commit_is_synced_on_every_connection(tmp_path: Path) -> None:
    """A connection made anew is as durable as the first."""
    with open_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}") as database:
        for _ in range(3):
            assert pragmas(database.engine) == ("wal", 2)
            database.engine.dispose()


def pragmas(engine: Engine) -> tuple[str, int]:
    """The kind of journal, and how it is synced; 2 is FULL."""
    with engine.connect() as connection:
        journal = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        return str(journal), int(connection.execute(text("PRAGMA synchronous")).scalar_one())
