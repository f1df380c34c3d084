"""Many markets closing at one moment: each decided in time, however slow or broken another one is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from chatbot.coach.courses import Courses
from chatbot.coach.trades import Atrs
from chatbot.core.candles import Candle
from chatbot.core.inputs import CandleClosed
from chatbot.core.market import Final as GiveUp
from chatbot.core.market import Pause, Quote, Remedy, Retry
from chatbot.core.money import Millis
from chatbot.core.plan import AnyOf, Average, CloseBeyond, Direction
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.core.triggers import AtrKey, AverageKey, IndicatorKey, MacdKey, RsiKey
from chatbot.watch.candle_watch import AT_ONCE
from chatbot.watch.needs import Needs
from chatbot.watch.window import WARM_UP, Window, depth_of
from tests.watch.candle_rig import BTC, RSI, START, Rig

MARKETS = [f"C{number}/USDT:USDT" for number in range(40)]
BREAK = CloseBeyond(Timeframe.M1, Decimal("100.5"), Direction.UP)
PATIENCE = 10


async def others_done(rig: Rig, left: int) -> None:
    """Only so many markets are still waited for."""
    async with asyncio.timeout(PATIENCE):
        while len(rig.watch.under_way) > left:
            await asyncio.wait(rig.watch.under_way.values(), return_when=asyncio.FIRST_COMPLETED)


async def test_forty_closes_wait_for_no_slow_or_failing_market(candles: Rig) -> None:
    """One of forty never answers and one fails: the others decide at once, at this close and the next."""
    ids = [candles.arm(RSI, symbol) for symbol in MARKETS]
    for symbol in MARKETS:
        candles.past(symbol, minutes=310)
        candles.close(0, "101" if symbol < "C3" else "100", symbol)
        candles.close(1, "101" if symbol >= "C3" else "100", symbol)
    candles.exchange.hangs.add(MARKETS[0])
    candles.exchange.down.add(MARKETS[1])
    for second, fired in ((62, "C1 C2"), (122, "C1 C2 C3 C4 C5 C6 C7 C8 C9")):
        candles.now = START + second * 1_000
        await candles.watch.begin()
        await others_done(candles, left=1)
        expected = {one for one in MARKETS[2:] if one[:2] in fired.split()}
        assert {MARKETS[n] for n, plan_id in enumerate(ids) if candles.triggered(plan_id)} == expected
    assert 2 <= candles.exchange.most_at_once <= AT_ONCE
    candles.exchange.released.set()
    candles.exchange.down.clear()
    await candles.at(140)
    assert len(candles.triggered(ids[0])) == len(candles.triggered(ids[1])) == 1


async def test_an_exchange_that_hangs_holds_up_no_other(candles: Rig) -> None:
    """Every turn at one exchange is taken by silent markets; another exchange's close is decided all the same."""
    silent = MARKETS[: 2 * AT_ONCE]
    for symbol in silent:
        candles.arm(BREAK, symbol)
    plan_id = candles.arm(BREAK, BTC, exchange="bybit")
    candles.exchange.hangs.update(silent)
    candles.close(0, "101")
    candles.now = START + 62_000
    await candles.watch.begin()
    await others_done(candles, left=len(silent))
    assert len(candles.triggered(plan_id)) == 1
    candles.exchange.released.set()
    await candles.watch.stop(PATIENCE)


async def test_at_the_end_what_is_under_way_is_cut_off(candles: Rig) -> None:
    """A market that never answers does not keep the bot from stopping."""
    candles.arm(BREAK)
    candles.exchange.hangs.add(BTC)
    candles.now = START + 62_000
    await candles.watch.begin()
    await asyncio.sleep(0)
    await candles.watch.stop(0)
    assert candles.watch.under_way == {}
    await candles.watch.stop(0)


