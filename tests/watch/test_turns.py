"""One at a time decides on a market: what is newer waits, and nobody says meanwhile that a price concerns nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from chatbot.chart.indicators import indicate
from chatbot.coach.courses import Course
from chatbot.core.events import StopAdvised
from chatbot.core.market import Pause, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import CloseBeyond, Direction, Follow, PriceTrigger, Tier
from chatbot.core.timeframes import Timeframe
from chatbot.watch import watcher
from chatbot.watch.candle_watch import CandleWatch
from chatbot.watch.catch_up import LOOK_AGAIN_FOR
from tests.core.planning import plan
from tests.watch.past_rig import MARKET, START, Rig, past_rig, stream_of
from tests.watch.test_catch_up import kinds
from tests.watch.test_live import arrived, quote, settled

D = Decimal
T = TypeVar("T")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with past_rig(tmp_path) as made:
        yield made


async def test_what_is_newer_waits_until_all_plans_have_met_what_is_older(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trades are read back and decided, a few plans at a time; the stop comes live before the last of them."""
    stream_of(rig)
    monkeypatch.setattr(watcher, "TURN", 1)
    plans = [rig.arm() for _ in range(3)]
    await arrived(rig, quote(45, 60000))
    rig.trade(50, 60300)
    await arrived(rig, quote(59, 60290))
    rig.trade(61.5, 61000)
    before = rig.watcher.on_database

    async def slowly(work: Callable[[], T], /) -> T:
        course = getattr(work, "args", (None,))[0]
        if isinstance(course, Course) and course.way:
            if course.plan_ids == [plans[0]]:
                rig.tape.traded.append(quote(62.2, 58000))
                rig.live.arrived(MARKET, [quote(61.5, 61000), quote(62.2, 58000)])
            for _ in range(50):
                await asyncio.sleep(0)
        return await before(work)

    rig.watcher.on_database = slowly
    await rig.at(62.1)
    await settled(rig)
    assert [kinds(rig.events(one)) for one in plans] == [["tier 1", "tier 2", "TP1", "stop", "stopped"]] * 3


async def test_a_price_that_concerns_nobody_yet_waits_for_what_is_being_decided(rig: Rig) -> None:
    """An entry of before is found, which arms the next tier; that tier's price came while this was being written."""
    stream_of(rig)
    rig.arm()
    await arrived(rig, quote(45, 60200))
    rig.trade(50, 60000)
    await arrived(rig, quote(59, 60200))
    before = rig.watcher.on_database

    async def deciding(work: Callable[[], T], /) -> T:
        course = getattr(work, "args", (None,))[0]
        if isinstance(course, Course) and course.way:
            rig.watcher.on_database = before
            rig.tape.traded.append(quote(62.05, 60300))
            rig.live.arrived(MARKET, [quote(62.05, 60300)])
        return await before(work)

    rig.watcher.on_database = deciding
    await rig.at(62.1)
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1", "tier 2"]


async def test_prices_that_waited_for_their_turn_wait_for_a_gap_as_well(rig: Rig) -> None:
    """The stream is lost and comes again meanwhile; the target was traded in between, before their stop."""
    stream_of(rig)
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.trade(2, 60300)
    rig.now = START + 2_000
    rig.live.arrived(MARKET, [quote(2, 60300)])
    async with rig.watcher.turns.of(MARKET):
        await asyncio.sleep(0)
        rig.trade(2.5, 61000)
        rig.trade(3, 58000)
        rig.now = START + 3_000
        rig.live.came(MARKET)
        rig.live.arrived(MARKET, [quote(3, 58000)])
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1", "tier 2", "TP1", "stop", "stopped"]


async def test_a_price_waits_for_whoever_waits_for_a_turn(rig: Rig) -> None:
    """An older entry is read and waits while live prices are decided; the tier that it arms is met before its turn."""
    stream_of(rig)
    made = rig.arm()
    rig.arm(plan(follow=Follow.CONFIRMED, tiers=(Tier(D(100), PriceTrigger(D(60205), Direction.UP)),)))
    await arrived(rig, quote(45, 60200))
    rig.trade(50, 60000)
    await arrived(rig, quote(59, 60200))
    gate, reached = gated(rig)
    comes(rig, quote(62.05, 60205))
    await reached.wait()
    rig.now = START + 62_100
    await rig.catch_up.begin()
    for _ in range(50):
        await asyncio.sleep(0)
    assert rig.watcher.turns.wanted[MARKET] == 2
    comes(rig, quote(62.2, 60300), quote(62.3, 60190))
    gate.set()
    await settled(rig)
    assert kinds(rig.events(made)) == ["tier 1", "tier 2"]


