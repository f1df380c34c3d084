"""A websocket that can only listen: it subscribes, unsubscribes and answers pings, and refuses to send all else.

It must never let a frame through that could log in or place an order.
"""

from __future__ import annotations

import json
from typing import Final

import aiohttp

PLAIN: Final = frozenset({"ping", "pong", "Ping", "Pong"})
VERB_NAMES: Final = ("method", "op", "reqType")
VERBS: Final = frozenset(
    {"SUBSCRIBE", "UNSUBSCRIBE", "PONG", "subscribe", "unsubscribe", "ping", "pong", "sub", "unsub"}
    | {f"{verb}.{what}" for verb in ("sub", "unsub") for what in ("deal", "ticker")}
)
FIELDS: Final = frozenset({*VERB_NAMES, "id", "params", "param", "args", "req_id", "dataType"})
PONG_FIELDS: Final = frozenset({"pong", "time"})


class FrameRefusedError(ValueError):
    """A frame was to be sent that is more than a wish to listen."""


def may_be_sent(frame: str) -> bool:
    """Whether a frame does no more than ask for public data, or keep the line open."""
    if frame in PLAIN:
        return True
    try:
        content = json.loads(frame)
    except ValueError:
        return False
    if not isinstance(content, dict):
        return False
    verbs = [content[name] for name in VERB_NAMES if name in content]
    if not verbs:
        return "pong" in content and set(content) <= PONG_FIELDS
    return len(verbs) == 1 and isinstance(verbs[0], str) and verbs[0] in VERBS and set(content) <= FIELDS


class ListeningSocket:
    """What is left of a websocket once it can't act."""

    def __init__(self, inner: aiohttp.ClientWebSocketResponse) -> None:
        self.inner = inner

    async def send(self, frame: str) -> None:
        """Send a wish to listen. Raises FrameRefusedError for anything else."""
        if not may_be_sent(frame):
            raise FrameRefusedError("a socket may only subscribe, unsubscribe and answer pings")
        await self.inner.send_str(frame)

    async def receive(self) -> aiohttp.WSMessage:
        """The next message, or how the connection ended."""
        return await self.inner.receive()

    @property
    def close_code(self) -> int | None:
        """Why the connection ended, if it did."""
        return self.inner.close_code

    async def close(self) -> None:
        """Hang up."""
        await self.inner.close()
