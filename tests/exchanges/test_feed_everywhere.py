"""The feed on all six exchanges: the same market comes out the same, whatever shape it was sent in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chatbot.core.market import Instrument, MarketError, Pause, Quote, Refused, Retry, Unsuitable
from chatbot.core.plan import TriggerPrice
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.market.connection import steady
from chatbot.market.exchanges import venue_of
from chatbot.market.feed import Feed
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.faults import Fault
from chatbot.sandbox.exchange.market import Market

BTC, PEPE, XAU, XAG = "BTC/USDT:USDT", "1000PEPE/USDT:USDT", "XAU/USDT:USDT", "XAG/USDT:USDT"
MARK = TriggerPrice.MARK
NAMES_IN_TRADES = {
    "binanceusdm": ("p", "T"),
    "bybit": ("price", "time"),
    "bingx": ("price", "time"),
    "weex": ("price", "time"),
    "mexc": ("p", "t"),
    "bitget": ("price", "ts"),
}
GARBAGE: tuple[Any, ...] = ({}, [], [[]], [None], {"code": 0, "data": None}, {"data": {"list": 5}}, "text", 5)


async def test_last_prices_are_exact_everywhere(feed: Feed, market: Market, exchange: str) -> None:
    """Every digit arrives, tiny prices included, for all symbols asked for and no others."""
    market.set_price("BTCUSDT", Decimal("60123.1"))
    market.set_price("1000PEPEUSDT", Decimal("0.0012345"))
    quotes = await feed.quotes(exchange, frozenset({BTC, PEPE}))
    assert {symbol: quote.price for symbol, quote in quotes.items()} == {
        BTC: Decimal("60123.1"),
        PEPE: Decimal("0.0012345"),
    }
    assert all(abs(quote.at - market.now) < 1_000 for quote in quotes.values())


async def test_mark_prices_go_their_own_way_everywhere(feed: Feed, market: Market, exchange: str) -> None:
    """Who asks for the mark price gets it, whatever was traded last, in prices and in candles."""
    market.set_price("BTCUSDT", Decimal(60_100))
    market.set_mark("BTCUSDT", Decimal("60200.5"))
    assert (await feed.quotes(exchange, frozenset({BTC}), MARK))[BTC].price == Decimal("60200.5")
    assert (await feed.quotes(exchange, frozenset({BTC})))[BTC].price == Decimal(60_100)
    market.step(2 * MINUTE)
    marks = await feed.candles(exchange, BTC, "1m", since=market.now - 3 * MINUTE, trigger_price=MARK)
    lasts = await feed.candles(exchange, BTC, "1m", since=market.now - 3 * MINUTE)
    assert max(candle.high for candle in marks) == Decimal("60200.5")
    assert max(candle.high for candle in lasts) < Decimal("60200.5")


async def test_contracts_are_listed_with_their_true_steps(feed: Feed, market: Market, exchange: str) -> None:
    """Price steps are those of the market; quantities are in units of base, whatever the exchange counts in."""
    instruments = await feed.instruments(exchange)
    btc = instruments[BTC]
    assert (btc.exchange, btc.tick_size) == (exchange, Decimal("0.1"))
    size = Decimal("0.0001") if exchange == "mexc" else Decimal(1)
    assert (btc.contract_size, btc.lot_size) == (size, size if exchange == "mexc" else Decimal("0.001"))
    assert btc.min_quantity == btc.lot_size
    assert 0 < btc.taker_fee_pct < Decimal("0.1")
    assert {XAU, XAG, PEPE} <= instruments.keys()
    assert "FTT/USDT:USDT" not in instruments


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("BTCUSD", Unsuitable.INVERSE),
        ("BTC/USD:BTC", Unsuitable.INVERSE),
        ("btc spot", Unsuitable.SPOT),
        ("BTC/USDT spot", Unsuitable.SPOT),
        ("spot eth", Unsuitable.SPOT),
        ("BTCUSDT_240628", Unsuitable.DATED),
    ],
)
async def test_inverse_and_spot_are_refused_with_a_reason(
    feed: Feed, exchange: str, written: str, why: Unsuitable
) -> None:
    """Whether or not the exchange lists them, and with the contract that can be used instead."""
    found = await feed.resolve(exchange, written)
    assert isinstance(found, Refused)
    assert found.why is why
    assert why.value in found.sentence or "dated" in found.sentence
    assert len(found.suggestions) == 1
    assert found.suggestions[0].endswith("/USDT:USDT")


async def test_a_pair_is_the_perpetual_of_that_name(feed: Feed, exchange: str) -> None:
    """Nobody types the settlement currency."""
    for written in ("btc", "BTCUSDT", "BTC/USDT", "BTC-USDT", "BTC_USDT"):
        found = await feed.resolve(exchange, written)
        assert isinstance(found, Instrument)
        assert found.symbol == BTC


@pytest.mark.parametrize("timeframe", ["1m", "15m", "4h", "1d"])
async def test_candles_can_be_paged_by_time_everywhere(
    feed: Feed, market: Market, exchange: str, timeframe: str
) -> None:
    """From a time on the first so many, near or far; without one the last. Each on its grid, none forming."""
    length = Timeframe(timeframe).millis
    for back in (20, 130):
        since = market.now - market.now % length - back * length
        candles = await feed.candles(exchange, BTC, timeframe, since=since, limit=10)
        assert [candle.at for candle in candles] == [since + number * length for number in range(10)]
    market.step(30_000)
    last = await feed.candles(exchange, BTC, timeframe, limit=5)
    end = market.now - market.now % length
    assert [candle.at for candle in last] == [end - number * length for number in range(5, 0, -1)]


async def test_a_long_absence_is_read_without_a_hole(feed: Feed, market: Market, exchange: str) -> None:
    """Paged by the time of the last candle, a day of minutes comes out complete, from the most distant one on."""
    begin = market.now - market.now % MINUTE - 1_500 * MINUTE
    market.step(1_000)
    since, times = begin, list[int]()
    while page := await feed.candles(exchange, BTC, "1m", since=since):
        times.extend(candle.at for candle in page)
        since = page[-1].at + MINUTE
    assert times == [begin + number * MINUTE for number in range(len(times))]
    assert len(times) == 1_500


async def test_broken_candles_are_left_out_everywhere(
    feed: Feed, emulator: ExchangeEmulator, market: Market, exchange: str
) -> None:
    """A candle without prices or with none that is a number is not passed on; its neighbours are."""
    start = market.now - 4 * MINUTE
    market.step(1_000)
    emulator.faults.add(Fault(path="line", empty=(start,), not_numbers=(start + MINUTE,)))
    emulator.faults.add(Fault(path="andle", empty=(start,), not_numbers=(start + MINUTE,)))
    candles = await feed.candles(exchange, BTC, "1m", since=start, limit=4)
    assert [candle.at for candle in candles] == [start + 2 * MINUTE, start + 3 * MINUTE]


async def test_funding_and_brackets_are_read_everywhere(feed: Feed, exchange: str) -> None:
    """The present rate, its interval, and the brackets where they are published to everybody."""
    rate = await feed.funding_rate(exchange, BTC)
    assert rate is not None
    assert (rate.rate_pct, rate.interval_hours) == (Decimal("0.01"), Decimal(8))
    brackets = await feed.brackets(exchange, BTC)
    assert bool(brackets) is (venue_of(exchange).bracket_floors is not None)
    assert [bracket.floor for bracket in brackets] == sorted(bracket.floor for bracket in brackets)


@pytest.mark.parametrize("body", GARBAGE)
async def test_garbage_is_retried_everywhere(
    feed: Feed, emulator: ExchangeEmulator, exchange: str, body: object
) -> None:
    """Whatever JSON comes instead of prices, candles or trades, it heals by asking again; nothing is made of it."""
    await feed.instruments(exchange)
    emulator.faults.add(Fault(path="/", body=body))
    for asking in (
        feed.quotes(exchange, frozenset({BTC})),
        feed.quotes(exchange, frozenset({BTC}), MARK),
    ):
        with pytest.raises(MarketError) as raised:
            await asking
        assert isinstance(raised.value.remedy, Retry)


@pytest.mark.parametrize("wrong", [{"garbage": True}, {"drop": True}, {"status": 502}, {"status": 500}])
async def test_trouble_heals_everywhere(
    feed: Feed, emulator: ExchangeEmulator, exchange: str, wrong: dict[str, Any]
) -> None:
    """A web page, a cut line, a server error: asked again, and then all is well."""
    await feed.instruments(exchange)
    emulator.faults.add(Fault.from_json(wrong))
    with pytest.raises(MarketError) as raised:
        await feed.quotes(exchange, frozenset({BTC}))
    assert isinstance(raised.value.remedy, Retry)
    emulator.faults.clear()
    assert await feed.quotes(exchange, frozenset({BTC}))


async def test_too_much_is_a_pause_everywhere(feed: Feed, emulator: ExchangeEmulator, exchange: str) -> None:
    """Each exchange says in its own way that it is asked too often; then it is asked nothing at all for a while."""
    await feed.instruments(exchange)
    emulator.weight_limit = 0
    for dialect in emulator.dialects:
        dialect.a_minute = 0  # type: ignore[misc]  # this one dialect's limit is used up
    with pytest.raises(MarketError) as raised:
        await feed.quotes(exchange, frozenset({BTC}))
    assert isinstance(raised.value.remedy, Pause)
    asked = len(emulator.log.calls)
    with pytest.raises(MarketError):
        await feed.candles(exchange, BTC, "1m")
    assert len(emulator.log.calls) == asked


async def test_a_spent_budget_pauses_before_the_exchange_complains(
    feed: Feed, emulator: ExchangeEmulator, exchange: str
) -> None:
    """The feed counts what each exchange counts, and stops at four fifths of it."""
    limit = next(dialect.a_minute for dialect in emulator.dialects if dialect.exchange == exchange)
    await feed.quotes(exchange, frozenset({BTC}))
    await feed.candles(exchange, BTC, "1m", since=0, limit=300)
    await feed.trades(exchange, BTC, 1, 2)
    counted = sum(call.weight for call in emulator.log.calls)
    budget = feed.connection(exchange).budget
    assert sum(weight for _, weight in budget.spent) == counted
    budget.spend(limit * 4 // 5 - counted, steady())
    with pytest.raises(MarketError, match="budget"):
        await feed.candles(exchange, BTC, "1m")
    assert sum(call.weight for call in emulator.log.calls) == counted


async def test_trades_of_a_minute(feed: Feed, market: Market, exchange: str) -> None:
    """Every trade of it in the exchange's order, if the trades that are given reach back so far."""
    begin = market.now
    for number in range(80):
        market.step(1_000)
        market.set_price("BTCUSDT", Decimal(60_000) + number)
    trades = await feed.trades(exchange, BTC, begin + 30_000, begin + 60_000)
    assert trades is not None
    assert [trade.price for trade in trades] == [Decimal(60_000) + number for number in range(29, 59)]
    assert trades[0] == Quote(BTC, Decimal(60_029), begin + 30_000)


