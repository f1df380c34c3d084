"""The bot with a webhook instead of polling: the same talk, no loss by a kill, no belief without the secret."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from chatbot.serve.webhook import SECRET_HEADER
from tests.whole.process import deployed, log_of
from tests.whole.rig import SAM, World
from tests.whole.test_starting import is_looking_up

SECRET = "a-word-nobody-else-knows"


def hooked() -> dict[str, Any]:
    """Settings of a bot with a webhook on a free port."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    return {"webhook_url": f"http://127.0.0.1:{port}", "webhook_port": port, "webhook_secret": SECRET}


def as_environment(settings: dict[str, Any]) -> dict[str, str]:
    return {f"TIERWISE_{name.upper()}": str(value) for name, value in settings.items()}


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Asks until it holds."""
    async with asyncio.timeout(20):
        while not await holds():
            pass


async def test_a_plan_is_built_armed_and_followed_by_webhook(world: World) -> None:
    """From the first word to the fill, without one getUpdates; then the next bot polls again."""
    async with world.bot(**hooked()) as bot:
        await bot.arm_by_chat()
        await bot.enter()
        assert bot.state().position.quantity > 0
        calls = await bot.sam.request("GET", "/sim/calls", query={"method": "getUpdates"})
        assert calls["calls"] == []
    async with world.bot() as bot:
        await bot.ask("/status", "Plan 1")


async def test_an_update_brought_again_is_answered_once(world: World) -> None:
    """The same number, twice in a row and once more after it was dealt with."""
    message = {
        "message_id": 900,
        "date": 1_790_000_000,
        "chat": {"id": SAM, "type": "private"},
        "from": {"id": SAM, "is_bot": False, "first_name": "Sam"},
        "text": "what do you want?",
    }
    update = {"update_id": 4_000_000_000, "message": message}
    async with world.bot(**hooked()) as bot:
        await bot.ask("/start", "Tierwise")
        await bot.sam.request("POST", "/sim/update", body={"updates": [update, update]})
        await bot.ask("/plans", "no open plan")
        await bot.sam.request("POST", "/sim/update", body={"updates": [update]})
        await bot.ask("/plans", "no open plan")
        assert sum("did not expect a text" in text for text in await bot.said()) == 1


async def test_nothing_is_believed_without_the_secret(world: World) -> None:
    """403, nothing stored, no answer, and not a word in the log."""
    settings = hooked()
    forged = {"update_id": 4_000_000_000, "message": {"text": "thirteen-purple-otters"}}
    async with world.bot(**settings) as bot:
        await bot.ask("/start", "Tierwise")
        async with aiohttp.ClientSession() as session:
            for headers in ({}, {SECRET_HEADER: "wrong"}):
                async with session.post(f"{settings['webhook_url']}/telegram", json=forged, headers=headers) as answer:
                    assert (answer.status, await answer.text()) == (403, "")
        with bot.running.units() as unit:
            assert unit.inbox.known([4_000_000_000]) == frozenset()
    assert "otters" not in str(world.logs)


async def test_killed_after_an_update_was_accepted_it_is_dealt_with(world: World) -> None:
    """Telegram heard 200 and forgot the update; the next start answers it all the same."""
    sam, settings = world.person(), as_environment(hooked())

    async def is_accepted() -> bool:
        waiting = (await sam.request("POST", "/sim/update", body={"updates": []}))["waiting"]
        return waiting == 0 and await is_looking_up(world)

    async with deployed(world, None, **settings):
        await sam.say("/new")
        await sam.wait_for("Which market?")
        await sam.say("btc")
        await sam.wait_for("Long or short?")
    await world.exchange_fault(path="ticker", silence=True)
    async with deployed(world, None, **settings) as bot:
        await sam.say("long")
        await until(is_accepted)
        await bot.kill()
    await world.exchange_fault()
    async with deployed(world, None, **settings):
        await sam.wait_for("Which leverage?")
    assert SECRET not in log_of(world.folder)
