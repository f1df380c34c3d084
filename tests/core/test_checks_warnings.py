"""What a plan may be armed with only after an explicit "I know"."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.checks import CheckContext, check, summary
from chatbot.core.findings import Code, Severity
from chatbot.core.money import Side, round_towards_market
from chatbot.core.plan import (
    Guards,
    ManualTrigger,
    Target,
    Tier,
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


def test_allocation_over_5_is_a_warning() -> None:
    """5 % is usual, more needs an explicit yes."""
    finding = found(plan(allocation_pct=D("5.1")), Code.ALLOCATION_HIGH)
    assert (finding.severity, finding.nearest) == (Severity.WARNING, D(5))


@pytest.mark.parametrize(
    ("weights", "index", "nearest"),
    [((20, 55, 25), 2, 50), ((49, 36, 15), 1, 45), ((51, 49), 1, 50), ((98, 1, 1), 1, "33.33"), ((100,), 1, 50)],
)
def test_dominant_weight_is_a_warning(weights: tuple[int, ...], index: int, nearest: int | str) -> None:
    """No tier is over half of the trade, or over three times the smallest; no less than an even share is asked for."""
    triggers = [price(Side.LONG, 0, against=True), price(Side.LONG, 300), price(Side.LONG, 600)]
    tiers = tuple(Tier(D(weight), trigger) for weight, trigger in zip(weights, triggers, strict=False))
    finding = found(plan(tiers=tiers), Code.WEIGHT_DOMINANT)
    assert (finding.index, finding.nearest) == (index, D(nearest))


@pytest.mark.parametrize(("weights", "nearest"), [((50, 50), 3), ((20, 20, 20, 20, 20), 4)])
def test_too_few_or_many_tiers_are_a_warning(weights: tuple[int, ...], nearest: int) -> None:
    """Three or four tiers make a scale-in."""
    tiers = tuple(Tier(D(weight), price(Side.LONG, 100 * n)) for n, weight in enumerate(weights))
    assert found(plan(tiers=tiers), Code.TIER_COUNT).nearest == D(nearest)


@BOTH
def test_allocation_named_for_less_risk_holds_with_coarse_lots(side: Side) -> None:
    """3.9 lots make three, at 0.7 % of equity each: two are left. Where one lot alone is too much, none is named."""
    coarse = plan(side, equity=D(1000), leverage=D(100), lot_size=D("0.01"))
    finding = found(replace(coarse, stop=at(side, -700), allocation_pct=D("9.36")), Code.RISK_HIGH)
    assert (finding.value, finding.nearest) == (D("2.1"), D("6.85"))
    assert Code.RISK_HIGH not in codes(replace(coarse, stop=at(side, -700), allocation_pct=D("6.85")))
    one = found(replace(coarse, stop=at(side, -3000), allocation_pct=D("4.56")), Code.RISK_HIGH)
    assert (one.value, one.nearest) == (D(3), None)


@BOTH
def test_risk_over_2_percent_of_equity_is_a_warning(side: Side) -> None:
    """R (money) is what is lost if the stop is hit after tier 1; the allocation named brings it to 2 %."""
    risky = plan(side, leverage=D(20), stop=at(side, -2000), allocation_pct=D(30))
    finding = found(risky, Code.RISK_HIGH)
    assert (finding.value, finding.limit) == (D(5), D(200))
    assert finding.nearest == D(12)
    assert Code.RISK_HIGH not in codes(replace(risky, allocation_pct=D(12)))


@BOTH
def test_second_target_within_1r_is_a_warning(side: Side) -> None:
    """TP2 is at least 1R away from tier 1."""
    near = plan(
        side, targets=(Target(at(side, 950), D(20)), Target(at(side, 999), D(20)), Target(at(side, 9000), D(40)))
    )
    finding = found(near, Code.SECOND_TARGET_CLOSE)
    assert (finding.value, finding.nearest) == (at(side, 999), at(side, 1000))
    exact = plan(side, targets=(Target(at(side, 950), D(20)), Target(at(side, 1000), D(20))))
    assert Code.SECOND_TARGET_CLOSE not in codes(exact)


def test_close_that_rounds_to_nothing_is_a_warning() -> None:
    """A share of tier 1 alone that is less than a lot is said with the number of tiers in."""
    small = plan(allocation_pct=D("0.5"), lot_size=D("0.001"))
    findings = [f for f in check(small, CheckContext()) if f.code is Code.CLOSE_ROUNDS_TO_ZERO]
    assert [(finding.index, finding.value) for finding in findings] == [(1, D(1)), (3, D(1))]
    assert [finding.nearest for finding in findings] == [D(50), D(40)]
    assert Code.CLOSE_ROUNDS_TO_ZERO not in codes(plan(lot_size=D("0.001")))


def test_no_close_is_named_where_there_is_no_lot_left() -> None:
    """Of a single lot the second target can't close anything, whatever its share."""
    lone = plan(
        allocation_pct=D("0.3"),
        lot_size=D("0.001"),
        targets=(Target(at(Side.LONG, 2000), D(100)), Target(at(Side.LONG, 3000), D(1))),
    )
    findings = [f for f in check(lone, CheckContext()) if f.code is Code.CLOSE_ROUNDS_TO_ZERO]
    assert [(finding.index, finding.nearest) for finding in findings] == [(2, None)]


def test_close_of_zero_is_no_warning() -> None:
    """A planned close of 0 is meant: the target still moves the stop."""
    assert codes(replace(with_closes(0, 50, 40), lot_size=D("0.001"))) == []


