"""The running bot looked at from outside: its pages, its logs, `tierwise health`, and what its owner is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import aiohttp

from tests.whole.process import command, deployed, ended, log_of, settings_of
from tests.whole.rig import EXCHANGE, HOUR, MINUTE, SAM, Bot, World

PRIVATE = "thirteen-purple-otters"
TOKEN = "1:sandbox-token"


async def page(bot: Bot, path: str) -> tuple[int, str]:
    """Status and text of one of the bot's own pages."""
    assert bot.running.status is not None
    async with aiohttp.ClientSession() as session, session.get(bot.running.status + path) as answer:
        return answer.status, await answer.text()


async def health(bot: Bot) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((await page(bot, "/health"))[1])
    return found


async def test_health_and_metrics_of_a_bot_with_a_plan(world: World) -> None:
    """Its feed, its plan, its jobs and its database are there; nothing of its user is."""
    async with world.bot(status_port=0) as bot:
        await bot.arm()
        await bot.ask(PRIVATE, "did not expect")
        await bot.set_price("60500")
        status, text = await page(bot, "/health")
        told = json.loads(text)
        assert (status, told["well"], told["plans_watched"]) == (200, True, 1)
        assert [feed["market"] for feed in told["feeds"]] == ["binanceusdm BTC/USDT:USDT"]
        assert {"clock", "candles", "refresh", "lookout", f"poll:{EXCHANGE}"} <= told["jobs"].keys()
        _, metrics = await page(bot, "/metrics")
        assert "tierwise_plans_watched 1" in metrics
        for secret in (PRIVATE, TOKEN, str(SAM)):
            assert secret not in text + metrics


async def silenced(bot: Bot) -> int:
    """The exchange answers no more, and six minutes pass; gives back where the chat's story stands."""
    await bot.world.exchange_fault(path="ticker", status=500, code=-1000, msg="internal error")
    bot.world.wall.advance(6 * MINUTE)
    return await bot.version()


async def test_a_feed_that_stays_silent_is_told_to_the_owner(world: World) -> None:
    """/health turns 503 with the reason; the owner hears of it once, and once that it is over."""
    async with world.bot(status_port=0, allowed_users=frozenset({SAM})) as bot:
        await bot.arm()
        before = await silenced(bot)
        status, text = await page(bot, "/health")
        assert status == 503
        assert "no price of binanceusdm BTC/USDT:USDT for 36" in text
        for _ in range(3):
            await bot.running.lookout.look()
        await bot.sam.wait_for("Something is wrong with me", after=before)
        await world.exchange_fault()
        await bot.set_price("60400")
        await bot.running.lookout.look()
        await bot.sam.wait_for("Prices of binanceusdm BTC/USDT:USDT come again", after=before)
        assert (await health(bot))["well"]
        assert sum("Something is wrong" in text for text in await bot.said()) == 1
    assert [line["event"] for line in world.logs if "trouble" in line["event"]] == ["trouble", "trouble over"]


async def test_what_stays_wrong_is_not_told_anew_by_a_restart(world: World) -> None:
    """The next bot keeps quiet about it until six hours are over."""
    async with world.bot(allowed_users=frozenset({SAM})) as bot:
        await bot.arm()
        before = await silenced(bot)
        await bot.running.lookout.look()
        await bot.sam.wait_for("Something is wrong with me", after=before)
    async with world.bot(allowed_users=frozenset({SAM})) as bot:
        world.wall.advance(6 * MINUTE)
        await bot.running.lookout.look()
        before = await bot.version()
        world.wall.advance(6 * HOUR)
        await bot.running.lookout.look()
        await bot.sam.wait_for("Something is wrong with me", after=before)
        assert sum("Something is wrong" in text for text in await bot.said()) == 2


async def test_health_asks_the_running_bot(world: World) -> None:
    """Well: exit code 0; ill: 1, with the bot's own reason; gone: by its last heartbeat."""
    more = {"TIERWISE_STATUS_PORT": "0"}
    settings = {**settings_of(world), **more}
    async with deployed(world, None, **more) as bot:
        assert await ended(await command(world.folder, "health", settings=settings)) == (0, "well\n")
        await bot.kill()
    code, said = await ended(await command(world.folder, "health", settings=settings))
    assert code == 0
    assert re.fullmatch(r"last heartbeat \d+ s ago; its status page does not answer\n", said)


async def test_logs_can_be_json_and_hold_nobodys_words(world: World) -> None:
    """One object a line with time, level and event, those of a handler with their update; no words, no token."""
    async with deployed(world, TIERWISE_LOG="json", TIERWISE_STATUS_PORT="0"):
        sam = world.person()
        await sam.say(f"{PRIVATE}")
        await sam.wait_for("did not expect")
        await sam.request("POST", "/sim/update", body={"updates": [{"message": {"text": PRIVATE}}]})
        await sam.say("/help")
        await sam.wait_for("/status")
    lines = [json.loads(line) for line in log_of(world.folder).splitlines()]
    assert all({"timestamp", "level", "event"} <= line.keys() for line in lines)
    assert any(line["event"] == "update cannot be read" for line in lines)
    for secret in (PRIVATE, TOKEN, TOKEN.partition(":")[2]):
        assert secret not in log_of(world.folder)


async def test_a_bot_whose_page_is_taken_still_runs(world: World, tmp_path: Path) -> None:
    """Two bots on one machine: the second says that it has no page, and works."""
    async with world.bot(status_port=0) as first:
        port = str(first.running.status).rpartition(":")[2]
        settings = {**settings_of(world), "TIERWISE_STATUS_PORT": port}
        settings["TIERWISE_DATABASE_URL"] = f"sqlite:///{tmp_path / 'other.sqlite3'}"
        other = await command(world.folder, "run", settings=settings)
        assert other.stdout is not None
        assert b"running" in await other.stdout.readline()
        other.terminate()
        await other.wait()
    assert "status page not served" in log_of(world.folder)