async def test_an_error_nobody_foresaw_is_logged_and_tried_again(candles: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its kind and place, never its words; the candle is decided on two seconds later."""
    candles.arm(BREAK)
    candles.close(0, "101")
    answer = candles.exchange.candles

    async def broken(*_args: object, **_named: object) -> list[Candle]:
        raise ValueError("private words")

    monkeypatch.setattr(candles.exchange, "candles", broken)
    with capture_logs() as logs:
        await candles.at(62)
    assert [(line["event"], line["log_level"]) for line in logs] == [("candles broke", "error")]
    assert "private" not in str(logs)
    monkeypatch.setattr(candles.exchange, "candles", answer)
    await candles.at(65)
    assert len(candles.triggered()) == 1


Handed = tuple[Millis, tuple[int, ...]]
"""When a candle began, and the plans it was given to."""


def handed_over(candles: Rig, monkeypatch: pytest.MonkeyPatch) -> list[Handed]:
    """What goes to the database from now on."""
    given: list[Handed] = []
    hand = Courses.candle

    def counting(
        courses: Courses, closed: CandleClosed, plan_ids: Sequence[int], atrs: Atrs, now: Quote | None
    ) -> Sequence[int]:
        given.append((closed.candle.at, tuple(plan_ids)))
        return hand(courses, closed, plan_ids, atrs, now)

    monkeypatch.setattr(Courses, "candle", counting)
    return given


async def test_a_close_wakes_only_the_plans_it_fires(candles: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crowd that waits on for another close is not read from the database, at no close and after no pause."""
    candles.past()
    low, high = (candles.arm(replace(RSI, level=Decimal(level))) for level in (60, 99))
    given = handed_over(candles, monkeypatch)
    candles.close(0, "100")
    await candles.at(62)
    assert given == []
    candles.close(1, "101")
    await candles.at(122)
    assert given == [(START + MINUTE, (low,))]
    for number in range(2, 60):
        candles.close(number, "100" if number % 2 else "100.1")
    await candles.at(3_602)
    assert given == [(START + MINUTE, (low,))]
    assert not candles.triggered(high)


async def test_behind_a_hole_a_candle_is_handed_over_once(candles: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking again for the hole does not ask the plans again what the candle alone says."""
    candles.past()
    candles.exchange.hidden.add(START - 100 * MINUTE)
    mixed = candles.arm(AnyOf((RSI, BREAK)))
    waiting = candles.arm(RSI)
    given = handed_over(candles, monkeypatch)
    candles.close(0, "101")
    for second in (62, 65, 68):
        await candles.at(second)
    assert given == [(START, (mixed,))]
    candles.exchange.hidden.clear()
    await candles.at(71)
    assert given == [(START, (mixed,)), (START, (waiting,))]


async def test_a_plan_that_fails_delays_nobody_at_the_same_close(candles: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the next candle waits for it, and not for ever."""
    candles.past()
    broken, sound = candles.arm(BREAK), candles.arm(RSI)
    hand = Courses.candle

    def failing(
        courses: Courses, closed: CandleClosed, plan_ids: Sequence[int], atrs: Atrs, now: Quote | None
    ) -> Sequence[int]:
        hand(courses, closed, [plan_id for plan_id in plan_ids if plan_id != broken], atrs, now)
        return [plan_id for plan_id in plan_ids if plan_id == broken]

    monkeypatch.setattr(Courses, "candle", failing)
    candles.close(0, "101")
    await candles.at(62)
    assert len(candles.triggered(sound)) == 1
    monkeypatch.setattr(Courses, "candle", hand)
    await candles.at(65)
    assert len(candles.triggered(broken)) == 1


@pytest.mark.parametrize(
    ("remedy", "asked_at"),
    [
        (Retry(1_000, "down"), 63),
        (Pause(30_000, "too many requests"), 92),
        (GiveUp("it is not listed any more"), 362),
    ],
)
async def test_why_candles_are_not_had_is_said_once_and_heeded(candles: Rig, remedy: Remedy, asked_at: int) -> None:
    """Asked again soon, after the pause, or after a while where it makes no sense; one line however often."""
    candles.arm(BREAK)
    for number in range(20):
        candles.close(number, "100" if number else "101")
    candles.exchange.down.add(BTC)
    candles.exchange.remedy = remedy
    with capture_logs() as logs:
        await candles.at(62)
        await candles.at(asked_at - 1)
        assert candles.asked() == 1
        await candles.at(asked_at)
        assert candles.asked() == 2
        candles.exchange.down.clear()
        await candles.at(asked_at + 361)
    assert [line["event"] for line in logs] == ["candles failed", "candles back"]
    assert len(candles.triggered()) == 1


def test_what_was_forgotten_does_not_make_a_market_young() -> None:
    """Candles that are not kept any more existed: a stretch behind a hole must still be as long as is needed."""
    window, one = Window(Timeframe.M1), Decimal(1)
    made = [Candle(at * MINUTE, one, one, one, one, one) for at in range(700) if at != 300]
    window.take(made, 0, 700 * MINUTE)
    after = [*window.stretches()][-1]
    assert window.is_whole(after, 398, 300)
    assert not window.is_whole(after, 398, 500)
    window.forget_before(300 * MINUTE)
    assert not window.is_whole([*window.stretches()][-1], 398, 500)
    young = Window(Timeframe.M1)
    young.take(made[:300], -400 * MINUTE, 300 * MINUTE)
    assert young.is_whole(next(iter(young.stretches())), 299, 500)


def test_a_need_is_gone_with_its_last_plan(candles: Rig) -> None:
    """Plans that are dropped leave nothing behind, and dropping an unknown one does no harm."""
    candles.arm(RSI)
    plan_id = candles.arm(BREAK)
    needs: Needs = candles.watch.watcher.needs
    assert len(needs.plans) == 1
    candles.watch.watcher.forget(1)
    needs.drop(99)
    assert [list(plans) for plans in needs.plans.values()] == [[plan_id]]
    candles.watch.watcher.forget(plan_id)
    assert (needs.plans, needs.parts, needs.changed) == ({}, {}, set())


def test_how_far_an_indicator_reaches_back() -> None:
    """250 candles for the usual ones, five of its own lengths for a long average, nothing where nothing is read."""
    usual: set[IndicatorKey] = {RsiKey(14), AtrKey(14), AverageKey(Average.EMA, 50), MacdKey(12, 26, 9)}
    assert (depth_of(()), depth_of(usual)) == (0, WARM_UP)
    assert depth_of({*usual, AverageKey(Average.SMA, 200)}) == 1_000
    assert depth_of({MacdKey(50, 100, 20)}) == 600
