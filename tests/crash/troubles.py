"""What goes wrong outside the bot while it is killed: the exchange, Telegram and the database go away and come back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from random import Random
from typing import Final

from tests.crash.scene import POSTGRES, SQLITE, Scene

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


@asynccontextmanager
async def no_database(scene: Scene) -> AsyncIterator[None]:
    """The database's server is stopped, everybody told, and started again."""
    async with stopped(scene, "fast"):
        yield


@asynccontextmanager
async def dead_database(scene: Scene) -> AsyncIterator[None]:
    """The database's server ends as if it were killed, and is started again."""
    async with stopped(scene, "immediate"):
        yield


@asynccontextmanager
async def stopped(scene: Scene, how: str) -> AsyncIterator[None]:
    assert scene.server is not None
    await asyncio.to_thread(scene.server.stop, how)
    yield
    await asyncio.to_thread(scene.server.start)


OUTSIDE: Final[Mapping[str, Trouble]] = {
    "no exchange": no_exchange,
    "silent exchange": silent_exchange,
    "no Telegram": no_telegram,
    "silent Telegram": silent_telegram,
    "broken Telegram": broken_telegram,
    "flooded Telegram": flooded_telegram,
}
OF_DATABASE: Final[Mapping[str, Mapping[str, Trouble]]] = {
    SQLITE: {"locked database": locked_database},
    POSTGRES: {"no database": no_database, "dead database": dead_database},
}


def troubles_of(scene: Scene, *, is_starting: bool) -> Mapping[str, Trouble]:
    """What may befall a bot; one that starts without its database's server ends by itself, as it should."""
    kind = scene.wish.database
    return OUTSIDE if is_starting and kind == POSTGRES else {**OUTSIDE, **OF_DATABASE[kind]}


async def befall(scene: Scene, name: str, random: Random) -> None:
    """A trouble, if one is named, comes at some moment and goes at another one, whoever is killed in between."""
    if not name:
        return
    await asyncio.sleep(random.uniform(0, 1))
    async with {**OUTSIDE, **OF_DATABASE[scene.wish.database]}[name](scene):
        await asyncio.sleep(random.uniform(0.2, LONGEST))
