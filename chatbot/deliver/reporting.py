"""What is known of the sends of one sender: a line in the log for each, and figures since the start."""

from __future__ import annotations

from typing import assert_never

import structlog

from chatbot.core.money import Millis
from chatbot.deliver.latency import Counts, Latency
from chatbot.deliver.recording import Parcel
from chatbot.deliver.results import Apart, Blocked, Later, Moved, Never, Result, Sent
from chatbot.ports import Clock

log = structlog.stdlib.get_logger()


class Report:
    """Call `report` once a send is recorded."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.latency = Latency()
        self.counts = Counts()

    def report(self, parcel: Parcel, result: Result, wait: Millis) -> None:
        """Counts it, and writes one line."""
        first = parcel.first
        facts = {
            "outbox": first.outbox_id,
            "rows": len(parcel.rows),
            "chat": parcel.chat_id,
            "plan": first.message.plan_id,
            "priority": first.message.priority.name.lower(),
            "attempts": first.attempts,
        }
        match result:
            case Sent():
                self.sent(parcel)
                log.info("message sent", lag_s=(self.clock() - first.created_at) / 1_000, **facts)
            case Later(why=why, uncertain=uncertain):
                self.counts.failed[why.value] += 1
                log.warning("message waits", why=why.value, wait_s=wait / 1_000, uncertain=uncertain, **facts)
            case Moved():
                self.counts.failed["moved"] += 1
                log.warning("message waits", why="chat moved twice", wait_s=wait / 1_000, **facts)
            case Apart(why=why):
                self.counts.failed["apart"] += 1
                log.warning("merged message refused, each goes alone", why=why, **facts)
            case Blocked(why=why):
                self.counts.failed["blocked"] += 1
                log.warning("chat paused", why=why, **facts)
            case Never(why=why):
                self.counts.failed["refused"] += 1
                self.counts.dead += len(parcel.rows)
                log.error("message is dead", why=why, **facts)
            case _ as unknown:
                assert_never(unknown)

    def sent(self, parcel: Parcel) -> None:
        """What Telegram took."""
        now, rows = self.clock(), parcel.rows
        self.counts.messages += 1
        self.counts.sent += len(rows)
        self.counts.merged += len(rows) if len(rows) > 1 else 0
        self.counts.repeats += sum(out.uncertain for out in rows)
        for message in (out.message for out in rows):
            if message.seen_at is not None:
                self.latency.add(message.priority, now - message.seen_at)
