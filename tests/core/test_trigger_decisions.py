"""Every closed candle of whole series: what the core decides with TA-Lib's values, and the oracle with its own."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from math import isclose
from typing import Any

import pytest

from chatbot.chart.indicators import indicate
from chatbot.core.candles import Candle
from chatbot.core.plan import CandleTrigger
from chatbot.core.plan_fields import Fields
from chatbot.core.plan_format import part_from
from chatbot.core.replay import candles_from, unbroken
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import NOTHING, AtrKey, IndicatorKey, Indicators, Values, holds, key_of
from tests.core import oracle_triggers as plainly
from tests.core.chains import FRAMES, SERIES, bars_of_series, exact_bars
from tests.core.oracle_candles import MINUTE, OracleCandle, Readings, candles_of, reader_of_ranges
from tests.core.oracle_indicators import Atr

pytestmark = pytest.mark.long
REPORT = logging.getLogger(__name__)
WAYS = ("up", "down")
SHARE_OF_MINUTES = 5
"""On 1-minute candles a series tries only one condition in so many; together they try all."""


@dataclass(slots=True)
class Condition:
    """One condition as both sides read it, and what they made of the candles."""

    written: dict[str, Any]
    core: CandleTrigger
    plain: dict[str, Any]
    fired: int = 0
    doubtful: int = 0
    differences: list[str] = field(default_factory=list)


def written(frame: str, levels: list[str]) -> Iterator[dict[str, Any]]:
    """The grid of conditions; `levels` are three that price has been at."""
    for period, level, way, on in product((5, 14), (30, 50, 70), WAYS, ("cross", "state")):
        yield {"kind": "rsi", "period": period, "level": level, "direction": way, "on": on, "timeframe": frame}
    for (fast, slow, signal), way, on in product(((12, 26, 9), (3, 8, 4)), WAYS, ("cross", "state")):
        made: dict[str, Any] = {"kind": "macd", "fast": fast, "slow": slow, "signal": signal, "on": on}
        yield {**made, "direction": way, "timeframe": frame}
    for average, period, tolerance, way in product(("ema", "sma"), (5, 20, 50), ("0", "0.1"), WAYS):
        made = {"kind": "ma_retest", "ma": average, "period": period, "tolerance_pct": tolerance}
        yield {**made, "direction": way, "timeframe": frame}
    for edge, tolerance, way in product(levels[::2], ("0", "0.2"), WAYS):
        yield {"kind": "bounce", "level": edge, "tolerance_pct": tolerance, "direction": way, "timeframe": frame}
    for edge, way in product(levels, WAYS):
        yield {"kind": "close_beyond", "level": edge, "direction": way, "timeframe": frame}


def conditions(name: str, frame: str) -> list[Condition]:
    """The conditions to try on this series and timeframe."""
    closes = sorted(bar.close for bar in bars_of_series(name))
    grid = list(written(frame, [str(closes[len(closes) * quarter // 4]) for quarter in (1, 2, 3)]))
    if frame == "1m":
        grid = grid[list(SERIES).index(name) % SHARE_OF_MINUTES :: SHARE_OF_MINUTES]
    return [Condition(one, core_part(one), plainly.prepared(one)) for one in grid]


def core_part(one: dict[str, Any]) -> CandleTrigger:
    part = part_from(Fields(one, "trigger"))
    assert isinstance(part, CandleTrigger)
    return part


@cache
def core_candles(name: str, frame: str) -> list[Candle]:
    return list(candles_from(bars_of_series(name), Timeframe.M1, Timeframe(frame)))


def core_values(candles: list[Candle], frame: str, keys: frozenset[IndicatorKey]) -> list[Indicators]:
    """TA-Lib's values at each candle, anew after each hole."""
    return [values for stretch in unbroken(candles, Timeframe(frame)) for values in indicate(stretch, keys)]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", SERIES)
def test_every_candle_is_decided_as_the_rules_say(name: str, frame: str) -> None:
    """The same values and the same answers at each close, an average that lies on the price itself up to the
    noise of floats included."""
    found, core = conditions(name, frame), core_candles(name, frame)
    plain = candles_of(exact_bars(name), 1, FRAMES[frame] * MINUTE)
    assert [candle.at for candle in core] == [candle.start for candle in plain]
    formulas = {key_of(one.core): (one.plain, formula) for one in found if (formula := plainly.formula_of(one.plain))}
    readings = {formula[0]: Readings(formula[1]) for _, formula in formulas.values()}
    atr = Readings(lambda: reader_of_ranges(Atr()))
    by_key = {key: readings[formula[0]] for key, (_, formula) in formulas.items() if key} | {AtrKey(): atr}
    for candle, indicators, ours in zip(core, core_values(core, frame, frozenset(by_key)), plain, strict=True):
        for key, reading in by_key.items():
            reading.close(ours)
            assert same(indicators[key], reading, ours), f"{key} at {candle}"
        closed = plainly.Closed(ours, readings)
        for one in found:
            decide(one, candle, indicators, closed)
    judge(found, f"{name} {frame}", len(core))


def judge(found: list[Condition], title: str, candles: int) -> None:
    """No difference, no doubt, and every kind fired somewhere."""
    fired, doubtful = Counter[str](), sum(one.doubtful for one in found)
    for one in found:
        fired[one.plain["kind"]] += one.fired
    REPORT.info(
        "%s: %d candles, %d conditions, %d doubtful, fired %s", title, candles, len(found), doubtful, dict(fired)
    )
    assert [one.differences[0] for one in found if one.differences] == []
    assert doubtful == 0
    assert set(fired) == {"rsi", "macd", "ma_retest", "bounce", "close_beyond"}
    assert min(fired.values()) > 0


def decide(one: Condition, candle: Candle, indicators: Indicators, closed: plainly.Closed) -> None:
    """Ask both sides about one candle."""
    ours = plainly.holds(one.plain, closed)
    one.fired += ours
    if holds(one.core, candle, indicators) == ours:
        return
    if plainly.on_the_edge(one.plain, closed):
        one.doubtful += 1
    else:
        key, values = key_of(one.core), plainly.values_of(one.plain, closed)
        core = NOTHING if key is None else indicators.get(key, NOTHING)
        one.differences.append(f"{one.written} at {candle}: oracle {ours} by {values}, core by {core}")


def same(values: Values, reading: Readings, candle: OracleCandle) -> bool:
    """The same numbers up to the noise that sums of such prices have, and none where the other has none."""
    noise = 1e-9 * min(1.0, float(candle.close))
    pairs = ((values.previous, reading.previous), (values.current, reading.current))
    return all(
        one is other if one is None or other is None else isclose(one, other, rel_tol=1e-9, abs_tol=noise)
        for one, other in pairs
    )
