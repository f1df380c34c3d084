"""People who are forgotten: what SQLite deleted is not left lying in its files."""

from __future__ import annotations

from pathlib import Path

from chatbot.records import OutMessage, Priority, User
from storage.database import open_database

WORD = "pomegranate"
PAUL = User(4_321_987_654, 4_321_987_654)


def holds(folder: Path, word: str) -> bool:
    """Whether any file of the database has these bytes."""
    return any(word.encode() in file.read_bytes() for file in folder.iterdir())


def test_what_was_deleted_leaves_the_files(tmp_path: Path) -> None:
    """Once scrubbed, no file has the person's words or their id any more, long texts on pages of their own included."""
    with open_database(f"sqlite:///{tmp_path / 'bot.sqlite3'}") as database:
        with database.units() as unit:
            unit.users.put(PAUL)
            for number in range(50):
                message = OutMessage(PAUL.chat_id, f"{WORD} " * 2_000, Priority.INFO, f"{PAUL.chat_id}:{number}")
                unit.outbox.add(message, 1)
        assert holds(tmp_path, WORD)
        with database.units() as unit:
            unit.held.delete(PAUL)
        database.units.scrub()
        assert not holds(tmp_path, WORD)
        assert not holds(tmp_path, str(PAUL.chat_id))
