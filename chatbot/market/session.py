"""A read-only web session that sends chosen hosts elsewhere, so ccxt keeps the addresses its own logic relies on.

It offers GET and sockets that only listen. It must never offer POST, PUT or DELETE: an order can't leave through it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Any, Final

import aiohttp
import certifi
import yarl

from chatbot.market.socket import ListeningSocket

LARGEST_FRAME: Final = 10 * 1024 * 1024
LONGEST_GOODBYE: Final = 1.0
"""In seconds: a server that does not answer our close is left standing."""


class HostRefusedError(aiohttp.ClientConnectionError):
    """A host that nobody serves was asked for while only the served ones are allowed."""


class RoutedSession:
    """What ccxt takes as its session. `hosts` maps a host name to the base URL that serves it instead."""

    def __init__(self, hosts: Mapping[str, str], *, only: bool) -> None:
        self.bases = {host: yarl.URL(base) for host, base in hosts.items()}
        self.only = only
        self.headers: Mapping[str, str] = {}
        self.inner: aiohttp.ClientSession | None = None

    def get(self, url: yarl.URL, **options: Any) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Ask whoever serves the address. Raises HostRefusedError."""
        return self.opened().get(self.route(url), **options)

    async def ws_connect(self, url: yarl.URL, *, heartbeat: float | None, timeout: float) -> ListeningSocket:
        """Open a socket that can only listen, within `timeout` seconds; one that misses a pong ends.

        Raises HostRefusedError, aiohttp.ClientError or TimeoutError.
        """
        async with asyncio.timeout(timeout):
            opened = await self.opened().ws_connect(
                self.route(url),
                heartbeat=heartbeat,
                max_msg_size=LARGEST_FRAME,
                compress=15,
                timeout=aiohttp.ClientWSTimeout(ws_close=LONGEST_GOODBYE),
                headers={"User-Agent": "tierwise"},
            )
        return ListeningSocket(opened)

    def route(self, url: yarl.URL) -> yarl.URL:
        """The address that is really asked; path and query stay exactly as they are. Raises HostRefusedError."""
        base = self.bases.get(url.host or "")
        if base is not None:
            return yarl.URL(f"{str(base).rstrip('/')}{url.raw_path_qs}", encoded=True)
        if self.only:
            raise HostRefusedError(f"{url.host} is not served here")
        return url

    def opened(self) -> aiohttp.ClientSession:
        """The session underneath, made when the first request needs it."""
        if self.inner is None:
            self.inner = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted()))
        return self.inner

    async def close(self) -> None:
        """Close what was opened."""
        inner, self.inner = self.inner, None
        if inner is not None:
            await inner.close()


@cache
def trusted() -> ssl.SSLContext:
    """Whom to believe: read once, because reading all those certificates takes long."""
    return ssl.create_default_context(cafile=certifi.where())
