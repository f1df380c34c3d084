"""The bot killed without warning, at the worst moments: nothing that was said or that happened is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from chatbot.core.events import TierTriggered
from chatbot.records import PlanRecord
from storage.database import open_database
from tests.whole.process import Spare, deployed, log_of
from tests.whole.rig import BTC, ON_BOTH_DATABASES, SAM, TALK, World

REPEAT = "🔁 Repeat"


def stored(world: World) -> PlanRecord:
    """Sam's first plan, as it lies in the database."""
    with open_database(world.database_url) as database, database.units() as unit:
        found = unit.plans.of_user(SAM, 1)
    assert found is not None
    return found


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Asks until it holds."""
    async with asyncio.timeout(20):
        while not await holds():
            pass


async def tried(world: World, *, recorded: bool) -> bool:
    """Whether the alert's first send has met its trouble, and the bot has written down how that ended."""
    waiting = (await world.person().request("GET", "/sim/fault"))["faults"]
    return not waiting and (not recorded or "message waits" in log_of(world.folder))


@pytest.mark.timeout(180)
async def test_killed_between_any_two_messages_the_conversation_goes_on(world: World) -> None:
    """After every answer the bot is killed; the next answer, said to it or while it is down, continues the plan."""
    sam, spare = world.person(), await Spare.of(world)
    await sam.say("/new")
    async with deployed(world, spare):
        await sam.wait_for("Which market?")
    for number, (text, expected) in enumerate((*TALK, ("arm", "is armed"))):
        if number % 2:
            await sam.say(text)
            async with deployed(world, spare):
                await sam.wait_for(expected)
        else:
            async with deployed(world, spare):
                await sam.say(text)
                await sam.wait_for(expected)
    await spare.drop()
    plan = stored(world).plan
    assert [tier.weight_pct for tier in plan.tiers] == [25, 25, 30, 20]
    assert [target.price for target in plan.targets] == [61000, 62500, 64000]
    assert [plan.stop, plan.equity, plan.leverage] == [59000, 10000, 10]
    assert "handler failed" not in log_of(world.folder)
    assert "Traceback" not in log_of(world.folder)


@ON_BOTH_DATABASES
@pytest.mark.parametrize(
    ("trouble", "marks"),
    [({"delay": 60.0}, 1), ({"delay": 60.0, "after": True}, 1), ({"retry_after": 2}, 0)],
    ids=["while it is sent", "delivered but not known", "known as not delivered"],
)
async def test_killed_between_an_event_and_its_alert(world: World, trouble: dict[str, Any], marks: int) -> None:
    """The alert comes after the restart, marked as a repeat only where it may have come before; the event is one."""
    async with world.bot() as bot:
        await bot.arm()
    sam = world.person()
    before = int((await sam.chat())["version"])
    await world.fault(method="sendMessage", contains="Add tier 1", **trouble)
    async with deployed(world):
        world.stage.market.set_price(BTC, Decimal(60000))
        await until(lambda: tried(world, recorded=not marks))
    if trouble.get("after"):
        await sam.wait_for("Add tier 1", after=before)
        before = int((await sam.chat())["version"])
    async with deployed(world):
        alert = await sam.wait_for("Add tier 1", after=before)
        assert alert.text.count(REPEAT) == marks
        await sam.tap("Done at", message_id=alert.message_id)
        await sam.wait_for("Tier 1 is in")
    assert sum(isinstance(event, TierTriggered) for event in stored(world).events) == 1
    assert sum("Add tier 1" in shown.text for shown in await sam.transcript()) == (2 if trouble.get("after") else 1)


@ON_BOTH_DATABASES
async def test_a_bot_told_to_stop_ends_well(world: World) -> None:
    """SIGTERM: what is under way is recorded, and the exit code is 0; the owner's link was printed."""
    async with deployed(world, TIERWISE_ALLOWED_USERS="") as bot:
        assert "t.me/" in bot.said
        payload = bot.said.strip().rpartition("start=")[2]
        await world.person().say(f"/start {payload}")
        await world.person().wait_for("I never place an order")
        bot.process.terminate()
        assert await bot.process.wait() == 0
    assert "Traceback" not in log_of(world.folder)
