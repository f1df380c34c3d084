"""Numbers and times as messages show them: thousands apart, zeros trimmed, never torn from their unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.figures import GAP
from chatbot.messages import numbers
from chatbot.messages.numbers import MINUS, ratio

D = Decimal


def spaced(text: str) -> str:
    """The text with ordinary spaces, after checking that it had none."""
    assert " " not in text
    return text.replace(GAP, " ")


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("60000", None, "60 000"),
        ("1234567.8900", None, "1 234 567.89"),
        ("-1000", None, "−1 000"),
        ("1E+3", None, "1 000"),
        ("0.000", None, "0"),
        ("-0.001", 2, "0"),
        ("0.125", 2, "0.12"),
        ("999.999", 2, "1 000"),
        ("123456789012345678901234567890.5", 1, "123 456 789 012 345 678 901 234 567 890.5"),
    ],
)
def test_number_is_grouped_and_trimmed(value: str, places: int | None, shown: str) -> None:
    """Thousands apart, no trailing zeros, no minus before a zero."""
    assert spaced(numbers.number(D(value), places)) == shown


@pytest.mark.parametrize(
    ("value", "tick", "shown"),
    [
        ("59899.62593", "0.1", "59 899.6"),
        ("59899.62593", "0.10", "59 899.6"),
        ("59899.5", "1", "59 900"),
        ("60005", "10", "60 005"),
        ("59899.62593", None, "59 899.6259"),
        ("0.0000123456789", None, "0.0000123457"),
        ("0.0000123456789", "0.00000001", "0.00001235"),
        ("0", None, "0"),
    ],
)
def test_price_is_as_fine_as_its_tick(value: str, tick: str | None, shown: str) -> None:
    """Without a tick four decimals, or six digits below 1."""
    assert spaced(numbers.price(D(value), None if tick is None else D(tick))) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [("20.8333", "20.83 USDT"), ("500", "500 USDT"), ("0.00123", "0.0012 USDT"), ("0", "0 USDT")]
)
def test_money_has_cents(value: str, shown: str) -> None:
    """Or two digits of what is less than a cent."""
    assert spaced(numbers.money(D(value))) == shown


@pytest.mark.parametrize(("value", "shown"), [("196.216", "+196.22 USDC"), ("-3", "−3 USDC"), ("0", "0 USDC")])
def test_signed_money_shows_gain_and_loss(value: str, shown: str) -> None:
    """A sign on both, none on nothing."""
    assert spaced(numbers.signed_money(D(value), "USDC")) == shown


def test_units_follow_their_number() -> None:
    """Percent, quantity and R, each with what belongs to it."""
    assert spaced(numbers.percent(D("0.50"))) == "0.5 %"
    assert spaced(numbers.quantity(D("0.02475247524"), "BTC")) == "0.02475248 BTC"
    assert spaced(numbers.r_multiple(D("9.4184"))) == "9.42 R"


def test_times_are_utc() -> None:
    """Hours and minutes, with the date where it matters."""
    assert spaced(numbers.utc_time(1_722_820_200_000)) == "01:10 UTC"
    assert spaced(numbers.utc_stamp(1_722_820_200_000)) == "2024-08-05 01:10 UTC"


def test_moment_is_aware() -> None:
    """Milliseconds since the epoch, in UTC."""
    assert numbers.moment(1).isoformat() == "1970-01-01T00:00:00.001000+00:00"


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=8))
def test_number_reads_back_as_itself(value: Decimal) -> None:
    """Nothing is lost by showing a number in full."""
    assert D(numbers.number(value).replace(GAP, "").replace(MINUS, "-")) == value


def test_a_ratio_just_below_its_limit_does_not_read_as_if_it_reached_it() -> None:
    """Cut off, not rounded up."""
    assert ratio(Decimal("1.4996")) == "1.49"
    assert ratio(Decimal("1.5")) == "1.5"
