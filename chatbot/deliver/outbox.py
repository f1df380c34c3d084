"""The one sender of a bot: claims what is due, sends it, records what became of it, at least once each.

A send that is cut off leaves its row in `sending`; the next start queues it again and marks it a repeat.
A chat whose send failed waits as a whole, so that nothing overtakes what is to be tried again but something more
urgent. Where more wait for a chat than it takes at once, they leave as one message.
"""

from __future__ import annotations

import asyncio
import random as randomness
from collections import Counter
from contextlib import suppress
from functools import partial
from typing import Final, assert_never

import structlog

from chatbot.breakage import described
from chatbot.core.money import Millis
from chatbot.deliver.backoff import MOST, Random, backoff
from chatbot.deliver.latency import Counts, Latency
from chatbot.deliver.limits import Pace
from chatbot.deliver.messenger import Messenger
from chatbot.deliver.recording import Claimed, Parcel, Records, Wanted
from chatbot.deliver.reporting import Report
from chatbot.deliver.results import Apart, Blocked, Later, Moved, Never, Result, Sent, Why
from chatbot.ports import Clock, DatabaseLost, OnDatabase, Units
from chatbot.records import Priority

log = structlog.stdlib.get_logger()

IN_FLIGHT: Final = 4
LOOK_EVERY: Final[Millis] = 1_000
"""What is due later may hide behind a chat that waits: look this often even when nobody wakes the sender."""
TRIES_WHEN_BROKEN: Final = 5


