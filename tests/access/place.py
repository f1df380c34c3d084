"""The bot between its two emulators, with a hand on Telegram's side: any tap by anybody, and any update at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from structlog.testing import capture_logs

from chatbot.ports import Unit
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.setups import scripted_market
from chatbot.sandbox.stage import BINANCE_HOST, Stage
from chatbot.sandbox.telegram.server import TelegramEmulator
from chatbot.sandbox.telegram.taps import tap
from tests.whole.rig import PATIENCE, Bot, MovableClock, World

EVE: Final = 2002
OWNER_WORDS: Final = "I never place an order"


@dataclass
class Place:
    """A world, and Telegram's side of it."""

    world: World
    telegram: TelegramEmulator

    async def tap_as(self, chat_id: int, data: str) -> str:
        """Somebody's client sends this data as a tap on the last message of their own chat; what they are answered."""
        person, emulated = self.world.person(chat_id), self.telegram.world
        chat = emulated.chats.find(chat_id)
        assert chat is not None, f"{chat_id} has no chat yet"
        with emulated.store.transaction():
            done = tap(emulated, chat, emulated.chats.rows(chat_id)[-1].message, data)
        return await person.wait_for_toast(after=int(done["version"]))

    def send(self, kind: str, body: dict[str, Any]) -> None:
        """An update as Telegram might hand it out."""
        with self.telegram.world.store.transaction():
            assert self.telegram.world.inbox.add(kind, body) is not None

    async def settled(self, bot: Bot) -> None:
        """All that was sent has come in, is dealt with, and what it made the bot say is sent."""
        async with asyncio.timeout(PATIENCE):
            while self.telegram.world.inbox.count() or self.is_busy(bot):
                await bot.running.tick()

    def is_busy(self, bot: Bot) -> bool:
        """Whether an update waits, or a message."""
        with bot.running.units() as unit:
            return self.waits(unit)

    @staticmethod
    def waits(unit: Unit) -> bool:
        """As `is_busy`, of one moment."""
        return bool(unit.inbox.waiting() or unit.outbox.depth())

    async def sent_to(self, chat_id: int) -> list[str]:
        """The texts of every message the bot tried to send there."""
        asked = {"method": "sendMessage", "chat_id": str(chat_id)}
        calls = (await self.world.person().request("GET", "/sim/calls", query=asked))["calls"]
        return [str(call["params"]["text"]) for call in calls]


@asynccontextmanager
async def place_in(folder: Path) -> AsyncIterator[Place]:
    """Both emulators, a market that stands still, and a log that is kept."""
    async with AsyncExitStack() as stack:
        logs = stack.enter_context(capture_logs())
        market = scripted_market(round(time.time() * 1_000))
        telegram, exchange = TelegramEmulator(), ExchangeEmulator(market)
        await telegram.start()
        stack.push_async_callback(telegram.stop)
        await exchange.start()
        stack.push_async_callback(exchange.stop)
        stage = Stage(market, telegram.base_url, telegram.base_url, {BINANCE_HOST: exchange.base_url})
        world = World(stage, folder, MovableClock(), logs)
        stack.push_async_callback(world.close)
        yield Place(world, telegram)


async def owned(bot: Bot) -> None:
    """Sam comes by the owner link."""
    assert bot.owner_link is not None
    await bot.ask(f"/start {bot.owner_link.rpartition('start=')[2]}", OWNER_WORDS)
