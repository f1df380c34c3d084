"""Replay against the oracle on made-up bars: every kind of trigger, pauses between adds, trails in ATR."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.candles import Candle
from chatbot.core.timeframes import Timeframe
from tests.core import strategies as make
from tests.core.oracle import Row
from tests.core.test_oracle import MOMENTS, agree

LONGEST = 80


@st.composite
def candle_parts(draw: st.DrawFn, side: str, frame: str) -> dict[str, Any]:
    """A condition for a candle of this timeframe, with periods short enough for a few dozen bars."""
    made = {"timeframe": frame, "direction": draw(st.sampled_from(("up", "down")))}
    kind = draw(st.sampled_from(("rsi", "macd", "ma_retest", "bounce", "close_beyond")))
    on = draw(st.sampled_from(("cross", "state")))
    if kind == "rsi":
        numbers = {"period": draw(st.integers(2, 5)), "level": str(draw(make.tenths(200, 800))), "on": on}
        return {**made, "kind": kind, **numbers}
    if kind == "macd":
        fast, slow, signal = draw(st.sampled_from(((2, 4, 2), (3, 5, 3), (2, 3, 2))))
        return {**made, "kind": kind, "fast": fast, "slow": slow, "signal": signal, "on": on}
    tolerance = {"tolerance_pct": draw(st.sampled_from(("0", "0.1", "1")))}
    if kind == "ma_retest":
        average = draw(st.sampled_from(("ema", "sma")))
        return {**made, "kind": kind, "ma": average, "period": draw(st.integers(2, 6)), **tolerance}
    level = {"level": make.offset(side, draw(make.tenths(-35, 70)))}
    return {**made, "kind": kind, **level, **(tolerance if kind == "bounce" else {})}


@st.composite
def triggers(draw: st.DrawFn, side: str, frames: tuple[str, ...], *, first: bool) -> dict[str, Any]:
    """One condition for a candle, several joined, or a level."""
    joined = draw(st.sampled_from(("", "", "all", "any", "level")))
    frame = st.sampled_from(frames)
    if joined == "level":
        return draw(make.triggers(side, first=first))
    if not joined:
        return draw(candle_parts(side, draw(frame)))
    shared = st.just(draw(frame)) if joined == "all" else frame
    parts = [draw(candle_parts(side, draw(shared))) for _ in range(draw(st.integers(1, 3)))]
    if draw(st.booleans()):
        level = {"kind": "price", "level": make.offset(side, draw(make.tenths(-35, 35))), "direction": "up"}
        parts.append(level if first or draw(st.booleans()) else {"kind": "move", "pct": str(draw(make.tenths(1, 30)))})
    return {"kind": joined, "of": parts}


@st.composite
def plan_files(draw: st.DrawFn, frames: tuple[str, ...]) -> make.PlanFile:
    """A plan whose tiers follow candles, with a pause between adds and perhaps a trail in ATR."""
    plan = draw(make.plan_files())
    for index, tier in enumerate(plan["tiers"]):
        tier["trigger"] = draw(triggers(plan["side"], frames, first=index == 0))
    plan["guards"]["min_pause_minutes"] = draw(st.sampled_from((0, 0, 1, 2, 5, 7)))
    plan["timeframe"] = draw(st.sampled_from(frames))
    if draw(st.booleans()):
        trail = {"kind": "trail", "distance_atr": str(draw(make.tenths(5, 25)))}
        plan["targets"][0]["stop_rule"] = draw(st.sampled_from((trail, {**trail, "step_pct": "0.2"})))
    return plan


@given(st.data())
def test_replay_agrees_with_the_oracle_on_every_kind_of_trigger(data: st.DataObject) -> None:
    """Any plan on any minutes, with holes among them, armed and expiring whenever."""
    plan, bars = data.draw(plan_files(("1m", "3m", "5m"))), data.draw(make.bars(longest=LONGEST))
    moments = st.none() | st.sampled_from(list(MOMENTS)[:200])
    plan["armed_at"], plan["expires_at"] = data.draw(moments), data.draw(moments)
    agree(plan, bars, Timeframe.M1)


@given(st.data())
def test_replay_agrees_with_the_oracle_on_every_kind_of_trigger_on_longer_bars(data: st.DataObject) -> None:
    """On 3-minute bars a pause ends within a bar, and the plan's own timeframe may be too small to be built."""
    plan, bars = data.draw(plan_files(("3m", "15m"))), data.draw(make.bars(minutes=3, longest=LONGEST))
    for tier in plan["tiers"]:
        for part in tier["trigger"].get("of", [tier["trigger"]]):
            if part.get("timeframe") in ("1m", "5m"):
                part["timeframe"] = "3m"
    plan["timeframe"] = data.draw(st.sampled_from(("1m", "3m", "15m")))
    plan["armed_at"] = data.draw(st.none() | st.sampled_from(list(MOMENTS)[:200]))
    agree(plan, bars, Timeframe.M3)


