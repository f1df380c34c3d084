"""The replay against a second implementation that was written from the rules alone."""

from __future__ import annotations

import gzip
import os
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.chart.indicators import indicate
from chatbot.core.candles import Candle
from chatbot.core.plan_format import iso, plan_from_format
from chatbot.core.replay import replay
from chatbot.core.tape import bars_of
from chatbot.core.timeframes import Timeframe
from tests.core import strategies as make
from tests.core.oracle import Oracle, Row
from tests.core.rows import row_of

CLOSE_ENOUGH = 1e-9


def rounded(row: Row) -> Row:
    """The row with its prices, quantities and money ready to be compared up to the last digits."""
    exact = (int, str)
    return {
        k: v if isinstance(v, exact) else pytest.approx(float(v), rel=CLOSE_ENOUGH, abs=1e-12) for k, v in row.items()
    }


def plain(row: Row) -> Row:
    """The row with floats for numbers."""
    return {k: v if isinstance(v, int | str) else float(v) for k, v in row.items()}


def agree(plan: make.PlanFile, bars: list[Candle], frame: Timeframe) -> list[Row]:
    """Both tell the same story, unless an indicator lay on its level up to the noise of floats; the core's is given."""
    rows = [
        row for event in replay(plan_from_format(plan), bars, frame, indicate) if (row := row_of(event)) is not None
    ]
    times = {f"{name}_ms": at_of(plan.get(name)) for name in ("armed_at", "expires_at")}
    oracle = Oracle({**plan, **times}, frame.millis // make.MINUTE)
    expected = oracle.run([(bar.at, bar.open, bar.high, bar.low, bar.close) for bar in bars])
    told, wanted = [plain(row) for row in rows], [rounded(row) for row in expected]
    if told != wanted and oracle.edges:
        return rows
    assert told == wanted
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


DATA = Path(os.environ.get("TIERWISE_DATA", Path(__file__).parents[2] / "../shared/data"))
TAPES = (
    ("binance_spot_BTCUSDT_1m_20240727_20240824.csv.gz", 12_300, "0.01", "0.00001"),
    ("binance_um-perp_SOLUSDT_1m_20250504_20250603.csv.gz", 0, "0.01", "1"),
    ("binance_spot_SOLUSDT_1m_20210402_20210514.csv.gz", 26_000, None, None),
    ("binance_spot_XRPETH_1m_20191011_20191013.csv.gz", 0, "0.00000001", "1"),
)
BARS_OF_A_TAPE = 1200
START_EVERY = 100


def real_bars(name: str, first: int) -> list[Candle]:
    """A piece of a real candle file; the test is skipped where there is none."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(reason=f"no real candles at {path}: set TIERWISE_DATA to the folder that holds them")
    with gzip.open(path, "rt") as lines:
        return list(islice(bars_of(lines), first, first + BARS_OF_A_TAPE))


def file_at(price: Decimal, side: str, tick: str | None, lot: str | None) -> make.PlanFile:
    """A plan for the market as it stands: entries around `price`, half a percent between the levels."""

    def away(percent: str) -> str:
        exact = price * (1 + (1 if side == "long" else -1) * Decimal(percent) / 100)
        return str(exact.quantize(Decimal(tick)) if tick else exact)

    with_trade, against = ("up", "down") if side == "long" else ("down", "up")
    return {
        "side": side,
        "leverage": 10,
        "equity": 10_000,
        "allocation_pct": 5,
        "tiers": [
            {"weight_pct": 25, "trigger": {"kind": "price", "level": away("-0.1"), "direction": against}},
            {"weight_pct": 25, "trigger": {"kind": "move", "pct": "0.2"}},
            {
                "weight_pct": 30,
                "trigger": {
                    "kind": "any",
                    "of": [
                        {"kind": "bounce", "timeframe": "5m", "level": away("0.2"), "direction": with_trade},
                        {"kind": "price", "level": away("0.6"), "direction": with_trade},
                    ],
                },
            },
            {
                "weight_pct": 20,
                "trigger": {"kind": "close_beyond", "timeframe": "15m", "level": away("0.5"), "direction": with_trade},
            },
        ],
        "stop": away("-0.9"),
        "targets": [
            {"price": away("0.8"), "close_pct": 25, "stop_rule": {"kind": "break_even"}},
            {"price": away("1.6"), "close_pct": 35, "stop_rule": {"kind": "lock_r"}},
            {"price": away("2.2"), "close_pct": 30, "stop_rule": {"kind": "trail", "distance_pct": "0.4"}},
        ],
        "fees": {"taker_pct": "0.05"},
        "tick_size": tick,
        "lot_size": lot,
    }


@pytest.mark.parametrize(("name", "first", "tick", "lot"), TAPES, ids=[name for name, *_ in TAPES])
@pytest.mark.parametrize("side", ["long", "short"])
def test_replay_agrees_with_the_oracle_on_real_bars(
    name: str, first: int, tick: str | None, lot: str | None, side: str
) -> None:
    """Real minutes, the crash of 2024-08-05 and a market with missing minutes among them."""
    bars = real_bars(name, first)
    told = [
        agree(file_at(bars[start].open, side, tick, lot), bars[start:], Timeframe.M1)
        for start in range(0, len(bars), START_EVERY)
    ]
    assert any(len(rows) > 1 for rows in told)
