"""Prices as they happen: each is looked at, in order, whatever else goes on; what was before comes first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest
from structlog.testing import capture_logs

from chatbot.core.inputs import Confirm
from chatbot.core.market import Final as GiveUp
from chatbot.core.market import Market, Quote, Retry
from chatbot.core.plan import Follow
from chatbot.watch.catch_up import HELD_AGAIN, HOLD_FOR
from chatbot.watch.watcher import CHECK_EVERY
from tests.core.planning import plan
from tests.watch.past_rig import BTC, EXCHANGE, MARKET, START, Rig, past_rig, stream_of
from tests.watch.test_catch_up import kinds

D = Decimal
T = TypeVar("T")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with past_rig(tmp_path) as made:
        yield made


def quote(seconds: float, price: str | int) -> Quote:
    return Quote(BTC, D(price), START + round(seconds * 1_000))


async def arrived(rig: Rig, *quotes: Quote) -> None:
    """They come as one, are trades of the market as well, and everything they cause is done."""
    rig.tape.traded.extend(quotes)
    rig.now = max(rig.now, quotes[-1].at)
    rig.live.arrived(MARKET, quotes)
    await settled(rig)


async def settled(rig: Rig) -> None:
    while tasks := [*rig.live.under_way.values(), *rig.catch_up.under_way.values()]:
        await asyncio.wait(tasks)


async def test_every_price_of_a_burst_counts_in_its_order(rig: Rig) -> None:
    """Entry, second tier, target and stop within one delivery."""
    rig.arm()
    await arrived(rig, *(quote(1 + n / 1000, price) for n, price in enumerate((60100, 60000, 60300, 61000, 58000))))
    assert kinds(rig.events()) == ["tier 1", "tier 2", "TP1", "stop", "stopped"]
    assert [event.at - START for event in rig.events()[1:3]] == [1_001, 1_001]


async def test_prices_that_concern_nobody_cost_no_transaction(rig: Rig) -> None:
    """They are let go at once."""
    rig.arm()
    calls = counted(rig)
    await arrived(rig, *(quote(1 + n / 1000, 60100 + n) for n in range(100)))
    assert calls == []
    assert rig.live.waiting == {}


def counted(rig: Rig) -> list[object]:
    """Every use of the database from now on."""
    calls: list[object] = []
    before = rig.watcher.on_database

    async def on_database(work: Callable[[], T], /) -> T:
        calls.append(work)
        return await before(work)

    rig.watcher.on_database = on_database
    return calls


async def test_prices_that_arrive_while_a_plan_is_moved_wait_in_line(rig: Rig) -> None:
    """Nothing is skipped: the target that is traded while tier 1 is being stored is hit after it."""
    rig.arm()
    before = rig.watcher.on_database
    once = [quote(2, 61000)]

    async def slow(work: Callable[[], T], /) -> T:
        if once:
            rig.live.arrived(MARKET, [once.pop()])
        return await before(work)

    rig.watcher.on_database = slow
    await arrived(rig, quote(1, 60000))
    assert kinds(rig.events()) == ["tier 1", "TP1"]


async def test_a_plan_that_its_user_moved_meanwhile_meets_the_newest_price(rig: Rig) -> None:
    """Tier 1 is confirmed while a price at tier 2 is on its way: the price counts for tier 2."""
    first = rig.arm(plan(follow=Follow.CONFIRMED))
    await arrived(rig, quote(1, 60000))
    second = rig.arm()
    before = rig.watcher.on_database
    confirm = rig.trades.moving(lambda state: Confirm(state.actions[0].number, rig.now))

    async def confirming(work: Callable[[], T], /) -> T:
        rig.watcher.on_database = before
        rig.trades.each([first], confirm)
        return await before(work)

    rig.watcher.on_database = confirming
    await arrived(rig, quote(2, 60300), quote(2.001, 61000))
    assert kinds(rig.events(second)) == ["invalidated"]
    assert kinds(rig.events(first)) == ["tier 1", "TP1"]


async def test_a_stream_that_comes_again_is_caught_up_with_before_it_decides(rig: Rig) -> None:
    """The target was traded during the gap, the stop is the first price after it."""
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.trade(5, 61000)
    rig.now = START + 8_000
    rig.live.came(MARKET)
    await arrived(rig, quote(8, 58000))
    assert kinds(rig.events()) == ["tier 1", "TP1", "stop", "stopped"]


async def test_live_prices_wait_no_longer_than_that_for_what_was_before(rig: Rig) -> None:
    """The past is not to be had: some seconds after the first price that waits, the stop is called all the same."""
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.tape.remedy = Retry(60_000, "down")
    rig.live.came(MARKET)
    rig.now += HOLD_FOR
    await arrived(rig, quote(24, 58000))
    rig.now += HOLD_FOR - 1
    await rig.catch_up.begin()
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1"]
    rig.now += 1
    await rig.catch_up.begin()
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1", "stop", "stopped"]


async def test_who_can_be_heard_again_is_asked_at_once_for_what_was_before(rig: Rig) -> None:
    """However long the exchange was to be left alone after it had failed, its stream says that it is back."""
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.tape.remedy = Retry(60_000, "down")
    rig.live.came(MARKET)
    await settled(rig)
    rig.trade(5, 61000)
    rig.tape.remedy = None
    rig.live.came(MARKET)
    await arrived(rig, quote(8, 58000))
    assert kinds(rig.events()) == ["tier 1", "TP1", "stop", "stopped"]


async def test_while_a_price_waits_the_past_is_asked_for_again_soon(rig: Rig) -> None:
    """An exchange that failed often is left alone for up to a minute, but not while an alert depends on it."""
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.live.came(MARKET)
    await settled(rig)
    rig.trade(5, 61000)
    rig.tape.remedy = Retry(60_000, "down")
    rig.live.came(MARKET)
    await arrived(rig, quote(8, 58000))
    assert kinds(rig.events()) == ["tier 1"]
    rig.tape.remedy = None
    rig.now += HELD_AGAIN
    await rig.catch_up.begin()
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1", "TP1", "stop", "stopped"]


@pytest.mark.parametrize("candles_only", [False, True], ids=["trades", "candles only"])
async def test_the_last_price_of_a_stalled_stream_is_no_price_of_now(rig: Rig, *, candles_only: bool) -> None:
    """It lies beyond the stop that was raised since: what was heard before that does not hit it."""
    rig.tape.candles_only = candles_only
    stream_of(rig)
    rig.arm()
    await arrived(rig, quote(1, 60000), quote(2, 59990))
    rig.trade(10, 61000)
    rig.trade(20, 60500)
    rig.now = START + 60_000
    await rig.watcher.poll(EXCHANGE)
    await rig.over(0)
    assert "TP1" in kinds(rig.events())
    assert "stop" not in kinds(rig.events())


async def test_a_price_that_was_held_up_on_its_way_is_none_for_what_was_armed_since(rig: Rig) -> None:
    """Delivered a minute late, it must not trigger a tier that was armed in between."""
    made = rig.arm(plan(follow=Follow.CONFIRMED))
    await arrived(rig, quote(1, 60000))
    rig.now = START + 70_000
    rig.trades.each([made], rig.trades.moving(lambda state: Confirm(state.actions[0].number, rig.now)))
    await settled(rig)
    rig.now = START + 75_000
    rig.live.arrived(MARKET, [quote(30, 60300)])
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1"]
    await arrived(rig, quote(76, 60300))
    assert kinds(rig.events()) == ["tier 1", "tier 2"]


async def test_what_breaks_is_logged_and_looked_up(rig: Rig) -> None:
    """The prices under way when it broke are found among the trades."""
    rig.arm()
    before = rig.watcher.on_database

    async def broken(work: Callable[[], T], /) -> T:
        rig.watcher.on_database = before
        raise OSError("disk full")

    rig.watcher.on_database = broken
    with capture_logs() as logs:
        await arrived(rig, quote(1, 60000))
    assert [line["event"] for line in logs] == ["prices broke"]
    assert kinds(rig.events()) == ["tier 1"]


async def test_the_stream_follows_what_is_watched(rig: Rig) -> None:
    """A market's first plan adds it, its last one's end takes it away."""
    stream = stream_of(rig)
    rig.arm()
    rig.arm()
    assert stream.followed == [{MARKET}]
    await arrived(rig, quote(1, 61000))
    assert stream.followed == [{MARKET}, frozenset()]
    rig.live.arrived(MARKET, [quote(2, 60000)])
    rig.live.came(MARKET)
    assert rig.live.waiting == {}
    assert rig.catch_up.behind == {}


async def test_what_is_streamed_is_polled_only_to_see_that_the_stream_is_alive(rig: Rig) -> None:
    """A poll's price of a live market decides nothing; without the stream it does."""
    stream = stream_of(rig)
    rig.arm()
    await rig.seen(1, 60000)
    assert kinds(rig.events()) == []
    assert stream.noted == [(MARKET, START + 1_000, D(60000))]
    await rig.seen(2, 60000)
    assert len(stream.noted) == 1
    await rig.seen(2 + CHECK_EVERY / 1_000, 60000)
    assert len(stream.noted) == 2
    stream.live = False
    rig.live.went(MARKET)
    await rig.seen(20, 60000)
    assert kinds(rig.events()) == ["tier 1"]


