"""When to take a tier, as people type it: what is read, what is refused, and that what is written reads back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core import reading_triggers
from chatbot.core.money import Side
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
from chatbot.core.reading import Unreadable
from chatbot.core.timeframes import Timeframe

D = Decimal
UP, DOWN = Direction.UP, Direction.DOWN
M15, H1 = Timeframe.M15, Timeframe.H1
STATE = Occasion.STATE


def refusal(read: Callable[[], object]) -> str:
    """The sentence a reader refuses with."""
    with pytest.raises(Unreadable) as caught:
        read()
    return caught.value.sentence


def price(level: str, direction: Direction) -> PriceTrigger:
    return PriceTrigger(D(level), direction)


def close(level: str, direction: Direction, frame: Timeframe = M15) -> CloseBeyond:
    return CloseBeyond(frame, D(level), direction)


def bounce(level: str, direction: Direction, frame: Timeframe = M15) -> Bounce:
    return Bounce(frame, D(level), direction)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60000", price("60000", DOWN)),
        ("60100", price("60100", DOWN)),
        ("60500", price("60500", UP)),
        ("at 60500", price("60500", UP)),
        ("price 60 500", price("60500", UP)),
        (">60500", price("60500", UP)),
        (">= 60,500", price("60500", UP)),
        ("above 60.5k", price("60500", UP)),
        ("over 60000", price("60000", UP)),
        ("below 60000", price("60000", DOWN)),
        ("under 61000", price("61000", DOWN)),
        ("<60k", price("60000", DOWN)),
        ("+0.5%", MoveTrigger(D("0.5"))),
        ("+ 0,5 %", MoveTrigger(D("0.5"))),
        ("move 1%", MoveTrigger(D(1))),
        ("close above 60900 1h", close("60900", UP, H1)),
        ("1h close > 60900", close("60900", UP, H1)),
        ("Candle closes below 59k on 60m", close("59000", DOWN, H1)),
        ("close 60900", close("60900", UP)),
        ("close beyond 59900", close("59900", DOWN)),
        ("bounce 60000 15m", bounce("60000", UP)),
        ("15m bounce off 60 000", bounce("60000", UP)),
        ("bounce down 60000 1h", bounce("60000", DOWN, H1)),
        ("manual: is the range broken?", ManualTrigger("Is the range broken?")),
        ("Manual is it 1 or 2", ManualTrigger("Is it 1 or 2?")),
        ("60000 or close above 60900 1h", AnyOf((price("60000", DOWN), close("60900", UP, H1)))),
        ("59000 || +1%", AnyOf((price("59000", DOWN), MoveTrigger(D(1))))),
        ("60000 OR manual: up or down?", AnyOf((price("60000", DOWN), ManualTrigger("Up or down?")))),
    ],
)
def test_trigger_is_read_the_way_people_write_it(text: str, expected: Trigger) -> None:
    """Its direction, where none is written, follows from the reference; a bounce goes the trade's way."""
    assert reading_triggers.fixed(reading_triggers.trigger(text), Side.LONG, D(60100)) == expected


def test_trigger_of_a_short_bounces_down() -> None:
    """A short is added where the price is turned away from a level."""
    draft = reading_triggers.trigger("bounce 61000")
    assert reading_triggers.fixed(draft, Side.SHORT, D(60100)) == bounce("61000", DOWN)


def test_trigger_takes_the_plans_timeframe_where_it_names_none() -> None:
    """The plan's candles are the default."""
    draft = reading_triggers.trigger("close above 60900", Timeframe.H4)
    assert reading_triggers.fixed(draft, Side.LONG, None) == close("60900", UP, Timeframe.H4)


def test_trigger_without_direction_needs_a_reference() -> None:
    """While the market price is unknown the side has to be written."""
    draft = reading_triggers.trigger("60000")
    sentence = refusal(lambda: reading_triggers.fixed(draft, Side.LONG, None))
    assert "above 60000 or below 60000" in sentence


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "can't be read"),
        ("abc", "can't be read"),
        ("or", "can't be read"),
        ("60000 or", "can't be read"),
        (">", "can't be read"),
        ("0.5%", "needs a +"),
        ("-0.5%", "against the trade"),
        ("+0%", "is 0"),
        ("60000-60500", "range"),
        ("close above 1h", "can't be read"),
        ("close above 60900 7m", "no timeframe"),
        ("bounce 0 15m", "is 0"),
        ("manual", "question"),
        ("manual: ?", "question"),
        ("manual: " + "a" * 201, "question"),
        ("60000 and 61000", "no candle"),
        ("close above 60900 1h and bounce 60000 15m", "candles of 15m, 1h"),
        ("close above 60900 1h and >60500 or +1%", "mixes"),
        ("close above 60900 1h and manual: sure?", "wants an answer together"),
        ("close above 60900 1h and >60500 or manual: sure?", "wants an answer together"),
        ("60000 within 0.2%", "takes no such tolerance"),
        ("bounce 60000 within 100%", "takes no such tolerance"),
        ("rsi above 50 within 1%", "takes no such tolerance"),
        ("1 or 2 or 3 or 4 or 5", "5 conditions"),
        ("6" * 401, "characters long"),
    ],
)
def test_trigger_that_is_none_is_refused(text: str, because: str) -> None:
    """The sentence says what is missing or can't be watched, with examples of what can."""
    sentence = refusal(lambda: reading_triggers.trigger(text))
    assert because in sentence
    assert "or example" in sentence


