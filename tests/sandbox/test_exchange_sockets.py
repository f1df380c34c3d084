"""The simulated exchanges' sockets, spoken to as their clients do."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.setups import scripted_market

NOW = 1_722_470_400_000
WRONG: dict[str, tuple[Any, Any]] = {
    "/market/ws/0": ({"method": "BUY", "id": 3}, {"error": {"code": 2}, "id": 3}),
    "/v5/public/linear": ({"op": "buy", "req_id": "3"}, {"success": False, "req_id": "3"}),
    "/swap-market": ({"id": "3", "reqType": "buy", "dataType": "BTC-USDT@trade"}, {"id": "3", "code": 100400}),
    "/v3/ws/public": ({"method": "BUY", "id": 3}, {"result": False, "id": 3}),
    "/edge": ({"method": "buy"}, {"channel": "rs.error"}),
    "/v2/ws/public": ({"op": "buy", "args": []}, {"event": "error", "code": 30001}),
}


@pytest.fixture
def market() -> Market:
    return scripted_market(NOW)


@pytest.fixture
async def client(market: Market) -> AsyncIterator[aiohttp.ClientSession]:
    emulator = ExchangeEmulator(market)
    await emulator.start()
    async with aiohttp.ClientSession(emulator.base_url) as session:
        yield session
    await emulator.stop()


async def said(line: aiohttp.ClientWebSocketResponse) -> Any:
    """The next frame; a zipped one is unzipped."""
    message = await line.receive(timeout=10)
    return json.loads(gzip.decompress(message.data) if isinstance(message.data, bytes) else message.data)


async def test_trades_reach_their_subscriber_in_the_exchange_s_own_frame(
    client: aiohttp.ClientSession, market: Market
) -> None:
    """An aggregate trade has the market's price, number and time, and nothing comes of what was not subscribed."""
    async with client.ws_connect("/market/ws/0") as line:
        await line.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@aggTrade"], "id": 7})
        assert await said(line) == {"result": None, "id": 7}
        market.set_price("ETHUSDT", Decimal("2600.10"))
        market.set_price("BTCUSDT", Decimal("60000.10"))
        frame = await said(line)
        assert (frame["e"], frame["s"], frame["p"], frame["a"]) == ("aggTrade", "BTCUSDT", "60000.10", 1)
        assert frame["T"] == market.book("BTCUSDT").last_at
        await line.send_json({"method": "UNSUBSCRIBE", "params": ["btcusdt@aggTrade"], "id": 8})
        assert await said(line) == {"result": None, "id": 8}
        market.set_price("BTCUSDT", Decimal("60000.20"))
        await line.send_json({"method": "SUBSCRIBE", "params": ["btcusdt@forceOrder"], "id": 9})
        assert await said(line) == {"result": None, "id": 9}


async def test_bybit_tickers_begin_whole_and_go_on_with_what_changed(client: aiohttp.ClientSession) -> None:
    """The first frame is a snapshot; what follows names only a few fields."""
    async with client.ws_connect("/v5/public/linear") as line:
        await line.send_json({"op": "subscribe", "req_id": "1", "args": ["tickers.BTCUSDT"]})
        assert (await said(line))["success"] is True
        first, second = await said(line), await said(line)
        assert (first["type"], second["type"]) == ("snapshot", "delta")
        assert set(second["data"]) < set(first["data"])


@pytest.mark.parametrize("path", list(WRONG))
async def test_a_wish_that_is_none_is_refused_in_the_exchange_s_form(client: aiohttp.ClientSession, path: str) -> None:
    """What nobody can subscribe to gets the exchange's error, and the socket stays open."""
    wish, refusal = WRONG[path]
    async with client.ws_connect(path) as line:
        for _ in range(2):
            await line.send_json(wish)
            answer = await said(line)
            assert {name: answer[name] for name in refusal if name != "error"} == {
                name: value for name, value in refusal.items() if name != "error"
            }


@pytest.mark.parametrize("fault", [{"strange": 1}, [], "close"])
async def test_a_fault_that_is_none_is_refused(client: aiohttp.ClientSession, fault: Any) -> None:
    """A fault with an unknown field does nothing and says so."""
    async with client.post("/sim/socket-fault", json=fault) as answer:
        assert answer.status == 400
        assert "error" in await answer.json()


async def test_a_fault_befalls_only_the_exchange_it_names(client: aiohttp.ClientSession, market: Market) -> None:
    """Two exchanges on one market: one is silenced, the other is not."""
    async with client.ws_connect("/v5/public/linear") as bybit, client.ws_connect("/edge") as mexc:
        await bybit.send_json({"op": "subscribe", "req_id": "1", "args": ["publicTrade.BTCUSDT"]})
        await mexc.send_json({"method": "sub.deal", "param": {"symbol": "BTC_USDT"}})
        assert (await said(bybit))["success"] is True
        assert (await said(mexc))["data"] == "success"
        async with client.post("/sim/socket-fault", json={"exchange": "bybit", "stall": True}) as answer:
            assert await answer.json() == {"sockets": 1}
        market.set_price("BTCUSDT", Decimal(60001))
        assert (await said(mexc))["data"][0]["p"] == 60001
        await bybit.send_json({"op": "ping", "req_id": "2"})
        assert (await said(bybit))["ret_msg"] == "pong"
