"""Whatever befalls a socket: the market is given up at once, comes back by itself, and no price is told twice."""

from __future__ import annotations

import gc
from decimal import Decimal
from typing import Any, Final

import pytest

from chatbot.core.market import Market as Watched
from chatbot.market.connection import steady
from chatbot.market.feed import Feed
from chatbot.market.stream import Streams
from chatbot.market.stream_pace import Patience
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.market import Market
from tests.market.streaming import BTC, ETH, EXCHANGES, QUICK, Opened, Sandbox, Witness, listed

AT_ONCE: Final[dict[str, dict[str, Any]]] = {
    "close": {"close": 1001},
    "reset": {"reset": True},
    "web page": {"garbage": "<html>504</html>"},
    "half a frame": {"garbage": '{"topic": "pub'},
}
BROKEN_TRADES: Final[dict[str, Any]] = {
    "binanceusdm": {"e": "aggTrade", "E": 1, "a": 1, "s": "BTCUSDT", "p": "0", "q": "1", "T": 1, "m": True},
    "bybit": {"topic": "publicTrade.BTCUSDT", "data": [{"T": 1, "s": "BTCUSDT", "p": "-5", "v": "1", "i": "x"}]},
    "bingx": {"code": 0, "dataType": "BTC-USDT@trade", "data": [{"T": 1, "p": "0", "q": "1", "s": "BTC-USDT"}]},
    "weex": {"e": "trade", "s": "BTCUSDT", "d": [{"T": 9_999_999_999_999, "p": "5", "q": "1", "t": "x"}]},
    "mexc": {"symbol": "BTC_USDT", "channel": "push.deal", "data": [{"p": None, "v": 1, "T": 1, "t": 1}]},
    "bitget": {
        "action": "update",
        "arg": {"instType": "USDT-FUTURES", "channel": "trade", "instId": "BTCUSDT"},
        "data": [{"ts": "0", "price": "5", "size": "1", "side": "buy", "tradeId": "1"}],
    },
}


@pytest.mark.parametrize("fault", list(AT_ONCE))
@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_a_connection_that_breaks_is_made_anew_and_repeats_nothing(
    exchange: str, fault: str, market: Market, sandbox: Sandbox, streams: Streams, witness: Witness
) -> None:
    """An end, a reset or one broken frame: it went, it comes, and each price is told once before and after."""
    btc, eth = Watched(exchange, BTC), Watched(exchange, ETH)
    streams.follow(exchange, frozenset({btc, eth}))
    await witness.until_live(btc, eth)
    market.set_price("BTCUSDT", Decimal(60001))
    await witness.until_seen(btc, 1)
    await sandbox.fault(exchange=exchange, **AT_ONCE[fault])
    await witness.until(lambda: witness.of(btc) == witness.of(eth) == ["came", "went", "came"])
    market.set_price("BTCUSDT", Decimal(60002))
    await witness.until_seen(btc, 2)
    assert [Decimal(price) for price in witness.prices(btc)] == [Decimal(60001), Decimal(60002)]
    assert (await sandbox.sockets())["opened"][exchange] == 2


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_a_print_that_can_not_be_true_is_dropped_and_doubted(
    exchange: str, market: Market, sandbox: Sandbox, streams: Streams, witness: Witness
) -> None:
    """Of a trade without a sane price or time nothing is told but that something may be missing; the socket stays."""
    btc = Watched(exchange, BTC)
    streams.follow(exchange, frozenset({btc}))
    await witness.until_live(btc)
    await sandbox.fault(frame=BROKEN_TRADES[exchange])
    await witness.until(lambda: witness.of(btc) == ["came", "went", "came"])
    market.set_price("BTCUSDT", Decimal(60003))
    await witness.until_seen(btc, 1)
    assert [Decimal(price) for price in witness.prices(btc)] == [Decimal(60003)]
    assert [state.dropped for state in streams.states()] == [1]
    assert (await sandbox.sockets())["opened"][exchange] == 1


async def test_a_number_that_is_left_out_is_noticed(market: Market, streams: Streams, witness: Witness) -> None:
    """Binance numbers its trades: where a number is missing, the market is caught up before the next price is told."""
    btc = Watched("binanceusdm", BTC)
    streams.follow("binanceusdm", frozenset({btc}))
    await witness.until_live(btc)
    market.set_price("BTCUSDT", Decimal(60004))
    market.book("BTCUSDT").numbered += 1
    market.set_price("BTCUSDT", Decimal(60005))
    await witness.until_seen(btc, 2)
    assert witness.of(btc) == ["came", "went", "came"]