class Sender:
    """Drains the outbox until it is cancelled or stopped. Call `wake` after every commit that may have queued."""

    def __init__(
        self,
        units: Units,
        messenger: Messenger,
        clock: Clock,
        pace: Pace,
        on_database: OnDatabase,
        *,
        random: Random = randomness.random,
    ) -> None:
        self.records = Records(units, clock)
        self.messenger = messenger
        self.clock = clock
        self.pace = pace
        self.on_database = on_database
        self.random = random
        self.woken = asyncio.Event()
        self.in_flight: set[int] = set()
        """Chats that are being written to."""
        self.alone: set[int] = set()
        """Rows that were refused as part of a merged message."""
        self.broken: Counter[int] = Counter()
        """How often a row broke the program since the start."""
        self.is_stopping = False
        self.told = Report(clock)

    @property
    def latency(self) -> Latency:
        """From print to accepted message, since the start."""
        return self.told.latency

    @property
    def counts(self) -> Counts:
        """What became of every send, since the start."""
        return self.told.counts

    def wake(self) -> None:
        """There may be something to send."""
        self.woken.set()

    def stop(self) -> None:
        """Claim nothing more; `run` ends when what is under way has been recorded."""
        self.is_stopping = True
        self.wake()

    async def run(self) -> None:
        """Delivers until stopped. The outermost place: whatever breaks is logged, and delivery begins anew."""
        failures = 0
        while not self.is_stopping:
            began_at = self.clock()
            try:
                await self.deliver_all()
            except Exception as error:  # noqa: BLE001 -- the named outermost place: alerts must go out
                failures = failures + 1 if self.clock() - began_at < MOST else 1
                tell = log.warning if is_lost(error) else log.error
                tell("delivery broke off", error=described(error), failures=failures)
                self.woken.clear()
                await self.rest(self.clock() + backoff(failures, self.random))

    async def deliver_all(self) -> None:
        """Recovers what was cut off, then drains; when it ends, no send is under way."""
        recovered = await self.on_database(self.records.recover)
        if recovered:
            log.warning("sends were cut off, repeating them", messages=recovered)
        async with asyncio.TaskGroup() as sends:
            while not self.is_stopping:
                self.woken.clear()
                await self.rest(await self.start_ready(sends))

    async def rest(self, until: Millis) -> None:
        """Waits for a wake, at the latest until a moment."""
        with suppress(TimeoutError):
            async with asyncio.timeout(0 if self.is_stopping else max(0, until - self.clock()) / 1_000):
                await self.woken.wait()

    async def start_ready(self, sends: asyncio.TaskGroup) -> Millis:
        """Starts what may leave now; gives back when to look again."""
        now = self.clock()
        self.pace.look(now)
        free = IN_FLIGHT - len(self.in_flight)
        if not free:
            return now + LOOK_EVERY
        open_at = self.pace.overall_ready_at(Priority.STOP, now)
        if open_at > now:
            return open_at
        held, room = self.pace.held(now), self.pace.room_for_alerts(now)
        wanted = Wanted(
            min(free, max(1, room)),
            frozenset(self.in_flight) | held.keys(),
            urgent_only=not room,
            at_once=partial(self.pace.at_once, now=now),
            alone=frozenset(self.alone),
        )
        claimed = await self.on_database(partial(self.records.claim, wanted))
        for parcel in claimed.parcels:
            self.start(sends, parcel)
        if len(claimed.parcels) == wanted.limit:
            return now
        return self.next_look(claimed, held, now)

    def next_look(self, claimed: Claimed, held: dict[int, Millis], now: Millis) -> Millis:
        """When a chat, the whole bot or a queued row is ready next, as far as is known."""
        moments = [*held.values(), self.pace.overall_ready_at(Priority.INFO, now), claimed.next_due or now]
        return min([now + LOOK_EVERY, *(at for at in moments if at > now)])

    def start(self, sends: asyncio.TaskGroup, parcel: Parcel) -> None:
        self.in_flight.add(parcel.chat_id)
        replaces = parcel.first.message.fresh and parcel.first.message_id is not None
        self.pace.took(parcel.chat_id, self.clock(), calls=2 if replaces else 1)
        sends.create_task(self.deliver(parcel), name=f"send {parcel.first.outbox_id}")

    async def deliver(self, parcel: Parcel) -> None:
        """One message: sent, and what became of it recorded, before its chat is written to again."""
        try:
            tried, result = await self.send(parcel)
            wait = self.wait_after(tried, result)
            self.adjust(tried, result, self.clock() + wait)
            await self.on_database(partial(self.records.write, tried, result, wait))
        finally:
            self.in_flight.discard(parcel.chat_id)
            self.wake()
        self.told.report(tried, result, wait)

    async def send(self, parcel: Parcel) -> tuple[Parcel, Result]:
        """What was tried last, and its result: a group that has moved is followed at once, one step."""
        result = await self.try_to_send(parcel)
        if not isinstance(result, Moved):
            return parcel, result
        await self.on_database(partial(self.records.follow, parcel.chat_id, result.new_chat_id))
        there = parcel.moved_to(result.new_chat_id)
        return there, await self.try_to_send(there)

    async def try_to_send(self, parcel: Parcel) -> Result:
        """The outermost place of one message: one that breaks the program must not hold back the others."""
        is_merged = len(parcel.rows) > 1
        try:
            return await (self.messenger.send_merged(parcel.rows) if is_merged else self.messenger.send(parcel.first))
        except Exception as error:  # noqa: BLE001 -- a named outermost place
            log.error("message broke", outbox=parcel.first.outbox_id, error=described(error))  # noqa: TRY400 -- private words
            if is_merged:
                return Apart(described(error), uncertain=True)
            self.broken[parcel.first.outbox_id] += 1
            if self.broken[parcel.first.outbox_id] >= TRIES_WHEN_BROKEN:
                return Never(described(error))
            return Later(None, Why.BROKEN, uncertain=True)

    def wait_after(self, parcel: Parcel, result: Result) -> Millis:
        if isinstance(result, Later) and result.after_ms is not None:
            return result.after_ms
        return 0 if isinstance(result, Sent | Never | Apart) else backoff(parcel.first.attempts, self.random)

    def adjust(self, parcel: Parcel, result: Result, until: Millis) -> None:
        """What a result says about the way to Telegram, before the next message is claimed."""
        rows = {out.outbox_id for out in parcel.rows}
        self.alone = self.alone | rows if isinstance(result, Apart) else self.alone - rows
        if not isinstance(result, Later):
            for outbox_id in rows:
                self.broken.pop(outbox_id, None)
        match result:
            case Sent():
                self.pace.relieved()
            case Later(why=Why.FLOOD):
                self.pace.flooded(parcel.chat_id, until, self.clock())
            case Later(why=Why.BROKEN):
                self.pace.pause(parcel.chat_id, until)
            case Later():
                self.pace.troubled(parcel.chat_id, until, self.clock())
            case Moved() | Blocked() | Never() | Apart():
                pass
            case _ as unknown:
                assert_never(unknown)


def is_lost(error: Exception) -> bool:
    """Whether it is nothing but the database that is away for good, or while the bot stops."""
    if isinstance(error, ExceptionGroup):
        return all(is_lost(each) for each in error.exceptions)
    return isinstance(error, DatabaseLost)
