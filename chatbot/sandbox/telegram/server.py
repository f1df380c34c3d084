"""The emulator as one web application on loopback: the bot's side, the person's side, and the chat page."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from chatbot.sandbox.telegram.bot_api import BotSide
from chatbot.sandbox.telegram.control_side import ControlSide
from chatbot.sandbox.telegram.guard import guard
from chatbot.sandbox.telegram.person_side import PersonSide
from chatbot.sandbox.telegram.world import World

STATIC: Final = Path(__file__).parent / "static"
PAGE_FILES: Final = {
    "page.js": "text/javascript",
    "messages.js": "text/javascript",
    "parts.js": "text/javascript",
    "market.js": "text/javascript",
    "page.css": "text/css",
}
LARGEST_BODY: Final = 60 * 1024 * 1024
SHUTDOWN_SECONDS: Final = 1.0
PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class TelegramEmulator:
    """A Bot API server for one bot, with the people it talks to.

    More routes may be added to ``app`` before ``start``; paths under ``/market`` are kept safe from
    foreign web pages like the person's side. An emulator that was stopped is not started again: a new
    one with the same ``state_path`` continues where it was.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, state_path: Path | None = None) -> None:
        self.world = World(clock, state_path)
        self.own_names: set[str] = set()
        self.app = web.Application(middlewares=[guard(self.own_names)], client_max_size=LARGEST_BODY)
        BotSide(self.world).add_to(self.app)
        PersonSide(self.world).add_to(self.app)
        ControlSide(self.world).add_to(self.app)
        self.app.router.add_get("/", page)
        self.app.router.add_get("/static/{name}", page_file)
        self.app.cleanup_ctx.append(self.world.webhook.beside)
        self.app.on_shutdown.append(self.let_go)
        self.app.on_cleanup.append(self.discard)
        self.runner: web.AppRunner | None = None
        self.address = ""

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serves from now on; port 0 takes a free one."""
        self.own_names.add(host.lower())
        # Without cancellation a bot that has gone away would keep its long poll, and a conflict with it.
        self.runner = web.AppRunner(
            self.app,
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await self.runner.setup()
        await web.TCPSite(self.runner, host, port).start()
        bound_port = self.runner.addresses[0][1]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{bound_port}"

    async def stop(self) -> None:
        """Ends every open poll and gives port and file back."""
        if self.runner is None:
            self.world.discard()
            return
        await self.runner.cleanup()
        self.runner = None

    @property
    def base_url(self) -> str:
        if not self.address:
            raise RuntimeError("the emulator has no address before it is started")
        return self.address

    async def let_go(self, _: web.Application) -> None:
        self.world.close()

    async def discard(self, _: web.Application) -> None:
        self.world.discard()

    async def __aenter__(self) -> Self:
        if self.runner is None:
            await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


async def page(_: web.Request) -> web.StreamResponse:
    headers = {
        "Content-Security-Policy": PAGE_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
    text = (STATIC / "page.html").read_text(encoding="utf-8")
    return web.Response(text=text, content_type="text/html", headers=headers)


async def page_file(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in PAGE_FILES:
        raise web.HTTPNotFound
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    text = (STATIC / name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type=PAGE_FILES[name], headers=headers)
