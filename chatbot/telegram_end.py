"""The bot's Telegram end: reached, however long that takes; then updates come in and messages go out.

Nothing else waits for it: prices are watched and events recorded while Telegram is down.
"""

from __future__ import annotations

import asyncio
import random as randomness
from contextlib import AsyncExitStack
from typing import Final, Protocol

import structlog
from telegram.error import EndPointNotFound, InvalidToken, RetryAfter, TelegramError
from telegram.helpers import create_deep_linked_url

from chatbot.background import ended, keep
from chatbot.breakage import described
from chatbot.core.money import Millis
from chatbot.deliver.backoff import backoff
from chatbot.deliver.intake import REFUSED, TokenRefused
from chatbot.deliver.outbox import Sender
from chatbot.deliver.results import wait_of
from handlers.register import Bot, set_menu
from handlers.use import Use

DRAIN_SECONDS: Final = 5.0
log = structlog.get_logger(__name__)


class WayIn(Protocol):
    """By polling, or by webhook: takes updates until it is cancelled."""

    async def run(self) -> None: ...


class TelegramEnd:
    """`met` is done once Telegram is reached, with the owner's link while there is no owner."""

    def __init__(self, bot: Bot, use: Use, sender: Sender, intake: WayIn) -> None:
        self.bot, self.use, self.sender, self.intake = bot, use, sender, intake
        self.met: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self.lacks_menu = False
        self.putting_menu = asyncio.Lock()

    async def run(self, failed: asyncio.Future[None]) -> None:
        """Until it is cancelled; then what is under way is recorded. Raises TokenRefused."""
        async with AsyncExitStack() as stack:
            # A bot that was never reached closes nothing of its own.
            stack.push_async_callback(self.bot.bot.request.shutdown)
            await self.reach()
            await stack.enter_async_context(self.bot)
            stack.push_async_callback(drained, self.sender, keep(self.sender.run(), failed))
            await self.bot.start()
            stack.push_async_callback(self.bot.stop)
            await self.put_menu()
            payload = await self.use.on_database(self.use.people.owner_link)
            link = None if payload is None else create_deep_linked_url(self.bot.bot.username, payload)
            log.info("Telegram reached", owner_known=link is None)
            self.met.set_result(link)
            await self.intake.run()

    async def reach(self) -> None:
        """Returns once Telegram knows the bot. Raises TokenRefused."""
        failures = 0
        while True:
            try:
                await self.bot.bot.initialize()
            except (InvalidToken, EndPointNotFound):
                # The library's error holds the token.
                raise TokenRefused(REFUSED) from None
            except TelegramError as error:
                failures += 1
                wait = wait_after(error, failures)
                log.warning("Telegram not reached", error=described(error), wait_s=wait / 1_000, failures=failures)
                await asyncio.sleep(wait / 1_000)
            else:
                return

    async def put_menu(self) -> None:
        """The command menu, if Telegram takes it: that of the last start stays, and commands work without it."""
        try:
            await set_menu(self.bot.bot)
        except TelegramError as error:
            self.lacks_menu = True
            log.warning("menu not set", error=described(error))
        else:
            self.lacks_menu = False

    async def put_missing_menu(self) -> None:
        """Once more, where it was refused; of two that notice it together, the second finds it put."""
        async with self.putting_menu:
            if self.lacks_menu:
                await self.put_menu()


def wait_after(error: TelegramError, failures: int) -> Millis:
    """As long as Telegram asks for, else longer with every failure."""
    return wait_of(error) if isinstance(error, RetryAfter) else backoff(failures, randomness.random)


async def drained(sender: Sender, task: asyncio.Task[None]) -> None:
    """Claim nothing more, record what is under way, then end."""
    sender.stop()
    done, _ = await asyncio.wait({task}, timeout=DRAIN_SECONDS)
    if not done:
        await ended(task)