LEVELS = st.decimals("0.000001", "999999", places=6).filter(lambda value: value > 0)
FRAMES, WAYS = st.sampled_from(Timeframe), st.sampled_from(Direction)
TOLERANCES, PERIODS = st.sampled_from((D("0.1"), D("0.25"), D(0))), st.integers(2, 200)


def macd_of(frame: Timeframe, way: Direction, fast: int, slow: int, signal: int, on: Occasion) -> MacdTrigger:
    """A MACD condition from drawn parts."""
    return MacdTrigger(frame, way, fast, slow, signal, on)


PARTS = st.one_of(
    st.builds(PriceTrigger, LEVELS, WAYS),
    st.builds(MoveTrigger, LEVELS),
    st.builds(CloseBeyond, FRAMES, LEVELS, WAYS),
    st.builds(Bounce, FRAMES, LEVELS, WAYS, TOLERANCES),
    st.builds(MovingAverageRetest, FRAMES, st.sampled_from(Average), PERIODS, WAYS, TOLERANCES),
    st.builds(RsiTrigger, FRAMES, st.decimals("0.1", "99.9", places=1), WAYS, PERIODS, st.sampled_from(Occasion)),
    st.builds(macd_of, FRAMES, WAYS, st.integers(2, 100), st.integers(101, 200), PERIODS, st.sampled_from(Occasion)),
)


@given(st.lists(PARTS, min_size=1, max_size=3), st.booleans())
def test_written_trigger_reads_back_as_itself(parts: list[Trigger], asked: bool) -> None:  # noqa: FBT001 -- drawn
    """What is stored as text is the same trigger again, its directions included."""
    all_parts = [*parts, *([ManualTrigger("Is it 1 or 2?")] if asked else [])]
    trigger = all_parts[0] if len(all_parts) == 1 else AnyOf(tuple(all_parts))  # type: ignore[arg-type]  # drawn parts
    text = reading_triggers.written(trigger)
    assert reading_triggers.fixed(reading_triggers.trigger(text), Side.LONG, None) == trigger


INDICATORS = [
    ("rsi crosses above 50 15m", RsiTrigger(M15, D(50), UP)),
    ("RSI 14 > 50", RsiTrigger(M15, D(50), UP, on=STATE)),
    ("15m rsi(7) is above 50", RsiTrigger(M15, D(50), UP, 7, STATE)),
    ("rsi 1h crosses back below 70", RsiTrigger(H1, D(70), DOWN)),
    ("rsi21 < 30.5 on 4h", RsiTrigger(Timeframe.H4, D("30.5"), DOWN, 21, STATE)),
    ("macd up", MacdTrigger(M15, UP)),
    ("macd turns positive 1h", MacdTrigger(H1, UP)),
    ("macd above 0 1h", MacdTrigger(H1, UP, on=STATE)),
    ("macd(5,35,5) crosses below zero 1h", MacdTrigger(H1, DOWN, 5, 35, 5)),
    ("macd 12/26/9 histogram is negative", MacdTrigger(M15, DOWN, on=STATE)),
    ("ema20 retest 1h", MovingAverageRetest(H1, Average.EMA, 20, UP)),
    ("ema(20) retest up 1h", MovingAverageRetest(H1, Average.EMA, 20, UP)),
    ("1h retest of the sma 50", MovingAverageRetest(H1, Average.SMA, 50, UP)),
    ("bounce off ema(20) down", MovingAverageRetest(M15, Average.EMA, 20, DOWN)),
    ("ema 20 retest within 0.3%", MovingAverageRetest(M15, Average.EMA, 20, UP, D("0.3"))),
    ("bounce 60000 1h within 0,2 %", Bounce(H1, D(60000), UP, D("0.2"))),
    ("rsi above 50 1h and close above 60900 1h", AllOf((RsiTrigger(H1, D(50), UP, on=STATE), close("60900", UP, H1)))),
    ("close above 60900 and rsi above 50 1h", AllOf((close("60900", UP, H1), RsiTrigger(H1, D(50), UP, on=STATE)))),
    ("macd up & >60500", AllOf((MacdTrigger(M15, UP), price("60500", UP)))),
    ("rsi above 50 or 59000", AnyOf((RsiTrigger(M15, D(50), UP, on=STATE), price("59000", DOWN)))),
]


@pytest.mark.parametrize(("text", "expected"), INDICATORS)
def test_indicator_is_read_the_way_people_write_it(text: str, expected: Trigger) -> None:
    """`above` is where it stands, `crosses` is that it has just come there; `and` shares one timeframe."""
    assert reading_triggers.fixed(reading_triggers.trigger(text), Side.LONG, D(60100)) == expected


def test_retest_of_a_short_leaves_the_average_downwards() -> None:
    """Away from the average in the trade's favour."""
    draft = reading_triggers.trigger("ema20 retest 1h")
    assert reading_triggers.fixed(draft, Side.SHORT, None) == MovingAverageRetest(H1, Average.EMA, 20, DOWN)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("rsi 50", "rsi crosses above 50 15m"),
        ("rsi above 100", "never passes 100"),
        ("rsi(1) above 50", "over 1 candles"),
        ("rsi(201) above 50", "over 201 candles"),
        ("macd cross", "macd crosses up 1h"),
        ("macd(26,12,9) up", "not shorter"),
        ("ema20", "ema20 retest 15m"),
        ("sma50 above 60000", "sma50 retest 1h"),
        ("ma 20 retest", "sma20 retest 15m"),
    ],
)
def test_indicator_that_is_none_is_refused(text: str, because: str) -> None:
    """The sentence says how that indicator is written."""
    sentence = refusal(lambda: reading_triggers.trigger(text))
    assert because in sentence
    assert "for example" in sentence or "use 12,26,9" in sentence
