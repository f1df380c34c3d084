"""What the feed does about what goes wrong with an exchange: sorted, paused, counted, left budget for prices."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from itertools import count
from random import Random
from typing import Any

import pytest

from chatbot.core.market import Final, MarketError, Pause, Retry
from chatbot.market.connection import Manners, steady
from chatbot.market.feed import Feed
from chatbot.sandbox.exchange.emulator import ExchangeEmulator
from chatbot.sandbox.exchange.faults import Fault
from tests.market.test_feed import BINANCE, BOTH, BTC, asked, remedy


@pytest.mark.parametrize("body", [{}, [], [[]], [None], {"code": 200}, "text", 5, [{"symbol": 7}], {"a": "b"}])
async def test_strange_bodies_are_retried(feed: Feed, emulator: ExchangeEmulator, body: Any) -> None:
    """Whatever JSON comes with status 200 instead of prices, it is a bad payload and heals."""
    await feed.instruments(BINANCE)
    emulator.faults.add(Fault(path="ticker", body=body))
    assert isinstance(await remedy(feed), Retry)
    emulator.faults.add(Fault(path="klines", body=body or [[1]]))
    with pytest.raises(MarketError) as raised:
        await feed.candles(BINANCE, BTC, "1m")
    assert isinstance(raised.value.remedy, Retry)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=503, code=-1000, msg="busy"), Retry),
        (Fault(status=400, code=-1001, msg="Internal error"), Retry),
        (Fault(status=503, code=-1008, msg="overloaded"), Retry),
        (Fault(status=502), Retry),
        (Fault(status=403), Retry),
        (Fault(status=400, code=-1021, msg="Timestamp"), Retry),
        (Fault(status=400, code=-9999, msg="something new"), Retry),
        (Fault(garbage=True), Retry),
        (Fault(drop=True), Retry),
        (Fault(status=429, code=-1003, msg="Too many requests"), Pause),
        (Fault(status=400, code=-1003, msg="Too many requests"), Pause),
        (Fault(status=418, code=-1003, msg="banned"), Pause),
        (Fault(status=451), Final),
        (Fault(status=400, code=-1100, msg="Illegal characters"), Final),
        (Fault(status=401, code=-2015, msg="Invalid API-key"), Final),
    ],
)
async def test_faults_of_the_exchange_are_sorted(
    feed: Feed, emulator: ExchangeEmulator, fault: Fault, kind: type
) -> None:
    """Through ccxt and HTTP, each failure ends up as the thing to do about it; then all is well again."""
    await feed.instruments(BINANCE)
    emulator.faults.add(fault)
    assert isinstance(await remedy(feed), kind)


async def test_silence_ends_in_a_retry(emulator: ExchangeEmulator) -> None:
    """An exchange that accepts and never answers costs the timeout, not more."""
    feed = Feed({"fapi.binance.com": emulator.base_url}, only=True, manners=Manners(timeout_ms=200))
    await feed.instruments(BINANCE)
    emulator.faults.add(Fault(silence=True))
    assert isinstance(await remedy(feed), Retry)
    await feed.aclose()


async def test_pause_keeps_every_request_away_until_it_is_over(feed: Feed, emulator: ExchangeEmulator) -> None:
    """After a 429 the exchange is asked nothing at all, for as long as its header says."""
    await feed.instruments(BINANCE)
    emulator.faults.add(Fault(status=429, code=-1003, retry_after="30", times=1))
    first = await remedy(feed)
    assert first == Pause(30_000, first.reason)
    second = await remedy(feed)
    assert isinstance(second, Pause)
    assert 0 < second.after <= 30_000
    assert asked(emulator, "/fapi/v2/ticker/price") == 1
    with pytest.raises(MarketError):
        await feed.candles(BINANCE, BTC, "1m")
    assert asked(emulator, "/fapi/v1/klines") == 0
    feed.connection(BINANCE).paused_until = steady()
    assert set(await feed.quotes(BINANCE, BOTH)) == BOTH


async def test_a_pause_goes_by_the_clock_that_never_jumps(emulator: ExchangeEmulator) -> None:
    """The one that is given: where a market runs fast and all clocks with it, so do pauses."""
    now = 1_000_000
    feed = Feed({"fapi.binance.com": emulator.base_url}, only=True, steady=lambda: now)
    await feed.instruments(BINANCE)
    emulator.faults.add(Fault(status=429, code=-1003, retry_after="30", times=1))
    await remedy(feed)
    now += 29_999
    assert await remedy(feed) == Pause(1, "the exchange asked for a pause")
    now += 1
    assert set(await feed.quotes(BINANCE, BOTH)) == BOTH
    await feed.aclose()


async def test_ban_lasts_until_the_time_it_names(feed: Feed, emulator: ExchangeEmulator) -> None:
    """A 418 names the moment it ends."""
    await feed.instruments(BINANCE)
    until = int(time.time() * 1_000) + 120_000
    text = f"Way too many requests; IP(10.0.0.1) banned until {until}. Please use the websocket."
    emulator.faults.add(Fault(status=418, code=-1003, msg=text))
    found = await remedy(feed)
    assert isinstance(found, Pause)
    assert 110_000 < found.after <= 120_000


async def test_spent_budget_is_a_pause_before_the_exchange_complains(feed: Feed, emulator: ExchangeEmulator) -> None:
    """The feed stops by itself before the minute's weight is used up."""
    await feed.instruments(BINANCE)
    feed.connection(BINANCE).budget.spend(1_918, steady())
    assert isinstance(await remedy(feed), Pause)
    assert asked(emulator, "/fapi/v2/ticker/price") == 0


