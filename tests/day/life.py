"""A bot's lives in one world: started, ended well, or cut off in whatever it is doing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from typing_extensions import override

from chatbot.app import Outside
from chatbot.market.connection import Manners
from chatbot.market.stream_pace import Patience
from tests.day.looking import Mode, settings_of
from tests.whole.rig import Bot, World


class ImpatientWorld(World):
    """A world in which nobody waits long for an answer that does not come."""

    @property
    @override
    def outside(self) -> Outside:
        manners, patience = Manners(timeout_ms=500, budgeted=False), Patience(silence=1_000, quiet=1_000, settled=0)
        return replace(super().outside, manners=manners, patience=patience)


@dataclass(slots=True)
class Life:
    """A bot that can be ended well, or cut off in whatever it is doing."""

    world: World
    mode: Mode
    bot: Bot | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    async def start(self) -> Bot:
        """A bot that has reached Telegram."""
        began: asyncio.Future[Bot] = asyncio.get_running_loop().create_future()
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(self.live(began))
        ends: tuple[asyncio.Future[Any], ...] = (began, self.task)
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not began.done():
            await self.task
        self.bot = began.result()
        return self.bot

    async def live(self, began: asyncio.Future[Bot]) -> None:
        async with self.world.bot(**settings_of(self.mode)) as bot:
            began.set_result(bot)
            await self.stop.wait()

    async def end(self) -> None:
        """A good end."""
        self.stop.set()
        if self.task is not None:
            await self.task
        self.bot = self.task = None

    async def cut(self) -> None:
        """No good end."""
        if self.task is not None:
            self.task.cancel()
            with suppress(asyncio.CancelledError):
                await self.task
        self.bot = self.task = None
