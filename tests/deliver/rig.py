"""What tests of delivery work with: the real bot, real storage, an emulated Telegram, and a clock moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from telegram import Bot
from telegram.request import HTTPXRequest

from chatbot.core.money import Millis
from chatbot.deliver.limits import Limits, Pace
from chatbot.deliver.messenger import Messenger
from chatbot.deliver.outbox import Sender
from chatbot.ports import Units
from chatbot.records import OutMessage, Priority, User
from chatbot.sandbox.telegram import Person, TelegramEmulator

TOKEN = "4242:sandbox-token"
PATIENCE = 20.0
UNLIMITED = Limits(overall=100_000, chat_burst=10_000)

T = TypeVar("T")


class HandClock:
    """Milliseconds that only move when a test moves them."""

    def __init__(self) -> None:
        self.now: Millis = 1_800_000_000_000

    def __call__(self) -> Millis:
        return self.now

    def seconds(self) -> float:
        return self.now / 1_000

    def advance(self, by: Millis) -> None:
        self.now += by


class DatabaseThread:
    """Runs database work on threads and tells waiting tests after each piece. Can be made to fail once."""

    def __init__(self) -> None:
        self.worked = asyncio.Condition()
        self.pieces = 0
        self.broken_piece = 0

    async def __call__(self, work: Callable[[], T], /) -> T:
        self.pieces += 1
        try:
            if self.pieces == self.broken_piece:
                raise OSError("disk full while writing: a private plan")
            return await asyncio.to_thread(work)
        finally:
            async with self.worked:
                self.worked.notify_all()

    def break_at(self, piece: int) -> None:
        """The piece of work counted from here fails."""
        self.broken_piece = self.pieces + piece

    async def until(self, wanted: Callable[[], bool]) -> None:
        """Returns once it holds; looked at after each piece of work."""
        async with asyncio.timeout(PATIENCE), self.worked:
            await self.worked.wait_for(wanted)

    async def next_work(self) -> None:
        """Returns after another piece of work."""
        async with asyncio.timeout(PATIENCE), self.worked:
            await self.worked.wait()


@dataclass
class Rig:
    """Everything a sender needs, and what a test wants to ask."""

    units: Units
    thread: DatabaseThread
    clock: HandClock
    emulator: TelegramEmulator
    bot: Bot
    sam: Person
    people: list[Person] = field(default_factory=list)

    def sender(self, limits: Limits = UNLIMITED) -> Sender:
        messenger = Messenger(self.bot, self.clock)
        return Sender(self.units, messenger, self.clock, Pace(limits), self.thread, random=lambda: 0.5)

    @asynccontextmanager
    async def sending(self, limits: Limits = UNLIMITED) -> AsyncIterator[Sender]:
        """A sender at work, stopped in good order at the end."""
        sender = self.sender(limits)
        work = asyncio.create_task(sender.run())
        try:
            yield sender
            sender.stop()
            await work
        finally:
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    async def person(self, chat_id: int) -> Person:
        """Somebody who has opened a chat with the bot."""
        person = Person(self.emulator.base_url, chat_id)
        self.people.append(person)
        await person.say("hello")
        with self.units() as unit:
            unit.users.put(User(chat_id, chat_id))
        return person

    def queue(self, text: str, chat_id: int = 1001, priority: Priority = Priority.INFO, **more: Any) -> None:
        with self.units() as unit:
            dedupe = more.pop("dedupe", f"{chat_id} {text}")
            unit.outbox.add(OutMessage(chat_id, text, priority, dedupe, **more), self.clock())

    def depth(self) -> int:
        with self.units() as unit:
            return unit.outbox.depth()

    def is_drained(self) -> bool:
        return self.depth() == 0

    async def drain(self, limits: Limits = UNLIMITED) -> None:
        """Sends all that is queued."""
        async with self.sending(limits):
            await self.thread.until(self.is_drained)

    async def fault(self, **fault: Any) -> None:
        await self.sam.request("POST", "/sim/fault", body=fault)

    async def calls(self, method: str) -> list[dict[str, Any]]:
        answer = await self.sam.request("GET", "/sim/calls", query={"method": method})
        found: list[dict[str, Any]] = answer["calls"]
        return found

    async def said(self, person: Person | None = None) -> list[str]:
        """What the bot's messages in a chat say, oldest first."""
        return [shown.text for shown in await (person or self.sam).transcript() if shown.from_bot]


def make_bot(address: str) -> Bot:
    """The library's bot with short timeouts, so that a lost answer is noticed soon."""

    def request() -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=8, read_timeout=0.7, connect_timeout=5.0, httpx_kwargs={"trust_env": False}
        )

    return Bot(
        TOKEN,
        base_url=f"{address}/bot",
        base_file_url=f"{address}/file/bot",
        request=request(),
        get_updates_request=request(),
    )
