"""Prices: a feed that falls silent and comes back, an exchange that refuses, and candles that close."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.plan import CloseBeyond, Direction, Tier
from chatbot.core.timeframes import Timeframe
from tests.whole.rig import BTC, EXCHANGE, MINUTE, ON_BOTH_DATABASES, SECOND, Bot, World, worked_plan

DOWN = {"status": 500, "code": -1000, "msg": "internal error"}


async def test_a_silent_feed_is_told_and_told_when_it_is_back(bot: Bot) -> None:
    """After a minute without a price the users concerned are told once; when prices return, once more."""
    await bot.arm()
    await bot.set_price("60200")
    await bot.world.exchange_fault(**DOWN)
    await bot.running.watcher.poll(EXCHANGE)
    bot.world.wall.advance(MINUTE + SECOND)
    await bot.running.watcher.poll(EXCHANGE)
    await bot.sam.wait_for("No price of BTC/USDT:USDT since")
    bot.world.wall.advance(MINUTE)
    await bot.running.watcher.poll(EXCHANGE)
    await bot.world.exchange_fault()
    bot.world.wall.advance(MINUTE)
    await bot.set_price("60210")
    back = await bot.sam.wait_for("are back")
    assert "60\xa0210" in back.text
    assert sum("No price of" in text for text in await bot.said()) == 1


@ON_BOTH_DATABASES
async def test_a_restart_does_not_forget_that_a_feed_was_silent(world: World) -> None:
    """Told silent before the restart, told back after it."""
    async with world.bot() as bot:
        await bot.arm()
        await world.exchange_fault(**DOWN)
        world.wall.advance(2 * MINUTE)
        await bot.running.watcher.poll(EXCHANGE)
        await bot.sam.wait_for("No price of BTC/USDT:USDT since")
    await world.exchange_fault()
    async with world.bot() as bot:
        await bot.set_price("60210")
        await bot.sam.wait_for("are back")


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 429, "code": -1003, "msg": "Too many requests", "retry_after": "2"},
        {"status": 418, "code": -1003, "msg": "banned", "retry_after": "60"},
        {"garbage": True},
        {"drop": True},
        DOWN,
        {"body": []},
    ],
    ids=["too many", "banned", "a web page", "cut off", "broken", "empty"],
)
async def test_no_trouble_of_an_exchange_ends_the_watch(bot: Bot, trouble: dict[str, object]) -> None:
    """Whatever a poll meets, nothing is logged as broken, and the next one that may be made finds the price."""
    await bot.arm()
    await bot.set_price("60200")
    await bot.world.exchange_fault(path="ticker", **trouble)
    await bot.running.watcher.poll(EXCHANGE)
    await bot.world.exchange_fault()
    wait = bot.running.watcher.resume_at.get(EXCHANGE, 0) - bot.world.wall.steady()
    assert wait <= 5 * MINUTE
    assert not any("Add tier" in text for text in await bot.said())


async def test_a_price_that_fails_once_is_asked_again(bot: Bot) -> None:
    """After an error that passes, the alert still comes."""
    await bot.arm()
    await bot.world.exchange_fault(path="ticker", times=1, **DOWN)
    await bot.set_price("60000")
    bot.world.wall.advance(MINUTE)
    await bot.running.watcher.poll(EXCHANGE)
    await bot.sam.wait_for("Add tier 1")


async def test_one_request_serves_all_plans_and_users(bot: Bot) -> None:
    """However many plans watch an exchange, a poll asks it once."""
    for chat_id in (1001, 2002, 3003):
        await bot.arm(person=bot.world.person(chat_id))
    await bot.set_price("60000")
    for chat_id in (1001, 2002, 3003):
        await bot.world.person(chat_id).wait_for("Add tier 1")
    assert sum("Add tier 1" in text for text in await bot.said()) == 1


async def test_a_tier_fires_at_its_candles_close(bot: Bot) -> None:
    """Close beyond: not at the price, but when the candle has closed there; told with the close that proved it."""
    market = bot.world.stage.market
    beyond = CloseBeyond(Timeframe.M1, Decimal(60200), Direction.UP)
    await bot.arm(worked_plan(tiers=(Tier(Decimal(25), beyond), *worked_plan().tiers[1:])))
    market.step(MINUTE - market.now % MINUTE)
    await bot.running.candles.look()
    await bot.set_price("60250")
    await bot.running.candles.look()
    assert not any("Add tier 1" in text for text in await bot.said())
    market.step(MINUTE - market.now % MINUTE + 5 * SECOND)
    before = await bot.version()
    await bot.running.candles.look()
    told = await bot.sam.wait_for("Add tier 1", after=before)
    assert "60\xa0250" in told.text
    await bot.tap("Done at", "Tier 1 is in")
    assert market.last(BTC) == 60250


async def test_candles_of_a_down_time_are_taken_in_order(world: World) -> None:
    """A candle that closed while the bot was down is judged after its start, once."""
    beyond = CloseBeyond(Timeframe.M5, Decimal(60200), Direction.UP)
    market = world.stage.market
    async with world.bot() as bot:
        await bot.arm(worked_plan(tiers=(Tier(Decimal(25), beyond), *worked_plan().tiers[1:])))
    market.step(SECOND)
    market.set_price(BTC, Decimal(60250))
    market.step(12 * MINUTE)
    async with world.bot() as bot:
        before = await bot.version()
        await bot.running.candles.look()
        await bot.sam.wait_for("Add tier 1", after=before)
        await bot.running.candles.look()
        assert sum("Add tier 1" in text for text in await bot.said()) == 1


async def test_a_candle_that_fails_is_asked_for_again(bot: Bot) -> None:
    """An exchange that refuses candles delays the decision, and loses none."""
    market = bot.world.stage.market
    beyond = CloseBeyond(Timeframe.M1, Decimal(60200), Direction.UP)
    await bot.arm(worked_plan(tiers=(Tier(Decimal(25), beyond), *worked_plan().tiers[1:])))
    market.step(MINUTE)
    market.set_price(BTC, Decimal(60250))
    market.step(2 * MINUTE)
    await bot.world.exchange_fault(path="klines", times=1, **DOWN)
    await bot.running.candles.look()
    market.step(5 * SECOND)
    before = await bot.version()
    await bot.running.candles.look()
    await bot.sam.wait_for("Add tier 1", after=before)


async def test_polls_run_by_themselves(world: World) -> None:
    """Without anybody's help the bot looks at prices every POLL_SECONDS."""
    async with world.bot(poll_seconds=0.05) as bot:
        await bot.arm()
        world.stage.market.set_price(BTC, Decimal(60000))
        await bot.sam.wait_for("Add tier 1", after=0)
