"""Indicators live: warmed up before the first decision, read once for all, and silent wherever a candle is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from chatbot.chart.indicators import indicate
from chatbot.core.candles import Candle
from chatbot.core.plan import (
    AnyOf,
    Average,
    CloseBeyond,
    Direction,
    MovingAverageRetest,
    PriceTrigger,
    RsiTrigger,
    Tier,
)
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.core.triggers import IndicatorKey, Indicators
from chatbot.watch.series import MOST_MISSED, READ_AGAIN, SPARE
from chatbot.watch.window import WARM_UP
from tests.core.talking import plan
from tests.watch.candle_rig import BTC, RSI, START, Request, Rig

BREAK = CloseBeyond(Timeframe.M1, Decimal("100.5"), Direction.UP)


async def test_the_past_is_fetched_before_the_first_close(candles: Rig) -> None:
    """As soon as a tier waits, one request brings enough closed candles for the warm-up; then only new ones."""
    candles.past()
    candles.arm(RSI)
    await candles.at(2)
    assert candles.exchange.requests == [
        Request(BTC, "1m", START - (WARM_UP + 1 + SPARE) * MINUTE, WARM_UP + 1 + SPARE)
    ]
    candles.close(0, "101")
    await candles.at(59)
    assert candles.asked() == 1
    await candles.at(62)
    assert candles.exchange.requests[1:] == [Request(BTC, "1m", START - READ_AGAIN * MINUTE, READ_AGAIN + 1)]
    assert len(candles.triggered()) == 1


async def test_the_alert_carries_the_indicator_before_and_now(candles: Rig) -> None:
    """What proved it: the value at the candle before and at this one, and when that closed."""
    candles.past()
    candles.arm(RSI)
    candles.close(0, "101")
    await candles.at(62)
    event = candles.triggered()[0]
    assert (event.price, event.at) == (Decimal(101), START + MINUTE)
    assert event.evidence.startswith("RSI(14) 1m 4")
    assert event.evidence.endswith("candle closed 00:01 UTC")


async def test_plans_share_a_request_and_a_reading(candles: Rig) -> None:
    """Plans with different triggers on one market and timeframe cause one request a close, and one computation."""
    candles.past()
    read: list[frozenset[IndicatorKey]] = []

    def counting(series: Sequence[Candle], keys: frozenset[IndicatorKey]) -> Sequence[Indicators]:
        read.append(keys)
        return indicate(series, keys)

    candles.watch.indicate = counting
    retest = MovingAverageRetest(Timeframe.M1, Average.EMA, 20, Direction.UP)
    ids = [candles.arm(trigger) for trigger in (RSI, RSI, BREAK, retest)]
    await candles.at(2)
    before, readings = candles.asked(), len(read)
    candles.close(0, "101")
    await candles.at(62)
    assert (candles.asked() - before, len(read) - readings) == (1, 1)
    assert len(read[-1]) == 2
    assert [len(candles.triggered(plan_id)) for plan_id in ids] == [1, 1, 1, 1]


async def test_longer_averages_reach_farther_back(candles: Rig) -> None:
    """An EMA over 200 candles is read with a thousand before it, in requests of a page each."""
    candles.past(minutes=1_200)
    candles.arm(MovingAverageRetest(Timeframe.M1, Average.EMA, 200, Direction.UP))
    await candles.at(2)
    asked = candles.exchange.requests
    assert asked[0].since == START - (1_001 + SPARE) * MINUTE
    assert sum(request.limit for request in asked) == 1_001 + SPARE
    assert max(request.limit for request in asked) <= 498


@pytest.mark.parametrize("damage", ["hole", "not a number", "none below zero", "does not fit", "off the grid"])
async def test_a_hole_in_the_window_decides_nothing_and_is_said_once(candles: Rig, damage: str) -> None:
    """A missing or impossible candle anywhere in the window: no decision, one line, and a decision once it is there."""
    candles.past()
    candles.arm(RSI)
    at = START - 100 * MINUTE
    whole = candles.exchange.candles_of[BTC].pop(at)
    broken = {
        "not a number": replace(whole, low=Decimal("NaN")),
        "none below zero": replace(whole, low=Decimal(-1)),
        "does not fit": replace(whole, high=whole.low / 2),
        "off the grid": replace(whole, at=at + 1),
    }.get(damage)
    if broken is not None:
        candles.exchange.candles_of[BTC][at] = broken
    with capture_logs() as logs:
        await candles.at(2)
        candles.close(0, "101")
        for seconds in (62, 65, 68, 71):
            await candles.at(seconds)
        assert candles.triggered() == []
        candles.exchange.candles_of[BTC][at] = whole
        await candles.at(75)
    assert [event.price for event in candles.triggered()] == [Decimal(101)]
    said = [line["event"] for line in logs]
    assert said == ["candles missing", "candles whole"]
    assert logs[0]["first"] == at


async def test_behind_a_hole_the_candle_alone_still_decides(candles: Rig) -> None:
    """A close beyond a level needs no indicator: neither alone nor as a part of any does it wait for the window."""
    candles.past()
    candles.exchange.hidden.add(START - 100 * MINUTE)
    plain, mixed, waiting = (candles.arm(one) for one in (BREAK, AnyOf((RSI, BREAK)), RSI))
    candles.close(0, "101")
    await candles.at(62)
    assert [len(candles.triggered(one)) for one in (plain, mixed, waiting)] == [1, 1, 0]


async def test_a_late_candle_is_waited_for(candles: Rig) -> None:
    """The newest candle comes three seconds late: asked for again, then decided at its own close."""
    candles.past()
    candles.arm(RSI)
    candles.close(0, "101")
    candles.exchange.hidden.add(START)
    with capture_logs() as logs:
        await candles.at(62)
        assert candles.triggered() == []
        candles.exchange.hidden.clear()
        await candles.at(62)
        assert candles.triggered() == []
        await candles.at(63)
    assert [event.price for event in candles.triggered()] == [Decimal(101)]
    assert logs == []


async def test_a_decision_found_late_is_at_the_price_of_now(candles: Rig) -> None:
    """A hole that is closed after more than half a minute: the close's own price is not on offer any more."""
    candles.past()
    candles.arm(RSI)
    candles.close(0, "101")
    candles.exchange.hidden.add(START - 5 * MINUTE)
    await candles.at(62)
    candles.exchange.hidden.clear()
    candles.exchange.price = Decimal("101.5")
    await candles.at(100)
    assert [event.price for event in candles.triggered()] == [Decimal("101.5")]


