"""Liquidation estimates: the mark form for both sides, default rates, and the highest leverage that is safe."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.liquidation import default_maintenance_rate, highest_safe_leverage, liquidation_price, survives
from chatbot.core.money import Side

D = Decimal
CENT = D("0.01")
TENTH = D("0.1")


@pytest.mark.parametrize(
    ("quantity", "rate", "amount", "expected"),
    [("0.1", "0.004", "0", "57228.9"), ("50", "0.0065", "950", "57353.8")],
)
def test_price_of_a_20x_long_is_the_published_one(quantity: str, rate: str, amount: str, expected: str) -> None:
    """A 20x long from 60 000 is liquidated where its bracket says, well above the naive 57 000."""
    price = liquidation_price(Side.LONG, D(60000), D(quantity), D(20), D(rate), D(amount))
    assert price.quantize(TENTH) == D(expected)


def test_price_takes_the_mark_form() -> None:
    """At 50x from 20 000 with 0.5 % the mark form gives 19 698.49, not the entry form's 19 700."""
    assert liquidation_price(Side.LONG, D(20000), D(1), D(50), D("0.005")).quantize(CENT) == D("19698.49")


def test_price_of_a_short_lies_above() -> None:
    """A short is liquidated above its entry: 60 000 · 1.05 / 1.005 at 20x, and a bracket's amount moves it away."""
    plain = liquidation_price(Side.SHORT, D(60000), D(1), D(20), D("0.005"))
    assert plain.quantize(CENT) == D("62686.57")
    assert liquidation_price(Side.SHORT, D(60000), D(1), D(20), D("0.005"), D(100)) > plain


def test_price_of_a_long_without_leverage_is_not_above_zero() -> None:
    """At 1x no price liquidates a long."""
    assert liquidation_price(Side.LONG, D(60000), D(1), D(1), D("0.005")) <= 0


@pytest.mark.parametrize(
    ("base", "highest", "rate"),
    [
        ("BTC", D(125), "0.005"),
        ("eth", None, "0.005"),
        ("SOL", D(75), "0.015"),
        ("SOL", D(26), "0.015"),
        ("SOL", D(25), "0.02"),
        ("BTC", D(20), "0.02"),
    ],
)
def test_default_rate_follows_coin_and_leverage(base: str, highest: D | None, rate: str) -> None:
    """0.5 % for BTC and ETH, 1.5 % for others, 2 % wherever at most 25x is allowed."""
    assert default_maintenance_rate(base, highest) == D(rate)


def test_stop_on_the_liquidation_price_does_not_survive() -> None:
    """A stop counts as reached first only if it is strictly nearer."""
    assert survives(Side.LONG, D(101), D(100))
    assert not survives(Side.LONG, D(100), D(100))
    assert survives(Side.SHORT, D(99), D(100))
    assert not survives(Side.SHORT, D(100), D(100))


@pytest.mark.parametrize("side", Side)
@given(
    average=st.decimals("0.01", "100000", places=2),
    distance=st.decimals("0.1", "60", places=1),
    rate=st.sampled_from([D("0.005"), D("0.015"), D("0.02")]),
)
def test_highest_safe_leverage_is_the_last_that_survives(side: Side, average: D, distance: D, rate: D) -> None:
    """With the leverage named the stop comes first; with one more it does not."""
    stop = average * (1 - side.sign * distance / 100)
    safe = highest_safe_leverage(side, average, stop, rate)
    assert safe is not None
    assert survives(side, stop, liquidation_price(side, average, D(1), safe, rate))
    assert not survives(side, stop, liquidation_price(side, average, D(1), safe + 1, rate))


def test_no_leverage_is_safe_for_a_short_with_a_stop_at_twice_the_price() -> None:
    """Where even 1x is liquidated before the stop, there is no leverage to name."""
    assert highest_safe_leverage(Side.SHORT, D(100), D(205), D("0.005")) is None


def test_no_leverage_is_named_for_a_stop_far_on_the_winning_side() -> None:
    """A stop that lies beyond the entry in favour has no room to measure."""
    assert highest_safe_leverage(Side.LONG, D(100), D(200), D("0.005")) is None
