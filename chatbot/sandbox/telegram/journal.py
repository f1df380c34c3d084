"""Every change of a chat in the order it happened, each with a version number that only grows."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from chatbot.sandbox.telegram.store import Store
from chatbot.sandbox.telegram.wakeup import Wakeup
from chatbot.sandbox.telegram.wire import Fields

KEPT: Final = 20_000
TIDY_EVERY: Final = 1_000
EVERY_CHAT: Final = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What a person, or someone watching, can notice; a change of chat 0 concerns every chat."""

    version: int
    chat_id: int
    kind: str
    body: Fields

    def fields(self) -> Fields:
        return {"version": self.version, "chat_id": self.chat_id, "kind": self.kind, **self.body}


class Journal:
    """Written inside the transaction that changes the chat; read by everyone who follows it."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self.store = store
        self.clock = clock
        self.wakeup = Wakeup()
        self.closed = False

    def next_version(self) -> int:
        return self.store.next_number("version")

    def latest(self) -> int:
        return self.store.current_number("version")

    def record(self, change: Change) -> None:
        self.store.run(
            "INSERT INTO changes VALUES (?, ?, ?, ?, ?)",
            change.version,
            change.chat_id,
            change.kind,
            json.dumps(change.body),
            self.clock(),
        )
        if change.version % TIDY_EVERY == 0:
            self.store.run("DELETE FROM changes WHERE version <= ?", change.version - KEPT)
        self.wakeup.fire()

    def add(self, chat_id: int, kind: str, body: Fields) -> int:
        version = self.next_version()
        self.record(Change(version, chat_id, kind, body))
        return version

    def since(self, version: int, chat_id: int | None) -> list[Change]:
        """Later changes, oldest first, of one chat or of all."""
        wanted = "chat_id IN (?, 0)" if chat_id is not None else "? IS NULL"
        statement = f"SELECT * FROM changes WHERE version > ? AND {wanted} ORDER BY version"  # noqa: S608 -- fixed text
        rows = self.store.run(statement, version, chat_id)
        return [read_change(row) for row in rows]

    def of_kind(self, chat_id: int, kind: str) -> list[Change]:
        """All changes of one kind in a chat, oldest first."""
        rows = self.store.run("SELECT * FROM changes WHERE chat_id = ? AND kind = ? ORDER BY version", chat_id, kind)
        return [read_change(row) for row in rows]

    async def wait_since(self, version: int, chat_id: int | None, seconds: float) -> list[Change]:
        """Like ``since``, but waits for the first change; empty when the time is over or the emulator stops."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not (found := self.since(version, chat_id)):
            left = deadline - loop.time()
            if left <= 0 or self.closed:
                return []
            await self.wakeup.wait(left)
        return found

    def close(self) -> None:
        self.closed = True
        self.wakeup.fire()


def read_change(row: sqlite3.Row) -> Change:
    return Change(row["version"], row["chat_id"], row["kind"], json.loads(row["body"]))
