"""However a price comes to be known, it is decided in its place: no older price is taken for a newer one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pytest

from chatbot.chart.indicators import indicate
from chatbot.coach.courses import Course
from chatbot.core.candles import Candle
from chatbot.core.inputs import CandleClosed
from chatbot.core.market import Market, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import CloseBeyond, Direction, Follow, PriceTrigger, Tier, TriggerPrice
from chatbot.core.timeframes import Timeframe
from chatbot.watch.candle_watch import CandleWatch
from tests.core.planning import plan
from tests.watch.past_rig import BTC, EXCHANGE, MARKET, START, Rig, past_rig, stream_of
from tests.watch.test_catch_up import kinds
from tests.watch.test_live import arrived, quote, settled

D = Decimal
T = TypeVar("T")


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    async with past_rig(tmp_path) as made:
        yield made


async def test_prices_in_line_that_were_read_as_trades_do_not_count_again(rig: Rig) -> None:
    """60 000 came before 61 000, which moved the stop to break-even: nobody's stop was touched after it."""
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.now = START + 99_900
    rig.live.came(MARKET)
    await arrived(rig, quote(100, 60000), quote(100.5, 61000))
    assert kinds(rig.events()) == ["tier 1", "TP1"]


async def test_the_price_of_now_does_not_overtake_those_in_line(rig: Rig) -> None:
    """No trades are to be had, a closed minute is decided: the prices in line come after it, in their order."""
    rig.tape.candles_only = True
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.trade(30, 59400)
    rig.now = START + 99_900
    rig.live.came(MARKET)
    await arrived(rig, quote(100, 60000), quote(100.5, 61000))
    assert kinds(rig.events()) == ["tier 1", "TP1"]


async def test_a_poll_older_than_the_running_minute_is_not_the_price_of_now(rig: Rig) -> None:
    """60 000 was polled at :58, 61 000 traded at :60.5 and ever since."""
    rig.arm()
    await rig.seen(5, 60000)
    rig.trade(30, 59400)
    await rig.seen(58, 60000)
    rig.trade(60.5, 61000)
    await rig.over(0)
    assert kinds(rig.events()) == ["tier 1", "TP1"]


async def test_a_polled_price_is_no_news_after_newer_trades(rig: Rig) -> None:
    """The poll answers 59 450; while its past is read the market trades 61 000."""
    rig.arm()
    await rig.seen(5, 60000)
    asked = rig.tape.minutes

    async def slow(
        exchange: str, symbol: str, since: Millis, limit: int, trigger_price: TriggerPrice
    ) -> tuple[Sequence[Candle], Sequence[Candle]]:
        rig.now += 1_000
        if not any(trade.price == 61000 for trade in rig.tape.traded):
            rig.trade((rig.now - START) / 1_000 - 0.5, 61000)
        return await asked(exchange, symbol, since, limit, trigger_price)

    rig.tape.minutes = slow  # type: ignore[method-assign]  # the real one is called, later
    await rig.seen(20, 59450)
    assert kinds(rig.events()) == ["tier 1", "TP1"]


async def test_the_last_price_of_before_an_outage_is_not_the_price_of_now(rig: Rig) -> None:
    """60 000 before it, 61 000 in it and nothing since; the stream is live again, and nobody trades."""
    stream = stream_of(rig)
    rig.arm()
    await arrived(rig, quote(1, 60000))
    stream.live = False
    rig.trade(300, 61000)
    rig.now = START + 600_000
    stream.live = True
    rig.live.came(MARKET)
    await rig.watcher.poll(EXCHANGE)
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1", "TP1"]


async def test_a_stream_lost_once_more_while_it_is_caught_up_with_is_read_again(rig: Rig) -> None:
    """The target is traded between two spells of the stream, while what was before is being decided."""
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.trade(5, 59450)
    before = rig.watcher.on_database

    async def deciding(work: Callable[[], T], /) -> T:
        course = getattr(work, "args", (None,))[0]
        if isinstance(course, Course) and course.way:
            rig.watcher.on_database = before
            rig.trade(8.2, 61000)
            rig.now = START + 8_300
            rig.live.went(MARKET)
            rig.live.came(MARKET)
        return await before(work)

    rig.watcher.on_database = deciding
    rig.now = START + 8_000
    rig.live.came(MARKET)
    await settled(rig)
    assert rig.watcher.on_database is before
    await arrived(rig, quote(9, 58000))
    assert kinds(rig.events())[:2] == ["tier 1", "TP1"]


async def test_a_reconnect_of_many_markets_leaves_room_for_prices(rig: Rig) -> None:
    """Trades are asked for only where the running minute concerns somebody: 150 markets cost a candle each."""
    symbols = [f"C{number}/USDT:USDT" for number in range(150)]
    for symbol in symbols:
        rig.arm(plan(follow=Follow.ASSUMED, symbol=symbol))
    rig.trade(1, 60100)
    rig.now = START + 10_000
    for symbol in symbols:
        rig.live.came(Market(EXCHANGE, symbol))
    await settled(rig)
    asked = [what for what, *_ in rig.tape.asked]
    assert asked.count("candles") >= 150
    assert asked.count("trades") == 0


