"""Candles from the feed: those that are over and can be true, found out without trusting our clock."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.candles import Candle
from chatbot.core.market import MarketError, Retry
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.market.feed import Feed
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.faults import Fault
from chatbot.sandbox.exchange.market import Market

BINANCE = "binanceusdm"
BTC = "BTC/USDT:USDT"


def asked(emulator: ExchangeEmulator, path: str) -> int:
    """How often a path was asked for."""
    return sum(call.path == path for call in emulator.log.calls)


async def test_candles_are_closed_ones_only(feed: Feed, market: Market) -> None:
    """The forming candle is left out until it is surely over."""
    market.step(MINUTE)
    market.set_price("BTCUSDT", Decimal("60500.5"))
    market.step(30_000)
    candles = await feed.candles(BINANCE, BTC, "1m", limit=3)
    start = market.now - market.now % MINUTE
    assert [candle.at for candle in candles] == [start - 3 * MINUTE, start - 2 * MINUTE, start - MINUTE]
    market.step(MINUTE)
    latest = (await feed.candles(BINANCE, BTC, "1m", limit=1))[0]
    assert (latest.at, latest.open, latest.close) == (start, Decimal("60500.5"), Decimal("60500.5"))


async def test_candle_is_over_when_a_later_one_began_or_the_clock_is_well_past(
    emulator: ExchangeEmulator, market: Market
) -> None:
    """A clock that is wrong by seconds makes no candle close early, and one that is slow none late."""
    slow = Feed({"fapi.binance.com": emulator.base_url}, only=True, clock=lambda: market.now - 3_600_000)
    fast = Feed({"fapi.binance.com": emulator.base_url}, only=True, clock=lambda: market.now + 14_000)
    market.step(MINUTE - 1_000)
    start = market.now - market.now % MINUTE
    assert (await slow.candles(BINANCE, BTC, "1m", limit=2))[-1].at == start - MINUTE
    assert (await fast.candles(BINANCE, BTC, "1m", limit=2))[-1].at == start - MINUTE
    await slow.aclose()
    await fast.aclose()


async def test_a_web_page_is_no_list_without_candles(feed: Feed, emulator: ExchangeEmulator, market: Market) -> None:
    """Asked for what there is since then, ccxt alone would make nothing of it: minutes would be taken for empty."""
    since = market.now - market.now % MINUTE - 5 * MINUTE
    emulator.faults.add(Fault(path="klines", garbage=True, times=1))
    with pytest.raises(MarketError) as raised:
        await feed.candles(BINANCE, BTC, "1m", since)
    assert isinstance(raised.value.remedy, Retry)
    assert len(await feed.candles(BINANCE, BTC, "1m", since)) == 5
    emulator.faults.add(Fault(path="aggTrades", garbage=True, times=1))
    with pytest.raises(MarketError):
        await feed.trades(BINANCE, BTC, since, market.now)


async def test_candle_of_a_market_nobody_trades_is_over_once_others_trade(
    feed: Feed, emulator: ExchangeEmulator, market: Market
) -> None:
    """Where no new candle begins without a trade, the exchange's own times decide: never our clock so soon."""
    market.set_price("BTCUSDT", Decimal("60500.5"))
    start, end = market.now - market.now % MINUTE, market.now - market.now % MINUTE + MINUTE
    emulator.faults.add(Fault(path="klines", missing=(end,)))

    async def newest() -> int:
        return (await feed.candles(BINANCE, BTC, "1m", since=start - MINUTE, limit=2))[-1].at

    market.step(end - market.now - 1)
    assert await newest() == start - MINUTE
    assert asked(emulator, "/fapi/v2/ticker/price") == 0
    market.step(2_000)
    assert await newest() == start - MINUTE
    market.set_price("1000PEPEUSDT", Decimal("0.0121"))
    assert await newest() == start
    emulator.faults.add(Fault(path="ticker", status=502, times=1))
    assert await newest() == start - MINUTE
    market.set_price("BTCUSDT", Decimal(60501))
    assert await newest() == start - MINUTE


@pytest.mark.parametrize("timeframe", list(Timeframe))
async def test_candles_of_every_timeframe_can_be_paged_by_time(
    feed: Feed, market: Market, timeframe: Timeframe
) -> None:
    """From a time on, the first so many; each on its grid and after the one before."""
    since = timeframe.start_of(market.now) - 40 * timeframe.millis
    candles = await feed.candles(BINANCE, BTC, timeframe, since=since, limit=10)
    assert [candle.at for candle in candles] == [since + number * timeframe.millis for number in range(10)]
    assert all(isinstance(candle, Candle) for candle in candles)


async def test_bad_candles_are_dropped(feed: Feed, emulator: ExchangeEmulator, market: Market) -> None:
    """Rows off the grid, with impossible prices or twice are not passed on; the later of two wins."""
    good = [0, "10", "12", "9", "11", "1"]
    rows = [
        good,
        [0, "10", "12", "9", "11.5", "1"],
        [MINUTE + 1, *good[1:]],
        [2 * MINUTE, "10", "9", "12", "11", "1"],
        [3 * MINUTE, "NaN", "12", "9", "11", "1"],
        [4 * MINUTE, "10", "12", "0", "11", "1"],
        [5 * MINUTE, *good[1:]],
    ]
    emulator.faults.add(Fault(path="klines", body=rows))
    candles = await feed.candles(BINANCE, BTC, "1m")
    assert [(candle.at, str(candle.close)) for candle in candles] == [(0, "11.5"), (5 * MINUTE, "11")]
    assert market.now > 5 * MINUTE
