"""What may leave through a socket, where it goes, and how long is waited before the next one."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import aiohttp
import pytest
import yarl
from hypothesis import given
from hypothesis import strategies as st

from chatbot.market.session import HostRefusedError, RoutedSession
from chatbot.market.socket import FrameRefusedError, may_be_sent
from chatbot.market.stream_pace import LONGEST_REST, LONGEST_WAIT, rest_of, wait_before
from chatbot.market.stream_table import STREAMS, facts_of, no_longer
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from tests.market.streaming import EXCHANGES, Sandbox

BINANCE = yarl.URL("wss://fstream.binance.com/market/ws/0")
WISHES: list[Any] = [
    {"method": "SUBSCRIBE", "params": ["btcusdt@aggTrade"], "id": 1},
    {"op": "subscribe", "req_id": 1, "args": ["publicTrade.BTCUSDT"]},
    {"id": "x", "reqType": "sub", "dataType": "BTC-USDT@trade"},
    {"id": "3", "method": "UNSUBSCRIBE", "params": ["BTCUSDT@trade"]},
    {"method": "sub.deal", "param": {"symbol": "BTC_USDT"}},
    {"op": "unsubscribe", "args": [{"instType": "USDT-FUTURES", "channel": "trade", "instId": "BTCUSDT"}]},
    {"op": "ping", "req_id": 1},
    {"method": "ping"},
    {"id": "4", "method": "PONG"},
    {"pong": "5963ba3d", "time": "2023-10-02T18:51:55.089+0800"},
]
DEEDS: list[Any] = [
    {"op": "order.create", "reqId": "1", "args": [{"symbol": "BTCUSDT", "side": "Buy"}]},
    {"method": "order.place", "params": {"symbol": "BTCUSDT"}, "id": 1},
    {"op": "auth", "args": ["key", 1, "signature"]},
    {"op": "login", "args": [{"apiKey": "x"}]},
    {"method": "login", "param": {"apiKey": "x"}},
    {"method": "SUBSCRIBE", "op": "order.create", "args": []},
    {"method": "SUBSCRIBE", "params": [], "order": {"side": "BUY"}},
    {"method": ["SUBSCRIBE"], "params": []},
    {"pong": "1", "order": "x"},
    {"id": 1},
    [],
    "SUBSCRIBE",
]


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: json.dumps(wish)[:30])
def test_wishes_to_listen_may_be_sent(wish: Any) -> None:
    """Subscriptions, their ends and pings of all six exchanges pass."""
    assert may_be_sent(json.dumps(wish))


@pytest.mark.parametrize("plain", ["ping", "pong", "Ping", "Pong"])
def test_plain_pings_may_be_sent(plain: str) -> None:
    """Pings that are a word pass."""
    assert may_be_sent(plain)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: json.dumps(deed)[:30])
def test_nothing_that_acts_may_be_sent(deed: Any) -> None:
    """Orders, logins and whatever is more than a wish to listen are refused."""
    assert not may_be_sent(json.dumps(deed))


@given(st.text(max_size=200))
def test_no_text_at_all_may_be_sent_but_pings(text: str) -> None:
    """Whatever is not a wish is refused, and judging it never fails."""
    assert may_be_sent(text) is (text in {"ping", "pong", "Ping", "Pong"})


async def test_a_socket_goes_where_its_host_is_served(emulator: ExchangeEmulator, sandbox: Sandbox) -> None:
    """A mapped host is reached on loopback and takes wishes; an order is refused before it leaves."""
    session = RoutedSession({"fstream.binance.com": emulator.base_url}, only=True)
    line = await session.ws_connect(BINANCE, heartbeat=None, timeout=5)
    await line.send(json.dumps(WISHES[0]))
    assert json.loads((await line.receive()).data) == {"result": None, "id": 1}
    with pytest.raises(FrameRefusedError):
        await line.send(json.dumps(DEEDS[0]))
    assert [one["heard"] for one in (await sandbox.sockets())["open"]] == [1]
    await line.close()
    assert line.close_code == 1000
    await session.close()


async def test_a_socket_to_a_host_that_nobody_serves_is_refused() -> None:
    """Where only loopback is allowed, no socket leaves it."""
    session = RoutedSession({}, only=True)
    with pytest.raises(HostRefusedError):
        await session.ws_connect(BINANCE, heartbeat=None, timeout=5)
    await session.close()


async def test_a_refused_handshake_says_how_long_to_stay_away(emulator: ExchangeEmulator, sandbox: Sandbox) -> None:
    """The pause that a refusal names is known to whoever dialled."""
    session = RoutedSession({"fstream.binance.com": emulator.base_url}, only=True)
    await sandbox.fault(refuse=1, status=429, retry_after="7")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await session.ws_connect(BINANCE, heartbeat=None, timeout=5)
    assert (refused.value.status, rest_of(refused.value.headers)) == (429, 7_000)
    await session.close()


@pytest.mark.parametrize(
    ("value", "pause"),
    [("1", 1_000), ("999999999", LONGEST_REST), ("-1", 0), ("soon", 0), ("", 0), ("²", 0)],
)
def test_what_can_be_no_pause_is_none(value: str, pause: int) -> None:
    """A pause is a whole number of seconds, and never longer than an hour."""
    assert rest_of({"RETRY-after": value}) == pause
    assert rest_of(None) == rest_of({}) == 0


@given(st.integers(0, 10_000), st.integers())
def test_waits_grow_to_a_bound_and_are_spread(failures: int, seed: int) -> None:
    """The first redial is at once; later ones come at random times within a bound that doubles up to a minute."""
    wait = wait_before(failures, Random(seed))
    assert 0 <= wait <= min(LONGEST_WAIT, 500 * 2 ** min(failures, 10))
    assert failures or wait == 0


def test_every_wish_can_be_taken_back() -> None:
    """The opposite of a subscription is that of the same things, and may be sent."""
    for wish in WISHES[:3] + WISHES[4:5]:
        back = no_longer(wish)
        assert back != wish
        assert may_be_sent(json.dumps(back))
        assert [value for name, value in back.items() if name not in {"method", "op", "reqType"}] == [
            value for name, value in wish.items() if name not in {"method", "op", "reqType"}
        ]


def test_every_exchange_has_a_stream() -> None:
    """All six are listened to, and nobody else is."""
    assert tuple(facts.exchange for facts in STREAMS) == EXCHANGES
    assert facts_of("kraken") is None
