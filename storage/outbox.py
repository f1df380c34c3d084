"""Messages to send, at least once, the most urgent first.

    queued -claim-> sending -sent-> sent | -later-> queued | -dead-> dead
    queued -newer one of its slot, or what it asks for is settled-> superseded

A chat has one message under way at a time, the others leave by urgency and in the order they were queued; one that
waits for another try holds back those behind it. A message is as urgent as the most urgent one queued behind it in
its plan, so that a plan's messages keep their order; a stop alone passes what its plan has queued.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, delete, func, insert, select, tuple_, update
from sqlalchemy.sql.dml import Update

from chatbot.core.money import Millis
from chatbot.records import Outgoing, OutMessage, Priority, SendState
from storage.columns import without_zeros
from storage.tables import OUTBOX, SLOTS, USERS
from storage.work import Work

QUEUED: Final = SendState.QUEUED.value
SENDING: Final = SendState.SENDING.value
SUPERSEDED: Final = SendState.SUPERSEDED.value
OVER: Final = (SendState.SENT.value, SUPERSEDED, SendState.DEAD.value)
FORGOTTEN_AT_ONCE: Final = 5_000
AHEAD: Final = OUTBOX.alias("ahead")
"""The outbox again, for what stands before a row."""
QUEUED_UNLESS_SETTLED: Final = case((OUTBOX.c.settled, SUPERSEDED), else_=QUEUED)


@dataclass(frozen=True, slots=True)
class SqlOutbox:
    """The queue of all chats, and the message each slot of a chat stands in."""

    work: Work

    def add(self, message: OutMessage, now: Millis) -> None:
        """Queue a message, once per `dedupe`. It takes the place of queued ones of its slot."""
        known = select(OUTBOX.c.outbox_id).where(OUTBOX.c.dedupe == message.dedupe)
        if self.work.run(known).first() is not None:
            return
        fresh = message.fresh
        if message.slot is not None:
            fresh = self.replace_queued(message.chat_id, message.slot) or fresh
        values = outbox_values(message, now, fresh=fresh)
        values["urgency"] = self.urgency_of(message, values["planned_at"])
        self.work.run(insert(OUTBOX).values(values))

    def urgency_of(self, message: OutMessage, planned_at: Millis) -> int:
        """How urgent a new message is; those of its plan that come before it become as urgent as it is."""
        own = int(message.priority)
        if message.plan_id is None or message.priority is Priority.STOP:
            return own
        unsent = OUTBOX.c.state.in_((QUEUED, SENDING))
        same = and_(OUTBOX.c.plan_id == message.plan_id, unsent, OUTBOX.c.priority != int(Priority.STOP))
        found = self.work.run(select(OUTBOX.c.outbox_id, OUTBOX.c.planned_at, OUTBOX.c.urgency).where(same)).all()
        before = [row.outbox_id for row in found if row.planned_at <= planned_at and row.urgency > own]
        if before:
            self.work.run(update(OUTBOX).where(OUTBOX.c.outbox_id.in_(before)).values(urgency=own))
        after = [int(row.urgency) for row in found if row.planned_at > planned_at]
        return min([own, *after])

    def replace_queued(self, chat_id: int, slot: str) -> bool:
        """Take queued messages of a slot off the queue; whether the slot was to move to the bottom with them."""
        waiting = and_(OUTBOX.c.chat_id == chat_id, OUTBOX.c.slot == slot, OUTBOX.c.state == QUEUED)
        rows = self.work.run(select(OUTBOX.c.outbox_id, OUTBOX.c.fresh).where(waiting)).all()
        if rows:
            self.work.run(update(OUTBOX).where(waiting).values(state=SUPERSEDED))
        return any(row.fresh for row in rows)

    def supersede_actions(self, plan_id: int, actions: Collection[int]) -> None:
        """Messages of this plan that ask for one of these are not sent, or if one is under way, not sent again."""
        if not actions:
            return
        these = and_(OUTBOX.c.plan_id == plan_id, OUTBOX.c.action.in_(list(actions)))
        self.work.run(update(OUTBOX).where(these, OUTBOX.c.state == SENDING).values(settled=True))
        self.work.run(update(OUTBOX).where(these, OUTBOX.c.state == QUEUED).values(state=SUPERSEDED))

    def supersede_begun(self, chat_id: int, beginning: str) -> None:
        """Queued messages of this chat whose `dedupe` begins so are not sent any more."""
        begun = OUTBOX.c.dedupe.startswith(beginning, autoescape=True)
        these = and_(OUTBOX.c.chat_id == chat_id, OUTBOX.c.state == QUEUED, begun)
        self.work.run(update(OUTBOX).where(these).values(state=SUPERSEDED))

    def unsent_actions(self, plan_id: int) -> frozenset[int]:
        """What the messages of this plan ask for that are queued or under way, as far as it still counts."""
        unsent = and_(OUTBOX.c.state.in_((QUEUED, SENDING)), ~OUTBOX.c.settled, OUTBOX.c.action != 0)
        found = self.work.run(select(OUTBOX.c.action).where(OUTBOX.c.plan_id == plan_id, unsent))
        return frozenset(found.scalars())

    def claim(
        self, now: Millis, *, limit: int = 1, busy_chats: frozenset[int] = frozenset(), urgent_only: bool = False
    ) -> Sequence[Outgoing]:
        """Mark as sending and hand out the most urgent due rows, at most one a chat, none of `busy_chats`
        and none of paused users. Each counts this try among its attempts. `urgent_only`: stops and replies."""
        which = [is_first_of_chat(now), OUTBOX.c.due_at <= now]
        if busy_chats:
            which.append(OUTBOX.c.chat_id.not_in(busy_chats))
        if urgent_only:
            which.append(OUTBOX.c.urgency <= int(Priority.REPLY))
        first = select(OUTBOX.c.outbox_id).where(*which).order_by(OUTBOX.c.urgency, OUTBOX.c.outbox_id).limit(limit)
        chosen = self.work.run(first.with_for_update(skip_locked=True)).scalars().all()
        self.claim_too(chosen)
        return self.read(chosen)

    def waiting(self, chat_id: int, now: Millis, limit: int) -> Sequence[Outgoing]:
        """The first rows of a chat that are queued and due, in the order in which they leave."""
        queue = and_(OUTBOX.c.chat_id == chat_id, OUTBOX.c.state == QUEUED, OUTBOX.c.not_before <= now)
        order = (OUTBOX.c.urgency, OUTBOX.c.outbox_id)
        first = self.work.run(select(OUTBOX.c.outbox_id, OUTBOX.c.due_at).where(queue).order_by(*order).limit(limit))
        return self.read([row.outbox_id for row in takewhile(lambda row: row.due_at <= now, first)])

    def claim_too(self, outbox_ids: Collection[int]) -> None:
        """Mark these as sending: they go with what was claimed of their chat."""
        if outbox_ids:
            these = OUTBOX.c.outbox_id.in_(outbox_ids)
            self.work.run(update(OUTBOX).where(these).values(state=SENDING, attempts=OUTBOX.c.attempts + 1))

    def read(self, outbox_ids: Sequence[int]) -> Sequence[Outgoing]:
        """These rows in this order, each with the message of its slot."""
        if not outbox_ids:
            return ()
        slot = and_(SLOTS.c.chat_id == OUTBOX.c.chat_id, SLOTS.c.slot == OUTBOX.c.slot)
        rows = select(OUTBOX, SLOTS.c.message_id.label("slot_message_id")).outerjoin_from(OUTBOX, SLOTS, slot)
        found = self.work.run(rows.where(OUTBOX.c.outbox_id.in_(outbox_ids)))
        by_id = {row.outbox_id: outgoing(row) for row in found}
        return [by_id[outbox_id] for outbox_id in outbox_ids]

    def sent_together(self, outbox_ids: Collection[int], message_id: int, now: Millis) -> None:
        """Delivered as one message; none of them has a slot."""
        values = {"state": SendState.SENT.value, "message_id": message_id, "sent_at": now}
        self.work.run(update(OUTBOX).where(OUTBOX.c.outbox_id.in_(outbox_ids)).values(values))

    def sent(self, outbox_id: int, message_id: int | None, now: Millis) -> None:
        """Delivered; the row's slot, if any, now is `message_id`."""
        values = {"state": SendState.SENT.value, "message_id": message_id, "sent_at": now}
        self.work.run(this(outbox_id).values(values))
        row = self.work.run(select(OUTBOX.c.chat_id, OUTBOX.c.slot).where(OUTBOX.c.outbox_id == outbox_id)).first()
        if row is not None and row.slot is not None and message_id is not None:
            self.work.upsert(SLOTS, [{"chat_id": row.chat_id, "slot": row.slot, "message_id": message_id}])

    def later(self, outbox_id: int, not_before: Millis, *, uncertain: bool) -> None:
        """Try again then, unless what it asks for was settled meanwhile, or its slot has something newer to say.
        Once uncertain, a row stays so."""
        doubt = {"uncertain": True} if uncertain else {}
        self.work.run(this(outbox_id).values(state=QUEUED_UNLESS_SETTLED, due_at=not_before, **doubt))
        self.drop_overtaken(OUTBOX.c.outbox_id == outbox_id)

    def dead(self, outbox_id: int, why: str) -> None:
        """Never to be delivered."""
        self.work.run(this(outbox_id).values(state=SendState.DEAD.value, why_dead=why))

    def recover(self) -> int:
        """At start: rows found in `sending` are queued again, marked uncertain, unless what they ask for is settled.
        How many there were."""
        found = self.work.run(select(OUTBOX.c.outbox_id).where(OUTBOX.c.state == SENDING)).scalars().all()
        if found:
            these = OUTBOX.c.outbox_id.in_(found)
            self.work.run(update(OUTBOX).where(these).values(state=QUEUED_UNLESS_SETTLED, uncertain=True))
            self.drop_overtaken(these)
        return len(found)

    def drop_overtaken(self, which: ColumnElement[bool]) -> None:
        """A queued row whose slot got a newer one meanwhile is not sent: old words must not replace new ones."""
        newer = and_(
            AHEAD.c.chat_id == OUTBOX.c.chat_id,
            AHEAD.c.slot == OUTBOX.c.slot,
            AHEAD.c.outbox_id > OUTBOX.c.outbox_id,
            AHEAD.c.state.in_((QUEUED, SENDING, SendState.SENT.value)),
        )
        exists = select(AHEAD.c.outbox_id).where(newer).exists()
        overtaken = self.work.run(select(OUTBOX).where(which, OUTBOX.c.state == QUEUED, exists)).all()
        for row in overtaken:
            self.work.run(this(row.outbox_id).values(state=SUPERSEDED))
            if row.fresh:
                waiting = and_(OUTBOX.c.chat_id == row.chat_id, OUTBOX.c.slot == row.slot, OUTBOX.c.state == QUEUED)
                self.work.run(update(OUTBOX).where(waiting).values(fresh=True))

    def next_due(self, now: Millis) -> Millis | None:
        """The first moment after this one at which a queued row becomes due."""
        ahead = and_(OUTBOX.c.state == QUEUED, OUTBOX.c.due_at > now)
        return self.work.run(select(func.min(OUTBOX.c.due_at)).where(ahead)).scalar()

    def newest(self) -> Millis | None:
        """When the last message that is kept was queued, whatever became of it."""
        return self.work.run(select(func.max(OUTBOX.c.created_at))).scalar()

    def slot_message(self, chat_id: int, slot: str) -> int | None:
        which = (SLOTS.c.chat_id == chat_id, SLOTS.c.slot == slot)
        return self.work.run(select(SLOTS.c.message_id).where(*which)).scalar()

    def forget_slot(self, chat_id: int, slot: str) -> None:
        self.work.run(SLOTS.delete().where(SLOTS.c.chat_id == chat_id, SLOTS.c.slot == slot))

    def depth(self) -> int:
        """How many messages are queued or under way."""
        unsent = OUTBOX.c.state.in_((QUEUED, SENDING))
        return int(self.work.run(select(func.count()).select_from(OUTBOX).where(unsent)).scalar_one())

    def oldest_unsent(self) -> Millis | None:
        """When the oldest message that is queued or under way was to leave, those for paused users aside."""
        unsent = OUTBOX.c.state.in_((QUEUED, SENDING))
        return self.work.run(select(func.min(OUTBOX.c.planned_at)).where(unsent, ~is_paused())).scalar()

    def tidy(self, before: Millis) -> int:
        """Forget rows planned before this that will never be sent (again), some at a time. How many there were."""
        old = select(OUTBOX.c.outbox_id).where(OUTBOX.c.state.in_(OVER), OUTBOX.c.planned_at < before)
        return self.work.run(delete(OUTBOX).where(OUTBOX.c.outbox_id.in_(old.limit(FORGOTTEN_AT_ONCE)))).rowcount