async def test_a_price_that_comes_while_trades_are_asked_for_is_looked_at_again(rig: Rig) -> None:
    """An entry that was missed is found; the next tier's price is streamed while trades are on their way."""
    stream_of(rig)
    rig.arm()
    await arrived(rig, quote(45, 60200))
    rig.trade(50, 60000)
    await arrived(rig, quote(59, 60200))
    asked = rig.tape.trades

    async def slow(exchange: str, symbol: str, since: Millis, until: Millis) -> Sequence[Quote] | None:
        found = await asked(exchange, symbol, since, until)
        if since >= START + 60_000:
            rig.tape.trades = asked  # type: ignore[method-assign]  # the real one again
            comes(rig, quote(62.2, 60300), quote(62.3, 60250))
        return found

    rig.tape.trades = slow  # type: ignore[method-assign]  # the real one is called
    await rig.at(62.1)
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1", "tier 2"]


async def test_the_rest_of_a_burst_in_line_counts_though_its_first_trade_moved_a_trailing_stop(rig: Rig) -> None:
    """A minute is decided between two frames of one millisecond, which the exchange does not show yet: in line is only
    what was not decided on."""
    stream_of(rig)
    rig.arm()
    await arrived(rig, *(quote(n, price) for n, price in enumerate((60000, 61000, 62500, 64000), 1)))
    await arrived(rig, *(quote(second, 64050) for second in (20, 40, 59)))
    gate, reached = gated(rig)
    rig.now = START + 62_060
    rig.live.arrived(MARKET, [quote(62.05, 65000)])
    await reached.wait()
    await rig.catch_up.begin()
    for _ in range(50):
        await asyncio.sleep(0)
    assert rig.watcher.turns.wanted[MARKET] == 2
    rig.live.arrived(MARKET, [quote(62.05, 66900)])
    rig.tape.traded.extend([quote(62.05, 65000), quote(62.05, 66900)])
    gate.set()
    await settled(rig)
    stops = [event.stop for event in rig.events() if isinstance(event, StopAdvised)]
    assert stops[-1] == D(66231)


async def test_what_is_looked_at_once_more_keeps_a_stop_waiting_only_a_moment(rig: Rig) -> None:
    """A close fires a tier, trades are refused just then: another plan's stop is told within two seconds."""
    stream_of(rig)
    watch = CandleWatch(rig.watcher, rig.clock, indicate)
    low, high = PriceTrigger(D(60000), Direction.DOWN), PriceTrigger(D(60600), Direction.UP)
    beyond = CloseBeyond(Timeframe.M1, D(60300), Direction.UP)
    rig.arm(plan(follow=Follow.ASSUMED, tiers=(Tier(D(25), low), Tier(D(25), beyond), Tier(D(50), high))))
    stopped = rig.arm(plan(follow=Follow.ASSUMED, tiers=(Tier(D(100), low),)))
    await arrived(rig, quote(45, 60000), quote(59, 60400))
    await arrived(rig, quote(60.5, 60650))
    await rig.over(0)
    rig.tape.trades_remedy = Pause(30_000, "spent")
    await watch.look()
    await settled(rig)
    comes(rig, quote(63, 58000))
    for _ in range(LOOK_AGAIN_FOR // 500):
        rig.now += 500
        await rig.catch_up.begin()
        await settled(rig)
    assert kinds(rig.events(stopped))[-1] == "stopped"


def comes(rig: Rig, *quotes: Quote) -> None:
    """They are traded and streamed; nobody waits for what they cause."""
    rig.tape.traded.extend(quotes)
    rig.now = quotes[-1].at
    rig.live.arrived(MARKET, quotes)


def gated(rig: Rig) -> tuple[asyncio.Event, asyncio.Event]:
    """From now on live prices are decided once the first is set; the second says that some are about to be."""
    before, gate, reached = rig.watcher.on_database, asyncio.Event(), asyncio.Event()

    async def slowly(work: Callable[[], T], /) -> T:
        if getattr(getattr(work, "func", None), "__name__", "") == "prints":
            reached.set()
            await gate.wait()
        return await before(work)

    rig.watcher.on_database = slowly
    return gate, reached
