"""The updates a bot has not confirmed yet, and the long poll that hands them out to one bot at a time."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from chatbot.sandbox.telegram.store import Store
from chatbot.sandbox.telegram.wakeup import Wakeup
from chatbot.sandbox.telegram.wire import Fields, Refused

LEFT_OUT_BY_DEFAULT: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KEPT_SECONDS: Final = 86_400.0
TAPS_KEPT_SECONDS: Final = 150.0
OTHER_POLL: Final = "terminated by other getUpdates request; make sure that only one bot instance is running"
HAS_WEBHOOK: Final = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
NEW_WEBHOOK: Final = "terminated by setWebhook request"


class Inbox:
    """Updates in the order they were created; ids grow by one and are never given out twice."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self.store = store
        self.clock = clock
        self.wakeup = Wakeup()
        self.newest_poll = 0
        self.closed = False
        self.has_webhook = False
        self.raw: deque[Fields] = deque()
        """Updates given word for word, ahead of the others; each is handed out once."""

    def add(self, kind: str, body: Fields) -> int | None:
        """The id of the new update, None when the bot did not ask for this kind."""
        if not self.wants(kind):
            return None
        update_id = self.store.next_number("update")
        statement = "INSERT INTO updates VALUES (?, ?, ?, ?)"
        self.store.run(statement, update_id, kind, json.dumps(body), self.clock())
        self.wakeup.fire()
        return update_id

    def add_raw(self, updates: Sequence[Fields]) -> None:
        """Updates of any form, as they are; one without an id gets the next."""
        for update in updates:
            if "update_id" not in update:
                self.raw.append({"update_id": self.store.next_number("update"), **update})
                continue
            self.store.used_number("update", update["update_id"])
            self.raw.append(update)
        self.wakeup.fire()

    def remove(self, update_id: int) -> None:
        """One that a webhook took."""
        self.store.run("DELETE FROM updates WHERE update_id = ?", update_id)

    def wants(self, kind: str) -> bool:
        allowed = self.store.setting("allowed_updates", [])
        return kind in allowed if allowed else kind not in LEFT_OUT_BY_DEFAULT

    def confirm(self, offset: int) -> None:
        """Forgets updates below a positive offset, and all but the last few for a negative one."""
        if offset > 0:
            self.store.run("DELETE FROM updates WHERE update_id < ?", offset)
        if offset < 0:
            last = "SELECT update_id FROM updates ORDER BY update_id DESC LIMIT ?"
            self.store.run(f"DELETE FROM updates WHERE update_id NOT IN ({last})", -offset)  # noqa: S608 -- fixed text

    def clear(self) -> None:
        self.store.run("DELETE FROM updates")
        self.raw.clear()

    def count(self) -> int:
        found = self.store.row("SELECT COUNT(*) AS number FROM updates")
        return len(self.raw) + (int(found["number"]) if found else 0)

    def pending(self, limit: int) -> list[Fields]:
        """What waits for the bot, without what got too old while nobody asked."""
        now = self.clock()
        self.store.run("DELETE FROM updates WHERE at < ?", now - KEPT_SECONDS)
        self.store.run("DELETE FROM updates WHERE kind = 'callback_query' AND at < ?", now - TAPS_KEPT_SECONDS)
        rows = self.store.run("SELECT * FROM updates ORDER BY update_id LIMIT ?", limit)
        return [{"update_id": row["update_id"], row["kind"]: json.loads(row["body"])} for row in rows]

    def next(self, limit: int) -> list[Fields]:
        """What the bot is handed: raw updates first, which are gone with it, else what is pending."""
        raw = [self.raw.popleft() for _ in range(min(limit, len(self.raw)))]
        return raw or self.pending(limit)

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Fields]:
        """Pending updates, at the latest when the time is over; a newer poll or a webhook ends it with a conflict."""
        if self.has_webhook:
            raise Refused(f"Conflict: {HAS_WEBHOOK}", code=409)
        self.newest_poll += 1
        mine = self.newest_poll
        self.wakeup.fire()
        self.confirm(offset)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not (found := self.next(limit)):
            left = deadline - loop.time()
            if left <= 0 or self.closed:
                return []
            await self.wakeup.wait(left)
            if self.newest_poll != mine:
                raise Refused(f"Conflict: {OTHER_POLL}", code=409)
            if self.has_webhook:
                raise Refused(f"Conflict: {NEW_WEBHOOK}", code=409)
        return found

    def close(self) -> None:
        self.closed = True
        self.wakeup.fire()