async def test_a_hole_that_never_closes_is_left_behind(candles: Rig) -> None:
    """Once enough candles lie after it, decisions go on; what it hid is too old to be told of."""
    candles.past()
    candles.exchange.hidden.add(START - 10 * MINUTE)
    candles.arm(RSI)
    for number in range(WARM_UP):
        candles.close(number, "100" if number % 2 else "100.1")
    candles.close(20, "101")
    await candles.at(240 * 60 + 2)
    assert candles.triggered() == []
    await candles.at(WARM_UP * 60 + 2)
    before = candles.asked()
    await candles.at(WARM_UP * 60 + 30)
    assert candles.asked() == before
    candles.close(WARM_UP, "101")
    await candles.at((WARM_UP + 1) * 60 + 2)
    assert [event.price for event in candles.triggered()] == [Decimal(101)]


async def test_what_stays_missing_is_asked_for_less_and_less(candles: Rig) -> None:
    """Every second at first, later every fifteen, and with every new close."""
    candles.past()
    candles.exchange.hidden.add(START - 10 * MINUTE)
    candles.arm(RSI)
    for second in range(2, 56):
        await candles.at(second)
    assert 6 <= candles.asked() <= 11
    await candles.at(62)
    first = candles.asked()
    await candles.at(122)
    assert candles.asked() == first + 1


async def test_a_market_too_young_decides_nothing_by_indicators(candles: Rig) -> None:
    """With fewer than 250 candles in existence there is no warm-up; said once, and decided from the first on."""
    candles.past(minutes=WARM_UP - 2)
    candles.arm(RSI)
    candles.close(0, "101")
    candles.close(1, "100")
    candles.close(2, "101.2")
    with capture_logs() as logs:
        await candles.at(62)
        await candles.at(65)
        await candles.at(122)
        assert candles.triggered() == []
        await candles.at(182)
    assert [event.price for event in candles.triggered()] == [Decimal("101.2")]
    assert [line["event"] for line in logs] == ["candles too few", "candles whole"]


async def test_a_young_market_needs_no_more_than_it_has(candles: Rig) -> None:
    """An EMA over 100 on a market of 300 candles: they are all there is, and more than the warm-up."""
    candles.past(minutes=300)
    candles.arm(MovingAverageRetest(Timeframe.M1, Average.EMA, 100, Direction.UP))
    candles.close(0, "101")
    await candles.at(62)
    assert len(candles.triggered()) == 1


async def test_a_revised_candle_replaces_the_one_known(candles: Rig) -> None:
    """The last two are read again with each new one, and the next decision is made on what they are now."""
    candles.past()
    candles.arm(RsiTrigger(Timeframe.M1, Decimal(60), Direction.UP))
    candles.close(0, "100")
    await candles.at(62)
    candles.close(0, "101")
    candles.close(1, "100.9")
    await candles.at(122)
    # On the first version RSI would have crossed 60 with this candle; on the revised one it was above before.
    assert candles.triggered() == []


async def test_two_hours_away_are_made_up_in_order(candles: Rig) -> None:
    """Every close missed is judged with its own warm-up, from one request, at the price of now."""
    candles.past(minutes=700)
    candles.arm(RSI)
    for number in range(120):
        candles.close(number, "100" if number % 2 else "100.1")
    candles.close(40, "101")
    candles.exchange.price = Decimal("100.9")
    await candles.at(7_202)
    assert candles.asked() == 1
    event = candles.triggered()[0]
    assert (event.price, event.at) == (Decimal("100.9"), START + 41 * MINUTE)


async def test_at_most_480_closes_are_made_up(candles: Rig) -> None:
    """What closed before that is left."""
    candles.past()
    candles.arm(BREAK)
    for number in range(600):
        candles.close(number, "101" if number == 5 else "100")
    await candles.at(600 * 60 + 2)
    assert candles.exchange.requests[0].since == START + (600 - MOST_MISSED) * MINUTE
    assert candles.triggered() == []


async def test_a_pause_between_adds_asks_for_nothing(candles: Rig) -> None:
    """A tier that is armed only later needs no candle until then."""
    candles.past()
    two = replace(
        plan(),
        tiers=(Tier(Decimal(50), PriceTrigger(Decimal(100), Direction.DOWN)), Tier(Decimal(50), RSI)),
        guards=replace(plan().guards, min_pause_minutes=10),
    )
    plan_id = candles.arm_plan(two)
    candles.fill(plan_id)
    for number in range(12):
        candles.close(number, "100" if number % 2 else "100.1")
    for minute in range(1, 10):
        await candles.at(minute * 60 + 2)
    assert candles.asked() == 0
    candles.close(11, "101")
    await candles.at(11 * 60 + 2)
    await candles.at(12 * 60 + 2)
    assert [event.tier for event in candles.triggered(plan_id)] == [1, 2]
