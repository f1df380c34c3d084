"""The private chats: who is in them, the messages both sides see, and how they change."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from chatbot.sandbox.telegram.journal import Change, Journal
from chatbot.sandbox.telegram.store import Store
from chatbot.sandbox.telegram.transcript import Row, shown
from chatbot.sandbox.telegram.wire import Fields


@dataclass(frozen=True, slots=True)
class Chat:
    """One person's chat with the bot; the chat's id is the person's id."""

    chat_id: int
    person: Fields
    blocked: bool
    pinned: int | None
    input_field: Fields | None

    def described(self) -> Fields:
        names: Fields = {key: self.person[key] for key in ("first_name", "last_name", "username") if key in self.person}
        return {"id": self.chat_id, "type": "private", **names}


class Chats:
    """Reads and writes chats; each write is recorded in the journal."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self.store = store
        self.journal = journal

    def find(self, chat_id: int) -> Chat | None:
        row = self.store.row("SELECT * FROM chats WHERE chat_id = ?", chat_id)
        if row is None:
            return None
        field = json.loads(row["input_field"]) if row["input_field"] else None
        return Chat(chat_id, json.loads(row["person"]), bool(row["blocked"]), row["pinned"], field)

    def known_or_new(self, chat_id: int, names: Fields) -> Chat:
        """The chat of a person, who comes into being with the first thing they do."""
        found = self.find(chat_id)
        if found is not None:
            return found
        person = {
            "id": chat_id,
            "is_bot": False,
            "first_name": f"Person {chat_id}",
            "language_code": "en",
            **names,
        }
        self.store.run("INSERT INTO chats (chat_id, person) VALUES (?, ?)", chat_id, json.dumps(person))
        return Chat(chat_id, person, blocked=False, pinned=None, input_field=None)

    def set_blocked(self, chat_id: int, *, blocked: bool) -> int:
        self.store.run("UPDATE chats SET blocked = ? WHERE chat_id = ?", int(blocked), chat_id)
        return self.journal.add(chat_id, "blocked" if blocked else "unblocked", {})

    def set_pinned(self, chat_id: int, message_id: int | None) -> None:
        self.store.run("UPDATE chats SET pinned = ? WHERE chat_id = ?", message_id, chat_id)
        self.journal.add(chat_id, "pinned", {"message_id": message_id})

    def set_input_field(self, chat_id: int, field: Fields | None) -> None:
        written = json.dumps(field) if field else None
        self.store.run("UPDATE chats SET input_field = ? WHERE chat_id = ?", written, chat_id)
        self.journal.add(chat_id, "input_field", {"input_field": field})

    def next_message_id(self, chat_id: int) -> int:
        return self.store.next_number(f"message of {chat_id}")

    def put(self, chat_id: int, message: Fields, kind: str) -> int:
        """Stores a new or changed message and returns the version it got."""
        version = self.journal.next_version()
        self.store.run(
            "INSERT INTO messages (chat_id, message_id, version, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (chat_id, message_id) DO UPDATE SET version = excluded.version, body = excluded.body",
            chat_id,
            message["message_id"],
            version,
            json.dumps(message),
        )
        self.record(chat_id, int(message["message_id"]), kind, version)
        return version

    def react(self, chat_id: int, message_id: int, reactions: list[str]) -> None:
        version = self.journal.next_version()
        self.store.run(
            "UPDATE messages SET version = ?, reactions = ? WHERE chat_id = ? AND message_id = ?",
            version,
            json.dumps(reactions),
            chat_id,
            message_id,
        )
        self.record(chat_id, message_id, "reaction", version)

    def record(self, chat_id: int, message_id: int, kind: str, version: int) -> None:
        row = self.row(chat_id, message_id)
        body: Fields = {"message_id": message_id, "message": shown(row) if row else None}
        self.journal.record(Change(version, chat_id, kind, body))

    def row(self, chat_id: int, message_id: int) -> Row | None:
        statement = "SELECT * FROM messages WHERE chat_id = ? AND message_id = ?"
        found = self.store.row(statement, chat_id, message_id)
        return read_row(found) if found else None

    def message(self, chat_id: int, message_id: int) -> Fields | None:
        found = self.row(chat_id, message_id)
        return found.message if found else None

    def rows(self, chat_id: int) -> list[Row]:
        """All messages of a chat, oldest first."""
        statement = "SELECT * FROM messages WHERE chat_id = ? ORDER BY message_id"
        return [read_row(row) for row in self.store.run(statement, chat_id)]

    def remove(self, chat_id: int, message_id: int) -> None:
        self.store.run("DELETE FROM messages WHERE chat_id = ? AND message_id = ?", chat_id, message_id)
        self.store.run("UPDATE chats SET pinned = NULL WHERE chat_id = ? AND pinned = ?", chat_id, message_id)
        self.journal.add(chat_id, "delete", {"message_id": message_id})


def read_row(row: sqlite3.Row) -> Row:
    return Row(row["version"], json.loads(row["body"]), tuple(json.loads(row["reactions"])))