@BOTH
def test_reward_under_one_and_a_half_is_a_warning(side: Side) -> None:
    """Closes of 25/35/30 at 1R, 1.5R and 2R bring 1.375R; the runner is not counted."""
    poor = plan(side, targets=tuple(Target(at(side, 1000 + 500 * n), D(c)) for n, c in enumerate((25, 35, 30))))
    finding = found(poor, Code.REWARD_LOW)
    assert finding.value == D("1.375")
    assert finding.nearest is not None
    assert round(finding.nearest, 4) == round(at(side, 2000) + side.sign * D(12500) / 30, 4)
    assert Code.REWARD_LOW not in codes(replace(poor, targets=(Target(at(side, 2000), D(75)),)))


def test_no_target_is_named_where_none_would_make_the_trade_worth_it() -> None:
    """A last target that closes nothing changes nothing, and no price lies below 0."""
    empty = plan(targets=(Target(at(Side.LONG, 1000), D(90)), Target(at(Side.LONG, 5000), D(0))))
    assert found(empty, Code.REWARD_LOW).nearest is None
    thin = plan(Side.SHORT, targets=(Target(at(Side.SHORT, 1000), D(90)), Target(at(Side.SHORT, 5000), D("0.1"))))
    assert found(thin, Code.REWARD_LOW).nearest is None


@BOTH
def test_stop_within_an_atr_is_a_warning(side: Side) -> None:
    """The closest stop is one ATR away, on the tick that is no nearer."""
    finding = found(plan(side, tick_size=D(7)), Code.STOP_INSIDE_ATR, atr=D(1500))
    assert (finding.value, finding.limit) == (at(side, -1000), D(1500))
    assert finding.nearest == (D(58499) if side is Side.LONG else D(61502))


def test_stop_within_an_atr_is_said_only_where_an_atr_is_known() -> None:
    """Without a chart nothing is claimed; a stop on the wrong side is its own finding; no stop lies below 0."""
    assert Code.STOP_INSIDE_ATR not in codes(plan())
    assert Code.STOP_INSIDE_ATR not in codes(plan(stop=D(60100)), atr=D(1500))
    assert found(plan(), Code.STOP_INSIDE_ATR, atr=D(60000)).nearest is None


def test_stop_is_never_near_a_liquidation_that_can_not_happen() -> None:
    """A long at 1x is liquidated by no price, so its stop may lie anywhere."""
    assert Code.STOP_NEAR_LIQUIDATION not in codes(plan(leverage=D(1), stop=D(20000)))


@BOTH
def test_stop_more_than_half_way_to_liquidation_is_a_warning(side: Side) -> None:
    """The stop keeps at least as far from liquidation as from tier 1."""
    risky = plan(side, leverage=D(25), tick_size=D("0.1"))
    numbers = summary(risky, CheckContext())
    assert numbers is not None
    assert numbers.liquidation_first is not None
    exact = (numbers.entry + numbers.liquidation_first) / 2
    half = round_towards_market(exact, D("0.1"), side)
    finding = found(replace(risky, stop=half - side.sign), Code.STOP_NEAR_LIQUIDATION)
    assert finding.nearest == half
    assert Code.STOP_NEAR_LIQUIDATION not in codes(replace(risky, stop=half))


def test_only_manual_triggers_are_a_warning() -> None:
    """Something objective decides, at least once."""
    asked = plan(tiers=tuple(Tier(D(w), ManualTrigger("Sure?")) for w in (40, 30, 30)))
    assert found(asked, Code.ONLY_MANUAL, market_price=D(60000)).severity is Severity.WARNING
    assert Code.ONLY_MANUAL not in codes(with_first(ManualTrigger("Sure?")), market_price=D(60000))


def test_closing_everything_is_a_warning() -> None:
    """Without a runner a long move is missed."""
    finding = found(with_closes(25, 35, 40), Code.NO_RUNNER)
    assert (finding.severity, finding.value, finding.nearest) == (Severity.WARNING, D(100), D(90))


def test_allocations_of_all_plans_over_20_are_a_warning() -> None:
    """The plan counts with those that are open; what is left is named, if anything is."""
    assert found(plan(), Code.OPEN_ALLOCATIONS, open_allocation_pct=D(16)).nearest == D(4)
    full = found(plan(), Code.OPEN_ALLOCATIONS, open_allocation_pct=D(20))
    assert (full.value, full.nearest) == (D(25), None)
    assert codes(plan(), open_allocation_pct=D(15)) == []


def test_cool_down_is_a_warning() -> None:
    """Shortly after a stop on the same market and side, the next plan is met with a question."""
    assert codes(plan(), cool_down=True) == [Code.COOL_DOWN]


@BOTH
def test_market_that_left_the_plan_behind_is_a_warning(side: Side) -> None:
    """With the stop or the first target already reached, the plan would end at its first price."""
    stopped = found(plan(side), Code.MARKET_BEYOND_PLAN, market_price=at(side, -1000))
    reached = found(plan(side), Code.MARKET_BEYOND_PLAN, market_price=at(side, 1000))
    assert (stopped.kind, reached.kind) == ("stop", "first target")


@BOTH
def test_tier_at_the_first_target_is_a_warning(side: Side) -> None:
    """The first target ends the scale-in, so a tier there is never added, unless the plan allows it."""
    late = with_tiers(side, price(side, 300), price(side, 1000))
    finding = found(replace(late, tick_size=D("0.1")), Code.TIER_BEYOND_TARGET)
    assert (finding.index, finding.nearest) == (3, at(side, "999.9"))
    assert found(late, Code.TIER_BEYOND_TARGET).nearest is None
    allowed = replace(late, guards=Guards(add_after_first_target=True))
    assert Code.TIER_BEYOND_TARGET not in codes(allowed)
