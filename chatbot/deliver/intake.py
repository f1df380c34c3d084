"""The way in: updates are stored before Telegram is told that they arrived, so a crash loses none.

Must never confirm an update that is not committed: the next getUpdates, which confirms, follows the commit.
"""

from __future__ import annotations

import asyncio
import random as randomness
from datetime import timedelta
from typing import Any, Final

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from chatbot.breakage import described
from chatbot.core.money import Millis
from chatbot.deliver.arrivals import Arrivals
from chatbot.deliver.backoff import Random, backoff
from chatbot.deliver.results import says, wait_of
from chatbot.ports import OnDatabase, Units

log = structlog.stdlib.get_logger()

ALLOWED: Final = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
LONG_POLL: Final = timedelta(seconds=30)
READ_SECONDS: Final = 40.0
GET_UPDATES: Final = "get_Updates"
"""Spelled so that the library sends it as it is, over its connection for updates."""
REFUSED: Final = "Telegram refuses the bot token; check it, and the address of the Bot API"
CONFLICT_WAIT: Final[Millis] = 5_000


class TokenRefused(Exception):
    """Telegram does not know this bot: nothing will heal without another token or address."""


class Intake:
    """Asks Telegram for updates until cancelled; what came is kept and queued in order."""

    def __init__(
        self,
        bot: Bot,
        units: Units,
        on_database: OnDatabase,
        queue: asyncio.Queue[object],
        *,
        random: Random = randomness.random,
    ) -> None:
        self.bot = bot
        self.arrivals = Arrivals(bot, units, on_database, queue)
        self.random = random
        self.offset: int | None = None
        self.failures = 0

    async def run(self) -> None:
        """Raises TokenRefused; the outermost place for everything else, which is logged and tried again."""
        is_ready = False
        while True:
            try:
                if not is_ready:
                    await self.resume()
                    is_ready = True
                await self.poll()
                self.failures = 0
            except TokenRefused:
                raise
            except Exception as error:  # noqa: BLE001 -- the named outermost place: a deaf bot is worse
                await self.back_off(error)

    async def resume(self) -> None:
        """Queues what was stored and not dealt with; goes on asking where the last process stopped."""
        last_id = await self.arrivals.resume()
        self.offset = None if last_id is None else last_id + 1

    async def poll(self) -> None:
        """One long poll: what came is stored, then queued; the next poll confirms it."""
        last_id = await self.arrivals.take(await self.asked())
        if last_id is not None:
            # The last, not the highest: Telegram starts over with another number after a quiet week.
            self.offset = last_id + 1

    async def asked(self) -> list[dict[str, Any]]:
        """Updates word for word. Raises TokenRefused.

        The library's own way reads all of them or none, and logs what it could not read with people's words.
        """
        asked = {"offset": self.offset, "timeout": int(LONG_POLL.total_seconds()), "allowed_updates": list(ALLOWED)}
        given = {name: value for name, value in asked.items() if value is not None}
        try:
            found: Any = await self.bot.do_api_request(GET_UPDATES, given, read_timeout=READ_SECONDS)
        except (InvalidToken, EndPointNotFound) as error:
            raise TokenRefused(REFUSED) from error
        return found if isinstance(found, list) else []

    async def back_off(self, error: Exception) -> None:
        self.failures += 1
        wait = self.wait_after(error)
        log.warning("intake waits", error=described(error), wait_s=wait / 1_000, failures=self.failures)
        if isinstance(error, Conflict) and says(error, "webhook"):
            await self.drop_webhook()
            # Worth a try at once, once: somebody may keep setting it.
            wait = 0 if self.failures == 1 else wait
        await asyncio.sleep(wait / 1_000)

    def wait_after(self, error: Exception) -> Millis:
        match error:
            case RetryAfter():
                return wait_of(error)
            case Conflict():
                return CONFLICT_WAIT + backoff(self.failures, self.random)
            case _:
                return backoff(self.failures, self.random)

    async def drop_webhook(self) -> None:
        """The bot polls; what waits for a webhook of former days is kept."""
        try:
            await self.bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            log.warning("webhook stays", error=described(error))
