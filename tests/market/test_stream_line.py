"""What a line of an exchange does when lists are missing, the exchange complains, or something unforeseen happens."""

from __future__ import annotations

from decimal import Decimal

from structlog.testing import capture_logs

from chatbot.core.market import Market as Watched
from chatbot.market.feed import Feed
from chatbot.market.stream import Streams
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.faults import Fault
from chatbot.sandbox.exchange.market import Market
from tests.market.streaming import BTC, ETH, QUICK, Opened, Sandbox, Witness, listed

BINANCE = Watched("binanceusdm", BTC)


async def test_a_stream_begins_once_the_markets_are_known(
    feed: Feed, emulator: ExchangeEmulator, sandbox: Sandbox, market: Market, witness: Witness
) -> None:
    """While the exchange's list of markets can't be had nothing is live; it is asked for again, and then it streams."""
    emulator.faults.add(Fault(path="exchangeInfo", status=503, times=2))
    streams = Streams(feed, witness, patience=QUICK)
    streams.follow("binanceusdm", frozenset({BINANCE}))
    assert not streams.is_live(BINANCE)
    await witness.until_live(BINANCE)
    market.set_price("BTCUSDT", Decimal("60000.90"))
    await witness.until_seen(BINANCE, 1)
    assert sum(call.path == "/fapi/v1/exchangeInfo" for call in emulator.log.calls) == 3
    await streams.aclose()


async def test_a_market_that_is_not_listed_does_not_keep_others_from_streaming(
    streams: Streams, witness: Witness
) -> None:
    """What the exchange does not list never goes live; the rest of what is followed does."""
    gone = Watched("binanceusdm", "LUNA/USDT:USDT")
    streams.follow("binanceusdm", frozenset({BINANCE, gone}))
    await witness.until_live(BINANCE)
    assert not streams.is_live(gone)
    assert [(state.live, state.followed) for state in streams.states()] == [(1, 2)]


async def test_nothing_followed_is_nothing_open(sandbox: Sandbox, streams: Streams, witness: Witness) -> None:
    """With the last market its socket goes, and a market that is wanted later opens another."""
    streams.follow("binanceusdm", frozenset())
    assert streams.states() == ()
    streams.follow("binanceusdm", frozenset({BINANCE}))
    await witness.until_live(BINANCE)
    streams.follow("binanceusdm", frozenset())
    await sandbox.until(lambda state: state["open"] == [])
    streams.follow("binanceusdm", frozenset({BINANCE}))
    await witness.until(lambda: witness.of(BINANCE) == ["came", "came"])


async def test_a_complaint_about_a_request_is_logged_and_ends_nothing(
    sandbox: Sandbox, market: Market, listed_feed: Feed, opened: Opened, witness: Witness
) -> None:
    """An exchange that refuses a subscription is not hung up on: what it serves goes on."""
    btc = Watched("weex", BTC)
    listed(listed_feed, "weex")
    streams = opened(QUICK)
    streams.follow("weex", frozenset({btc}))
    await witness.until_live(btc)
    with capture_logs() as lines:
        await sandbox.fault(frame={"result": False, "id": 99, "msg": "INVALID_ARGUMENT: invalid symbol : ASDFS"})
        market.set_price("BTCUSDT", Decimal(60007))
        await witness.until_seen(btc, 1)
    assert [line["event"] for line in lines] == ["subscription_refused"]
    assert witness.of(btc) == ["came"]


async def test_an_exchange_that_wants_a_new_connection_gets_one(
    sandbox: Sandbox, streams: Streams, witness: Witness
) -> None:
    """Binance's own trouble, told on the socket, ends the connection and begins another."""
    streams.follow("binanceusdm", frozenset({BINANCE}))
    await witness.until_live(BINANCE)
    await sandbox.fault(frame={"error": {"code": 5001, "msg": "Internal error"}, "id": 1})
    await witness.until(lambda: witness.of(BINANCE) == ["came", "went", "came"])


async def test_an_error_nobody_foresaw_is_logged_with_its_place_and_survived(
    market: Market, streams: Streams, witness: Witness
) -> None:
    """Whatever goes wrong in telling a price: the market is given up, the error is in the log, the stream goes on."""

    def stumble() -> None:
        witness.slow = None
        raise RuntimeError("the listener stumbled")

    witness.slow = stumble
    streams.follow("binanceusdm", frozenset({BINANCE}))
    await witness.until_live(BINANCE)
    with capture_logs() as lines:
        market.set_price("BTCUSDT", Decimal(60008))
        await witness.until(lambda: witness.of(BINANCE) == ["came", "went", "came"])
    (error,) = [line for line in lines if line["log_level"] == "error"]
    assert isinstance(error["exc_info"], RuntimeError)
    market.set_price("BTCUSDT", Decimal(60009))
    await witness.until_seen(BINANCE, 2)


async def test_without_a_listener_prices_pass_unheard(listed_feed: Feed, sandbox: Sandbox, market: Market) -> None:
    """Streams may be made before anybody listens; who is set later is told from then on."""
    streams = Streams(listed_feed, patience=QUICK)
    streams.follow("binanceusdm", frozenset({BINANCE}))
    await sandbox.until_subscribed("trades:BTCUSDT")
    market.set_price("BTCUSDT", Decimal(60011))
    witness = Witness()
    streams.listener = witness
    await sandbox.fault(close=1012)
    await witness.until_live(BINANCE)
    streams.note_traded(Watched("bybit", ETH), 1, Decimal(1))
    await streams.aclose()
