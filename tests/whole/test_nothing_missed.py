"""Nothing missed, through the whole bot: streamed prices, wicks, restarts, and the other of a contract's two prices."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from chatbot.core.market import Market
from chatbot.core.plan import TriggerPrice
from chatbot.sandbox.telegram import Person
from tests.whole.rig import BTC, EXCHANGE, MINUTE, SECOND, Bot, World, worked_plan

SYMBOL = "BTC/USDT:USDT"


async def live(bot: Bot) -> None:
    """The bot hears every trade by itself."""
    stream = bot.running.watcher.stream
    assert stream is not None
    async with asyncio.timeout(20):
        while not stream.is_live(Market(EXCHANGE, SYMBOL)):
            await bot.running.tick()


def trade(world: World, price: str, after: int = SECOND) -> None:
    """The market trades at this price, and nobody asks."""
    world.stage.market.step(after)
    world.stage.market.set_price(BTC, Decimal(price))


def reports(texts: list[str]) -> list[str]:
    return [text for text in texts if "I was blind" in text and text.startswith("✅")]


async def test_a_streamed_wick_is_told_at_once(world: World) -> None:
    """No poll is made: the trade at 60 000 between two others is enough."""
    async with world.bot(feed="stream") as bot:
        await bot.arm()
        await live(bot)
        trade(world, "60100")
        trade(world, "60000")
        trade(world, "60100")
        told = await bot.sam.wait_for("Add tier 1")
        assert "⏱ Hit" not in told.text


async def test_a_wick_while_the_bot_was_away_is_told_with_its_time(world: World) -> None:
    """Tier 1 was reached in the minute of 14:0x and price is back where it was; then one report of the blind spell."""
    async with world.bot() as bot:
        await bot.arm()
        await bot.set_price("60100")
    trade(world, "60000", 3 * MINUTE)
    trade(world, "60100")
    world.stage.market.step(2 * MINUTE)
    async with world.bot() as bot:
        told = await bot.sam.wait_for("Add tier 1")
        assert "⏱ Hit" in told.text
        assert "I was blind" in told.text
        assert "now 60\u00a0100" in told.text
        await bot.set_price("60101")
        await bot.running.catch_up.look()
        await bot.running.watcher.poll(EXCHANGE)
        report = await bot.sam.wait_for("✅ I see prices again")
        assert "plan 1 reached tier 1" in report.text
        await bot.running.watcher.poll(EXCHANGE)
        assert len(reports(await bot.said())) == 1


async def test_a_blind_spell_in_which_nothing_happened_is_reported_too(world: World) -> None:
    """Silence would leave the question open; each user gets one report for all of their plans."""
    other = world.person(2002)
    async with world.bot() as bot:
        await bot.arm()
        await bot.arm()
        await bot.arm(person=other)
        await bot.set_price("60100")
    world.stage.market.step(10 * MINUTE)
    async with world.bot() as bot:
        await bot.set_price("60101")
        await bot.running.catch_up.look()
        await bot.running.watcher.poll(EXCHANGE)
        for person in (bot.sam, other):
            told = await person.wait_for("✅ I see prices again")
            assert "nothing of your plans was touched" in told.text
            assert len(reports(await texts_of(person))) == 1


async def texts_of(person: Person) -> list[str]:
    return [shown.text for shown in await person.transcript() if shown.from_bot]


async def test_a_plan_by_the_mark_price_is_moved_by_nothing_else(world: World) -> None:
    """The last price passes tier 1 and nothing is said; the mark price reaches it."""
    market = world.stage.market
    market.set_mark(BTC, Decimal(60100))
    async with world.bot() as bot:
        await bot.arm(worked_plan(trigger_price=TriggerPrice.MARK))
        await bot.set_price("59950")
        assert not any("Add tier 1" in text for text in await bot.said())
        market.step(SECOND)
        market.set_mark(BTC, Decimal(60000))
        await bot.running.watcher.poll(EXCHANGE)
        await bot.sam.wait_for("Add tier 1")
