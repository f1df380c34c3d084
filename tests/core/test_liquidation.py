"""Liquidation estimates: the mark form for both sides, default rates, and the highest leverage that is safe."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.liquidation import (
    Maintenance,
    Source,
    default_maintenance_rate,
    flat,
    highest_safe_leverage,
    liquidation_estimate,
    liquidation_price,
    maintenance_of,
    survives,
)
from chatbot.core.market import Bracket
from chatbot.core.money import Side
from tests.core.brackets import BITCOIN, tables
from tests.core.planning import BTC

D = Decimal
CENT = D("0.01")


def test_price_of_a_short_lies_above() -> None:
    """A short is liquidated above its entry: 60 000 · 1.05 / 1.005 at 20x, and a bracket's amount moves it away."""
    plain = liquidation_price(Side.SHORT, D(60000), D(1), D(20), D("0.005"))
    assert plain.quantize(CENT) == D("62686.57")
    assert liquidation_price(Side.SHORT, D(60000), D(1), D(20), D("0.005"), D(100)) > plain


def test_price_of_a_long_without_leverage_is_not_above_zero() -> None:
    """At 1x no price liquidates a long."""
    assert liquidation_price(Side.LONG, D(60000), D(1), D(1), D("0.005")) <= 0
    assert liquidation_estimate(Side.LONG, D(60000), D(50), D(1), BITCOIN) <= 0


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


def test_maintenance_says_where_it_is_from() -> None:
    """Published brackets are used where they are known, else a rate is assumed for the coin."""
    published = replace(BTC, brackets=BITCOIN.brackets)
    assert maintenance_of("BTC", published) == BITCOIN
    assert maintenance_of("BTC", BTC) == Maintenance((Bracket(D(0), D("0.005")),), Source.ASSUMED)
    assert maintenance_of("SOL", None) == flat(D("0.015"))


@pytest.mark.parametrize(
    ("notional", "rate"),
    [("-1", "0.004"), ("0", "0.004"), ("49999.99", "0.004"), ("50000", "0.005"), ("600000", "0.0065"), ("1e9", "0.01")],
)
def test_notional_falls_in_the_last_bracket_whose_floor_it_reached(notional: str, rate: str) -> None:
    """A floor belongs to the bracket above it; below all floors counts the first."""
    assert BITCOIN.at(D(notional)).rate == D(rate)


@pytest.mark.parametrize(
    ("floor", "rate", "amount"), [("-1", "0.01", "0"), ("0", "-0.01", "0"), ("0", "1", "0"), ("0", "0.01", "-1")]
)
def test_bracket_that_no_exchange_can_mean_is_refused(floor: str, rate: str, amount: str) -> None:
    """A maintenance margin is a share of the notional, less an amount."""
    with pytest.raises(ValueError, match="no maintenance bracket"):
        Bracket(D(floor), D(rate), D(amount))


def test_bracket_is_that_of_the_notional_at_the_liquidation_price() -> None:
    """At the entry 10.1 BTC are worth 606 000, at their liquidation less than 600 000: the lower bracket counts."""
    price = liquidation_estimate(Side.LONG, D(60000), D("10.1"), D(20), BITCOIN)
    assert price == liquidation_price(Side.LONG, D(60000), D("10.1"), D(20), D("0.005"), D(50))
    above = liquidation_estimate(Side.SHORT, D(60000), D("9.9"), D(20), BITCOIN)
    assert above == liquidation_price(Side.SHORT, D(60000), D("9.9"), D(20), D("0.0065"), D(950))


@pytest.mark.parametrize("side", Side)
@given(
    quantity=st.decimals("0.001", "500", places=3),
    leverage=st.integers(1, 125),
    maintenance=tables(),
)
def test_estimate_is_where_the_margin_meets_the_maintenance(
    side: Side, quantity: D, leverage: int, maintenance: Maintenance
) -> None:
    """At the price found, margin and result together are exactly the maintenance margin of the notional there."""
    price = liquidation_estimate(side, D(60000), quantity, D(leverage), maintenance)
    if price <= 0:
        return
    left = quantity * D(60000) / leverage + side.sign * quantity * (price - D(60000))
    bracket = maintenance.at(quantity * price)
    kept = quantity * price * bracket.rate - bracket.amount
    assert abs(left - kept) < D("1e-9") * quantity * D(60000)


@pytest.mark.parametrize("side", Side)
@given(
    brackets=st.lists(
        st.builds(
            Bracket,
            st.decimals(0, 10_000_000, places=0),
            st.decimals("0", "0.99", places=2),
            st.decimals(0, 1_000_000, places=0),
        ),
        min_size=1,
        max_size=6,
    ),
    quantity=st.decimals("0", "500", places=2),
    leverage=st.integers(1, 125),
)
def test_estimate_ends_on_any_table(side: Side, brackets: list[Bracket], quantity: D, leverage: int) -> None:
    """Brackets that don't fit together give a price of one of them, and a leverage that is safe or none."""
    odd = Maintenance(tuple(brackets), Source.PUBLISHED)
    price = liquidation_estimate(side, D(60000), quantity, D(leverage), odd)
    if quantity:
        each = [liquidation_price(side, D(60000), quantity, D(leverage), b.rate, b.amount) for b in brackets]
        assert price in each
    stop = D(60000) - side.sign * 600
    safe = highest_safe_leverage(side, D(60000), stop, lambda _: quantity, odd)
    assert safe is None or survives(side, stop, liquidation_estimate(side, D(60000), quantity, safe, odd))


def test_nothing_held_is_judged_by_the_first_bracket() -> None:
    """Where a quantity rounds to nothing there is no notional to look up."""
    assert liquidation_estimate(Side.LONG, D(60000), D(0), D(10), BITCOIN) == liquidation_price(
        Side.LONG, D(60000), D(1), D(10), D("0.004")
    )


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
    safe = highest_safe_leverage(side, average, stop, lambda _: D(1), flat(rate))
    assert safe is not None
    assert survives(side, stop, liquidation_price(side, average, D(1), safe, rate))
    assert not survives(side, stop, liquidation_price(side, average, D(1), safe + 1, rate))


@pytest.mark.parametrize("side", Side)
@given(
    margin=st.decimals("10", "1000000", places=0),
    distance=st.decimals("0.1", "40", places=1),
    maintenance=tables(),
)
def test_highest_safe_leverage_respects_brackets(side: Side, margin: D, distance: D, maintenance: Maintenance) -> None:
    """The same margin holds more at a higher leverage, and the last one that is safe there is found."""
    average = D(60000)
    stop = average * (1 - side.sign * distance / 100)

    def is_safe(leverage: D) -> bool:
        quantity = margin * leverage / average
        return survives(side, stop, liquidation_estimate(side, average, quantity, leverage, maintenance))

    safe = highest_safe_leverage(side, average, stop, lambda leverage: margin * leverage / average, maintenance)
    assert safe is None or is_safe(safe)
    assert not is_safe((safe or D(0)) + 1)


def test_no_leverage_is_safe_for_a_short_with_a_stop_at_twice_the_price() -> None:
    """Where even 1x is liquidated before the stop, there is no leverage to name."""
    assert highest_safe_leverage(Side.SHORT, D(100), D(205), lambda _: D(1), flat(D("0.005"))) is None


def test_no_leverage_is_named_for_a_stop_far_on_the_winning_side() -> None:
    """A stop that lies beyond the entry in favour has no room to measure."""
    assert highest_safe_leverage(Side.LONG, D(100), D(200), lambda _: D(1), flat(D("0.005"))) is None
