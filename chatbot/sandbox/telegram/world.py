"""Everything one emulator knows, put together once and shared by the bot's side and the person's side."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chatbot.sandbox.telegram.chats import Chats
from chatbot.sandbox.telegram.faults import Faults
from chatbot.sandbox.telegram.files import Files
from chatbot.sandbox.telegram.flood import Flood
from chatbot.sandbox.telegram.inbox import Inbox
from chatbot.sandbox.telegram.journal import EVERY_CHAT, Journal
from chatbot.sandbox.telegram.store import Store
from chatbot.sandbox.telegram.webhook import Webhook
from chatbot.sandbox.telegram.wire import Fields

CALLS_KEPT: Final = 10_000
DEFAULT_BOT_ID: Final = 1


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot as it is told to whoever asks."""

    at: float
    method: str
    params: Fields
    status: int
    response: Any
    outcome: str

    def fields(self) -> Fields:
        return {
            "at": self.at,
            "method": self.method,
            "params": self.params,
            "status": self.status,
            "response": self.response,
            "outcome": self.outcome,
        }


class World:
    """One bot, its chats, its updates, and the troubles it is given."""

    def __init__(self, clock: Callable[[], float], state_path: Path | None) -> None:
        self.clock = clock
        self.store = Store(state_path, first=int(clock()))
        self.journal = Journal(self.store, clock)
        self.chats = Chats(self.store, self.journal)
        self.inbox = Inbox(self.store, clock)
        self.webhook = Webhook(self.store, self.inbox)
        self.files = Files(self.store)
        self.faults = Faults()
        self.flood = Flood(clock)
        self.calls: deque[Call] = deque(maxlen=CALLS_KEPT)

    def date(self) -> int:
        """Now, in the whole seconds that messages carry."""
        return int(self.clock())

    def bot_user(self) -> Fields:
        return {
            "id": self.store.setting("bot_id", DEFAULT_BOT_ID),
            "is_bot": True,
            "first_name": self.store.setting("name ", "Tierwise"),
            "username": "tierwise_sandbox_bot",
        }

    def meet_bot(self, token: str) -> None:
        """The bot is who its token says it is."""
        bot_id = int(token.partition(":")[0])
        if self.store.setting("bot_id") != bot_id:
            self.store.set_setting("bot_id", bot_id)

    def reset(self) -> None:
        """A clean slate for people and bot; numbers given out before stay used."""
        with self.store.transaction():
            self.store.forget_conversations()
            self.journal.add(EVERY_CHAT, "reset", {})
        self.calls.clear()
        self.faults.clear()
        self.flood.switch(on=False)

    def close(self) -> None:
        """Lets everyone who waits go; the file stays open until ``discard``."""
        self.journal.close()
        self.inbox.close()

    def discard(self) -> None:
        self.store.close()
