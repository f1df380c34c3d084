"""The sender's transactions: claim rows, and write down what became of each. Runs on the database thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from chatbot.core.money import Millis
from chatbot.deliver.results import Blocked, Later, Moved, Never, Result, Sent
from chatbot.ports import Clock, Outgoing, Units


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the sender can take right now."""

    limit: int
    busy_chats: frozenset[int]
    replies_only: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """Rows to send, and when the next queued row may leave (a moment gone by: it waits for its chat)."""

    rows: tuple[Outgoing, ...]
    next_due: Millis | None


@dataclass(frozen=True, slots=True)
class Records:
    """Each method is one transaction."""

    units: Units
    clock: Clock

    def recover(self) -> int:
        with self.units() as unit:
            return unit.outbox.recover()

    def claim(self, wanted: Wanted) -> Claimed:
        """What may leave now; a row that has to wait for its share is not touched."""
        with self.units() as unit:
            rows = unit.outbox.claim(
                self.clock(), limit=wanted.limit, busy_chats=wanted.busy_chats, replies_only=wanted.replies_only
            )
            return Claimed(tuple(rows), unit.outbox.next_due())

    def write(self, out: Outgoing, result: Result, wait: Millis) -> None:
        """What became of a send. Only a wait that Telegram asked for is stored: the others are the sender's, which
        holds the chat back as a whole and may find sooner that the way is free again."""
        now = self.clock()
        with self.units() as unit:
            match result:
                case Sent(message_id=message_id):
                    unit.outbox.sent(out.outbox_id, message_id, now)
                case Later(after_ms=after_ms, uncertain=uncertain):
                    unit.outbox.later(out.outbox_id, now + (after_ms or 0), uncertain=out.uncertain or uncertain)
                case Moved():
                    unit.outbox.later(out.outbox_id, now + wait, uncertain=out.uncertain)
                case Blocked(why=why):
                    if unit.users.pause(out.message.chat_id, paused=True):
                        unit.outbox.later(out.outbox_id, now, uncertain=out.uncertain)
                    else:
                        # Kept for a person's return; where the chat is nobody's, nobody can return.
                        unit.outbox.dead(out.outbox_id, why)
                case Never(why=why):
                    unit.outbox.dead(out.outbox_id, why)
                case _ as unknown:
                    assert_never(unknown)

    def follow(self, old_chat_id: int, new_chat_id: int) -> None:
        with self.units() as unit:
            unit.users.move_chat(old_chat_id, new_chat_id)
