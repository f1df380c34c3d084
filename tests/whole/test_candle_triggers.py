"""Candle triggers through the sandbox: the bot by itself, on the market's clock, with evidence anybody can check."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

import pytest

from chatbot.core.candles import Candle
from chatbot.core.money import Millis
from chatbot.core.plan import (
    Average,
    CloseBeyond,
    Direction,
    MovingAverageRetest,
    Plan,
    RsiTrigger,
    Target,
    Tier,
    Trail,
    Trigger,
)
from chatbot.core.state import TierPhase
from chatbot.core.timeframes import Timeframe
from tests.whole.plain_indicators import plain_atr, plain_ema, plain_rsi
from tests.whole.rig import BTC, MINUTE, SECOND, Bot, World, worked_plan

PERIOD = 20
SOON: Millis = 5 * SECOND
THREE = Timeframe.M3
"""Candles that nobody but the triggers asks for: what happened within each minute is looked up besides."""


def waits_for(trigger: Trigger, **changes: object) -> Plan:
    """The plan of RULES 9 with another condition for tier 1."""
    return worked_plan(tiers=(Tier(Decimal(25), trigger), *worked_plan().tiers[1:]), **changes)


def over(bot: Bot, timeframe: Timeframe = Timeframe.M1) -> list[Candle]:
    """The market's own candles that are over."""
    market = bot.world.stage.market
    candles = market.candles(BTC, timeframe, market.now - 1_000 * timeframe.millis, market.now)
    return [candle for candle in candles if candle.at + timeframe.millis <= market.now]


def closes(candles: Sequence[Candle]) -> list[float]:
    return [float(candle.close) for candle in candles]


def rsi_up(bot: Bot, timeframe: Timeframe = Timeframe.M1) -> RsiTrigger:
    """Fires once RSI is a few points higher than now."""
    return RsiTrigger(timeframe, Decimal(round(plain_rsi(closes(over(bot, timeframe)))[-1]) + 3), Direction.UP)


def to_the_next_minute(bot: Bot, timeframe: Timeframe = Timeframe.M1) -> None:
    """A new candle begins."""
    market = bot.world.stage.market
    market.step(timeframe.millis - market.now % timeframe.millis)


def dip_and_rise(bot: Bot, timeframe: Timeframe = Timeframe.M1) -> Millis:
    """Within this candle price comes back to its average and rises well above it; gives back when the candle ends."""
    market = bot.world.stage.market
    average = Decimal(plain_ema(closes(over(bot, timeframe)), PERIOD)[-1])
    before = over(bot, timeframe)[-1].close
    listing = market.book(BTC).listing
    for price in (average * Decimal("0.9998"), max(average, before) * Decimal("1.003")):
        market.step(SECOND)
        market.set_price(BTC, listing.on_grid(price))
    return timeframe.start_of(market.now) + timeframe.millis


def go_to(bot: Bot, at: Millis) -> None:
    market = bot.world.stage.market
    market.step(at - market.now)


async def candle_requests(bot: Bot) -> int:
    """How often the exchange was asked for candles of three minutes."""
    return sum("interval=3m" in call["query"] for call in await bot.world.exchange_calls())


def is_offered(bot: Bot, number: int = 1) -> bool:
    return bot.state(number).tiers[0].phase is TierPhase.PENDING


async def test_three_kinds_of_triggers_fire_within_5_s_of_one_close(bot: Bot) -> None:
    """RSI, a retest and a break on one market: one request, three alerts by the bot alone, each with its figures."""
    to_the_next_minute(bot, THREE)
    level = (over(bot, THREE)[-1].close * Decimal("1.001")).quantize(Decimal(1))
    retest = MovingAverageRetest(THREE, Average.EMA, PERIOD, Direction.UP)
    for trigger in (rsi_up(bot, THREE), retest, CloseBeyond(THREE, level, Direction.UP)):
        await bot.arm(waits_for(trigger))
    end = dip_and_rise(bot, THREE)
    await bot.running.candles.look()
    go_to(bot, end + SECOND)
    before = await candle_requests(bot)
    await bot.running.candles.look()
    assert await candle_requests(bot) == before
    go_to(bot, end + 3 * SECOND)
    shown = [await line_with(bot, words) for words in ("RSI(14) 3m", "EMA(20)", "3m close")]
    assert bot.world.stage.now() - end <= SOON
    assert await candle_requests(bot) == before + 1
    assert all(is_offered(bot, number) for number in (1, 2, 3))
    ends = f", candle closed {end // MINUTE // 60 % 24:02d}:{end // MINUTE % 60:02d} UTC"
    rsi, average = plain_rsi(closes(over(bot, THREE))), plain_ema(closes(over(bot, THREE)), PERIOD)[-1]
    assert shown[0] == f"RSI(14) 3m {rsi[-2]:.1f} → {rsi[-1]:.1f}{ends}"
    told = re.search(r"EMA\(20\) ([0-9.]+),", shown[1])
    assert told is not None, shown[1]
    assert float(told[1]) == pytest.approx(average, abs=0.01)
    assert shown[1].endswith(ends)
    assert shown[2] == f"3m close {over(bot, THREE)[-1].close:.1f} above {level:f}{ends}"


