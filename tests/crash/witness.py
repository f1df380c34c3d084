"""Stands in every chat and writes down each message as it arrives, whatever becomes of it later."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from chatbot.sandbox.telegram import Person
from chatbot.sandbox.telegram.person import read_shown
from tests.crash.judge import Received

LISTENS_FOR: Final = 20.0


class Witness:
    """Follows what happens in some chats, over the emulator's own record of changes."""

    def __init__(self, person: Person, chats: Collection[int], hear: Callable[[Received], None]) -> None:
        self.person, self.chats, self.hear = person, chats, hear
        self.version = 0
        self.shown: dict[int, list[tuple[int, str]]] = {chat_id: [] for chat_id in chats}
        """Of each chat the ids and texts of the bot's messages, oldest first."""

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            query = {"since": str(self.version), "timeout": str(LISTENS_FOR)}
            answer = await self.person.request("GET", "/sim/wait", query=query)
            for change in answer["changes"]:
                self.take(change)
            self.version = max(self.version, int(answer["version"]))

    def take(self, change: dict[str, Any]) -> None:
        """A message of the bot that is new; an edit tells nothing again."""
        if change["kind"] != "message" or change["chat_id"] not in self.chats:
            return
        shown = read_shown(change["message"])
        if shown.from_bot:
            self.shown[change["chat_id"]].append((shown.message_id, shown.text))
            self.hear(Received(change["chat_id"], change["version"], shown.text))
