"""What a candle showed when it fired a trigger, in the figures a trader would check."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.candles import Candle
from chatbot.core.evidence import evidence
from chatbot.core.inputs import CandleClosed
from chatbot.core.plan import (
    AllOf,
    AnyOf,
    Average,
    Bounce,
    CloseBeyond,
    Direction,
    MacdTrigger,
    MovingAverageRetest,
    Occasion,
    PriceTrigger,
    RsiTrigger,
    Trigger,
)
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import AverageKey, IndicatorKey, MacdKey, RsiKey, Values

D = Decimal
UP, DOWN = Direction.UP, Direction.DOWN
M15 = Timeframe.M15
AT_1400 = 1_722_866_400_000
VALUES: dict[IndicatorKey, Values] = {
    RsiKey(14): Values(48.21, 55.9),
    RsiKey(7): Values(None, 71.04),
    AverageKey(Average.EMA, 20): Values(60011.0, 60034.51234),
    MacdKey(12, 26, 9): Values(-3.25, 0.000012345678),
    MacdKey(5, 35, 5): Values(None, 2.5),
}
RSI = RsiTrigger(M15, D(50), UP)
CLOSE = CloseBeyond(M15, D(60900), UP)


def told(trigger: Trigger, timeframe: Timeframe = M15, at: int = AT_1400) -> str:
    """The evidence of one candle, its gaps as plain spaces."""
    candle = Candle(at, D(60100), D("61000.5"), D("60030.10"), D("60950.0"), D(1))
    return evidence(trigger, CandleClosed(timeframe, candle, at + timeframe.millis, VALUES)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (RSI, "RSI(14) 15m 48.2 → 55.9"),
        (RsiTrigger(M15, D(70), UP, 7, Occasion.STATE), "RSI(7) 15m – → 71.0"),
        (CLOSE, "15m close 60 950 above 60 900"),
        (CloseBeyond(M15, D("60951.25"), DOWN), "15m close 60 950 below 60 951.25"),
        (Bounce(M15, D(60000), UP), "15m low 60 030.1 at 60 000, close 60 950 above it"),
        (Bounce(M15, D(61000), DOWN), "15m high 61 000.5 at 61 000, close 60 950 below it"),
        (
            MovingAverageRetest(M15, Average.EMA, 20, UP),
            "15m low 60 030.1 at EMA(20) 60 034.51, close 60 950 above it",
        ),
        (MacdTrigger(M15, UP), "MACD(12,26,9) histogram 15m -3.25 → 0.00001234568"),
        (MacdTrigger(M15, UP, 5, 35, 5, Occasion.STATE), "MACD(5,35,5) histogram 15m – → 2.5"),
        (AllOf((CLOSE, RSI)), "15m close 60 950 above 60 900; RSI(14) 15m 48.2 → 55.9"),
        (AnyOf((CloseBeyond(M15, D(62000), UP), PriceTrigger(D(1), UP), RSI, CLOSE)), "RSI(14) 15m 48.2 → 55.9"),
    ],
)
def test_evidence_shows_the_figures_that_decided(trigger: Trigger, expected: str) -> None:
    """Indicator before and now, or the candle against its level; of `any` the condition that held."""
    assert told(trigger) == f"{expected}, candle closed 14:15 UTC"


def test_a_days_candle_is_dated() -> None:
    """Its close is always midnight, so the day is what tells."""
    day = CloseBeyond(Timeframe.D1, D(60900), UP)
    assert told(day, Timeframe.D1, 1_722_816_000_000).endswith("candle closed 2024-08-06 00:00 UTC")
