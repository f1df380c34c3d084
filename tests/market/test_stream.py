"""Every print of what is followed arrives once, exactly and in order: real ccxt, real sockets, no network."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from chatbot.core.market import Market as Watched
from chatbot.core.market import Quote
from chatbot.core.plan import TriggerPrice
from chatbot.market.feed import Feed
from chatbot.market.stream import Streams
from chatbot.sandbox.exchange.market import Market
from chatbot.watch.sources import PriceStream
from tests.market.streaming import BTC, ETH, EXCHANGES, SOL, Sandbox, Witness, listed

BURST: Final = {"binanceusdm": 20_000, "bybit": 20_000}


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_every_print_arrives_exactly_and_in_order(
    exchange: str, market: Market, streams: Streams, witness: Witness
) -> None:
    """Once a market is live, each of its trades is told with the exchange's price and time, to the last digit."""
    btc, pepe = Watched(exchange, BTC), Watched(exchange, "1000PEPE/USDT:USDT")
    streams.follow(exchange, frozenset({btc, pepe}))
    await witness.until_live(btc, pepe)
    assert streams.is_live(btc)
    for price in ("60123.1", "59000", "60001.7"):
        market.set_price("BTCUSDT", Decimal(price))
    market.set_price("1000PEPEUSDT", Decimal("0.0000123"))
    await witness.until_seen(btc, 3)
    await witness.until_seen(pepe, 1)
    last_at = market.book("BTCUSDT").last_at
    assert witness.quotes[btc] == [
        Quote(BTC, Decimal("60123.1"), last_at - 2),
        Quote(BTC, Decimal(59000), last_at - 1),
        Quote(BTC, Decimal("60001.7"), last_at),
    ]
    assert witness.quotes[pepe] == [
        Quote("1000PEPE/USDT:USDT", Decimal("0.0000123"), market.book("1000PEPEUSDT").last_at)
    ]


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_a_burst_loses_nothing_and_hides_no_quiet_market(
    exchange: str, market: Market, streams: Streams, witness: Witness
) -> None:
    """20 000 trades of one market at once all arrive, and so does the only print of another in their midst."""
    btc, eth = Watched(exchange, BTC), Watched(exchange, ETH)
    streams.follow(exchange, frozenset({btc, eth}))
    await witness.until_live(btc, eth)
    count = BURST.get(exchange, 2_000)
    prices = [f"{60_000 + number % 977}.{number % 10}" for number in range(count)]
    for number, price in enumerate(prices):
        market.set_price("BTCUSDT", Decimal(price))
        if number == count // 2:
            market.set_price("ETHUSDT", Decimal("2222.22"))
    await witness.until_seen(btc, count)
    assert [Decimal(price) for price in witness.prices(btc)] == [Decimal(price) for price in prices]
    assert witness.prices(eth) == ["2222.22"]
    assert witness.of(btc) == witness.of(eth) == ["came"]


async def test_a_slow_listener_loses_nothing(market: Market, streams: Streams, witness: Witness) -> None:
    """However long the listener takes for each price, none is skipped."""
    btc = Watched("binanceusdm", BTC)
    witness.slow = lambda: [Decimal(number).sqrt() for number in range(100)]
    streams.follow("binanceusdm", frozenset({btc}))
    await witness.until_live(btc)
    prices = [str(50_000 + number) for number in range(2_000)]
    for price in prices:
        market.set_price("BTCUSDT", Decimal(price))
    await witness.until_seen(btc, len(prices))
    assert [Decimal(price) for price in witness.prices(btc)] == [Decimal(price) for price in prices]


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_old_trades_are_not_told_as_new(
    exchange: str, market: Market, streams: Streams, witness: Witness
) -> None:
    """What was traded before the subscription is history, also where the exchange sends it first."""
    btc = Watched(exchange, BTC)
    for price in ("61000", "62000"):
        market.set_price("BTCUSDT", Decimal(price))
    streams.follow(exchange, frozenset({btc}))
    await witness.until_live(btc)
    market.set_price("BTCUSDT", Decimal(63000))
    await witness.until_seen(btc, 1)
    assert [Decimal(price) for price in witness.prices(btc)] == [Decimal(63000)]


