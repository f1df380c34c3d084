"""What people type, as values: tables of what is read and what is refused, and that no text is ever an error."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core import reading, reading_lists, reading_rules, reading_triggers
from chatbot.core.money import Side
from chatbot.core.plan import (
    Direction,
)
from chatbot.core.reading import Unreadable
from chatbot.core.reading_lists import Amount, Unit
from chatbot.core.timeframes import Timeframe

D = Decimal
UP, DOWN = Direction.UP, Direction.DOWN
M15, H1 = Timeframe.M15, Timeframe.H1


def refusal(read: Callable[[], object]) -> str:
    """The sentence a reader refuses with."""
    with pytest.raises(Unreadable) as caught:
        read()
    return caught.value.sentence


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60000", "60000"),
        ("60k", "60000"),
        ("60.5K", "60500"),
        ("60,5k", "60500"),
        ("1.2m", "1200000"),
        ("60,000.5", "60000.5"),
        ("60.000,5", "60000.5"),
        ("1,234,567.8", "1234567.8"),
        ("1.234.567,8", "1234567.8"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("60,000", "60000"),
        ("60,123", "60123"),
        ("0,5", "0.5"),
        ("1,5", "1.5"),
        ("0,500", "0.5"),
        ("1234,567", "1234.567"),
        ("1.234", "1.234"),
        (".5", "0.5"),
        ("$60 000", "60000"),
        ("60 000,5", "60000.5"),
        ("60 000.125", "60000.125"),
        ("60'000", "60000"),
        ("60’000.5", "60000.5"),
        ("60_000", "60000"),
        ("60\u202f000", "60000"),
        ("60000 usdt", "60000"),
        ("€1,5", "1.5"),
        ("+5", "5"),
        ("00012", "12"),
        ("100.00", "100"),
        ("1e5", "100000"),
        ("2.5e-3", "0.0025"),
        ("٦٠٠٠٠", "60000"),
        ("６０,０００．５", "60000.5"),
        ("\u200f60000", "60000"),
    ],
)
def test_number_is_read_the_way_people_write_it(text: str, value: str) -> None:
    """Thousands and decimal marks, suffixes, currencies and other scripts' digits."""
    read = reading.number(text)
    assert read == D(value)
    assert "E" not in str(read)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "Nothing is written"),
        ("   ", "Nothing is written"),
        ("abc", "can't be read"),
        ("nan", "can't be read"),
        ("inf", "can't be read"),
        ("-5", "below 0"),
        ("−5", "below 0"),
        ("0", "is 0"),
        ("-0", "is 0"),
        ("0,00", "is 0"),
        ("1e999", "too large"),
        ("1e-400", "decimals"),
        ("9" * 40, "too large"),
        ("0.0000000000001", "decimals"),
        ("1" * 65, "65 characters long"),
        ("\ufdfa" * 60, "too long"),
        ("10²", "small or circled"),
        ("½", "small or circled"),
        ("①", "small or circled"),
        ("60.000", "60 or 60000"),
        ("60,123k", "60.123k or 60123k"),
        ("60000-60500", "range"),
        ("60k to 61k", "range"),
        ("60k..61k", "range"),
        ("1 00", "can't be read"),
        ("60 0000", "can't be read"),
        ("1.234,567.8", "can't be read"),
        ("1,23,456", "can't be read"),
        ("1,234,5678.5", "can't be read"),
        ("5.", "can't be read"),
        ("$", "can't be read"),
        ("<b>60000</b>", "can't be read"),
        ("60000; DROP TABLE plans", "can't be read"),
        ("\ud800", "Nothing is written"),
    ],
)
def test_number_that_is_none_is_refused(text: str, because: str) -> None:
    """The sentence says what was wrong, and how it would be right."""
    sentence = refusal(lambda: reading.number(text))
    assert because in sentence
    assert "or example" in sentence


def test_zero_is_read_only_where_it_may_stand() -> None:
    """A close of 0 is meant, a price of 0 is not."""
    assert reading.number("0", zero=True) == 0


def test_refusal_quotes_only_the_beginning_of_a_long_text() -> None:
    """What was typed is repeated, but not at length."""
    assert reading.quoted("a" * 41) == "“" + "a" * 39 + "…”"


@pytest.mark.parametrize(
    ("text", "value"), [("10k", "10000"), ("10,000", "10000"), ("$10 000", "10000"), ("500 usdt", "500")]
)
def test_money_is_read_as_a_number(text: str, value: str) -> None:
    """With or without its currency."""
    assert reading.money(text) == D(value)


def test_money_with_three_decimals_is_refused() -> None:
    """Nobody writes tenths of a cent: 12.500 is most likely 12500, but that is not guessed."""
    assert "12.500 or 12500" in refusal(lambda: reading.money("12.500"))


