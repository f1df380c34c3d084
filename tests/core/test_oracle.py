"""The replay against a second implementation that was written from the rules alone."""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.candles import Candle
from chatbot.core.events import (
    Event,
    Filled,
    PlanArmed,
    PlanClosed,
    ReassessAdvised,
    StopAdvised,
    StopHit,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.core.plan_format import iso, plan_from_format
from chatbot.core.replay import replay
from chatbot.core.tape import bars_of
from chatbot.core.timeframes import Timeframe
from tests.core import strategies as make
from tests.core.oracle import Oracle, Row

CLOSE_ENOUGH = 1e-9


def row_of(event: Event) -> Row | None:
    """An event of the core as the oracle writes it; None for what a replay does not tell."""
    match event:
        case TierTriggered():
            row: Row = {"event": "tier_triggered", "tier": event.tier, "price": event.price, "quantity": event.quantity}
        case TierBlocked():
            row = {"event": "tier_blocked", "tier": event.tier, "price": event.price, "reason": event.reason.value}
        case ReassessAdvised():
            row = {"event": "reassess", "price": event.price}
        case StopAdvised():
            row = {"event": "stop_advised", "stop": event.stop, "reason": event.reason.value}
        case TargetHit():
            numbers = {"price": event.price, "quantity": event.quantity, "remaining": event.remaining}
            row = {"event": "target_hit", "target": event.target, **numbers}
        case StopHit():
            row = {"event": "stop_hit", "price": event.price, "quantity": event.quantity}
        case PlanClosed():
            numbers = {"realised_pnl": event.realised_pnl, "r_multiple": event.r_multiple}
            row = {"event": "plan_closed", "reason": event.reason.value, **numbers}
        case _:
            assert isinstance(event, Filled | PlanArmed)
            return None
    return {"at": event.at, **row}


def rounded(row: Row) -> Row:
    """The row with its prices, quantities and money ready to be compared up to the last digits."""
    exact = (int, str)
    return {k: v if isinstance(v, exact) else pytest.approx(float(v), rel=CLOSE_ENOUGH, abs=1e-12) for k, v in row.items()}


def plain(row: Row) -> Row:
    """The row with floats for numbers."""
    return {k: v if isinstance(v, int | str) else float(v) for k, v in row.items()}


def agree(plan: make.PlanFile, bars: list[Candle], frame: Timeframe) -> list[Row]:
    """Both tell the same story; the core's is given back."""
    rows = [row for event in replay(plan_from_format(plan), bars, frame) if (row := row_of(event)) is not None]
    times = {f"{name}_ms": at_of(plan.get(name)) for name in ("armed_at", "expires_at")}
    oracle = Oracle({**plan, **times}, frame.millis // make.MINUTE)
    expected = oracle.run([(bar.at, bar.open, bar.high, bar.low, bar.close) for bar in bars])
    assert [plain(row) for row in rows] == [rounded(row) for row in expected]
    return rows


def at_of(moment: str | None) -> int | None:
    """The plan file's moments are whole minutes after the first bar could begin."""
    return None if moment is None else MOMENTS[moment]


MOMENTS = {iso(make.START + half * 30_000): make.START + half * 30_000 for half in range(2000)}


@given(st.data())
def test_replay_agrees_with_the_oracle(data: st.DataObject) -> None:
    """Any plan on any bars: the same events, prices, reasons and moments as the rules read plainly."""
    plan, bars = data.draw(make.plan_files()), data.draw(make.bars())
    moments = st.none() | st.sampled_from(list(MOMENTS)[:200])
    plan["armed_at"], plan["expires_at"] = data.draw(moments), data.draw(moments)
    agree(plan, bars, Timeframe.M1)


@given(st.data())
def test_replay_agrees_with_the_oracle_on_longer_bars(data: st.DataObject) -> None:
    """The same on 3-minute bars, whose candles end off the grid of the plan's arming."""
    plan, bars = data.draw(make.plan_files()), data.draw(make.bars(minutes=3))
    for tier in plan["tiers"]:
        for part in tier["trigger"].get("of", [tier["trigger"]]):
            if "timeframe" in part:
                part["timeframe"] = data.draw(st.sampled_from(("3m", "15m")))
    plan["armed_at"] = data.draw(st.none() | st.sampled_from(list(MOMENTS)[:200]))
    agree(plan, bars, Timeframe.M3)