@pytest.mark.parametrize("exchange", [name for name in EXCHANGES if name != "bingx"])
async def test_mark_prices_arrive_where_the_exchange_streams_them(
    exchange: str, market: Market, streams: Streams, witness: Witness
) -> None:
    """A plan that follows the mark price is told of that, and the last price is another market beside it."""
    mark, last = Watched(exchange, ETH, TriggerPrice.MARK), Watched(exchange, ETH)
    streams.follow(exchange, frozenset({mark, last}))
    await witness.until_live(mark, last)
    market.set_price("ETHUSDT", Decimal("2555.55"))
    await witness.until(lambda: witness.prices(mark)[-1:] == ["2555.55"])
    await witness.until_seen(last, 1)
    assert witness.prices(last) == ["2555.55"]


async def test_a_market_without_a_stream_never_goes_live(streams: Streams, witness: Witness) -> None:
    """BingX streams no mark price and nobody streams an unknown exchange: polling serves both."""
    mark, last = Watched("bingx", ETH, TriggerPrice.MARK), Watched("bingx", ETH)
    streams.follow("bingx", frozenset({mark, last}))
    streams.follow("kraken", frozenset({Watched("kraken", ETH)}))
    await witness.until_live(last)
    assert not streams.is_live(mark)
    assert not streams.is_live(Watched("kraken", ETH))
    assert witness.of(mark) == []


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_changing_what_is_followed_opens_no_socket(
    exchange: str, sandbox: Sandbox, streams: Streams, witness: Witness
) -> None:
    """One socket serves what is followed however often that changes, and what is followed no more is unsubscribed."""
    btc, eth, sol = (Watched(exchange, symbol) for symbol in (BTC, ETH, SOL))
    streams.follow(exchange, frozenset({btc}))
    await witness.until_live(btc)
    streams.follow(exchange, frozenset({btc, eth}))
    await witness.until_live(eth)
    streams.follow(exchange, frozenset({sol}))
    await witness.until_live(sol)
    assert not streams.is_live(btc)
    state = await sandbox.sockets()
    assert state["opened"][exchange] == 1
    assert [line["subscriptions"] for line in state["open"]] == [["ticker:BTCUSDT", "trades:SOLUSDT"]]


async def test_what_is_followed_again_comes_again(market: Market, streams: Streams, witness: Witness) -> None:
    """A market that was let go of and is wanted again is announced anew and told of."""
    btc, eth = Watched("binanceusdm", BTC), Watched("binanceusdm", ETH)
    streams.follow("binanceusdm", frozenset({btc, eth}))
    await witness.until_live(btc, eth)
    streams.follow("binanceusdm", frozenset({btc}))
    streams.follow("binanceusdm", frozenset({btc, eth}))
    await witness.until(lambda: witness.of(eth) == ["came", "came"])
    market.set_price("ETHUSDT", Decimal("2000.01"))
    await witness.until_seen(eth, 1)
    streams.follow("binanceusdm", frozenset({btc}))
    assert not streams.is_live(eth)


async def test_more_markets_than_one_socket_carries_get_another(
    sandbox: Sandbox, listed_feed: Feed, streams: Streams, witness: Witness
) -> None:
    """An exchange's limit of subscriptions for a connection is kept by opening a second one."""
    bases = ("BTC", *(f"COIN{number}" for number in range(150)))
    listed(listed_feed, "bybit", bases)
    wanted = [Watched("bybit", f"{base}/USDT:USDT") for base in bases]
    streams.follow("bybit", frozenset(wanted))
    await witness.until_live(*wanted)
    state = await sandbox.sockets()
    assert sorted(len(line["subscriptions"]) for line in state["open"]) == [2, 151]


def test_the_streams_are_what_the_watch_needs(streams: Streams) -> None:
    """The watch can take them as its source of prices that happen."""
    source: PriceStream = streams
    assert source.listener is streams.listener