def this(outbox_id: int) -> Update:
    """A change of one row."""
    return update(OUTBOX).where(OUTBOX.c.outbox_id == outbox_id)


def is_first_of_chat(now: Millis) -> ColumnElement[bool]:
    """The first row of its chat whose time has come, in a chat that has nothing under way and is not paused."""
    place, theirs = tuple_(OUTBOX.c.urgency, OUTBOX.c.outbox_id), tuple_(AHEAD.c.urgency, AHEAD.c.outbox_id)
    same_queue = and_(AHEAD.c.chat_id == OUTBOX.c.chat_id, AHEAD.c.state == QUEUED, AHEAD.c.not_before <= now)
    ahead = select(AHEAD.c.outbox_id).where(same_queue, theirs < place).exists()
    under_way = select(AHEAD.c.outbox_id).where(AHEAD.c.chat_id == OUTBOX.c.chat_id, AHEAD.c.state == SENDING).exists()
    return and_(OUTBOX.c.state == QUEUED, OUTBOX.c.not_before <= now, ~ahead, ~under_way, ~is_paused())


def is_paused() -> ColumnElement[bool]:
    """Whether the row's chat is that of a user who blocked the bot."""
    return select(USERS.c.user_id).where(USERS.c.chat_id == OUTBOX.c.chat_id, USERS.c.paused).exists()


