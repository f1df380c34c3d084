"""The feed against the exchange emulator: real ccxt, real HTTP, no network."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yarl

from chatbot.core.candles import Candle
from chatbot.core.market import Final, Instrument, MarketError, Quote, Refused, Remedy, Retry
from chatbot.core.timeframes import MINUTE
from chatbot.market.connection import Manners, steady
from chatbot.market.feed import Feed
from chatbot.market.session import HostRefusedError, RoutedSession
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.faults import Fault
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.setups import tape_market

BINANCE = "binanceusdm"
BTC = "BTC/USDT:USDT"
PEPE = "1000PEPE/USDT:USDT"
BOTH = frozenset({BTC, PEPE})


async def remedy(feed: Feed, symbols: frozenset[str] = BOTH) -> Remedy:
    """What is to be done after asking for prices."""
    with pytest.raises(MarketError) as raised:
        await feed.quotes(BINANCE, symbols)
    return raised.value.remedy


def asked(emulator: ExchangeEmulator, path: str) -> int:
    """How often a path was asked for."""
    return sum(call.path == path for call in emulator.log.calls)


async def test_prices_are_exact_and_come_in_one_request(feed: Feed, emulator: ExchangeEmulator, market: Market) -> None:
    """Every digit the exchange sends arrives, for all symbols at once, with the exchange's own time."""
    market.set_price("BTCUSDT", Decimal("60123.10"))
    market.set_price("1000PEPEUSDT", Decimal("0.00001234"))
    quotes = await feed.quotes(BINANCE, BOTH)
    assert quotes == {
        BTC: Quote(BTC, Decimal("60123.10"), market.book("BTCUSDT").last_at),
        PEPE: Quote(PEPE, Decimal("0.00001234"), market.book("1000PEPEUSDT").last_at),
    }
    assert str(quotes[PEPE].price) == "0.00001234"
    await feed.quotes(BINANCE, BOTH)
    assert [call.path for call in emulator.log.calls] == [
        "/fapi/v1/exchangeInfo",
        "/fapi/v2/ticker/price",
        "/fapi/v2/ticker/price",
    ]


async def test_instruments_are_read_from_the_exchange(feed: Feed) -> None:
    """Tick, lot, minimum, fee and size of the contract are those that are listed."""
    instruments = await feed.instruments(BINANCE)
    assert instruments[BTC] == Instrument(
        exchange=BINANCE,
        symbol=BTC,
        market_id="BTCUSDT",
        base="BTC",
        quote="USDT",
        tick_size=Decimal("0.1"),
        lot_size=Decimal("0.001"),
        min_quantity=Decimal("0.001"),
        min_notional=Decimal(100),
        contract_size=Decimal(1),
        taker_fee_pct=Decimal("0.05"),
        max_leverage=None,
        max_quantity=Decimal(1_000_000),
    )
    assert instruments[PEPE].tick_size == Decimal("0.0000001")
    assert "FTT/USDT:USDT" not in instruments


async def test_symbols_are_resolved_against_the_live_list(feed: Feed) -> None:
    """A listed contract is found, one that is being settled is refused."""
    found = await feed.resolve(BINANCE, "pepe")
    assert isinstance(found, Instrument)
    assert found.symbol == PEPE
    assert isinstance(await feed.resolve(BINANCE, "ftt"), Refused)


async def test_what_is_not_listed_is_final(feed: Feed) -> None:
    """A symbol or timeframe that does not exist is no reason to ask again."""
    with pytest.raises(MarketError, match="does not list NOPE") as raised:
        await feed.candles(BINANCE, "NOPE/USDT:USDT", "1m")
    assert isinstance(raised.value.remedy, Final)
    with pytest.raises(MarketError, match="no 7m candles"):
        await feed.candles(BINANCE, BTC, "7m")
    with pytest.raises(LookupError):
        await feed.quotes("mtgox", BOTH)


async def test_unknown_symbols_do_not_spoil_the_others(feed: Feed) -> None:
    """One delisted symbol among the watched ones is left out, the rest is priced."""
    assert set(await feed.quotes(BINANCE, frozenset({BTC, "GONE/USDT:USDT"}))) == {BTC}


@pytest.mark.parametrize("price", [None, "NaN", "0", "-5", "Infinity", "", "abc", True])
async def test_rows_that_cannot_be_true_are_dropped(feed: Feed, emulator: ExchangeEmulator, price: object) -> None:
    """A price is a finite number above zero or it is not there."""
    await feed.instruments(BINANCE)
    rows = [
        {"symbol": "BTCUSDT", "price": price, "time": 5},
        {"symbol": "1000PEPEUSDT", "price": "0.5", "time": 5},
    ]
    emulator.faults.add(Fault(path="ticker", body=rows))
    assert await feed.quotes(BINANCE, BOTH) == {PEPE: Quote(PEPE, Decimal("0.5"), 5)}
    assert isinstance(await remedy(feed, frozenset({BTC})), Retry)