async def line_with(bot: Bot, words: str) -> str:
    """The line of an alert that begins or goes on with these words, its numbers without spaces in them."""
    told = await bot.sam.wait_for(lambda shown: "Add tier 1" in shown.text and words in shown.text)
    line = next(line for line in told.text.splitlines() if words in line)
    return line.replace("\xa0", "")


async def test_the_evidence_has_a_line_of_its_own(bot: Bot) -> None:
    """What proved the trigger stands under the plan's name, apart from the condition itself."""
    to_the_next_minute(bot)
    await bot.arm(waits_for(rsi_up(bot)))
    end = dip_and_rise(bot)
    go_to(bot, end + 3 * SECOND)
    told = await bot.sam.wait_for("Add tier 1")
    assert any(
        re.fullmatch(r"RSI\(14\) 1m .+ → .+, candle closed \d\d:\d\d UTC", line) for line in told.text.splitlines()
    )


@pytest.mark.parametrize("fault", ["missing", "empty", "not_numbers"])
async def test_a_broken_window_decides_nothing_until_it_is_whole(bot: Bot, fault: str) -> None:
    """A hole, a row of nulls or a row of NaN an hour ago: RSI decides nothing, and does as soon as that is mended."""
    to_the_next_minute(bot)
    market = bot.world.stage.market
    broken = market.now - 60 * MINUTE
    await bot.world.exchange_fault(path="klines", **{fault: [broken]})
    level = over(bot)[-1].close
    await bot.arm(waits_for(rsi_up(bot)))
    await bot.arm(waits_for(CloseBeyond(Timeframe.M1, level, Direction.UP)))
    end = dip_and_rise(bot)
    go_to(bot, end + 3 * SECOND)
    await bot.running.candles.look()
    assert not is_offered(bot, 1)
    assert is_offered(bot, 2), "a break needs no window"
    await bot.world.exchange_fault()
    go_to(bot, end + 20 * SECOND)
    await bot.running.candles.look()
    rsi = plain_rsi(closes(over(bot)))
    await bot.sam.wait_for(f"RSI(14) 1m {rsi[-2]:.1f} → {rsi[-1]:.1f}")
    said = [line["event"] for line in bot.world.logs if line["event"] in {"candles missing", "candles whole"}]
    assert said == ["candles missing", "candles whole"]


async def test_a_late_candle_is_waited_for_and_never_guessed(bot: Bot) -> None:
    """An exchange that is behind with its candles delays the decision; it is made at the close all the same."""
    to_the_next_minute(bot)
    await bot.arm(waits_for(rsi_up(bot)))
    await bot.running.candles.look()
    end = dip_and_rise(bot)
    close = bot.world.stage.market.last(BTC)
    await bot.world.exchange_fault(path="klines", behind=8 * SECOND)
    for wait in (3, 6):
        go_to(bot, end + wait * SECOND)
        await bot.running.candles.look()
        assert not is_offered(bot)
    go_to(bot, end + 16 * SECOND)
    await bot.running.candles.look()
    assert is_offered(bot)
    assert bot.state().tiers[0].price == close


async def test_a_restart_between_two_closes_loses_no_decision(world: World) -> None:
    """A bot started after the close fetches the window anew and decides on the close that came meanwhile."""
    async with world.bot() as bot:
        to_the_next_minute(bot)
        await bot.arm(waits_for(rsi_up(bot)))
        end = dip_and_rise(bot)
    world.stage.market.step(end + 3 * SECOND - world.stage.now())
    async with world.bot() as bot:
        await bot.running.candles.look()
        rsi = plain_rsi(closes(over(bot)))
        await bot.sam.wait_for(f"RSI(14) 1m {rsi[-2]:.1f} → {rsi[-1]:.1f}")


async def test_a_trail_in_atr_is_as_wide_as_the_market_moves(bot: Bot) -> None:
    """The target that starts it is reached between two closes; the distance is ATR(14) of the last closed minutes."""
    to_the_next_minute(bot)
    first = Target(Decimal(61_000), Decimal(25), Trail(distance_atr=Decimal(2)))
    await bot.arm(worked_plan(targets=(first, *worked_plan().targets[1:]), timeframe=Timeframe.M1))
    await bot.enter()
    go_to(bot, bot.world.stage.now() - bot.world.stage.now() % MINUTE + MINUTE + 3 * SECOND)
    await bot.running.candles.look()
    await bot.alert("61000", "at TP1")
    trailing = bot.state().trailing
    assert trailing is not None
    assert float(trailing.distance_pct) == pytest.approx(2 * plain_atr(over(bot)) / 61_000 * 100, rel=1e-6)
