"""The way in: updates are stored before Telegram is told that they arrived, so a crash loses none.

Must never confirm an update that is not committed: the next getUpdates, which confirms, follows the commit.
"""

from __future__ import annotations

import asyncio
import json
import random as randomness
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

import structlog
from telegram import Bot, Update
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from chatbot.breakage import described
from chatbot.core.money import Millis
from chatbot.deliver.backoff import Random, backoff
from chatbot.deliver.results import is_foreign, says, wait_of
from chatbot.ports import OnDatabase, StoredUpdate, Units

log = structlog.stdlib.get_logger()

ALLOWED: Final = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)
LONG_POLL: Final = timedelta(seconds=30)
REFUSED: Final = "Telegram refuses the bot token; check it, and the address of the Bot API"
CONFLICT_WAIT: Final[Millis] = 5_000
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)
"""What reading a stored update may raise when its form is not the one the library knows."""


class TokenRefused(Exception):
    """Telegram does not know this bot: nothing will heal without another token or address."""


class Intake:
    """Asks Telegram for updates until cancelled, stores them, and puts them on the queue (without a bound) in order."""

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
        self.units = units
        self.on_database = on_database
        self.queue = queue
        self.random = random
        self.offset: int | None = None
        self.failures = 0
        self.was_answered = False

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
        waiting, last_id = await self.on_database(self.kept)
        self.offset = None if last_id is None else last_id + 1
        await self.put(waiting)
        log.info("intake ready", waiting=len(waiting), offset=self.offset)

    async def poll(self) -> None:
        """One long poll: what came is stored, then queued; the next poll confirms it."""
        try:
            updates = await self.bot.get_updates(offset=self.offset, timeout=LONG_POLL, allowed_updates=ALLOWED)
        except (InvalidToken, EndPointNotFound) as error:
            if self.was_answered and is_foreign(error):
                # A proxy's page in the middle of the day says nothing about the token.
                raise
            raise TokenRefused(REFUSED) from error
        self.was_answered = True
        if not updates:
            return
        arrived = [StoredUpdate(update.update_id, update.to_json()) for update in updates]
        new = await self.on_database(partial(self.keep, arrived))
        # The last, not the highest: Telegram starts over with another number after a quiet week.
        self.offset = arrived[-1].update_id + 1
        await self.put(new)

    async def put(self, stored: Sequence[StoredUpdate]) -> None:
        """Queues all that can be read before anything can fail; the rest is given up."""
        unreadable = []
        for each in stored:
            try:
                self.queue.put_nowait(Update.de_json(json.loads(each.payload), self.bot))
            except UNREADABLE as error:
                unreadable.append(each.update_id)
                log.error("update cannot be read", update=each.update_id, error=described(error))  # noqa: TRY400 -- private words
        if unreadable:
            await self.on_database(partial(self.give_up, unreadable))

    def kept(self) -> tuple[Sequence[StoredUpdate], int | None]:
        with self.units() as unit:
            return unit.inbox.waiting(), unit.inbox.last_id()

    def keep(self, arrived: Sequence[StoredUpdate]) -> Sequence[StoredUpdate]:
        """Stores a batch; gives back what is new in it, for Telegram may hand out an update again."""
        with self.units() as unit:
            last_id = unit.inbox.last_id()
            if last_id is None or min(ids(arrived)) > last_id:
                unit.inbox.add(arrived)
                return arrived
            before = ids(unit.inbox.waiting())
            unit.inbox.add(arrived)
            new = ids(unit.inbox.waiting()) - before
        return [stored for stored in arrived if stored.update_id in new]

    def give_up(self, update_ids: Sequence[int]) -> None:
        with self.units() as unit:
            for update_id in update_ids:
                unit.inbox.done(update_id)

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


def ids(updates: Iterable[StoredUpdate]) -> frozenset[int]:
    return frozenset(update.update_id for update in updates)
