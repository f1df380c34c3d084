"""The database's server goes away under the running bot and comes back: nothing is lost, nothing is told twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import psycopg
import pytest
from sqlalchemy import make_url

from chatbot.sandbox.telegram.person import Shown
from storage.migrate import DatabaseRefused
from storage.postgresql import BOT_LOCK
from tests.postgres_server import PostgresServer
from tests.whole.rig import World

pytestmark = pytest.mark.parametrize("world", ["postgres"], indirect=True)

ENDED: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
WAY: Final = (
    ("60000", "Add tier 1:", "Tier 1 is in"),
    ("60300", "Add tier 2:", "Tier 2 is in"),
    ("60600", "Add tier 3:", "Tier 3 is in"),
    ("60900", "Add tier 4:", "Tier 4 is in"),
    ("61000", "at TP1", "TP1 closed"),
    ("62500", "at TP2", "TP2 closed"),
    ("64000", "at TP3", "TP3 closed"),
)
"""The worked example: a price, what the alert says then, and the answer to its button."""


def session(world: World) -> psycopg.Connection:
    """Somebody else on the bot's database, each statement a transaction of its own."""
    address = make_url(world.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


async def until_logged(world: World, event: str) -> None:
    """The bot has said so in its log."""
    async with asyncio.timeout(20):
        while True:
            if any(line["event"] == event for line in world.logs):
                return
            await asyncio.sleep(0)


@asynccontextmanager
async def away(server: PostgresServer, world: World, how: str = "fast") -> AsyncIterator[None]:
    """The server is down, and the bot has noticed."""
    world.logs.clear()
    await asyncio.to_thread(server.stop, how)
    try:
        await until_logged(world, "database away, waiting for it")
        yield
    finally:
        await asyncio.to_thread(server.start)


def told(shown: list[Shown], words: str) -> list[str]:
    """The messages of the bot that say so."""
    return [one.text for one in shown if one.from_bot and words in one.text]


async def test_a_stopped_server_is_waited_for(world: World, postgres_server: PostgresServer) -> None:
    """What a person says and what the market does meanwhile is answered once the server is back, each once."""
    async with world.bot() as bot:
        await bot.arm()
        async with away(postgres_server, world):
            await bot.sam.say("/status")
            moving = asyncio.create_task(bot.set_price("60000"))
        await moving
        await bot.sam.wait_for("Add tier 1")
        await bot.tap("Done at", "Tier 1 is in")
        shown = await bot.sam.transcript()
    assert [len(told(shown, words)) for words in ("Add tier 1:", "Status · ")] == [1, 1]
    assert "🔁" not in "".join(told(shown, ""))


async def test_a_server_that_dies_while_an_alert_is_sent(world: World, postgres_server: PostgresServer) -> None:
    """The alert has arrived, but that can't be written down: once the server is back it is, and nothing comes again."""
    async with world.bot() as bot:
        await bot.arm()
        await world.fault(method="sendMessage", contains="Add tier 1", delay=1.0, after=True)
        await bot.set_price("60000")
        await bot.sam.wait_for("Add tier 1")
        async with away(postgres_server, world, "immediate"):
            pass
        await bot.tap("Done at", "Tier 1 is in")
        await bot.delivered()
        assert len(told(await bot.sam.transcript(), "Add tier 1:")) == 1
    async with world.bot() as bot:
        await bot.ask("/status", "tier 2")
        assert len(told(await bot.sam.transcript(), "Add tier 1:")) == 1


async def test_connections_cut_again_and_again(world: World) -> None:
    """Whoever's hand ends the bot's sessions, in whatever moment: every alert comes, and none of them twice."""
    async with world.bot() as bot:
        await bot.arm()
        enough = asyncio.Event()
        cutting = asyncio.create_task(asyncio.to_thread(cut, world, enough))
        for price, asked, done in WAY:
            await bot.alert(price, asked)
            await bot.tap("Done at", done)
        enough.set()
        assert await cutting > 0
        shown = [one for one in await bot.sam.transcript() if one.labels]
        assert [len(told(shown, asked)) for _, asked, _ in WAY] == [1] * len(WAY)
        assert [event.at for event in bot.events()] == sorted(event.at for event in bot.events())


def cut(world: World, enough: asyncio.Event) -> int:
    """End the bot's sessions at random moments, far enough apart to get something done; how many there were."""
    cuts = 0
    with session(world) as connection:
        while not enough.is_set():
            connection.execute("SELECT pg_sleep(0.03 + random() * 0.2)")
            cuts += connection.execute(ENDED).rowcount
    return cuts


async def test_a_bot_whose_database_another_one_took_ends(world: World) -> None:
    """Cut off, and another bot was quicker: it writes nothing any more, and ends with a sentence."""
    async with world.bot() as bot:
        await bot.arm()
        with session(world) as other:
            other.execute("SET lock_timeout = 0")
            taking = asyncio.create_task(asyncio.to_thread(other.execute, "SELECT pg_advisory_lock(%s)", (BOT_LOCK,)))
            with session(world) as killer:
                await until_waiting(killer)
                own = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tierwise %'"
                killer.execute(own)
            await taking
            await asyncio.wait([bot.running.failed], timeout=20)
            with pytest.raises(DatabaseRefused, match="another bot runs on it"):
                bot.running.failed.result()


async def until_waiting(connection: psycopg.Connection) -> None:
    """Somebody waits in line for the bot's lock."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with asyncio.timeout(10):
        while True:
            if (connection.execute(waiting).fetchone() or (0,))[0]:
                return
            await asyncio.sleep(0)


async def test_a_bot_stops_while_its_server_is_away(world: World, postgres_server: PostgresServer) -> None:
    """Told to stop, it does not wait for the server; what it was told meanwhile is answered at the next start, once."""
    async with AsyncExitStack() as life:
        bot = await life.enter_async_context(world.bot())
        await bot.arm()
        async with away(postgres_server, world):
            await bot.sam.say("/status")
            await life.aclose()
    async with world.bot() as bot:
        await bot.sam.wait_for("Status · ")
        await bot.ask("/plan 1", "Plan 1")
        assert len(told(await bot.sam.transcript(), "Status · ")) == 1