def minute(number: int, close: str, *, opened: str | None = None) -> Candle:
    """A bar that goes straight from its open to its close."""
    first, last = Decimal(opened or close), Decimal(close)
    return Candle(make.START + number * make.MINUTE, first, max(first, last), min(first, last), last, Decimal(1))


def paused(trigger: dict[str, Any], pause: int) -> make.PlanFile:
    """A long from 100 whose second tier waits `pause` minutes after the first."""
    return {
        "side": "long",
        "leverage": 10,
        "equity": 10_000,
        "allocation_pct": 5,
        "tiers": [
            {"weight_pct": 50, "trigger": {"kind": "price", "level": 100, "direction": "down"}},
            {"weight_pct": 50, "trigger": trigger},
        ],
        "stop": 90,
        "targets": [{"price": 120, "close_pct": 100}],
        "guards": {"min_pause_minutes": pause},
    }


def minutes_of(rows: list[Row], event: str) -> list[int]:
    return [(row["at"] - make.START) // make.MINUTE for row in rows if row["event"] == event]


def test_a_level_counts_from_the_first_price_at_the_end_of_the_pause() -> None:
    """Filled at minute 0; the open of minute 3 is the first price that counts, though price stood there all along."""
    bars = [minute(0, "102", opened="100"), *(minute(number, "102") for number in range(1, 6))]
    rows = agree(paused({"kind": "price", "level": 101, "direction": "up"}, 3), bars, Timeframe.M1)
    assert minutes_of(rows, "tier_triggered") == [0, 3]


def test_a_candle_that_closes_as_the_pause_ends_does_not_count() -> None:
    """Armed at minute 3: the candle that closes at that moment is no later than it; the next one is."""
    bars = [minute(0, "102", opened="100"), *(minute(number, "102") for number in range(1, 6))]
    trigger = {"kind": "close_beyond", "timeframe": "1m", "level": 101, "direction": "up"}
    assert minutes_of(agree(paused(trigger, 3), bars, Timeframe.M1), "tier_triggered") == [0, 4]


@pytest.mark.parametrize(("minutes", "stop"), [(15, 119), (14, Decimal("110.9"))])
def test_a_trail_in_atr_needs_fifteen_candles(minutes: int, stop: Decimal) -> None:
    """14 true ranges of 0.5 make a distance of two times 0.5; with a candle less there is none: 1 R of 9.1."""
    plan = paused({"kind": "price", "level": 119, "direction": "up"}, 0)
    plan["timeframe"], plan["stop"] = "1m", "90.9"
    plan["targets"] = [{"price": 120, "close_pct": 50, "stop_rule": {"kind": "trail", "distance_atr": 2}}]
    bars = [minute(number, "100.5" if number % 2 else "100") for number in range(minutes)]
    rows = agree(plan, [*bars, minute(minutes, "120")], Timeframe.M1)
    assert [row["stop"] for row in rows if row["event"] == "stop_advised"][-1] == stop