async def test_a_live_stream_without_a_trade_is_no_silence(rig: Rig) -> None:
    """An hour in which nobody trades: nobody is told that the market is silent."""
    stream = stream_of(rig)
    rig.arm()
    rig.trade(1, 60100)
    rig.now = START + 3_600_000
    await rig.watcher.poll(EXCHANGE)
    assert rig.watcher.silence.since == {}
    stream.live = False
    rig.tape.remedy = Retry(1_000, "down")
    rig.now += 61_000
    await rig.watcher.poll(EXCHANGE)
    assert set(rig.watcher.silence.since) == {MARKET}


async def test_prices_of_a_stream_are_remembered(rig: Rig) -> None:
    """For /status, and to know after a restart when a market was last seen."""
    stream_of(rig)
    rig.arm()
    await arrived(rig, quote(1, 60100))
    await rig.watcher.keep()
    with rig.database.units() as unit:
        assert unit.quotes.get(EXCHANGE, BTC) == replace(quote(1, 60100), at=rig.now)


async def test_what_is_asked_for_at_a_price_is_answered_at_no_older_one(rig: Rig) -> None:
    """Whoever taps at once is judged by the price that made the alert, not by one of a second before."""
    stream_of(rig)
    rig.arm(plan(follow=Follow.CONFIRMED))
    await arrived(rig, quote(1, 60100))
    await rig.watcher.keep()
    await arrived(rig, quote(1.1, 60000))
    with rig.database.units() as unit:
        assert unit.quotes.get(EXCHANGE, BTC) == replace(quote(1.1, 60000), at=rig.now)
    rig.trade(5, 60050)
    rig.now = START + 5_000
    rig.live.came(MARKET)
    await settled(rig)
    rig.trade(6, 59000)
    rig.trade(6.5, 59050)
    rig.now = START + 40_000
    rig.live.came(MARKET)
    await settled(rig)
    with rig.database.units() as unit:
        assert unit.quotes.get(EXCHANGE, BTC) == replace(quote(40, 59050), at=rig.now)


