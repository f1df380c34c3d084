"""Triggers one by one: what a candle's close and an indicator's value say."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.candles import Candle
from chatbot.core.plan import (
    AllOf,
    AnyOf,
    Average,
    Bounce,
    CloseBeyond,
    Direction,
    MacdTrigger,
    ManualTrigger,
    MoveTrigger,
    MovingAverageRetest,
    Occasion,
    PriceTrigger,
    RsiTrigger,
    Trigger,
)
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import (
    AverageKey,
    Indicators,
    Level,
    MacdKey,
    RsiKey,
    Values,
    fires_at_close,
    levels_of,
    question_of,
    timeframes_of,
)
from tests.core.talking import plan

D = Decimal
UP, DOWN = Direction.UP, Direction.DOWN
H1 = Timeframe.H1
CLOSE = CloseBeyond(H1, D(100), UP)


def candle(high: str, low: str, close: str) -> Candle:
    """A candle whose open does not matter."""
    return Candle(0, D(close), D(high), D(low), D(close), D(1))


def fires(trigger: Trigger, shape: Candle, indicators: Indicators | None = None, entry: Decimal | None = None) -> bool:
    """Whether the hourly candle's close fires the trigger for a long."""
    return fires_at_close(plan(), trigger, H1, shape, indicators or {}, entry)


@pytest.mark.parametrize(
    ("trigger", "shape", "expected"),
    [
        (CloseBeyond(H1, D(100), UP), candle("101", "99", "100.1"), True),
        (CloseBeyond(H1, D(100), UP), candle("101", "99", "100"), False),
        (CloseBeyond(H1, D(100), DOWN), candle("101", "99", "99.9"), True),
        (CloseBeyond(H1, D(100), DOWN), candle("101", "99", "100"), False),
        (Bounce(H1, D(100), UP), candle("102", "100.1", "101"), True),
        (Bounce(H1, D(100), UP), candle("102", "100.2", "101"), False),
        (Bounce(H1, D(100), UP), candle("102", "95", "100"), False),
        (Bounce(H1, D(100), DOWN), candle("99.9", "98", "99"), True),
        (Bounce(H1, D(100), DOWN), candle("99.8", "98", "99"), False),
        (Bounce(H1, D(100), DOWN, D(1)), candle("99", "98", "98.5"), True),
        (Bounce(H1, D(100), DOWN), candle("105", "98", "100"), False),
    ],
)
def test_levels_at_a_candles_close(trigger: Trigger, shape: Candle, expected: bool) -> None:  # noqa: FBT001 -- a table's column
    """A break closes strictly beyond; a bounce comes within the tolerance and closes strictly back."""
    assert fires(trigger, shape) is expected


def test_a_candle_of_another_timeframe_says_nothing() -> None:
    """Only the trigger's own candles count; a trigger without candles has none."""
    shape = candle("102", "99", "101")
    assert not fires_at_close(plan(), CLOSE, Timeframe.M5, shape, {}, None)
    assert not fires(PriceTrigger(D(100), UP), shape)
    assert timeframes_of(AnyOf((CLOSE, CloseBeyond(Timeframe.M5, D(1), UP), ManualTrigger("?")))) == {H1, Timeframe.M5}


@pytest.mark.parametrize(
    ("low", "close", "expected"), [("100.1", "100.5", True), ("100.2", "100.5", False), ("99", "100", False)]
)
def test_a_retest_of_a_moving_average(low: str, close: str, expected: bool) -> None:  # noqa: FBT001 -- a table's column
    """Like a bounce, off the average at that close; without an average there is nothing to bounce off."""
    retest = MovingAverageRetest(H1, Average.EMA, 20, UP)
    shape = candle("101", low, close)
    assert fires(retest, shape, {AverageKey(Average.EMA, 20): Values(90.0, 100.0)}) is expected
    assert not fires(retest, shape, {AverageKey(Average.SMA, 20): Values(90.0, 100.0)})
    assert not fires(retest, shape)


