"""Updates by webhook: the door is opened, then Telegram is told where it is, and told again if it forgets."""

from __future__ import annotations

import asyncio
import random as randomness
import secrets
from dataclasses import dataclass
from typing import Final

import structlog
from telegram import Bot
from telegram.error import BadRequest, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from chatbot.breakage import described
from chatbot.core.money import Millis
from chatbot.deliver.arrivals import Arrivals
from chatbot.deliver.backoff import backoff
from chatbot.deliver.intake import ALLOWED, REFUSED, TokenRefused
from chatbot.deliver.results import wait_of
from chatbot.ports import Units
from chatbot.serve.listening import listening
from chatbot.serve.webhook import PATH, webhook_app
from chatbot.settings import Settings

SECRET_SETTING: Final = "webhook_secret"  # noqa: S105 -- the name of a setting
CHECK_SECONDS: Final = 600.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Door:
    """Where Telegram finds the bot, the word it proves itself with, and where the bot listens."""

    url: str
    secret: str
    host: str
    port: int


class Hooked:
    """The way in by webhook; runs until cancelled."""

    def __init__(self, bot: Bot, arrivals: Arrivals, door: Door) -> None:
        self.bot, self.arrivals, self.door = bot, arrivals, door
        self.listens_at: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def run(self) -> None:
        """Raises TokenRefused, and OSError where it can't listen."""
        await self.resume()
        door = self.door
        try:
            async with listening(webhook_app(self.arrivals.take, door.secret), door.host, door.port) as address:
                self.listens_at.set_result(address)
                await self.put()
                while True:
                    await asyncio.sleep(CHECK_SECONDS)
                    await self.check()
        except OSError as error:
            raise OSError(error.errno, error.strerror or str(error), "TIERWISE_WEBHOOK_PORT") from error

    async def resume(self) -> None:
        """What was stored and not dealt with comes first. The outermost place for a database that fails."""
        failures = 0
        while True:
            try:
                await self.arrivals.resume()
            except Exception as error:  # noqa: BLE001 -- the named outermost place: a deaf bot is worse
                failures += 1
                await self.wait(error, failures, "intake waits")
            else:
                return

    async def put(self) -> None:
        """Returns once Telegram knows the address. What waits there is kept. Raises TokenRefused."""
        failures = 0
        while True:
            try:
                await self.bot.set_webhook(self.address, allowed_updates=ALLOWED, secret_token=self.door.secret)
            except (InvalidToken, EndPointNotFound):
                raise TokenRefused(REFUSED) from None
            except TelegramError as error:
                failures += 1
                await self.wait(error, failures, "webhook not set")
            else:
                log.info("webhook set")
                return

    async def check(self) -> None:
        """Somebody who polls with our token takes the webhook away, and nothing would come any more."""
        try:
            info = await self.bot.get_webhook_info()
        except TelegramError as error:
            log.info("webhook not checked", error=described(error))
            return
        if info.url != self.address:
            log.warning("webhook was taken away, setting it again")
            await self.put()
        elif info.pending_update_count > 0 and info.last_error_date is not None:
            log.warning("updates wait at Telegram", waiting=info.pending_update_count)

    async def wait(self, error: Exception, failures: int, what: str) -> None:
        """Longer with every failure, or as long as Telegram asks for."""
        pause: Millis = wait_of(error) if isinstance(error, RetryAfter) else backoff(failures, randomness.random)
        # What Telegram has against an address is about the address, and all that helps to mend it.
        why = error.message if isinstance(error, BadRequest) else described(error)
        log.warning(what, error=why, wait_s=pause / 1_000, failures=failures)
        await asyncio.sleep(pause / 1_000)

    @property
    def address(self) -> str:
        return self.door.url.rstrip("/") + PATH


def door_of(settings: Settings, units: Units) -> Door | None:
    """The door the settings ask for; a secret they leave out is made once and kept."""
    if settings.webhook_url is None:
        return None
    given = settings.webhook_secret
    secret = kept_secret(units) if given is None else given.get_secret_value()
    return Door(settings.webhook_url, secret, settings.webhook_host, settings.webhook_port)


def kept_secret(units: Units) -> str:
    """The same after every restart, so that no update is refused in between."""
    with units() as unit:
        found = unit.settings.get(SECRET_SETTING)
        if found is None:
            found = secrets.token_urlsafe(32)
            unit.settings.put(SECRET_SETTING, found)
        return found
