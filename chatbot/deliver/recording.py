"""The sender's transactions: claim rows, and write down what became of each. Runs on the database thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from chatbot.core.money import Millis
from chatbot.deliver.merging import MOST, together
from chatbot.deliver.results import Apart, Blocked, Later, Moved, Never, Result, Sent
from chatbot.ports import Clock, Unit, Units
from chatbot.records import Outgoing


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes to one chat as one message: a row, or several merged, the most urgent first."""

    rows: tuple[Outgoing, ...]

    @property
    def first(self) -> Outgoing:
        return self.rows[0]

    @property
    def chat_id(self) -> int:
        return self.first.message.chat_id

    def moved_to(self, chat_id: int) -> Parcel:
        """For the chat's new id, where none of its old messages can be edited."""
        return Parcel(
            tuple(replace(out, message=replace(out.message, chat_id=chat_id), message_id=None) for out in self.rows)
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the sender can take right now. `at_once` says how many messages in a row a chat takes; of a chat where
    more wait, they leave merged, but for those `alone`."""

    limit: int
    busy_chats: frozenset[int]
    urgent_only: bool
    at_once: Callable[[int], int]
    alone: frozenset[int]


@dataclass(frozen=True, slots=True)
class Claimed:
    """What to send, and when the next queued row becomes due."""

    parcels: tuple[Parcel, ...]
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
        now = self.clock()
        with self.units() as unit:
            rows = unit.outbox.claim(
                now, limit=wanted.limit, busy_chats=wanted.busy_chats, urgent_only=wanted.urgent_only
            )
            parcels = tuple(self.packed(unit, out, wanted, now) for out in rows)
            return Claimed(parcels, unit.outbox.next_due(now) if len(rows) < wanted.limit else None)

    def packed(self, unit: Unit, out: Outgoing, wanted: Wanted, now: Millis) -> Parcel:
        """A claimed row, with those behind it if more wait than its chat takes at once."""
        chat_id = out.message.chat_id
        behind = unit.outbox.waiting(chat_id, now, MOST)
        if len(behind) < wanted.at_once(chat_id):
            return Parcel((out,))
        parcel = Parcel(together((out, *behind), wanted.alone))
        unit.outbox.claim_too([row.outbox_id for row in parcel.rows[1:]])
        return Parcel((out, *(replace(row, attempts=row.attempts + 1) for row in parcel.rows[1:])))

    def write(self, parcel: Parcel, result: Result, wait: Millis) -> None:
        """What became of a send. Only a wait that Telegram asked for is stored: the others are the sender's, which
        holds the chat back as a whole and may find sooner that the way is free again."""
        with self.units() as unit:
            if isinstance(result, Sent) and len(parcel.rows) > 1:
                ids = [out.outbox_id for out in parcel.rows]
                unit.outbox.sent_together(ids, result.message_id, self.clock())
                return
            has_owner = isinstance(result, Blocked) and unit.users.pause(parcel.chat_id, paused=True)
            for out in parcel.rows:
                self.write_one(unit, out, result, wait, kept=has_owner)

    def write_one(self, unit: Unit, out: Outgoing, result: Result, wait: Millis, *, kept: bool) -> None:
        """One row of what was sent; `kept` for a person's return: where a chat is nobody's, nobody can return."""
        now = self.clock()
        match result:
            case Sent(message_id=message_id):
                unit.outbox.sent(out.outbox_id, message_id, now)
            case Later(after_ms=after_ms, uncertain=uncertain):
                again_at = now + after_ms if after_ms else 0
                unit.outbox.later(out.outbox_id, again_at, uncertain=out.uncertain or uncertain)
            case Apart(uncertain=uncertain):
                unit.outbox.later(out.outbox_id, 0, uncertain=out.uncertain or uncertain)
            case Moved():
                unit.outbox.later(out.outbox_id, now + wait, uncertain=out.uncertain)
            case Blocked() if kept:
                unit.outbox.later(out.outbox_id, 0, uncertain=out.uncertain)
            case Blocked(why=why) | Never(why=why):
                unit.outbox.dead(out.outbox_id, why)
            case _ as unknown:
                assert_never(unknown)

    def follow(self, old_chat_id: int, new_chat_id: int) -> None:
        with self.units() as unit:
            unit.users.move_chat(old_chat_id, new_chat_id)