async def test_trades_that_are_no_longer_given_are_not_made_up(feed: Feed, market: Market, exchange: str) -> None:
    """Two exchanges give any minute, page by page; the others say that there is no telling."""
    begin = market.now
    for number in range(3_300):
        market.step(20)
        market.set_price("BTCUSDT", Decimal(60_000) + number)
    trades = await feed.trades(exchange, BTC, begin, begin + MINUTE)
    if exchange not in ("binanceusdm", "bitget"):
        assert trades is None
        return
    assert trades is not None
    assert [trade.price for trade in trades] == [Decimal(60_000) + number for number in range(2_999)]


@pytest.mark.parametrize("missing", [0, 1])
async def test_trades_that_cannot_be_true_are_refused(
    feed: Feed, emulator: ExchangeEmulator, market: Market, exchange: str, missing: int
) -> None:
    """A gap must not go unseen: a row without a price or a time, and none of the answer is believed."""
    await feed.instruments(exchange)
    names = NAMES_IN_TRADES[exchange]
    row = {"a": 1, "tradeId": "1", "execId": "1", "v": 1, **dict.fromkeys(names, "60000"), names[missing]: None}
    wrapped = {"success": True, "code": "00000", "data": [row], "result": {"list": [row]}, "retCode": 0}
    bodies = {"binanceusdm": [row], "weex": [row], "bingx": {**wrapped, "code": 0}}
    emulator.faults.add(Fault(path="/", body=bodies.get(exchange, wrapped)))
    with pytest.raises(MarketError) as raised:
        await feed.trades(exchange, BTC, market.now - MINUTE, market.now)
    assert isinstance(raised.value.remedy, Retry)