async def test_prices_and_candles_do_not_wait_for_a_new_list(feed: Feed, emulator: ExchangeEmulator) -> None:
    """Whoever asks by the hour loads it; a list that hangs holds up no decision."""
    await feed.instruments(BINANCE)
    feed.connection(BINANCE).reload_at = steady()
    emulator.faults.add(Fault(path="exchangeInfo", silence=True))
    assert set(await feed.quotes(BINANCE, BOTH)) == BOTH
    assert await feed.candles(BINANCE, BTC, "1m", limit=1)
    assert asked(emulator, "/fapi/v1/exchangeInfo") == 1


async def test_garbled_first_list_is_retried_and_then_loaded(feed: Feed, emulator: ExchangeEmulator) -> None:
    """A web page instead of the markets is not an empty exchange."""
    emulator.faults.add(Fault(path="exchangeInfo", garbage=True, times=1))
    assert isinstance(await remedy(feed), Retry)
    assert set(await feed.quotes(BINANCE, BOTH)) == BOTH


@pytest.mark.parametrize("wrong", [{"garbage": True}, {"body": {"symbols": []}}, {"status": 502}, {"drop": True}])
async def test_failed_reload_keeps_the_known_markets(
    feed: Feed, emulator: ExchangeEmulator, wrong: dict[str, Any]
) -> None:
    """An hour later the list is fetched anew; one that fails or is far too short changes nothing."""
    before = await feed.instruments(BINANCE)
    connection = feed.connection(BINANCE)
    connection.reload_at = steady()
    emulator.faults.add(Fault.from_json({"path": "exchangeInfo"} | wrong))
    assert await feed.instruments(BINANCE) is before
    assert connection.reload_at > steady()
    assert set(await feed.quotes(BINANCE, BOTH)) == BOTH


async def test_successful_reload_takes_over(feed: Feed, emulator: ExchangeEmulator) -> None:
    """New markets appear after an hour without a restart."""
    before = await feed.instruments(BINANCE)
    feed.connection(BINANCE).reload_at = steady()
    assert await feed.instruments(BINANCE) is not before
    assert asked(emulator, "/fapi/v1/exchangeInfo") == 2


async def test_every_price_of_a_tape_can_be_polled(emulator: ExchangeEmulator) -> None:
    """A tape stepped price by price is seen by the feed price by price, and its candles come out as they went in."""
    bars = [
        Candle(number * MINUTE, Decimal(100), Decimal(101), Decimal(99), Decimal(100), Decimal(3))
        for number in range(1, 6)
    ]
    market = tape_market("BTCUSDT", bars, skip=2, max_step_pct=Decimal("0.5"))
    emulator.market = market
    feed = Feed(
        {"fapi.binance.com": emulator.base_url},
        only=True,
        clock=lambda: market.now,
        manners=Manners(budgeted=False),
    )
    seen = []
    while (point := market.step_to_next("BTCUSDT")) is not None:
        quote = (await feed.quotes(BINANCE, frozenset({BTC})))[BTC]
        assert (quote.price, quote.at) == (point.price, market.now)
        seen.append(quote.price)
    assert (len(seen) > 24, max(seen), min(seen)) == (True, Decimal(101), Decimal(99))
    market.step(MINUTE)
    assert await feed.candles(BINANCE, BTC, "1m", since=0) == bars
    await feed.aclose()


async def test_unserved_hosts_are_refused_in_a_sandbox(feed: Feed) -> None:
    """Nothing leaves a sandbox: an exchange that nobody serves fails as a connection would."""
    with pytest.raises(MarketError) as raised:
        await feed.quotes("bybit", frozenset({BTC}))
    assert isinstance(raised.value.remedy, Retry)
    assert "bybit" in str(raised.value)


async def test_session_sends_chosen_hosts_elsewhere_and_leaves_the_rest() -> None:
    """Path and query stay as they are, a base path is put before them, other hosts go where they always went."""
    hosts = {"fapi.binance.com": "http://127.0.0.1:81/proxy/"}
    session = RoutedSession(hosts, only=False)
    url = yarl.URL("https://fapi.binance.com/fapi/v1/klines?symbol=A%2FB&limit=2", encoded=True)
    assert str(session.route(url)) == "http://127.0.0.1:81/proxy/fapi/v1/klines?symbol=A%2FB&limit=2"
    other = yarl.URL("https://api.bybit.com/v5/market/tickers")
    assert session.route(other) == other
    with pytest.raises(HostRefusedError, match=r"api\.bybit\.com"):
        RoutedSession(hosts, only=True).route(other)


def test_session_can_only_read() -> None:
    """An order could only leave through a request that is not a GET, and there is none."""
    session = RoutedSession({}, only=True)
    assert not [verb for verb in ("post", "put", "delete", "patch", "request") if hasattr(session, verb)]
