"""What the market allows: leverage, order sizes, liquidation after the stop."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.core.checks import CheckContext, check
from chatbot.core.findings import Code
from chatbot.core.market import Bracket
from chatbot.core.money import Side
from chatbot.core.plan import Plan, Tier
from tests.core.planning import (
    BOTH,
    BTC,
    at,
    codes,
    found,
    plan,
    price,
)

D = Decimal


@BOTH
def test_liquidation_before_the_stop_is_a_block(side: Side) -> None:
    """The highest leverage that is safe for tier 1 alone and for the full position is named, and passes."""
    risky = plan(side, leverage=D(100), allocation_pct=D("0.5"))
    findings = [f for f in check(risky, CheckContext(instrument=BTC)) if f.code is Code.LIQUIDATED_FIRST]
    assert [finding.index for finding in findings] == [1, 4]
    safe = findings[0].nearest
    assert safe is not None
    assert {finding.nearest for finding in findings} == {safe}
    assert Code.LIQUIDATED_FIRST not in codes(replace(risky, leverage=safe), instrument=BTC)
    assert Code.LIQUIDATED_FIRST in codes(replace(risky, leverage=safe + 1), instrument=BTC)


def test_liquidation_of_the_full_position_alone_is_a_block() -> None:
    """Adding raises the average, and with it the liquidation price."""
    finding = found(plan(leverage=D(40), allocation_pct=D("0.5")), Code.LIQUIDATED_FIRST)
    assert (finding.index, finding.nearest) == (4, D(34))


def test_safe_leverage_is_one_that_the_market_allows() -> None:
    """A stop that leaves room for 34x is no reason to name it where 20x is the most."""
    low = replace(BTC, max_leverage=D("20.5"))
    risky = plan(leverage=D(100), allocation_pct=D("0.5"))
    findings = check(risky, CheckContext(instrument=low))
    assert {f.nearest for f in findings if f.code is Code.LIQUIDATED_FIRST} == {D(20)}


def test_safe_leverage_follows_the_exchanges_brackets() -> None:
    """The same plan is safe at 36x while it is small, at 24x where its notional falls in a higher bracket."""
    steps = (Bracket(D(0), D("0.004")), Bracket(D(50_000), D("0.02"), D(800)))
    known = replace(BTC, brackets=steps)
    small = plan(leverage=D(40), equity=D(10_000), allocation_pct=D(1))
    large = replace(small, equity=D(1_000_000))
    for given, highest in ((small, D(36)), (large, D(24))):
        findings = check(given, CheckContext(instrument=known))
        assert {f.nearest for f in findings if f.code is Code.LIQUIDATED_FIRST} == {highest}
        assert Code.LIQUIDATED_FIRST not in codes(replace(given, leverage=highest), instrument=known)
        assert Code.LIQUIDATED_FIRST in codes(replace(given, leverage=highest + 1), instrument=known)


def test_lots_that_move_the_average_are_tried_on_the_whole_plan() -> None:
    """With coarse lots the later tiers weigh more than planned: the leverage named is still one that passes."""
    coarse = plan(leverage=D(40), allocation_pct=D(2), lot_size=D("0.01"))
    named = found(coarse, Code.LIQUIDATED_FIRST).nearest
    assert named == D(34)
    assert Code.LIQUIDATED_FIRST not in codes(replace(coarse, leverage=named))
    assert Code.LIQUIDATED_FIRST in codes(replace(coarse, leverage=named + 1))


@BOTH
def test_no_leverage_between_the_one_named_and_the_plans_own_is_safe(side: Side) -> None:
    """A small account's lots move the average so far that every leverage is tried, not only those near an estimate."""
    steps = tuple(Tier(D(weight), price(side, level)) for weight, level in ((40, 0), (35, 600), (25, 5000)))
    small = plan(side, tiers=steps, stop=at(side, -1500), lot_size=D("0.001"), leverage=D(100), allocation_pct=D(1))
    for equity in (1200, 1800, 2500, 4000, 9000):
        given = replace(small, equity=D(equity))
        named = found_first(given)
        safe = [one for one in range(1, 100) if Code.LIQUIDATED_FIRST not in codes(replace(given, leverage=D(one)))]
        assert named == max(safe)


def found_first(given: Plan) -> Decimal | None:
    """The highest safe leverage that is named."""
    return next(f.nearest for f in check(given, CheckContext()) if f.code is Code.LIQUIDATED_FIRST)


def test_order_over_the_largest_is_a_block() -> None:
    """The allocation named fits; where even the smallest step does not, none is named."""
    most = replace(BTC, max_quantity=D("0.02"))
    finding = found(plan(lot_size=D("0.001")), Code.QUANTITY_TOO_LARGE, instrument=most)
    assert (finding.index, finding.limit, finding.nearest) == (3, D("0.02"), D("4.04"))
    tiny = replace(BTC, max_quantity=D("0.000001"))
    findings = check(plan(), CheckContext(instrument=tiny))
    assert {f.nearest for f in findings if f.code is Code.QUANTITY_TOO_LARGE} == {None}


def test_no_leverage_is_named_where_none_is_safe() -> None:
    """A short with its stop at twice the price is liquidated first even at 1x."""
    far = plan(Side.SHORT, leverage=D(2), stop=D(130000))
    assert {f.nearest for f in check(far, CheckContext()) if f.code is Code.LIQUIDATED_FIRST} == {None}


@BOTH
def test_quantity_below_the_minimum_is_a_block(side: Side) -> None:
    """The smallest order and the smallest worth both count; the allocation named would do."""
    small = plan(side, allocation_pct=D(1), equity=D(1000), lot_size=D("0.001"))
    findings = [f for f in check(small, CheckContext(instrument=BTC)) if f.code is Code.QUANTITY_TOO_SMALL]
    assert [finding.index for finding in findings] == [1, 2, 3, 4]
    assert all(finding.limit == D("0.002") for finding in findings)
    most = max(finding.nearest for finding in findings if finding.nearest is not None)
    assert Code.QUANTITY_TOO_SMALL not in codes(replace(small, allocation_pct=most), instrument=BTC)


def test_smallest_order_is_one_that_can_be_placed() -> None:
    """A minimum between two lots means the larger one: the allocation named would buy it."""
    odd = replace(BTC, min_quantity=D("0.0035"))
    small = plan(equity=D(1000), lot_size=D("0.001"))
    findings = [f for f in check(small, CheckContext(instrument=odd)) if f.code is Code.QUANTITY_TOO_SMALL]
    assert {finding.limit for finding in findings} == {D("0.004")}
    most = max(finding.nearest for finding in findings if finding.nearest is not None)
    assert Code.QUANTITY_TOO_SMALL not in codes(replace(small, allocation_pct=most), instrument=odd)


def test_quantity_of_nothing_is_a_block_without_a_known_market() -> None:
    """A tier that rounds to 0 is never offered."""
    finding = found(plan(equity=D(4000), lot_size=D("0.008")), Code.QUANTITY_TOO_SMALL)
    assert (finding.index, finding.value, finding.limit) == (4, D(0), D("0.008"))


def test_leverage_over_the_market_is_a_block() -> None:
    """The market's maximum is the closest that works."""
    low = replace(BTC, max_leverage=D(5))
    finding = found(plan(), Code.LEVERAGE_OVER_MAX, instrument=low)
    assert (finding.value, finding.nearest) == (D(10), D(5))
    assert Code.LEVERAGE_OVER_MAX not in codes(plan(leverage=D(5)), instrument=low)