async def test_what_is_left_out_again_is_caught_up_a_little_later(
    market: Market, opened: Opened, witness: Witness
) -> None:
    """Doubts that come thick and fast are not forgotten: the market is caught up once more when that may be."""
    streams = opened(Patience(settled=0, silence=60_000, look=20, doubts=200))
    btc = Watched("binanceusdm", BTC)
    streams.follow("binanceusdm", frozenset({btc}))
    await witness.until_live(btc)
    market.set_price("BTCUSDT", Decimal(60000))
    for price in (60001, 60002, 60003):
        market.book("BTCUSDT").numbered += 1
        market.set_price("BTCUSDT", Decimal(price))
    await witness.until_seen(btc, 4)
    await witness.until(lambda: witness.of(btc) == ["came", *["went", "came"] * 2])
    assert streams.lines["binanceusdm"].doubted == set()


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_a_server_that_only_pongs_is_noticed(
    exchange: str, sandbox: Sandbox, opened: Opened, witness: Witness
) -> None:
    """Where not even the ticker that never rests is heard, the connection is of no use and is made anew."""
    streams = opened(Patience(settled=0, silence=500, look=20))
    btc = Watched(exchange, ETH)
    streams.follow(exchange, frozenset({btc}))
    await witness.until_live(btc)
    await sandbox.fault(exchange=exchange, stall=True)
    await witness.until(lambda: "went" in witness.of(btc))
    await sandbox.clear()
    await witness.until_live(btc)
    assert (await sandbox.sockets())["opened"][exchange] >= 2


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_one_market_that_stalls_is_noticed_by_what_shows_elsewhere(
    exchange: str, market: Market, sandbox: Sandbox, streams: Streams, witness: Witness
) -> None:
    """A poll that shows a price the stream does not show has that market subscribed anew, on the same socket."""
    btc, eth = Watched(exchange, BTC), Watched(exchange, ETH)
    streams.follow(exchange, frozenset({btc, eth}))
    await witness.until_live(btc, eth)
    market.set_price("ETHUSDT", Decimal("2600.01"))
    await witness.until_seen(eth, 1)
    await sandbox.fault(stall_contract="ETHUSDT")
    market.set_price("ETHUSDT", Decimal("2700.01"))
    streams.note_traded(eth, market.book("ETHUSDT").last_at, Decimal("2700.01"))
    await witness.until(lambda: witness.of(eth) == ["came", "went", "came"])
    assert witness.of(btc) == ["came"]
    assert (await sandbox.sockets())["opened"][exchange] == 1
    streams.note_traded(eth, market.book("ETHUSDT").last_at + 1, Decimal("2600.99"))
    streams.note_traded(eth, market.book("ETHUSDT").last_at + 2, Decimal("2800.01"))
    await witness.until(lambda: witness.of(eth)[-3:] == ["came", "went", "came"] and len(witness.of(eth)) == 5)
    assert (await sandbox.sockets())["opened"][exchange] == 2
    await sandbox.clear()
    market.set_price("ETHUSDT", Decimal("2900.01"))
    await witness.until_seen(eth, 2)
    assert witness.prices(eth) == ["2600.01", "2900.01"]


async def test_a_poll_that_lags_costs_a_sparse_market_no_connection(
    market: Market, sandbox: Sandbox, streams: Streams, witness: Witness
) -> None:
    """An old price shown as a new one has the market subscribed anew; that the stream was right is no second stall."""
    btc, eth = Watched("bybit", BTC), Watched("bybit", ETH)
    streams.follow("bybit", frozenset({btc, eth}))
    await witness.until_live(btc, eth)
    market.set_price("ETHUSDT", Decimal("2600.01"))
    await witness.until_seen(eth, 1)
    traded = market.book("ETHUSDT").last_at
    streams.note_traded(eth, traded + 1, Decimal("2599.01"))
    await witness.until(lambda: witness.of(eth) == ["came", "went", "came"])
    streams.note_traded(eth, traded + 2, Decimal("2599.01"))
    streams.note_traded(eth, traded + 3, Decimal("2600.01"))
    assert streams.lines["bybit"].suspects == {}
    assert (await sandbox.sockets())["opened"]["bybit"] == 1


async def test_a_price_that_shows_here_too_is_no_stall(market: Market, streams: Streams, witness: Witness) -> None:
    """What a poll shows before the stream does, by a moment, is no reason to doubt it."""
    btc, eth = Watched("bybit", BTC), Watched("bybit", ETH)
    streams.follow("bybit", frozenset({btc, eth}))
    await witness.until_live(btc, eth)
    streams.note_traded(eth, market.now, Decimal("2612.40"))
    market.set_price("ETHUSDT", Decimal("2650.01"))
    streams.note_traded(eth, market.now, Decimal("2650.01"))
    await witness.until_seen(eth, 1)
    streams.note_traded(eth, market.now, Decimal("2650.01"))
    line = streams.lines["bybit"]
    assert line.suspects == {}
    assert line.stalled([btc, eth]) == []
    assert witness.of(eth) == ["came"]


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_a_subscription_that_nobody_answers_is_asked_for_again(
    exchange: str, market: Market, sandbox: Sandbox, opened: Opened, witness: Witness
) -> None:
    """A market is not live on trust: where no answer and no price comes, it is asked for until one does."""
    streams = opened(Patience(settled=0, answer=100, look=20))
    await sandbox.fault(exchange=exchange, deaf=2)
    btc = Watched(exchange, BTC)
    streams.follow(exchange, frozenset({btc}))
    await sandbox.until_subscribed("trades:BTCUSDT")
    market.set_price("BTCUSDT", Decimal(60006))
    await witness.until_seen(btc, 1)
    assert witness.of(btc) == ["came"]


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_refused_handshakes_are_tried_again(
    exchange: str, sandbox: Sandbox, streams: Streams, witness: Witness
) -> None:
    """A server that takes no connection now is dialled until it does; meanwhile nothing is live."""
    btc = Watched(exchange, BTC)
    await sandbox.fault(exchange=exchange, refuse=2, status=503)
    streams.follow(exchange, frozenset({btc}))
    assert not streams.is_live(btc)
    await witness.until_live(btc)
    assert (await sandbox.sockets())["opened"][exchange] == 1


