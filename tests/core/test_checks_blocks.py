"""What keeps a plan from being armed by itself, for both sides where the side matters."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chatbot.core.checks import CheckContext, check
from chatbot.core.findings import Code, Severity, blocks_in
from chatbot.core.money import Side
from chatbot.core.plan import (
    AnyOf,
    Direction,
    Guards,
    ManualTrigger,
    MoveTrigger,
    Plan,
    PriceTrigger,
    Target,
    Tier,
    Trail,
)
from tests.core.planning import (
    BOTH,
    at,
    codes,
    found,
    plan,
    price,
    with_closes,
    with_first,
    with_tiers,
)

D = Decimal


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"allocation_pct": D(0)}, 1),
        ({"equity": D(0)}, 1),
        ({"tiers": ()}, 2),
        ({"stop": D(0)}, 4),
        ({"targets": ()}, 5),
    ],
)
def test_missing_item_is_a_block(changes: dict[str, Any], item: int) -> None:
    """A checklist item that holds nothing keeps the plan from being armed."""
    finding = found(plan(**changes), Code.MISSING_ITEM)
    assert (finding.index, finding.severity) == (item, Severity.BLOCK)


def test_question_without_words_is_a_missing_trigger() -> None:
    """A manual trigger that asks nothing is no objective trigger."""
    assert found(with_first(ManualTrigger(" ")), Code.MISSING_ITEM, market_price=D(60000)).index == 3


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (plan(leverage=D(0)), "leverage"),
        (with_first(PriceTrigger(D(0), Direction.DOWN)), "trigger level"),
        (with_tiers(Side.SHORT, MoveTrigger(D(100))), "trigger level"),
        (plan(targets=(Target(D(-1), D(50)),)), "target"),
        (plan(targets=(Target(D(61000), D(-1)), Target(D(63000), D(50)))), "close"),
    ],
)
def test_number_at_or_below_zero_is_a_block(given: Plan, kind: str) -> None:
    """Prices, leverage and closes mean nothing below 0, and are said before anything is worked out."""
    assert kind in [finding.kind for finding in check(given, CheckContext()) if finding.code is Code.NOT_POSITIVE]


def test_tier_one_without_any_price_is_a_block() -> None:
    """Without a level and without a market price no quantity can be worked out."""
    asked = with_first(ManualTrigger("Enter?"))
    assert found(asked, Code.NO_PRICE).severity is Severity.BLOCK
    assert Code.NO_PRICE in codes(asked, market_price=D(0))
    assert Code.NO_PRICE not in codes(asked, market_price=D(60000))


def test_weights_that_miss_100_are_a_block() -> None:
    """Weights must add up to 100."""
    worked = plan()
    finding = found(replace(worked, tiers=worked.tiers[:3]), Code.WEIGHTS_SUM)
    assert (finding.value, finding.nearest) == (D(80), D(100))


def test_weight_of_zero_is_a_block() -> None:
    """A tier without a weight is none."""
    worked = plan()
    tiers = (*worked.tiers[:3], replace(worked.tiers[3], weight_pct=D(20)), Tier(D(0), price(Side.LONG, 950)))
    assert found(replace(worked, tiers=tiers), Code.WEIGHT_ZERO).index == 5


@BOTH
@pytest.mark.parametrize("offset", [0, 100])
def test_stop_on_the_wrong_side_is_a_block(side: Side, offset: int) -> None:
    """The stop lies strictly on the losing side of tier 1; one tick beside it is the closest."""
    finding = found(plan(side, stop=at(side, offset), tick_size=D("0.1")), Code.STOP_WRONG_SIDE)
    assert (finding.value, finding.limit, finding.nearest) == (at(side, offset), at(side, 0), at(side, "-0.1"))


def test_nearest_price_is_unknown_without_a_tick() -> None:
    """Where prices have no grid there is no closest one."""
    assert found(plan(stop=D(60000)), Code.STOP_WRONG_SIDE).nearest is None
    assert found(loose(Side.LONG, -1000), Code.TIER_BEYOND_STOP).nearest is None
    assert found(plan(targets=(Target(D(60000), D(50)),)), Code.TARGET_NOT_FAVOURABLE).nearest is None


def loose(side: Side, offset: int) -> Plan:
    """A dip for the second tier, with averaging down allowed to the stop."""
    return replace(with_tiers(side, price(side, offset, against=True)), guards=Guards(averaging_down_r=D(1)))


@BOTH
@pytest.mark.parametrize("offset", [-1000, -1500])
def test_tier_at_or_beyond_the_stop_is_a_block(side: Side, offset: int) -> None:
    """No tier is added where the trade is already over."""
    given = replace(with_tiers(side, price(side, offset, against=True)), tick_size=D("0.1"))
    finding = found(given, Code.TIER_BEYOND_STOP)
    assert (finding.index, finding.nearest) == (2, at(side, -500))
    assert Code.TIER_TOO_ADVERSE not in codes(given)


@BOTH
def test_tier_beyond_the_stop_may_come_next_to_it_where_averaging_down_is_allowed(side: Side) -> None:
    """With a tolerance of 1R the stop itself is the limit, and one tick short of it the closest level."""
    assert found(replace(loose(side, -1000), tick_size=D("0.1")), Code.TIER_BEYOND_STOP).nearest == at(side, "-999.9")


@BOTH
def test_second_level_of_tier_one_is_judged_too(side: Side) -> None:
    """An alternative of tier 1 that lies beyond the stop is found, not only its first level."""
    either = AnyOf((price(side, 0, against=True), price(side, -1000, against=True)))
    assert found(with_first(either, side), Code.TIER_BEYOND_STOP).index == 1


@BOTH
@pytest.mark.parametrize("offset", [0, -500])
def test_target_against_tier_one_is_a_block(side: Side, offset: int) -> None:
    """A target must bring something."""
    targets = (Target(at(side, offset), D(30)), Target(at(side, 3000), D(60)))
    finding = found(plan(side, targets=targets, tick_size=D("0.1")), Code.TARGET_NOT_FAVOURABLE)
    assert (finding.index, finding.nearest) == (1, at(side, "0.1"))


@BOTH
@pytest.mark.parametrize("offset", [1000, 900])
def test_targets_out_of_order_are_a_block(side: Side, offset: int) -> None:
    """Each target lies strictly further than the one before."""
    targets = (Target(at(side, 1000), D(30)), Target(at(side, offset), D(30)), Target(at(side, 5000), D(30)))
    finding = found(plan(side, targets=targets, tick_size=D("0.1")), Code.TARGETS_UNORDERED)
    assert (finding.index, finding.nearest) == (2, at(side, "1000.1"))


@BOTH
def test_planned_dip_deeper_than_half_an_r_is_a_block(side: Side) -> None:
    """A dip of exactly 0.5R may be planned, one a little deeper is averaging down."""
    finding = found(with_tiers(side, price(side, "-500.1", against=True)), Code.TIER_TOO_ADVERSE)
    assert (finding.index, finding.nearest) == (2, at(side, -500))
    assert Code.TIER_TOO_ADVERSE not in codes(with_tiers(side, price(side, -500, against=True)))


def test_planned_dip_is_measured_with_the_plans_own_tolerance() -> None:
    """The tolerance is a setting of the plan."""
    given = replace(with_tiers(Side.LONG, price(Side.LONG, -600)), guards=Guards(averaging_down_r=D("0.7")))
    assert Code.TIER_TOO_ADVERSE not in codes(given)


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (Trail(D(0)), D(0)),
        (Trail(D(-1)), D(-1)),
        (Trail(D(100)), D(100)),
        (Trail(distance_r=D(0)), D(0)),
        (Trail(distance_atr=D(-2)), D(-2)),
        (Trail(D(1), step_pct=D(0)), D(0)),
        (Trail(), D(0)),
    ],
)
def test_trail_without_a_distance_is_a_block(rule: Trail, wrong: D) -> None:
    """A trail keeps a distance above 0 and below the whole price, and moves in steps above 0."""
    finding = found(plan(targets=(Target(D(62000), D(80), rule),)), Code.TRAIL_NOT_POSITIVE)
    assert (finding.index, finding.value) == (1, wrong)


def test_closes_over_100_are_a_block() -> None:
    """No more is closed than was entered; exactly everything is only a warning."""
    assert found(with_closes(40, 40, 21), Code.CLOSES_OVER).value == D(101)
    assert blocks_in(check(with_closes(40, 40, 20), CheckContext())) == ()