async def test_what_can_wait_leaves_budget_to_those_who_watch(feed: Feed, emulator: ExchangeEmulator) -> None:
    """However much people ask while they build plans, prices and candles are still to be had."""
    aside = feed.aside()
    await aside.instruments(BINANCE)
    feed.connection(BINANCE).budget.spend(957, steady())
    assert set(await aside.quotes(BINANCE, BOTH)) == BOTH
    assert isinstance(await remedy(aside), Pause)
    with pytest.raises(MarketError, match="budget"):
        await aside.candles(BINANCE, BTC, "1m")
    with pytest.raises(MarketError, match="budget"):
        await aside.funding_rate(BINANCE, BTC)
    assert set(await feed.quotes(BINANCE, BOTH)) == BOTH
    assert await feed.candles(BINANCE, BTC, "1m")


async def test_failures_in_a_row_are_counted_and_forgotten_after_a_success(emulator: ExchangeEmulator) -> None:
    """The wait grows while nothing works."""
    ticks = count(1_000_000)
    feed = Feed({"fapi.binance.com": emulator.base_url}, only=True, steady=lambda: next(ticks), random=Random(3))
    await feed.instruments(BINANCE)
    emulator.faults.add(Fault(path="ticker", status=502, times=4))
    waits = []
    for _ in range(4):
        found = await remedy(feed)
        assert isinstance(found, Retry)
        waits.append(found.after)
    assert max(waits) > 1_000
    assert feed.connection(BINANCE).failures == 4
    await feed.quotes(BINANCE, BOTH)
    assert feed.connection(BINANCE).failures == 0
    await feed.aclose()


async def test_requests_that_fail_side_by_side_are_one_failure(emulator: ExchangeEmulator) -> None:
    """A blip that many requests run into makes none of them wait longer; what is sent after it counts anew."""
    now = 1_000_000
    feed = Feed({"fapi.binance.com": emulator.base_url}, only=True, steady=lambda: now, random=Random(3))
    await feed.instruments(BINANCE)
    emulator.faults.add(Fault(path="ticker", status=502))
    for failures in (1, 2, 3):
        found = await asyncio.gather(*(remedy(feed) for _ in range(30)))
        waits = [one.after for one in found if isinstance(one, Retry)]
        assert len(waits) == 30
        assert 0 < max(waits) <= 1_000 * 2 ** (failures - 1)
        assert feed.connection(BINANCE).failures == failures
        now += 1
    await feed.aclose()


async def test_an_answer_that_fails_late_belongs_to_what_failed_meanwhile(feed: Feed) -> None:
    """A request that was under way when another failed is no failure of its own, however late its error comes."""
    await feed.instruments(BINANCE)
    connection, now, over = feed.connection(BINANCE), 1_000_000, asyncio.Event()
    connection.steady = lambda: now

    async def refused(wait: Awaitable[object]) -> None:
        await wait
        raise ConnectionResetError

    async def asked_for(wait: Awaitable[object]) -> None:
        with pytest.raises(MarketError):
            await connection.ask(1, lambda: refused(wait), str)

    late = asyncio.create_task(asked_for(over.wait()))
    await asyncio.sleep(0)
    now += 1_000
    await asked_for(asyncio.sleep(0))
    now += 9_000
    over.set()
    await late
    assert connection.failures == 1