@pytest.mark.parametrize(
    ("on", "direction", "previous", "current", "expected"),
    [
        (Occasion.CROSS, UP, 30.0, 30.1, True),
        (Occasion.CROSS, UP, 30.1, 30.2, False),
        (Occasion.CROSS, UP, 29.0, 30.0, False),
        (Occasion.CROSS, UP, None, 31.0, False),
        (Occasion.CROSS, DOWN, 30.0, 29.9, True),
        (Occasion.CROSS, DOWN, 29.9, 29.8, False),
        (Occasion.STATE, UP, None, 31.0, True),
        (Occasion.STATE, UP, 31.0, 30.0, False),
        (Occasion.STATE, DOWN, 31.0, 29.0, True),
        (Occasion.STATE, DOWN, 31.0, None, False),
    ],
)
def test_an_rsi_crosses_or_stands(
    on: Occasion,
    direction: Direction,
    previous: float | None,
    current: float | None,
    expected: bool,  # noqa: FBT001 -- a table's column
) -> None:
    """A cross needs the value before at or short of the level; a state only the value now."""
    trigger = RsiTrigger(H1, D(30), direction, on=on)
    shape = candle("101", "99", "100")
    assert fires(trigger, shape, {RsiKey(14): Values(previous, current)}) is expected


def test_a_macd_histogram_crosses_zero() -> None:
    """From at or below zero to above it."""
    shape, key = candle("101", "99", "100"), MacdKey(12, 26, 9)
    assert fires(MacdTrigger(H1, UP), shape, {key: Values(0.0, 0.1)})
    assert not fires(MacdTrigger(H1, UP), shape, {key: Values(0.1, 0.2)})
    assert fires(MacdTrigger(H1, DOWN, on=Occasion.STATE), shape, {key: Values(-0.2, -0.1)})
    assert not fires(MacdTrigger(H1, UP), shape)


def test_all_holds_only_if_every_part_does() -> None:
    """Candle parts at the candle, levels at its close; before the entry there is nothing to move from."""
    shape = candle("102", "99", "101")
    assert fires(AllOf((CLOSE, PriceTrigger(D(101), UP))), shape)
    assert not fires(AllOf((CLOSE, PriceTrigger(D(102), UP))), shape)
    assert not fires(AllOf((CLOSE, CloseBeyond(H1, D(102), UP))), shape)
    assert fires(AllOf((CLOSE, MoveTrigger(D(1)))), shape, entry=D(100))
    assert not fires(AllOf((CLOSE, MoveTrigger(D(1)))), shape)
    assert not list(levels_of(plan(), AllOf((CLOSE, PriceTrigger(D(101), UP))), None))


def test_any_fires_with_one_of_its_parts() -> None:
    """Candle parts here; level parts have levels of their own, the manual part its question."""
    trigger = AnyOf((CLOSE, PriceTrigger(D(105), UP), MoveTrigger(D(10)), ManualTrigger("Sure?")))
    assert fires(trigger, candle("102", "99", "101"))
    assert not fires(trigger, candle("106", "99", "100"))
    assert list(levels_of(plan(), trigger, None)) == [Level(D(105), UP)]
    assert list(levels_of(plan(), trigger, D(100))) == [Level(D(105), UP), Level(D(110), UP)]
    assert question_of(trigger) == "Sure?"
    assert question_of(CLOSE) is None


def test_a_close_exactly_on_the_average_is_not_beyond_it() -> None:
    """However a computed average misses the price by its last binary digits."""
    flat = candle("3.3", "3.3", "3.3")
    for noise in (3.3, 3.3000000000000003, 3.2999999999999994):
        average: Indicators = {AverageKey(Average.SMA, 5): Values(noise, noise)}
        for way in (UP, DOWN):
            assert not fires(MovingAverageRetest(H1, Average.SMA, 5, way), flat, average)
    just_above: Indicators = {AverageKey(Average.SMA, 5): Values(3.3, 3.299999)}
    assert fires(MovingAverageRetest(H1, Average.SMA, 5, UP), flat, just_above)


@pytest.mark.parametrize("on", Occasion)
def test_an_indicator_exactly_on_its_level_is_not_beyond_it(on: Occasion) -> None:
    """Noise in the last digits neither makes it pass nor keeps it from passing later."""
    shape = candle("101", "99", "100")
    for noise in (50.0, 50.00000000000001, 49.99999999999999):
        assert not fires(RsiTrigger(H1, D(50), UP, on=on), shape, {RsiKey(14): Values(40.0, noise)})
        assert fires(RsiTrigger(H1, D(50), UP, on=on), shape, {RsiKey(14): Values(noise, 51.0)})
    key = MacdKey(12, 26, 9)
    for noise in (0.0, 1e-14, -1e-14):
        assert not fires(MacdTrigger(H1, UP, on=on), shape, {key: Values(-1.0, noise)})
        assert fires(MacdTrigger(H1, DOWN, on=on), shape, {key: Values(noise, -1.0)})