async def test_a_clock_that_was_ahead_for_a_moment_hides_nothing(rig: Rig) -> None:
    """An hour ahead for one look, then right again: the minutes are looked up as ever."""
    rig.arm()
    await rig.seen(5, 60100)
    await rig.at(3_660)
    await rig.seen(70, 60100)
    await rig.catch_up.look()
    rig.trade(75, 60000)
    await rig.seen(80, 60100)
    await rig.over(1)
    await rig.over(2)
    assert kinds(rig.events()) == ["tier 1"]


async def test_a_minute_that_is_not_there_yet_is_not_looked_up(rig: Rig) -> None:
    """The exchange shows it three seconds later; a close that waits for its minutes waits for this one."""
    rig.arm()
    await rig.seen(5, 60100)
    rig.trade(30, 60000)
    await rig.seen(40, 60100)
    rig.tape.hidden.add(START)
    await rig.over(0)
    assert not rig.past.is_looked_up(MARKET, START + 60_000)
    rig.tape.hidden.clear()
    await rig.at(66)
    assert kinds(rig.events()) == ["tier 1"]
    assert rig.past.is_looked_up(MARKET, START + 60_000)


async def test_pages_that_were_read_are_not_read_again_after_a_failure(rig: Rig) -> None:
    """The exchange fails on the third page of a long time away; the next try goes on there."""
    rig.tape.candles_only = True
    rig.arm()
    await rig.seen(5, 60100)
    await rig.over(0)
    for minute in range(1, 1500):
        rig.trade(minute * 60, 60100)
    rig.now = START + 1500 * 60_000
    await rig.catch_up.stop()
    rig.begin()
    rig.tape.asked.clear()
    rig.tape.fails_after = 2
    await rig.watcher.load()
    await rig.catch_up.load()
    await rig.catch_up.look()
    rig.tape.fails_after = None
    rig.now += 2_000
    await rig.catch_up.look()
    since = [at for what, at, _ in rig.tape.asked if what == "candles"]
    assert since[3] == since[2]
    assert since[:3] == sorted(set(since[:3]))
    assert rig.known_until() == 1500


@pytest.mark.parametrize("market", [None, D(61050)], ids=["in time", "late"])
async def test_a_close_of_the_last_price_moves_a_plan_by_mark_only_into_its_tier(
    rig: Rig, market: Decimal | None
) -> None:
    """The mark is at 60 400; the last price closes at 61 100 and fires tier 2: its first target was not there."""
    beyond = CloseBeyond(Timeframe.M1, D(60300), Direction.UP)
    tiers = (Tier(D(50), PriceTrigger(D(60000), Direction.DOWN)), Tier(D(50), beyond))
    made = rig.arm(plan(follow=Follow.ASSUMED, tiers=tiers, trigger_price=TriggerPrice.MARK))
    await rig.seen(1, 60000)
    rig.now = START + 62_000
    candle = Candle(START, D(60000), D(61100), D(60000), D(61100), D(1))
    now = None if market is None else Quote(BTC, market, rig.now)
    rig.courses.candle(CandleClosed(Timeframe.M1, candle, START + 60_000, {}), [made], now=now)
    assert kinds(rig.events()) == ["tier 1", "tier 2"]


async def test_prices_count_on_after_the_clock_was_set_back(rig: Rig) -> None:
    """By two hours: what the plan did before seems to lie ahead, and is older than every price all the same."""
    rig.tape.candles_only = True
    rig.now = START + 7_200_000
    rig.arm()
    await rig.seen(7_201, 60000)
    rig.tape.traded.clear()
    await rig.seen(5, 60300)
    assert kinds(rig.events()) == ["tier 1", "tier 2"]


async def test_a_clock_set_back_hides_no_polled_price(rig: Rig) -> None:
    """Trades that were read before lie ahead of it for as long: what is polled since is younger all the same."""
    rig.now = START + 7_200_000
    rig.arm()
    await rig.seen(7_201, 60000)
    rig.trade(7_202, 60300)
    rig.now = START + 7_192_000
    await rig.watcher.poll(EXCHANGE)
    assert kinds(rig.events()) == ["tier 1", "tier 2"]


async def test_a_market_that_is_slow_to_look_up_holds_up_no_other(rig: Rig) -> None:
    """Both are polled; the entry in one is told while the other's past is still being asked for."""
    first, other = rig.arm(), rig.arm(replace(plan(follow=Follow.ASSUMED), symbol="ETH/USDT:USDT"))
    asked, told = rig.tape.minutes, list[list[str]]()

    async def slow(
        exchange: str, symbol: str, since: Millis, limit: int, trigger_price: TriggerPrice
    ) -> tuple[Sequence[Candle], Sequence[Candle]]:
        if symbol == "ETH/USDT:USDT":
            for _ in range(100):
                await asyncio.sleep(0)
            told.append(kinds(rig.events(first)))
        return await asked(exchange, symbol, since, limit, trigger_price)

    rig.tape.minutes = slow  # type: ignore[method-assign]  # the real one is called, later
    rig.tape.candles_only = True
    await rig.seen(5, 60000)
    assert told[0] == ["tier 1"]
    assert kinds(rig.events(other)) == ["tier 1"]