@pytest.mark.parametrize(
    ("text", "value"), [("0,5%", "0.5"), ("5 %", "5"), ("5", "5"), ("5 percent", "5"), ("2.5pct", "2.5")]
)
def test_percent_is_read_with_or_without_its_sign(text: str, value: str) -> None:
    """The number is what counts."""
    assert reading.percent(text) == D(value)


@pytest.mark.parametrize(
    ("text", "value"), [("10x", 10), ("x10", 10), ("10", 10), ("10 X", 10), ("×10", 10), ("2,5x", "2.5")]
)
def test_leverage_is_read_with_its_x_anywhere(text: str, value: int | str) -> None:
    """In front, behind, or not at all."""
    assert reading.leverage(text) == D(value)


@pytest.mark.parametrize("text", ["x", "ten", "0.5x", "0x", "-3x", "", "10xx", "x10x20"])
def test_leverage_that_is_none_is_refused(text: str) -> None:
    """Below 1, or no number at all."""
    assert "for example 10x" in refusal(lambda: reading.leverage(text))


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ("1h", "1h"), ("60m", "1h"), ("4H", "4h"), ("15M", "15m"), ("15 min", "15m"), ("1 hour", "1h"),
        ("24h", "1d"), ("1D", "1d"), ("1440m", "1d"), ("2 hrs", "2h"), ("1m", "1m"),
    ],
)  # fmt: skip
def test_timeframe_is_read_in_any_unit(text: str, frame: str) -> None:
    """Minutes, hours and days, whatever they are called."""
    assert reading.timeframe(text).value == frame


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("15", "unit"),
        ("1M", "months"),
        ("7m", "no timeframe"),
        ("1w", "no timeframe"),
        ("", "no timeframe"),
        ("h", "no timeframe"),
    ],
)
def test_timeframe_that_is_none_is_refused(text: str, because: str) -> None:
    """A bare number may be minutes or hours, and 1M is a month on most charts."""
    sentence = refusal(lambda: reading.timeframe(text))
    assert because in sentence
    assert "for example 15m or 1h" in sentence


@pytest.mark.parametrize(
    ("text", "side"), [("Long", Side.LONG), ("buy", Side.LONG), ("SHORT", Side.SHORT), (" s ", Side.SHORT)]
)
def test_side_is_read_by_its_names(text: str, side: Side) -> None:
    """Long and short, buy and sell."""
    assert reading.side(text) is side


def test_side_that_is_none_is_refused() -> None:
    """Neither is guessed."""
    assert "for example long" in refusal(lambda: reading.side("up"))


@pytest.mark.parametrize(
    ("text", "value", "unit", "sign"),
    [
        ("5", "5", Unit.NONE, 0),
        ("5%", "5", Unit.PERCENT, 0),
        ("-2 %", "2", Unit.PERCENT, -1),
        ("+1,5%", "1.5", Unit.PERCENT, 1),
        ("2.5R", "2.5", Unit.R, 0),
        ("500 USDT", "500", Unit.MONEY, 0),
        ("$500", "500", Unit.MONEY, 0),
        ("60k", "60000", Unit.NONE, 0),
    ],
)
def test_amount_keeps_what_was_written_with_the_number(text: str, value: str, unit: Unit, sign: int) -> None:
    """5 is not 5 %, and 2R is neither."""
    assert reading_lists.amount(text) == Amount(D(value), unit, sign)


READERS: tuple[Callable[[str], object], ...] = (
    reading.number,
    reading.money,
    reading.percent,
    reading.leverage,
    reading.timeframe,
    reading.side,
    reading_lists.amount,
    lambda text: reading_lists.numbers(text, "prices", "61k 62.5k"),
    reading_triggers.trigger,
    lambda text: reading_rules.rules(text, 3),
)
TYPED = st.one_of(
    st.text(max_size=80),
    st.text("0123456789.,'-+%kmrxe <>/$", max_size=30),
    st.lists(st.sampled_from(["close", "above", "60k", "1h", "or", "manual", "+1%", "trail", "bounce", " ", "/"])).map(
        " ".join
    ),
)


@pytest.mark.parametrize("read", READERS)
@given(text=TYPED)
def test_reader_takes_or_refuses_any_text(read: Callable[[str], object], text: str) -> None:
    """Whatever is typed is a value or a sentence, never an error."""
    with suppress(Unreadable):
        read(text)


@given(text=TYPED)
def test_refusal_can_always_be_sent(text: str) -> None:
    """Whatever was typed, the sentence that quotes it is text that can be encoded."""
    assert reading.quoted(text).encode()


@given(st.decimals("0.000001", "999999999", places=6).filter(lambda value: value > 0))
def test_number_written_out_reads_back_as_itself(value: Decimal) -> None:
    """A plain decimal has one meaning, unless it ends in three zeros behind one to three digits."""
    text = f"{value.normalize():f}"
    assert reading.number(text) == value
