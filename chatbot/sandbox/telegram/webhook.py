"""Updates carried to the bot's own address: one POST each, in order, again and again until it answers 2xx."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from chatbot.sandbox.telegram.inbox import Inbox
from chatbot.sandbox.telegram.store import Store
from chatbot.sandbox.telegram.wire import Fields, Parameters, bad_request

SETTING: Final = "webhook"
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- the name of a header
LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})
LONGEST_LOOK: Final = 60.0
FIRST_WAIT: Final = 0.25
LONGEST_WAIT: Final = 60.0
POST_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where updates go, and the word that proves who brings them."""

    url: str
    secret: str


class Webhook:
    """The address that was set, if any, and what became of the last try."""

    def __init__(self, store: Store, inbox: Inbox) -> None:
        self.store = store
        self.inbox = inbox
        self.last_error = ""
        inbox.has_webhook = self.hook is not None

    @property
    def hook(self) -> Hook | None:
        kept = self.store.setting(SETTING)
        return None if kept is None else Hook(kept["url"], kept["secret"])

    def set(self, given: Parameters) -> None:
        """Raises Refused for an address or a secret that Telegram would not take."""
        url, secret = given.text("url").strip(), given.text("secret_token")
        parts = urlsplit(url)
        # Telegram itself takes https only; a bot beside this sandbox needs no certificate.
        if parts.scheme != "https" and parts.hostname not in LOCAL:
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        self.store.set_setting(SETTING, {"url": url, "secret": secret})
        self.changed()

    def drop(self) -> None:
        self.store.remove_setting(SETTING)
        self.changed()

    def changed(self) -> None:
        self.last_error = ""
        self.inbox.has_webhook = self.hook is not None
        self.inbox.wakeup.fire()

    def described(self) -> Fields:
        hook = self.hook
        info: Fields = {"url": hook.url if hook else "", "has_custom_certificate": False}
        return {**info, "last_error_message": self.last_error} if self.last_error else info

    async def beside(self, _: web.Application) -> AsyncIterator[None]:
        """Carries updates as long as the server serves."""
        task = asyncio.create_task(self.run())
        yield
        task.cancel()
        await asyncio.wait({task})

    async def run(self) -> None:
        """Until cancelled. What could not be brought waits longer each time, and those behind it wait with it."""
        failures = 0
        async with aiohttp.ClientSession(timeout=POST_TIMEOUT, trust_env=False) as session:
            while True:
                hook = self.hook
                found = [] if hook is None else self.inbox.next(1)
                if hook is None or not found:
                    await self.inbox.wakeup.wait(LONGEST_LOOK)
                    continue
                self.last_error = await bring(session, hook, found[0])
                failures = failures + 1 if self.last_error else 0
                if not self.last_error:
                    self.inbox.remove(found[0]["update_id"])
                else:
                    await asyncio.sleep(min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - 1, 8)))


async def bring(session: aiohttp.ClientSession, hook: Hook, update: Any) -> str:
    """One try; why it failed, or nothing."""
    headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
    try:
        async with session.post(hook.url, json=update, headers=headers) as answer:
            return "" if answer.ok else f"Wrong response from the webhook: {answer.status} {answer.reason}"
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return type(error).__name__