async def test_prices_that_waited_for_what_was_before_do_not_count_twice(rig: Rig) -> None:
    """They were among the trades that were looked up meanwhile: the entry's price is no stop for what came after it."""
    rig.arm()
    rig.live.came(MARKET)
    await arrived(rig, *(quote(1 + n / 10, price) for n, price in enumerate((60100, 60000, 60300, 61000, 60900))))
    assert kinds(rig.events()) == ["tier 1", "tier 2", "TP1"]
    await arrived(rig, quote(3, 60000))
    assert kinds(rig.events()) == ["tier 1", "tier 2", "TP1", "stop", "stopped"]


async def test_a_market_whose_last_plan_ends_meanwhile_breaks_nothing(rig: Rig) -> None:
    """Its plan is over before its turn comes: to be remembered, to be looked at, to be read."""
    stream_of(rig)
    plans = [rig.arm(), rig.arm(replace(plan(follow=Follow.ASSUMED), symbol="ETH/USDT:USDT"))]
    other = Market(EXCHANGE, "ETH/USDT:USDT")
    await arrived(rig, quote(1, 60100))
    rig.live.arrived(other, [Quote(other.symbol, D(60100), rig.now)])
    before = rig.watcher.on_database

    async def ending(work: Callable[[], T], /) -> T:
        rig.watcher.on_database = before
        rig.watcher.forget(plans[1])
        return await before(work)

    rig.watcher.on_database = ending
    with capture_logs() as logs:
        await rig.watcher.keep()
        rig.live.arrived(MARKET, [quote(2, 60000)])
        rig.catch_up.fall_behind(MARKET, None)
        rig.watcher.forget(plans[0])
        await settled(rig)
    assert logs == []


