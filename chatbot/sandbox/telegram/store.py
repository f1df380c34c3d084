"""The one SQLite file of the emulator: tables, counters that never go back, and transactions.

A number given out once is never given out again, not after a restart and not after a reset. A new file counts on
from the clock, because a bot may remember the numbers of a file that was deleted.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS chats (
    chat_id INTEGER PRIMARY KEY, person TEXT NOT NULL, blocked INTEGER NOT NULL DEFAULT 0,
    pinned INTEGER, input_field TEXT);
CREATE TABLE IF NOT EXISTS messages (
    chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL, version INTEGER NOT NULL,
    body TEXT NOT NULL, reactions TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (chat_id, message_id));
CREATE TABLE IF NOT EXISTS updates (
    update_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS taps (
    tap_id TEXT PRIMARY KEY, chat_id INTEGER NOT NULL, message_id INTEGER NOT NULL,
    at REAL NOT NULL, answered INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS changes (
    version INTEGER PRIMARY KEY, chat_id INTEGER NOT NULL, kind TEXT NOT NULL,
    body TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    file_id TEXT PRIMARY KEY, file_name TEXT NOT NULL, content_type TEXT NOT NULL, data BLOB NOT NULL);
"""
FIRST: Final = "first number"
"""The setting that says after which number this file began to count."""
CONVERSATION_TABLES: Final = ("chats", "messages", "updates", "taps", "changes", "files")


class Store:
    """Opened at once; ``close`` gives the file back."""

    def __init__(self, path: Path | None, first: int = 0) -> None:
        self.connection = sqlite3.connect(":memory:" if path is None else str(path), isolation_level=None)
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=NORMAL")
        self.connection.executescript(SCHEMA)
        if self.setting(FIRST) is None:
            self.set_setting(FIRST, 0 if path is None or self.has_counted() else first)
        self.first = int(self.setting(FIRST))

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; what runs inside must not await."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def run(self, statement: str, *values: Any) -> sqlite3.Cursor:
        return self.connection.execute(statement, values)

    def row(self, statement: str, *values: Any) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self.run(statement, *values).fetchone()
        return found

    def next_number(self, name: str) -> int:
        statement = (
            "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"
        )
        return int(self.run(statement, name, self.first + 1).fetchone()["value"])

    def used_number(self, name: str, value: int) -> None:
        """A number that somebody else gave out: the next ones are higher."""
        statement = (
            "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = MAX(value, excluded.value)"
        )
        self.run(statement, name, value)

    def current_number(self, name: str) -> int:
        found = self.row("SELECT value FROM counters WHERE name = ?", name)
        return int(found["value"]) if found else self.first

    def has_counted(self) -> bool:
        """Whether any number was given out, as in a file of an earlier version."""
        return self.row("SELECT 1 FROM counters LIMIT 1") is not None

    def setting(self, name: str, default: Any = None) -> Any:
        found = self.row("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(found["value"]) if found else default

    def set_setting(self, name: str, value: Any) -> None:
        self.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, json.dumps(value))

    def remove_setting(self, name: str) -> None:
        self.run("DELETE FROM settings WHERE name = ?", name)

    def forget_conversations(self) -> None:
        """Empties every chat and queue; counters and the bot's own settings stay."""
        for table in CONVERSATION_TABLES:
            self.run(f"DELETE FROM {table}")  # noqa: S608 -- names of our own tables
