"""What goes wrong outside the bot while it is killed: the exchange, Telegram and the database go away and come back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from random import Random
from typing import Final

from tests.crash.scene import Scene

LONGEST: Final = 3.0
Trouble = Callable[[Scene], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def no_exchange(scene: Scene) -> AsyncIterator[None]:
    """The exchange refuses connections and cuts those it has."""
    for door in scene.exchanges:
        await door.shut()
    yield
    for door in scene.exchanges:
        await door.open()


@asynccontextmanager
async def silent_exchange(scene: Scene) -> AsyncIterator[None]:
    """The exchange takes requests and answers none."""
    for door in scene.exchanges:
        door.hang()
    yield
    for door in scene.exchanges:
        await door.open()


@asynccontextmanager
async def no_telegram(scene: Scene) -> AsyncIterator[None]:
    """Telegram refuses connections and cuts those it has."""
    await scene.telegram.shut()
    yield
    await scene.telegram.open()


@asynccontextmanager
async def silent_telegram(scene: Scene) -> AsyncIterator[None]:
    """Telegram takes requests and answers none."""
    scene.telegram.hang()
    yield
    await scene.telegram.open()


@asynccontextmanager
async def broken_telegram(scene: Scene) -> AsyncIterator[None]:
    """Telegram answers everything it is asked to send with an error of its own."""
    await scene.fault(method="sendMessage", code=502, times=None)
    yield
    await scene.heal()


@asynccontextmanager
async def flooded_telegram(scene: Scene) -> AsyncIterator[None]:
    """Telegram says that too much was sent, three times."""
    await scene.fault(method="sendMessage", retry_after=1, times=3)
    yield


@asynccontextmanager
async def locked_database(scene: Scene) -> AsyncIterator[None]:
    """Somebody else, a backup for example, holds the database's write lock."""
    with closing(sqlite3.connect(scene.database, isolation_level=None, timeout=5, check_same_thread=False)) as holder:
        await asyncio.to_thread(holder.execute, "BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


TROUBLES: Final[Mapping[str, Trouble]] = {
    "no exchange": no_exchange,
    "silent exchange": silent_exchange,
    "no Telegram": no_telegram,
    "silent Telegram": silent_telegram,
    "broken Telegram": broken_telegram,
    "flooded Telegram": flooded_telegram,
    "locked database": locked_database,
}


async def befall(scene: Scene, name: str, random: Random) -> None:
    """A trouble, if one is named, comes at some moment and goes at another one, whoever is killed in between."""
    if not name:
        return
    await asyncio.sleep(random.uniform(0, 1))
    async with TROUBLES[name](scene):
        await asyncio.sleep(random.uniform(0.2, LONGEST))
