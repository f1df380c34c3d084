"""The exchange emulator over HTTP: the dialect, its errors, its faults and the hand on the market."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from chatbot.core.timeframes import MINUTE
from chatbot.sandbox.exchange.control import market_routes, run_market
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.setups import scripted_market
from chatbot.sandbox.exchange.sources import Point
from chatbot.sandbox.exchange.weights import Call

START = 1_722_470_400_000


@pytest.fixture
def market() -> Market:
    return scripted_market(START)


@pytest.fixture
async def emulator(market: Market) -> AsyncIterator[ExchangeEmulator]:
    emulator = ExchangeEmulator(market)
    emulator.app.add_routes(market_routes(market))
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
async def web_client(emulator: ExchangeEmulator) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(emulator.base_url) as session:
        yield session


async def fetch(client: aiohttp.ClientSession, path: str, **query: Any) -> Any:
    async with client.get(path, params=query) as response:
        return await response.json()


async def test_single_contract_is_an_object_and_all_are_a_list(web_client: aiohttp.ClientSession) -> None:
    """As on Binance, the shape depends on whether a symbol is named."""
    paths = (
        "/fapi/v1/ticker/24hr",
        "/fapi/v1/ticker/price",
        "/fapi/v2/ticker/price",
        "/fapi/v1/ticker/bookTicker",
        "/fapi/v1/premiumIndex",
    )
    for path in paths:
        one = await fetch(web_client, path, symbol="BTCUSDT")
        every = await fetch(web_client, path)
        assert one["symbol"] == "BTCUSDT"
        assert len(every) == 9


async def test_prices_are_text_with_the_contract_decimals(web_client: aiohttp.ClientSession, market: Market) -> None:
    """Trailing zeros stay, small prices are not written with an exponent, finer prices are not rounded."""
    market.set_price("BTCUSDT", Decimal("60123.1"))
    market.set_price("1000PEPEUSDT", Decimal("0.00001234"))
    rows = {row["symbol"]: row["price"] for row in await fetch(web_client, "/fapi/v2/ticker/price")}
    assert rows["BTCUSDT"] == "60123.10"
    assert rows["1000PEPEUSDT"] == "0.00001234"


async def test_klines_end_with_the_forming_candle(web_client: aiohttp.ClientSession, market: Market) -> None:
    """The last row is the minute that is not over; asking from a time on gives the first rows from there."""
    market.step(MINUTE)
    market.set_price("BTCUSDT", Decimal(61_000))
    rows = await fetch(web_client, "/fapi/v1/klines", symbol="BTCUSDT", interval="1m", limit=3)
    assert [row[0] for row in rows] == [START - MINUTE, START, START + MINUTE]
    assert rows[-1][4] == "61000.00"
    assert rows[-1][6] == START + 2 * MINUTE - 1
    since = START - 300 * MINUTE
    rows = await fetch(web_client, "/fapi/v1/klines", symbol="BTCUSDT", interval="5m", startTime=since, limit=10)
    assert [row[0] for row in rows] == [since + 5 * number * MINUTE for number in range(10)]
    marks = await fetch(web_client, "/fapi/v1/markPriceKlines", symbol="BTCUSDT", interval="1h", endTime=START)
    assert len(marks) == 500
    assert marks[-1][5] == "0"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/fapi/v1/klines?symbol=NOPE&interval=1m", -1121),
        ("/fapi/v1/klines?symbol=BTCUSDT&interval=7m", -1120),
        ("/fapi/v1/klines?symbol=BTCUSDT", -1102),
        ("/fapi/v1/klines?interval=1m", -1102),
        ("/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=x", -1100),
        ("/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1501", -1130),
        ("/fapi/v1/klines?symbol=BTCUSDT&interval=1m&startTime=9&endTime=8", -1023),
        ("/fapi/v2/ticker/price?symbol=btc", -1121),
    ],
)
async def test_wrong_requests_get_the_error_of_binance(web_client: aiohttp.ClientSession, path: str, code: int) -> None:
    """Status 400 and a code."""
    async with web_client.get(path) as response:
        assert response.status == 400
        assert (await response.json())["code"] == code


async def test_trades_and_funding_are_listed(web_client: aiohttp.ClientSession, market: Market) -> None:
    """Trades can be read from a number on, funding comes every eight hours."""
    for price in (60_001, 60_002, 60_003):
        market.set_price("BTCUSDT", Decimal(price))
    trades = await fetch(web_client, "/fapi/v1/aggTrades", symbol="BTCUSDT", fromId=2)
    assert [trade["p"] for trade in trades] == ["60002.00", "60003.00"]
    rates = await fetch(web_client, "/fapi/v1/fundingRate", symbol="BTCUSDT", limit=3)
    assert [rate["fundingTime"] for rate in rates] == [START - 57_600_000, START - 28_800_000, START]
    assert len(await fetch(web_client, "/fapi/v1/fundingInfo")) == 9


async def test_weights_are_counted_as_binance_does(web_client: aiohttp.ClientSession) -> None:
    """The log and the header tell what was spent."""
    await fetch(web_client, "/fapi/v1/ping")
    await fetch(web_client, "/fapi/v1/ticker/24hr")
    await fetch(web_client, "/fapi/v1/klines", symbol="BTCUSDT", interval="1m", limit=500)
    calls = await fetch(web_client, "/sim/calls")
    assert [call["weight"] for call in calls] == [1, 40, 5]


async def test_spending_the_weight_of_a_minute_is_refused(
    web_client: aiohttp.ClientSession, emulator: ExchangeEmulator
) -> None:
    """Over 2400 a minute there is nothing but 429 with a Retry-After."""
    now = asyncio.get_running_loop().time()
    emulator.log.add(Call("/fapi/v1/ticker/24hr", 2_400, now))
    emulator.log.add(Call("/fapi/v1/ticker/24hr", 2_400, now + 60))
    async with web_client.get("/fapi/v1/ping") as response:
        assert response.status == 429
        assert (await response.json())["code"] == -1003
        assert 0 < int(response.headers["Retry-After"]) <= 60


async def test_weight_limit_can_be_lifted(web_client: aiohttp.ClientSession, emulator: ExchangeEmulator) -> None:
    """A script that polls every price of a tape is not held up."""
    emulator.weight_limit = None
    emulator.log.add(Call("/fapi/v1/ticker/24hr", 9_999, asyncio.get_running_loop().time()))
    assert await fetch(web_client, "/fapi/v1/ping") == {}


async def test_faults_happen_as_often_as_asked(web_client: aiohttp.ClientSession) -> None:
    """A fault meets the paths it names, counts down, and can be taken away."""
    fault = {"path": "ticker", "status": 503, "code": -1000, "msg": "busy", "retry_after": 7, "times": 1}
    async with web_client.post("/sim/fault", json=fault) as response:
        assert response.status == 200
    await fetch(web_client, "/fapi/v1/ping")
    async with web_client.get("/fapi/v2/ticker/price") as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "7")
    async with web_client.get("/fapi/v2/ticker/price") as response:
        assert response.status == 200
    await web_client.post("/sim/fault", json={"garbage": True})
    async with web_client.get("/fapi/v1/ping") as response:
        assert (await response.text()).startswith("<html>")
    await web_client.delete("/sim/fault")
    assert await fetch(web_client, "/fapi/v1/ping") == {}


async def test_dropped_and_silent_requests_get_no_answer(web_client: aiohttp.ClientSession) -> None:
    """A cut connection fails at once; a silent one stays open until the faults are cleared."""
    await web_client.post("/sim/fault", json={"drop": True, "path": "/time"})
    with pytest.raises(aiohttp.ClientConnectionError):
        await fetch(web_client, "/fapi/v1/time")
    await web_client.delete("/sim/fault")
    await web_client.post("/sim/fault", json={"silence": True})
    asked = asyncio.create_task(fetch(web_client, "/fapi/v1/ping"))
    async with asyncio.timeout(10):
        while "/fapi/v1/ping" not in {call["path"] for call in await fetch(web_client, "/sim/calls")}:
            assert not asked.done()
    assert not asked.done()
    await web_client.delete("/sim/fault")
    assert await asked == {}


async def test_unknown_fault_field_is_refused(web_client: aiohttp.ClientSession) -> None:
    """A misspelled fault does not pass silently."""
    async with web_client.post("/sim/fault", json={"statsu": 500}) as response:
        assert response.status == 400
        assert "statsu" in (await response.json())["error"]


async def test_page_moves_the_market(web_client: aiohttp.ClientSession, market: Market) -> None:
    """Buttons move a price by percent or set it, change the speed and pause the clock."""
    await web_client.post("/market/move", json={"id": "BTCUSDT", "price": "60000"})
    await web_client.post("/market/move", json={"id": "BTCUSDT", "pct": 1})
    await web_client.post("/market/speed", json={"speed": 60})
    async with web_client.post("/market/play", json={"playing": True}) as response:
        state = await response.json()
    assert (market.last("BTCUSDT"), market.speed, market.playing) == (Decimal(60_600), Decimal(60), True)
    assert state == await fetch(web_client, "/market/state")
    assert state["symbols"][0]["symbol"] == "BTC/USDT:USDT"
    assert Decimal(state["symbols"][0]["last"]) == Decimal(60_600)
    assert "FTTUSDT" not in {row["id"] for row in state["symbols"]}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("move", {"id": "NOPE", "pct": 1}, 404),
        ("move", {"id": "BTCUSDT"}, 400),
        ("move", {"id": "BTCUSDT", "pct": 1, "price": 2}, 400),
        ("move", {"id": "BTCUSDT", "pct": "x"}, 400),
        ("move", {"id": "BTCUSDT", "pct": -100}, 400),
        ("move", {"id": "BTCUSDT", "price": "NaN"}, 400),
        ("speed", {"speed": 0}, 400),
        ("speed", {"speed": 1e9}, 400),
        ("play", {"playing": "yes"}, 400),
        ("play", [], 400),
    ],
)
async def test_page_mistakes_get_a_sentence(
    web_client: aiohttp.ClientSession, path: str, body: object, status: int
) -> None:
    """Nothing moves, and the reason is told."""
    async with web_client.post(f"/market/{path}", json=body) as response:
        assert response.status == status
        assert (await response.json())["error"]


@dataclass
class Herald:
    """A source that tells when it is asked for prices of a later time."""

    awaited: int
    name: str = "herald"
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def next_point(self, last: Decimal, until: int) -> Point | None:
        del last
        if until >= self.awaited:
            self.reached.set()
        return None


async def test_market_runs_with_the_real_clock_times_its_speed() -> None:
    """While it plays, simulated time passes many times faster than real time, until it is cancelled."""
    herald = Herald(awaited=START + 60_000)
    market = Market(START, {"BTCUSDT": herald})
    market.speed = Decimal(3_600)
    running = asyncio.create_task(run_market(market))
    async with asyncio.timeout(10):
        await herald.reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert market.now >= START + 60_000


async def test_market_routes_can_be_mounted_elsewhere(market: Market) -> None:
    """Any application can carry the hand on the market."""
    app = web.Application()
    app.add_routes(market_routes(market))
    assert {resource.canonical for resource in app.router.resources()} == {
        "/market/state",
        "/market/move",
        "/market/speed",
        "/market/play",
    }
