"""The volatility regime of RULES 7, the sizes that fit it, and one sentence about it. Advice, never in the way.

ATR is Wilder's average true range over 14 candles, here as % of the close of its candle. It is high above 1.5 times
its own median over the last 90 candles, low below 0.67 times.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import isfinite
from statistics import median
from typing import Final, assert_never

from chatbot.chart.values import Preset, Regime, Volatility
from chatbot.chart.wording import decimal_text
from chatbot.core.candles import Candle
from chatbot.core.figures import GAP
from chatbot.core.timeframes import MINUTE, Timeframe

WINDOW: Final = 90
HIGH: Final = 1.5
LOW: Final = 0.67
UNKNOWN: Final = "Too few candles to judge volatility: the usual sizes, and no pause between adds."


def regime_of(candles: Sequence[Candle], atr: Sequence[float]) -> Regime | None:
    """The regime at the last candle; None unless each of the last 90 has an ATR that says something."""
    latest = zip(candles[-WINDOW:], atr[-WINDOW:], strict=True)
    shares = [100 * value / float(candle.close) for candle, value in latest if isfinite(value)]
    middle = median(shares) if len(shares) == WINDOW else 0.0
    if middle <= 0:
        return None
    return Regime(volatility_of(shares[-1], middle), shares[-1], middle)


def volatility_of(atr_pct: float, median_pct: float) -> Volatility:
    """High and low begin strictly beyond their bounds."""
    if atr_pct > HIGH * median_pct:
        return Volatility.HIGH
    return Volatility.LOW if atr_pct < LOW * median_pct else Volatility.NORMAL


def preset(regime: Regime | None, timeframe: Timeframe) -> Preset:
    """The sizes that fit; the usual ones while the regime is not known."""
    said = advice(regime, timeframe)
    match None if regime is None else regime.volatility:
        case None | Volatility.NORMAL:
            return Preset(whole(25, 25, 30, 20), whole(25, 35, 30), Decimal(1), 0, said)
        case Volatility.HIGH:
            pause = timeframe.millis // MINUTE
            return Preset(whole(20, 25, 30, 25), whole(35, 35, 20), Decimal("0.75"), pause, said)
        case Volatility.LOW:
            return Preset(whole(40, 35, 25), whole(20, 30, 35), Decimal("1.25"), 0, said)
        case unknown:
            assert_never(unknown)


def whole(*numbers: int) -> tuple[Decimal, ...]:
    """Whole numbers as decimals."""
    return tuple(Decimal(number) for number in numbers)


def advice(regime: Regime | None, timeframe: Timeframe) -> str:
    """One sentence with the number first."""
    if regime is None:
        return UNKNOWN
    share = f"ATR {decimal_text(regime.atr_pct)}{GAP}% of price, {decimal_text(regime.ratio)}× its median"
    match regime.volatility:
        case Volatility.HIGH:
            return (
                f"{share}: high volatility. Smaller first tiers, nearer targets, "
                f"one {timeframe.value} candle between adds."
            )
        case Volatility.NORMAL:
            return f"{share}: normal volatility. The usual tiers and targets."
        case Volatility.LOW:
            return f"{share}: low volatility. Larger first tiers, farther targets."
        case unknown:
            assert_never(unknown)
