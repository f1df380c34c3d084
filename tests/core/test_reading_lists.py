"""Lists of numbers and of stop rules as people type them."""

from __future__ import annotations

import pytest

from chatbot.core import reading_lists, reading_rules
from chatbot.core.plan import (
    BreakEven,
    Hold,
    LockR,
    PreviousTarget,
    StopRule,
    Trail,
)
from tests.core.test_reading import D, refusal


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("25/25/30/20", "25 25 30 20"),
        ("25 / 25 / 50", "25 25 50"),
        ("25 25 30 20", "25 25 30 20"),
        ("25,25,30,20", "25 25 30 20"),
        ("25%, 25%, 50%", "25 25 50"),
        ("25% 25% 50%", "25 25 50"),
        ("25 % 25 % 50 %", "25 25 50"),
        ("25%,75%", "25 75"),
        ("33,3/33,3/33,4", "33.3 33.3 33.4"),
        ("61k 62.5k 64k", "61000 62500 64000"),
        ("61k, 62.5k, 64k", "61000 62500 64000"),
        ("61k;62.5k|64k", "61000 62500 64000"),
        ("61000,62500,64000", "61000 62500 64000"),
        ("61,000 62,500 64,000", "61000 62500 64000"),
        ("61,000, 62,500", "61000 62500"),
        ("61 000, 62 500", "61000 62500"),
        ("61 000 62 500 64 000", "61000 62500 64000"),
        ("61k\n62.5k\n64k", "61000 62500 64000"),
        ("60 000", "60000"),
        ("61,5", "61.5"),
        ("100/120/140", "100 120 140"),
        ("100 / ", "100"),
    ],
)
def test_list_of_numbers_is_read_the_way_people_write_it(text: str, values: str) -> None:
    """Slashes, commas, spaces and lines between the numbers, and thousands inside them."""
    assert reading_lists.numbers(text, "prices", "61k 62.5k") == tuple(map(D, values.split()))


@pytest.mark.parametrize("text", ["100 120 140", "100,120,140", "61 500"])
def test_list_that_can_be_one_number_is_refused(text: str) -> None:
    """Neither reading is guessed; the sentence shows both."""
    assert " or " in refusal(lambda: reading_lists.numbers(text, "prices", "61k 62.5k"))


def test_list_that_can_be_one_number_is_settled_by_what_fits() -> None:
    """Near a market price of 120, 100 120 140 can only be three prices."""
    near = reading_lists.numbers("100 120 140", "prices", "61k", lambda read: all(value < 1000 for value in read))
    assert near == (D(100), D(120), D(140))
    sentence = refusal(lambda: reading_lists.numbers("100 120 140", "prices", "61k", lambda _: False))
    assert "100 / 120 / 140 or 100120140" in sentence


@pytest.mark.parametrize("text", ["", " ", "/", "a b", "25-25-50", "1/-2", "0/100", "1 " * 11, "1/" * 90, "61k//62k"])
def test_list_that_is_none_is_refused(text: str) -> None:
    """With an example of a list."""
    assert "for example 61k 62.5k" in refusal(lambda: reading_lists.numbers(text, "prices", "61k 62.5k"))


def test_list_may_hold_zeros_where_they_mean_something() -> None:
    """A target may close nothing."""
    assert reading_lists.numbers("0/50", "closes", "25/35", zero=True) == (D(0), D(50))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("break-even / lock 1R / trail 1%", [BreakEven(), LockR(D(1)), Trail(D(1))]),
        ("be/lock/hold", [BreakEven(), LockR(D(1)), Hold()]),
        ("Break Even, lock 1,5 r, previous target", [BreakEven(), LockR(D("1.5")), PreviousTarget()]),
        ("prev; none; trail 1% step 0.25%", [PreviousTarget(), Hold(), Trail(D(1), step_pct=D("0.25"))]),
        ("trail 2R | trailing 3 ATR | entry", [Trail(distance_r=D(2)), Trail(distance_atr=D(3)), BreakEven()]),
    ],
)
def test_stop_rules_are_read_by_their_names(text: str, expected: list[StopRule]) -> None:
    """One for each target, in the words traders use."""
    assert reading_rules.rules(text, 3) == tuple(expected)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "no stop rule"),
        ("be / what / hold", "no stop rule"),
        ("be / be", "2 rule(s) for 3"),
        ("be / lock 0R / hold", "is 0"),
        ("be / be / trail 100%", "all of it"),
        ("be / be / trail 1% step 0%", "is 0"),
        ("be / be / trail", "no stop rule"),
        ("b" * 161, "characters long"),
    ],
)
def test_stop_rules_that_are_none_are_refused(text: str, because: str) -> None:
    """With the rules there are."""
    sentence = refusal(lambda: reading_rules.rules(text, 3))
    assert because in sentence
    assert "or example" in sentence
