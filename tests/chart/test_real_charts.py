"""On real candles, at many moments, for both sides: the proposals hold what a trader would ask, and there are enough.

Needs the folder of real market data; skipped, with the reason printed, where it is absent.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

import pytest

from chatbot.chart.regime import preset
from chatbot.chart.structure import chart_of
from chatbot.chart.values import Setup
from chatbot.core.candles import Candle, CandleBuilder
from chatbot.core.money import Side
from chatbot.core.tape import bars_of
from chatbot.core.timeframes import Timeframe
from tests.chart.promises import Found, check_all

pytestmark = pytest.mark.long
HISTORY: Final = 300
LEAST_HISTORY: Final = 100
MOMENTS: Final = 70
"""On each of three timeframes: 210 a coin."""
WITH_STOP: Final = 0.9
"""The share of moments and sides in which there must be a stop, and a set of targets, if only a measured one."""
WITH_TARGETS: Final = 0.5
"""The share with a set inside the history: price is often too near to the end of it for three targets."""
LATE: Final = "1m_20250504_20250603"
FILES: Final = {
    "BTCUSDT": (LATE, "1h_20230501_20250630", "4h_20230501_20250630", "0.1"),
    "ETHUSDT": (LATE, "1h_20230501_20250630", "4h_20230501_20250630", "0.01"),
    "SOLUSDT": (LATE, "1h_20250201_20250630", "4h_20250201_20250630", "0.01"),
    "LAYERUSDT": (LATE, LATE, LATE, "0.0001"),
}


@cache
def bars(path: Path) -> tuple[Candle, ...]:
    """The bars of a file."""
    if not path.is_file():
        pytest.skip(reason=f"no real candles at {path}")
    with gzip.open(path, "rt") as lines:
        return tuple(bars_of(lines))


def candles(path: Path, timeframe: Timeframe) -> list[Candle]:
    """The bars as candles of the timeframe; the last one, which may not be over, is left out."""
    builder, found = CandleBuilder(timeframe), list[Candle]()
    for bar in bars(path):
        closed = builder.closed_by(bar.at)
        if closed is not None:
            found.append(closed)
        builder.add(bar)
    return found


@pytest.mark.parametrize("coin", FILES)
def test_proposals_hold_what_a_trader_would_ask(data_folder: Path, coin: str) -> None:
    """At 210 moments and both sides: every promise holds; nearly always there is a stop, mostly a set of targets."""
    *files, tick = FILES[coin]
    found: list[Found] = []
    for file, timeframe in zip(files, (Timeframe.M15, Timeframe.H1, Timeframe.H4), strict=True):
        series = candles(data_folder / f"binance_um-perp_{coin}_{file}.csv.gz", timeframe)
        random = Random(f"{coin} {timeframe}")
        for _ in range(MOMENTS):
            end = random.randint(min(HISTORY, LEAST_HISTORY + len(series) // 8), len(series))
            found.extend(checked(series[max(0, end - HISTORY) : end], timeframe, Decimal(tick)))
    assert sum(one.stop for one in found) >= WITH_STOP * len(found)
    assert sum(one.any_targets for one in found) >= WITH_STOP * len(found)
    assert sum(one.targets for one in found) >= WITH_TARGETS * len(found)


def checked(shown: list[Candle], timeframe: Timeframe, tick: Decimal) -> Iterator[Found]:
    """Both sides at the close of the last candle."""
    chart = chart_of(shown, timeframe)
    factor = preset(chart.regime, timeframe).target_factor
    for side in Side:
        yield check_all(chart, Setup(side, shown[-1].close, tick), factor)