async def test_what_is_missed_while_the_past_is_read_is_read_as_well(rig: Rig) -> None:
    """The stream came while an older answer was on its way: what was traded in between comes before its first price."""
    rig.arm()

    async def come() -> None:
        for seconds, price in ((2, 60000), (2.1, 60300), (2.2, 61000)):
            rig.trade(seconds, price)
        rig.now = START + 3_000
        rig.live.came(MARKET)
        rig.live.arrived(MARKET, [quote(3, 58000)])

    rig.now, rig.tape.meanwhile = START + 1_000, come
    rig.catch_up.fall_behind(MARKET, None)
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1", "tier 2", "TP1", "stop", "stopped"]


async def test_a_new_gap_is_given_as_long_as_the_first(rig: Rig) -> None:
    """The exchange failed for longer than prices wait; when its stream comes again, what was missed comes first."""
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.tape.remedy = Retry(1_000, "down")
    rig.live.came(MARKET)
    await settled(rig)
    rig.trade(2, 61000)
    later = 2 + 2 * HOLD_FOR / 1_000
    rig.now = START + round(later * 1_000)
    rig.live.came(MARKET)
    await arrived(rig, quote(later, 58000))
    assert kinds(rig.events()) == ["tier 1"]
    rig.tape.remedy = None
    await rig.at(later + 5)
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1", "TP1", "stop", "stopped"]


async def test_a_price_is_given_its_time_though_its_market_was_behind_for_long(rig: Rig) -> None:
    """The exchange is away as the bot begins; the first price comes right behind the stream, and after the night."""
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.trade(30, 61000)
    await rig.catch_up.stop()
    rig.now = START + 600_000
    rig.begin()
    rig.tape.remedy = Retry(1_000, "down")
    await rig.watcher.load()
    await rig.catch_up.load()
    for _ in range(2 * HOLD_FOR // 500):
        await rig.catch_up.begin()
        await settled(rig)
        rig.now += 500
    rig.tape.remedy = None
    stream_of(rig)
    rig.live.came(MARKET)
    await arrived(rig, quote((rig.now - START) / 1_000, 58000))
    assert kinds(rig.events()) == ["tier 1", "TP1", "stop", "stopped"]


async def test_an_exchange_that_gives_up_is_left_alone_where_no_price_waits(rig: Rig) -> None:
    """Being behind alone is no reason to ask it every four seconds."""
    rig.arm()
    await arrived(rig, quote(1, 60100))
    rig.tape.remedy = GiveUp("gone")
    rig.live.came(MARKET)
    await settled(rig)
    asked = len(rig.tape.asked)
    for _ in range(2 * HOLD_FOR // 500):
        rig.now += 500
        await rig.catch_up.begin()
        await settled(rig)
    assert len(rig.tape.asked) == asked
