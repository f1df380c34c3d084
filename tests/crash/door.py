"""A door before another end: it can be shut, so that connections are refused and cut, or left open and silent."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

HOST: Final = "127.0.0.1"
PIECE: Final = 65_536


def ignored(_: bytes) -> None:
    """For the way nobody listens to."""


class Door:
    """Passes connections on to one port; `used` is set whenever somebody comes through."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.on_request: Callable[[bytes], None] = lambda _: None
        """Hears each piece that goes in."""
        self.port = 0
        self.server: asyncio.Server | None = None
        self.passages: set[StreamWriter] = set()
        self.flows = asyncio.Event()
        self.used = asyncio.Event()

    async def open(self) -> None:
        """Let everybody through, at the same port as before."""
        self.flows.set()
        if self.server is None:
            self.server = await asyncio.start_server(self.pass_on, HOST, self.port)
            self.port = self.server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Refuse whoever comes and cut off whoever is inside."""
        if self.server is not None:
            self.server.close()
            self.server = None
        for writer in list(self.passages):
            writer.transport.abort()
        self.flows.set()

    def hang(self) -> None:
        """Take connections, and let nothing through."""
        self.flows.clear()

    async def pass_on(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, both ways, until either end has enough."""
        self.used.set()
        self.passages.add(writer)
        try:
            there, back = await asyncio.open_connection(HOST, self.target)
            self.passages.add(back)
            await asyncio.gather(self.carry(reader, back, self.on_request), self.carry(there, writer, ignored))
        except OSError:
            # Either end is gone, which is what a door is for.
            writer.transport.abort()
        finally:
            self.passages.discard(writer)

    async def carry(self, reader: StreamReader, writer: StreamWriter, heard: Callable[[bytes], None]) -> None:
        """One way; its end closes the other side."""
        try:
            while piece := await reader.read(PIECE):
                await self.flows.wait()
                heard(piece)
                writer.write(piece)
                await writer.drain()
        except OSError:
            writer.transport.abort()
        finally:
            writer.close()
            self.passages.discard(writer)


@asynccontextmanager
async def door_to(address: str) -> AsyncIterator[tuple[Door, str]]:
    """An open door to an HTTP address, and the address of the door."""
    door = Door(urlsplit(address).port or 0)
    await door.open()
    try:
        yield door, f"http://{HOST}:{door.port}"
    finally:
        await door.shut()
