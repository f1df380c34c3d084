"""`tierwise backup` and `tierwise restore`: a copy of one moment under load, and nothing overwritten."""

from __future__ import annotations

import errno
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from chatbot.__main__ import main
from chatbot.records import Draft, OutMessage, Priority, User
from storage.database import open_database
from storage.lock import alone
from tests.messages.trading import long_plan

PROJECT = Path(__file__).parent.parent.parent
WRITES = """
import sys
from chatbot.records import OutMessage, Priority
from storage.database import open_database

with open_database(sys.argv[1]) as database:
    for number in range(1_000_000):
        with database.units() as unit:
            unit.settings.put("count", str(number))
            unit.outbox.add(OutMessage(1, "x" * 500, Priority.INFO, str(number)), number)
        print(number, flush=True)
"""
"""Each unit writes two rows that belong together, and says so once it is committed."""


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the settings, with a database in it."""
    path = tmp_path / "bot.sqlite3"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIERWISE_DATABASE_URL", f"sqlite:///{path}")
    put(path, "first")
    return path


def put(path: Path, value: str) -> None:
    """One fact is written."""
    with open_database(f"sqlite:///{path}") as opened, opened.units() as unit:
        unit.settings.put("fact", value)


def fact(path: Path) -> str | None:
    """The fact that is kept there."""
    with open_database(f"sqlite:///{path}") as opened, opened.units() as unit:
        return unit.settings.get("fact")


@contextmanager
def writing(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes as fast as it can, until it is killed."""
    command = [sys.executable, "-c", WRITES, f"sqlite:///{path}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:  # noqa: S603 -- our own
        try:
            yield process
        finally:
            process.kill()


def acknowledged(process: subprocess.Popen[str], more: int) -> int:
    """The last number after so many more commits."""
    assert process.stdout is not None
    return int([process.stdout.readline() for _ in range(more)][-1])


def test_a_copy_under_load_is_of_one_moment(database: Path, tmp_path: Path) -> None:
    """Whatever was committed before it began is in it, and of the unit under way both rows or neither."""
    with writing(database) as writer:
        for turn in range(3):
            before = acknowledged(writer, 50)
            assert main(["backup", f"copy{turn}"]) == 0
            with closing(sqlite3.connect(tmp_path / f"copy{turn}")) as copy:
                count = int(copy.execute("SELECT value FROM settings WHERE name = 'count'").fetchone()[0])
                rows = copy.execute("SELECT count(*) FROM outbox").fetchone()[0]
                assert count >= before
                assert rows == count + 1
                assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_copy_is_private_and_one_file(database: Path, tmp_path: Path) -> None:
    """Only its owner can read it, and nothing lies beside it."""
    assert main(["backup", "copy"]) == 0
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy"]


def test_a_restored_copy_is_the_database(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is what it was when it was copied; what came later is kept beside, each time under another name."""
    assert main(["backup", "copy"]) == 0
    put(database, "second")
    assert main(["restore", "copy"]) == 0
    assert f"kept as {database}.before-restore" in capsys.readouterr().out
    assert (fact(database), fact(Path(f"{database}.before-restore"))) == ("first", "second")
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    put(database, "third")
    assert main(["restore", "copy"]) == 0
    assert (fact(database), fact(Path(f"{database}.before-restore-2"))) == ("first", "third")
    assert (tmp_path / "copy").exists()


def test_where_files_have_one_name_only_they_are_copied(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy is made and put back; it is private, overwrites nothing, and nothing lies beside it."""
    monkeypatch.setattr("os.link", no_second_names)
    assert main(["backup", "copy"]) == 0
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy"]
    put(database, "second")
    assert main(["backup", "copy"]) == 2
    assert main(["restore", "copy"]) == 0
    assert (fact(database), fact(Path(f"{database}.before-restore"))) == ("first", "second")


def no_second_names(*_: object) -> None:
    """A file system that knows no links."""
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_what_was_not_sent_in_the_copy_is_a_repeat_now(database: Path) -> None:
    """It may have been sent since; what was over stays as it was."""
    with open_database(f"sqlite:///{database}") as opened, opened.units() as unit:
        unit.outbox.add(OutMessage(1, "sent", Priority.INFO, "sent"), 1)
        unit.outbox.sent(unit.outbox.claim(1)[0].outbox_id, 5, 1)
        unit.outbox.add(OutMessage(1, "sending", Priority.INFO, "sending"), 1)
        assert len(unit.outbox.claim(1)) == 1
        unit.outbox.add(OutMessage(1, "queued", Priority.INFO, "queued"), 1)
    assert main(["backup", "copy"]) == 0
    assert main(["restore", "copy"]) == 0
    assert asked(database, "SELECT text, uncertain FROM outbox ORDER BY outbox_id") == [
        ("sent", 0),
        ("sending", 1),
        ("queued", 1),
    ]
    assert {row[0] for row in asked(Path("copy"), "SELECT uncertain FROM outbox")} == {0}, "the copy is left alone"


def test_no_button_of_after_the_copy_means_anything(database: Path) -> None:
    """Ids given since then do not come back, whatever table they were of, and what was signed is no longer."""
    with open_database(f"sqlite:///{database}") as opened, opened.units() as unit:
        unit.settings.put("signing_key", "ab")
        unit.users.put(User(7, 70))
        assert unit.drafts.put(Draft(7, 70, "side", {})).draft_id == 1
    assert main(["backup", "copy"]) == 0
    assert main(["restore", "copy"]) == 0
    with open_database(f"sqlite:///{database}") as opened, opened.units() as unit:
        assert unit.settings.get("signing_key") is None
        assert unit.settings.get("fact") == "first"
        unit.users.put(User(8, 80))
        assert unit.drafts.put(Draft(8, 80, "side", {})).draft_id == 1_000_002
        # The copy has no plan: those of since then had ids all the same.
        assert unit.plans.add(User(7, 70), long_plan()).plan_id == 1_000_001


def asked(path: Path, query: str) -> list[tuple[object, ...]]:
    """What a file answers."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_a_copy_is_restored_where_nothing_was(database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a new machine: the folder is made, and there is nothing to keep."""
    assert main(["backup", "copy"]) == 0
    elsewhere = tmp_path / "new" / "bot.sqlite3"
    monkeypatch.setenv("TIERWISE_DATABASE_URL", f"sqlite:///{elsewhere}")
    assert main(["restore", "copy"]) == 0
    assert fact(elsewhere) == "first"
    assert not Path(f"{elsewhere}.before-restore").exists()


def test_a_log_of_the_old_database_is_not_taken_for_the_new_ones(database: Path, tmp_path: Path) -> None:
    """A bot that was killed leaves a log: it belongs to the database that is kept beside."""
    assert main(["backup", "copy"]) == 0
    with writing(database) as writer:
        last = acknowledged(writer, 20)
    assert Path(f"{database}-wal").stat().st_size > 0
    assert main(["restore", "copy"]) == 0
    assert not Path(f"{database}-wal").exists()
    assert fact(database) == "first"
    with open_database(f"sqlite:///{database}.before-restore") as old, old.units() as unit:
        assert int(unit.settings.get("count") or 0) >= last


def test_a_damaged_database_is_replaced_and_kept(database: Path) -> None:
    """What is there need not be readable: it is kept as it is."""
    assert main(["backup", "copy"]) == 0
    database.write_bytes(b"not a database at all" * 100)
    assert main(["restore", "copy"]) == 0
    assert fact(database) == "first"
    assert Path(f"{database}.before-restore").read_bytes().startswith(b"not a database")


def test_a_running_bots_database_is_not_replaced(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Copied, yes; replaced, no."""
    with alone(f"sqlite:///{database}"):
        assert main(["backup", "copy"]) == 0
        assert main(["restore", "copy"]) == 2
    assert "another bot runs on it" in capsys.readouterr().err


def newer(path: Path) -> None:
    """A database that a later version wrote."""
    put(path, "newer")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def foreign(path: Path) -> None:
    """Somebody else's database."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE songs (title TEXT)")


def torn(path: Path) -> None:
    """Half of a database."""
    put(path, "torn")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (newer, "newer version of Tierwise"),
        (foreign, "no database of Tierwise"),
        (torn, "bad is"),
        (lambda path: path.write_text("Dear reader, " * 100), "no database of Tierwise"),
        (lambda _: None, "There is no file bad"),
    ],
    ids=["newer", "foreign", "torn", "a letter", "nothing"],
)
def test_what_is_no_sound_copy_is_refused(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Callable[[Path], object], sentence: str
) -> None:
    """A sentence and exit code 2; the database is as it was, and nothing lies about."""
    make(tmp_path / "bad")
    assert main(["restore", "bad"]) == 2
    assert sentence in capsys.readouterr().err
    assert fact(database) == "first"
    assert not list(tmp_path.glob("*.before-restore*"))
    assert not list(tmp_path.glob("*.restoring*"))


def test_nothing_is_overwritten_by_a_copy(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is there stays, and so does yesterday's copy."""
    (tmp_path / "copy").write_text("yesterday")
    assert main(["backup", "copy"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "copy").read_text() == "yesterday"


def test_where_there_is_no_database_nothing_is_copied(
    database: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong setting is said rather than copied, and no file is made."""
    monkeypatch.setenv("TIERWISE_DATABASE_URL", "sqlite:///elsewhere.sqlite3")
    assert main(["backup", "copy"]) == 2
    assert "There is no database at elsewhere.sqlite3" in capsys.readouterr().err
    assert not Path("elsewhere.sqlite3").exists()


def test_a_folder_that_cannot_be_written_is_said(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one sentence, with its name."""
    assert main(["backup", "/proc/nowhere/copy"]) == 2
    assert "/proc/nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_on_a_server_pg_dump_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """PostgreSQL brings its own, and nothing is tried."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIERWISE_DATABASE_URL", "postgresql+psycopg://tierwise:secret@nowhere/tierwise")
    assert main([command, "copy"]) == 2
    printed = capsys.readouterr().err
    assert "pg_dump" in printed
    assert "secret" not in printed
