"""The door for Telegram's webhook: proven by its secret, bounded, and stored before it is told that it arrived.

Must never log a body, or say why somebody was turned away.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import structlog
from aiohttp import web

from chatbot.breakage import described

Take = Callable[[Sequence[Mapping[str, Any]]], Awaitable[int | None]]
"""Stores updates, then queues what is new; gives back the last one's number, or None where none has one."""

PATH: Final = "/telegram"
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- the name of a header
MOST_BYTES: Final = 1 << 20
log = structlog.get_logger(__name__)


def webhook_app(take: Take, secret: str) -> web.Application:
    """One route, for Telegram alone."""

    async def updated(request: web.Request) -> web.StreamResponse:
        if not is_telegram(request.headers.get(SECRET_HEADER, ""), secret):
            return web.Response(status=403)
        if request.headers.get("Content-Type") != "application/json":
            return web.Response(status=415)
        update = object_in(await request.read())
        if update is None:
            return web.Response(status=400)
        return web.Response(status=await status_after(take, update))

    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post(PATH, updated)
    return app


def is_telegram(given: str, secret: str) -> bool:
    """Whether the caller knows the secret; takes as long whatever was given."""
    return hmac.compare_digest(given.encode(errors="surrogateescape"), secret.encode())


def object_in(body: bytes) -> dict[str, Any] | None:
    """The JSON object, if it is one."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


async def status_after(take: Take, update: Mapping[str, Any]) -> int:
    """200 once it is committed. The outermost place of one call: what could not be stored is asked for again."""
    try:
        return 200 if await take([update]) is not None else 400
    except Exception as error:  # noqa: BLE001 -- the named outermost place
        log.warning("update not stored", error=described(error))
        return 500
