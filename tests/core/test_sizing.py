"""Sizing by risk: the loss at the stop is never more than was said, and as near to it as the steps allow."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.checks import CheckContext, summary
from chatbot.core.liquidation import Source, liquidation_price
from chatbot.core.market import FundingRate
from chatbot.core.money import Side
from chatbot.core.sizing import FirstTier, Wanted, allocation_for_risk, funding_per_8h, size_for_risk
from tests.core.brackets import BITCOIN
from tests.core.planning import BTC, at, plan

D = Decimal
WORKED = Wanted(D(10_000), D("0.5"), D(60_000), D(59_000), D(10), "BTC", D("0.05"))
PRICES = st.decimals("0.01", "100000", places=2)


def first(side: Side = Side.LONG, **changes: D) -> FirstTier:
    """Tier 1 of the worked example."""
    return replace(FirstTier(D(60_000), at(side, -1000), D(10), D(25)), **changes)


@pytest.mark.parametrize("side", Side)
def test_allocation_of_the_worked_example_by_its_risk(side: Side) -> None:
    """5 % at 10x puts a quarter at 60 000 with a stop 1 000 away: 0.20833 % of equity, and back again."""
    assert allocation_for_risk(D("20.8333333333") / 100, first(side)) == D("4.99")
    assert allocation_for_risk(D("20.8333333334") / 100, first(side)) == D("5.00")


@given(
    risk=st.decimals("0.1", "5", places=2),
    entry=PRICES,
    distance=st.decimals("0.1", "50", places=1),
    leverage=st.integers(1, 125),
    weight=st.integers(1, 100),
    side=st.sampled_from(Side),
)
def test_risk_is_never_exceeded_and_nearly_used(
    risk: D, entry: D, distance: D, leverage: int, weight: int, side: Side
) -> None:
    """With the allocation named tier 1's stop loses no more than was said; 0.01 % of equity more would."""
    stop = entry * (1 - side.sign * distance / 100)
    tier = FirstTier(entry, stop, D(leverage), D(weight))
    allocation = allocation_for_risk(risk, tier)

    def lost(allocated: D) -> D:
        return allocated / 100 * leverage * weight / entry * abs(entry - stop)

    assert lost(allocation) <= risk + D("1e-20")
    assert allocation == 100 or lost(allocation + D("0.01")) > risk - D("1e-20")


def test_plan_sized_by_risk_loses_that_much() -> None:
    """The allocation goes into a plan, and R (money) is the risk that was asked for, lots aside."""
    allocation = allocation_for_risk(D(1), first())
    numbers = summary(plan(allocation_pct=allocation), CheckContext())
    assert numbers is not None
    assert (allocation, numbers.r_money) == (D(24), D(100))


def test_allocation_is_never_more_than_all_there_is() -> None:
    """A stop next to the entry would take more than the whole equity for its risk."""
    assert allocation_for_risk(D(2), first(stop=D(59_999))) == D(100)


@pytest.mark.parametrize(
    "changes", [{"entry": D(0)}, {"stop": D(-1)}, {"leverage": D(0)}, {"weight_pct": D(0)}, {"stop": D(60_000)}]
)
def test_allocation_of_nonsense_is_refused(changes: dict[str, Any]) -> None:
    """Numbers at 0 or below, and a stop at the entry, have no size."""
    with pytest.raises(ValueError, match=r"above 0|at the entry"):
        allocation_for_risk(D(1), first(**changes))


def test_size_of_a_long() -> None:
    """0.5 % of 10 000 is 50, which 0.05 BTC lose over 1 000; fees of both ways come on top."""
    size = size_for_risk(WORKED)
    assert (size.side, size.quantity, size.notional) == (Side.LONG, D("0.05"), D(3000))
    assert (size.margin, size.margin_pct, size.loss) == (D(300), D(3), D(50))
    assert (size.fees, size.loss_with_fees) == (D("2.975"), D("52.975"))
    assert size.liquidation == liquidation_price(Side.LONG, D(60_000), D("0.05"), D(10), D("0.005"))
    assert (size.maintenance.source, size.stop_first, size.safe_leverage) == (Source.ASSUMED, True, D(46))
    assert (size.least, size.least_risk_pct, size.most) == (D(0), D(0), None)