async def test_prices_in_line_behind_a_gap_do_not_overtake_what_was_traded_in_it(rig: Rig) -> None:
    """A closed minute is decided, the stream comes meanwhile: what was traded before its first price comes first."""
    rig.arm()
    rig.trade(30, 60000)
    rig.trade(64, 60010)

    async def come() -> None:
        rig.trade(64.5, 60300)
        rig.trade(64.6, 61000)
        rig.now = START + 65_000
        rig.trade(65, 58000)
        rig.live.came(MARKET)
        rig.live.arrived(MARKET, [quote(65, 58000)])

    rig.now, rig.tape.meanwhile = START + 64_100, come
    rig.catch_up.fall_behind(MARKET, None)
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1", "tier 2", "TP1", "stop", "stopped"]


async def test_a_price_asked_for_to_judge_a_late_close_meets_nothing_younger_than_itself(rig: Rig) -> None:
    """59 900 while it was asked for; before the answer came, 61 000 was the target and moved the stop above that."""
    beyond = CloseBeyond(Timeframe.M1, D(60300), Direction.UP)
    tiers = (Tier(D(50), PriceTrigger(D(60000), Direction.DOWN)), Tier(D(50), beyond))
    made = rig.arm(plan(follow=Follow.ASSUMED, tiers=tiers))
    await arrived(rig, quote(1, 60000), quote(62, 61000))
    candle = Candle(START, D(60000), D(60400), D(60000), D(60400), D(1))
    rig.now = START + 63_000
    rig.courses.candle(CandleClosed(Timeframe.M1, candle, START + 60_000, {}), [made], now=quote(61.9, 59900))
    assert "stop" not in kinds(rig.events())


async def test_the_price_that_is_kept_is_the_last_that_was_read(rig: Rig) -> None:
    """The running minute is asked for, then it trades at the entry: a tap on that alert is not judged by the candle."""
    rig.arm()
    rig.trade(1, 60200)

    async def trades() -> None:
        rig.trade(10, 59990)
        rig.trade(10.5, 60000)
        rig.now = START + 11_000

    rig.trade(5, 59995)
    rig.trade(6, 60200)
    rig.now, rig.tape.meanwhile = START + 9_000, trades
    rig.live.came(MARKET)
    await settled(rig)
    with rig.database.units() as unit:
        kept = unit.quotes.get(EXCHANGE, BTC)
    assert kinds(rig.events()) == ["tier 1"]
    assert kept is not None
    assert kept.price == D(60000)


@pytest.mark.parametrize("after", [[60650], [60650, 60100]], ids=["it stands", "it is gone"])
async def test_a_price_between_a_close_and_its_decision_counts(rig: Rig, after: Sequence[int]) -> None:
    """A close at :60 fires tier 2 and is decided seconds later; tier 3's price, in between, concerned nobody."""
    stream_of(rig)
    watch = CandleWatch(rig.watcher, rig.clock, indicate)
    beyond = CloseBeyond(Timeframe.M1, D(60300), Direction.UP)
    low, high = PriceTrigger(D(60000), Direction.DOWN), PriceTrigger(D(60600), Direction.UP)
    rig.arm(plan(follow=Follow.ASSUMED, tiers=(Tier(D(25), low), Tier(D(25), beyond), Tier(D(50), high))))
    await arrived(rig, quote(45, 60000), quote(59, 60400))
    await arrived(rig, *(quote(60.5 + n / 10, price) for n, price in enumerate(after)))
    await rig.over(0)
    await watch.look()
    await settled(rig)
    assert kinds(rig.events())[:3] == ["tier 1", "tier 2", "tier 3"]
    assert rig.events()[6].at == START + 60_500


async def test_a_gap_that_shows_while_a_late_minute_is_asked_for_is_not_left_for_later(rig: Rig) -> None:
    """The stream comes meanwhile, and then the stop: it is told at once, not when that minute is asked for again."""
    stream_of(rig)
    rig.arm()
    await arrived(rig, quote(1, 60000))
    rig.tape.hidden.add(START)

    async def come() -> None:
        rig.live.came(MARKET)
        rig.tape.traded.append(quote(75, 58000))
        rig.live.arrived(MARKET, [quote(75, 58000)])

    rig.now, rig.tape.meanwhile = START + 75_000, come
    await rig.catch_up.look()
    await settled(rig)
    assert kinds(rig.events()) == ["tier 1", "stop", "stopped"]
