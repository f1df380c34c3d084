"""ATR for trails: at hand when a target is hit, fresh or not at all, and followed only while somebody may need it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.chart.indicators import atr_series
from chatbot.core.events import TargetHit
from chatbot.core.plan import (
    Direction,
    PriceTrigger,
    Target,
    Tier,
    Trail,
)
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.watch.series import SPARE
from chatbot.watch.window import WARM_UP
from tests.core.talking import plan
from tests.watch.candle_rig import BTC, EXCHANGE, RSI, START, Rig

TRAIL = replace(
    plan(),
    tiers=(Tier(Decimal(100), PriceTrigger(Decimal(100), Direction.DOWN)),),
    targets=(Target(Decimal(106), Decimal(25)), Target(Decimal(110), Decimal(25), Trail(distance_atr=Decimal(2)))),
    timeframe=Timeframe.M1,
)


async def test_atr_is_at_hand_when_a_target_trails_by_it(candles: Rig) -> None:
    """While the trade is open its timeframe is followed, and the price that hits the target carries ATR(14)."""
    candles.past()
    plan_id = candles.arm_plan(TRAIL)
    await candles.at(2)
    assert candles.asked() == 0
    candles.fill(plan_id)
    await candles.at(3)
    candles.close(0, "102")
    await candles.at(62)
    known = [candles.exchange.candles_of[BTC][START + n * MINUTE] for n in range(-(WARM_UP + SPARE), 1)]
    candles.exchange.price = Decimal(110)
    await candles.watch.watcher.poll(EXCHANGE)
    hits = [event for event in candles.events(plan_id) if isinstance(event, TargetHit)]
    assert [hit.target for hit in hits] == [1, 2]
    atr = hits[1].atr
    assert atr is not None
    assert float(atr) == pytest.approx(atr_series(known)[-1], rel=1e-6)


async def test_a_plan_may_wait_for_a_close_and_trail_by_atr(candles: Rig) -> None:
    """The next tier and a target's trail look at the same candles: neither keeps the other from being served."""
    candles.past()
    first = Tier(Decimal(50), PriceTrigger(Decimal(100), Direction.DOWN))
    plan_id = candles.arm_plan(replace(TRAIL, tiers=(first, Tier(Decimal(50), RSI))))
    candles.fill(plan_id)
    await candles.at(3)
    candles.close(0, "101")
    await candles.at(62)
    assert [event.tier for event in candles.triggered(plan_id)] == [1, 2]
    assert candles.watch.atrs(EXCHANGE, BTC) != {}


async def test_an_old_atr_is_not_at_hand(candles: Rig) -> None:
    """Two closes behind, the market may be another one: the rule falls back to 1 R."""
    candles.past()
    plan_id = candles.arm_plan(TRAIL)
    candles.fill(plan_id)
    await candles.at(3)
    candles.now = START + 119_000
    assert candles.watch.atrs(EXCHANGE, BTC) != {}
    candles.now = START + 120_000
    assert candles.watch.atrs(EXCHANGE, BTC) == {}
    candles.exchange.price = Decimal(110)
    await candles.watch.watcher.poll(EXCHANGE)
    assert [e.atr for e in candles.events(plan_id) if isinstance(e, TargetHit)] == [None, None]


async def test_nobody_asks_once_the_trail_runs(candles: Rig) -> None:
    """After the target the distance is fixed, and the candles are left alone."""
    candles.past()
    plan_id = candles.arm_plan(TRAIL)
    candles.fill(plan_id)
    await candles.at(3)
    candles.exchange.price = Decimal(110)
    await candles.watch.watcher.poll(EXCHANGE)
    before = candles.asked()
    await candles.at(62)
    assert candles.asked() == before