def test_size_of_a_short_with_a_known_market() -> None:
    """A stop above makes a short; the quantity lies on the lot, the brackets are the market's own."""
    market = replace(BTC, brackets=BITCOIN.brackets, max_quantity=D(100))
    size = size_for_risk(replace(WORKED, stop=D(60_700), instrument=market))
    assert (size.side, size.quantity, size.loss) == (Side.SHORT, D("0.071"), D("49.7"))
    assert (size.maintenance, size.least, size.most) == (BITCOIN, D("0.002"), D(100))
    assert size.least_risk_pct == D("0.014")


def test_size_that_is_liquidated_first_names_a_leverage_that_is_not() -> None:
    """At 50x a stop 1 000 away is never reached; the leverage named is the highest at which it is."""
    size = size_for_risk(replace(WORKED, leverage=D(50)))
    assert (size.stop_first, size.safe_leverage) == (False, D(46))
    assert size_for_risk(replace(WORKED, leverage=D(46))).stop_first
    assert not size_for_risk(replace(WORKED, leverage=D(47))).stop_first


def test_size_that_rounds_to_nothing_is_nothing() -> None:
    """Where even a lot risks too much, the quantity is 0 and so is all else."""
    size = size_for_risk(replace(WORKED, equity=D(100), instrument=BTC))
    assert (size.quantity, size.notional, size.loss, size.fees) == (D(0), D(0), D(0), D(0))
    assert size.least_risk_pct == D(2)


@given(
    equity=st.decimals("10", "1000000", places=2),
    risk=st.decimals("0.01", "10", places=2),
    entry=PRICES,
    stop=PRICES,
    lot=st.sampled_from([D("0.001"), D("0.1"), D(1)]),
)
def test_size_never_risks_more_than_was_said(equity: D, risk: D, entry: D, stop: D, lot: D) -> None:
    """Rounding to the lot only ever makes it less, by less than one lot."""
    if entry == stop:
        return
    market = replace(BTC, lot_size=lot)
    size = size_for_risk(Wanted(equity, risk, entry, stop, D(10), "BTC", D(0), market))
    most = equity * risk / 100
    slack = abs(entry - stop) * lot * D("1e-8")
    assert size.loss <= most + slack
    assert size.loss + abs(entry - stop) * lot > most - slack


@pytest.mark.parametrize("changes", [{"equity": D(0)}, {"risk_pct": D(-1)}, {"stop": D(60_000)}, {"leverage": D(0)}])
def test_size_of_nonsense_is_refused(changes: dict[str, Any]) -> None:
    """There is no size for it."""
    with pytest.raises(ValueError, match=r"above 0|at the entry"):
        size_for_risk(replace(WORKED, **changes))


@pytest.mark.parametrize(
    ("side", "rate", "hours", "cost"),
    [
        (Side.LONG, "0.01", 8, "0.3"),
        (Side.SHORT, "0.01", 8, "-0.3"),
        (Side.LONG, "-0.02", 4, "-1.2"),
        (Side.SHORT, "-0.02", 4, "1.2"),
        (Side.LONG, "0.01", 1, "2.4"),
        (Side.LONG, "0", 8, "0"),
    ],
)
def test_funding_is_paid_by_the_crowded_side(side: Side, rate: str, hours: int, cost: str) -> None:
    """Above 0 longs pay shorts, below 0 it is the other way round; shorter intervals are paid more often."""
    assert funding_per_8h(side, D(3000), FundingRate(D(rate), D(hours))) == D(cost)