def outbox_values(message: OutMessage, now: Millis, *, fresh: bool) -> dict[str, Any]:
    """A message as a new row. One without a time of its own is due whatever the clock says, now or set back."""
    return {
        "chat_id": message.chat_id,
        "text": without_zeros(message.text),
        "priority": int(message.priority),
        "dedupe": message.dedupe,
        "keyboard": json.dumps([[dict(button) for button in row] for row in message.keyboard], ensure_ascii=False),
        "plan_id": message.plan_id,
        "sequence": message.sequence,
        "action": message.action,
        "seen_at": message.seen_at,
        "slot": message.slot,
        "fresh": fresh,
        "not_before": message.not_before,
        "created_at": now,
        "planned_at": max(now, message.not_before),
        "due_at": message.not_before,
        "state": QUEUED,
        "attempts": 0,
        "uncertain": False,
        "settled": False,
    }


def outgoing(row: Row[Any]) -> Outgoing:
    """A claimed row, with the slot's message to edit."""
    message = OutMessage(
        row.chat_id,
        row.text,
        Priority(row.priority),
        row.dedupe,
        tuple(tuple(buttons) for buttons in json.loads(row.keyboard)),
        row.plan_id,
        row.sequence,
        row.slot,
        row.fresh,
        row.not_before,
        row.action,
        row.seen_at,
    )
    return Outgoing(row.outbox_id, message, row.created_at, row.attempts, row.uncertain, row.slot_message_id)