async def test_a_server_that_names_a_pause_is_left_alone_for_as_long(
    sandbox: Sandbox, streams: Streams, witness: Witness
) -> None:
    """A handshake that is refused with a time is not tried again before it, whatever else there is to dial."""
    await sandbox.fault(refuse=1, status=429, retry_after="3000")
    streams.follow("bybit", frozenset({Watched("bybit", BTC)}))
    await sandbox.until(lambda state: state["refused"]["bybit"] == 1)
    line = streams.lines["bybit"]
    await sandbox.until(lambda _: line.rest_until > 0)
    assert line.rest_until > steady() + 2_000_000
    assert (await sandbox.sockets())["opened"]["bybit"] == 0


async def test_where_nothing_is_sure_to_move_silence_is_borne_longer(
    market: Market, sandbox: Sandbox, listed_feed: Feed, opened: Opened, witness: Witness
) -> None:
    """Without the market that never rests, a quiet socket is not taken for a dead one so soon."""
    listed(listed_feed, "bybit", ("ETH",))
    streams = opened(Patience(settled=0, silence=1, quiet=60_000, look=5))
    eth = Watched("bybit", ETH)
    streams.follow("bybit", frozenset({eth}))
    await witness.until_live(eth)
    await sandbox.until(lambda state: state["open"][0]["subscriptions"] == ["trades:ETHUSDT"])
    market.set_price("ETHUSDT", Decimal(2600))
    await witness.until_seen(eth, 1)
    assert (await sandbox.sockets())["opened"]["bybit"] == 1


async def test_late_frames_are_late_and_not_lost(
    market: Market, sandbox: Sandbox, streams: Streams, witness: Witness
) -> None:
    """A slow line delays prices; all of them arrive, in order."""
    btc = Watched("bybit", BTC)
    streams.follow("bybit", frozenset({btc}))
    await witness.until_live(btc)
    await sandbox.fault(delay_ms=20)
    for price in range(60_010, 60_020):
        market.set_price("BTCUSDT", Decimal(price))
    await witness.until_seen(btc, 10)
    assert [int(Decimal(price)) for price in witness.prices(btc)] == list(range(60_010, 60_020))
    assert witness.of(btc) == ["came"]


@pytest.mark.parametrize("exchange", ["bybit", "bingx", "weex", "mexc", "bitget"])
async def test_pings_in_words_go_to_and_fro(
    exchange: str, emulator: ExchangeEmulator, sandbox: Sandbox, opened: Opened, witness: Witness
) -> None:
    """Where pings are text, the exchange's are answered and ours are sent, again and again."""
    emulator.sockets.pings_every = 0.02
    streams = opened(Patience(settled=0, ping=20, silence=60_000))
    btc = Watched(exchange, BTC)
    streams.follow(exchange, frozenset({btc}))
    await witness.until_live(btc)
    await sandbox.until(lambda state: state["open"][0]["heard"] >= 6)
    assert witness.of(btc) == ["came"]


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_closing_in_the_middle_is_clean(
    exchange: str, market: Market, sandbox: Sandbox, opened: Opened, witness: Witness
) -> None:
    """Closed while dialling, while subscribing or under a burst: nothing is left open, and nothing more is told."""
    dialling = opened(QUICK)
    dialling.follow(exchange, frozenset({Watched(exchange, BTC)}))
    await dialling.aclose()
    streams = opened(QUICK)
    btc = Watched(exchange, BTC)
    streams.follow(exchange, frozenset({btc}))
    await witness.until_live(btc)
    for price in range(60_000, 60_500):
        market.set_price("BTCUSDT", Decimal(price))
    await witness.until_seen(btc, 1)
    await streams.aclose()
    told = len(witness.told), len(witness.prices(btc))
    assert not streams.is_live(btc)
    gc.collect()
    market.set_price("BTCUSDT", Decimal(60_600))
    assert (await sandbox.sockets())["open"] == []
    assert (len(witness.told), len(witness.prices(btc))) == told
