"""The volatility regime of RULES 7, its presets, and its sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.chart.regime import UNKNOWN, WINDOW, advice, preset, regime_of, volatility_of
from chatbot.chart.values import Regime, Volatility
from chatbot.core.candles import Candle
from chatbot.core.timeframes import Timeframe
from tests.chart.paths import bar, shown

HIGH = Regime(Volatility.HIGH, atr_pct=1.8, median_pct=1.06)
NORMAL = Regime(Volatility.NORMAL, atr_pct=0.5, median_pct=0.5)
LOW = Regime(Volatility.LOW, atr_pct=0.046, median_pct=0.1)


def still(count: int) -> list[Candle]:
    """Candles that close at 200."""
    return [bar(number, Decimal(200), Decimal(200)) for number in range(count)]


@pytest.mark.parametrize(
    ("atr", "expected"),
    [
        (1.5, Volatility.NORMAL),
        (1.5001, Volatility.HIGH),
        (0.67, Volatility.NORMAL),
        (0.6699, Volatility.LOW),
    ],
)
def test_the_bounds_themselves_are_normal(atr: float, expected: Volatility) -> None:
    """Over 1.5 times the median is high, under 0.67 times low; exactly there is neither."""
    assert volatility_of(atr, 1.0) is expected


def test_the_regime_is_measured_against_the_last_ninety_candles() -> None:
    """ATR 4 at a price of 200 is 2 % of price; of the ninety values 46 are 1 %; what came before doesn't count."""
    series = [99.0] * 10 + [2.0] * 46 + [4.0] * 44
    found = regime_of(still(100), series)
    assert found == Regime(Volatility.HIGH, atr_pct=2.0, median_pct=1.0)
    assert found.ratio == 2.0


def test_fewer_than_ninety_values_are_no_regime() -> None:
    """One NaN among the last ninety, or one candle too few, and nothing is said; nor of a market that stands still."""
    assert regime_of(still(90), [float("nan")] + [1.0] * 89) is None
    assert regime_of(still(89), [1.0] * 89) is None
    assert regime_of(still(90), [0.0] * 90) is None
    assert regime_of(still(WINDOW), [1.0] * WINDOW) is not None


@pytest.mark.parametrize(
    ("regime", "weights", "closes", "factor", "pause"),
    [
        (None, (25, 25, 30, 20), (25, 35, 30), "1", 0),
        (NORMAL, (25, 25, 30, 20), (25, 35, 30), "1", 0),
        (HIGH, (20, 25, 30, 25), (35, 35, 20), "0.75", 15),
        (LOW, (40, 35, 25), (20, 30, 35), "1.25", 0),
    ],
)
def test_presets_are_those_of_the_rules(
    regime: Regime | None, weights: tuple[int, ...], closes: tuple[int, ...], factor: str, pause: int
) -> None:
    """Weights, closes, stretch and pause of each regime; weights make up the whole, closes leave a runner."""
    found = preset(regime, Timeframe.M15)
    assert ([*map(int, found.weights)], [*map(int, found.closes)]) == ([*weights], [*closes])
    assert (found.target_factor, found.pause_minutes) == (Decimal(factor), pause)
    assert sum(found.weights) == 100
    assert sum(found.closes) < 100
    assert found.advice == advice(regime, Timeframe.M15)


def test_the_pause_is_one_candle_of_the_timeframe() -> None:
    """Four hours on 4h."""
    assert preset(HIGH, Timeframe.H4).pause_minutes == 240


def test_advice_begins_with_the_number() -> None:
    """One sentence for each regime, the ATR first; without a regime it says why."""
    assert advice(HIGH, Timeframe.M15) == (
        f"ATR {shown('1.8 %')} of price, 1.7× its median: high volatility. "
        "Smaller first tiers, nearer targets, one 15m candle between adds."
    )
    assert advice(NORMAL, Timeframe.H1) == (
        f"ATR {shown('0.5 %')} of price, 1× its median: normal volatility. The usual tiers and targets."
    )
    assert advice(LOW, Timeframe.H1) == (
        f"ATR {shown('0.046 %')} of price, 0.46× its median: low volatility. Larger first tiers, farther targets."
    )
    assert advice(None, Timeframe.H1) == UNKNOWN
