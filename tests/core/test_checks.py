"""The pre-trade checks of a plan: every block and every warning, for both sides where the side matters."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chatbot.core.checks import CheckContext, check, summary
from chatbot.core.findings import Code, Finding, Severity, blocks_in, warnings_in
from chatbot.core.market import Instrument
from chatbot.core.money import Side, round_towards_market
from chatbot.core.plan import (
    AllOf,
    AnyOf,
    Average,
    Bounce,
    BreakEven,
    CloseBeyond,
    Direction,
    Guards,
    LockR,
    MacdTrigger,
    ManualTrigger,
    MarginMode,
    MoveTrigger,
    MovingAverageRetest,
    Plan,
    PriceTrigger,
    RsiTrigger,
    Target,
    Tier,
    Trail,
    Trigger,
)
from chatbot.core.timeframes import Timeframe
from chatbot.core.watchable import unwatchable

D = Decimal
BTC = Instrument(
    "binanceusdm", "BTC/USDT:USDT", "BTCUSDT", "BTC", "USDT",
    D("0.1"), D("0.001"), D("0.001"), D(100), D(1), D("0.05"), D(125),
)  # fmt: skip
BOTH = pytest.mark.parametrize("side", Side)
CLOSE = CloseBeyond(Timeframe.H1, D(60900), Direction.UP)
RSI = RsiTrigger(Timeframe.H1, D(50), Direction.UP)


def at(side: Side, offset: int | str) -> D:
    """60 000, and `offset` in the trade's favour."""
    return D(60000) + side.sign * D(offset)


def price(side: Side, offset: int | str, *, against: bool = False) -> PriceTrigger:
    up = (side is Side.LONG) is not against
    return PriceTrigger(at(side, offset), Direction.UP if up else Direction.DOWN)


def plan(side: Side = Side.LONG, **changes: Any) -> Plan:
    """The plan of the worked example, mirrored for a short."""
    worked = Plan(
        exchange="binanceusdm",
        symbol="BTC/USDT:USDT",
        side=side,
        leverage=D(10),
        equity=D(10000),
        allocation_pct=D(5),
        tiers=(
            Tier(D(25), price(side, 0, against=True)),
            Tier(D(25), MoveTrigger(D("0.5"))),
            Tier(D(30), price(side, 600)),
            Tier(D(20), price(side, 900)),
        ),
        stop=at(side, -1000),
        targets=(
            Target(at(side, 1000), D(25), BreakEven()),
            Target(at(side, 2500), D(35), LockR()),
            Target(at(side, 4000), D(30), Trail(D(1))),
        ),
    )
    return replace(worked, **changes)


def with_tiers(side: Side, *triggers: Trigger) -> Plan:
    """The plan with these triggers behind its first tier, equally weighted in quarters."""
    first = Tier(D(100 - 25 * len(triggers)), price(side, 0, against=True))
    return plan(side, tiers=(first, *(Tier(D(25), trigger) for trigger in triggers)))


def with_first(trigger: Trigger, side: Side = Side.LONG) -> Plan:
    """The plan with another first trigger."""
    worked = plan(side)
    return replace(worked, tiers=(Tier(D(25), trigger), *worked.tiers[1:]))


def with_closes(*closes: int, side: Side = Side.LONG) -> Plan:
    """The plan with other closes."""
    worked = plan(side)
    return replace(
        worked, targets=tuple(replace(t, close_pct=D(c)) for t, c in zip(worked.targets, closes, strict=True))
    )


def found(given: Plan, code: Code, **context: Any) -> Finding:
    """The one finding with this code."""
    matching = [finding for finding in check(given, CheckContext(**context)) if finding.code is code]
    assert len(matching) == 1, matching
    return matching[0]


def codes(given: Plan, **context: Any) -> list[Code]:
    return [finding.code for finding in check(given, CheckContext(**context))]


@BOTH
def test_worked_example_has_no_finding(side: Side) -> None:
    """The plan of the rules is sound, long and short."""
    assert check(plan(side), CheckContext()) == ()
    assert check(plan(side), CheckContext(market_price=at(side, 100))) == ()


def test_summary_of_the_worked_example() -> None:
    """Quantities, average, risk and reward are those of the rules."""
    numbers = summary(plan(), CheckContext())
    assert numbers is not None
    assert [tier.price for tier in numbers.tiers] == [D(60000), D(60300), D(60600), D(60900)]
    assert [round(tier.quantity, 8) for tier in numbers.tiers] == [
        D("0.02083333"), D("0.02072968"), D("0.02475248"), D("0.01642036"),
    ]  # fmt: skip
    assert (numbers.r, round(numbers.r_money, 4)) == (D(1000), D("20.8333"))
    assert round(numbers.average, 4) == round(numbers.break_even, 4) == D("60433.2912")
    assert numbers.worst_case == numbers.r_money
    assert (numbers.worst_fees, numbers.reward_to_risk) == (D(0), D("2.325"))
    assert (numbers.notional, numbers.margin) == (D(5000), D(500))


def test_summary_counts_fees_of_entering_and_of_the_stop() -> None:
    """The worst case costs the taker fee on all entries and on the exit that loses R (money)."""
    numbers = summary(plan(taker_pct=D("0.05")), CheckContext())
    assert numbers is not None
    assert round(numbers.worst_fees, 6) == round(D("0.0005") * (10000 - numbers.r_money), 6)


@BOTH
def test_summary_estimates_liquidation_of_tier_one_and_of_all(side: Side) -> None:
    """At 10x and 0.5 % the price is 54 271.36 for a long of 60 000, 65 671.64 for a short."""
    numbers = summary(plan(side), CheckContext(instrument=BTC))
    assert numbers is not None
    assert numbers.liquidation_first is not None
    assert numbers.liquidation_full is not None
    assert round(numbers.liquidation_first, 2) == (D("54271.36") if side is Side.LONG else D("65671.64"))
    assert side.sign * (numbers.liquidation_full - numbers.liquidation_first) > 0


def test_summary_shows_no_liquidation_with_cross_margin() -> None:
    """With cross margin it depends on the whole account, and nothing is blocked or warned for it."""
    crossed = plan(margin_mode=MarginMode.CROSS, leverage=D(100))
    numbers = summary(crossed, CheckContext())
    assert numbers is not None
    assert numbers.liquidation_first is None
    assert numbers.liquidation_full is None
    assert codes(crossed) == [Code.RISK_HIGH]


def test_summary_places_tiers_without_a_level() -> None:
    """A manual tier 1 is expected at the market, a later one where the tier before it is."""
    asked = plan(
        tiers=(
            Tier(D(50), ManualTrigger("Enter?")),
            Tier(D(25), Bounce(Timeframe.M15, D(60500), Direction.UP)),
            Tier(D(25), ManualTrigger("Add?")),
        )
    )
    numbers = summary(asked, CheckContext(market_price=D(60100)))
    assert numbers is not None
    assert [tier.price for tier in numbers.tiers] == [D(60100), D(60500), D(60500)]


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
    assert found(with_tiers(Side.LONG, price(Side.LONG, -1000)), Code.TIER_BEYOND_STOP).nearest is None
    assert found(plan(targets=(Target(D(60000), D(50)),)), Code.TARGET_NOT_FAVOURABLE).nearest is None


@BOTH
@pytest.mark.parametrize("offset", [-1000, -1500])
def test_tier_at_or_beyond_the_stop_is_a_block(side: Side, offset: int) -> None:
    """No tier is added where the trade is already over."""
    given = replace(with_tiers(side, price(side, offset, against=True)), tick_size=D("0.1"))
    finding = found(given, Code.TIER_BEYOND_STOP)
    assert (finding.index, finding.nearest) == (2, at(side, "-999.9"))
    assert Code.TIER_TOO_ADVERSE not in codes(given)


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
    ("trigger", "kind"),
    [
        (RSI, "rsi"),
        (MacdTrigger(Timeframe.H1, Direction.UP), "macd"),
        (MovingAverageRetest(Timeframe.H1, Average.EMA, 20, Direction.UP), "ma_retest"),
        (AllOf((CLOSE,)), "all"),
        (AnyOf((CLOSE, RSI)), "rsi"),
    ],
)
def test_trigger_without_a_feed_is_a_block(trigger: Trigger, kind: str) -> None:
    """Nothing is ever armed that the bot can't watch."""
    assert unwatchable(trigger) == kind
    finding = found(with_tiers(Side.LONG, trigger), Code.UNWATCHABLE)
    assert (finding.index, finding.kind) == (2, kind)


@pytest.mark.parametrize(
    "trigger",
    [
        price(Side.LONG, 300),
        MoveTrigger(D(1)),
        CLOSE,
        Bounce(Timeframe.H1, D(60100), Direction.UP),
        ManualTrigger("Sure?"),
        AnyOf((CLOSE, ManualTrigger("Sure?"))),
    ],
)
def test_trigger_with_a_feed_is_fine(trigger: Trigger) -> None:
    """Prices, moves, closes, bounces and questions are watched, alone or as alternatives."""
    assert unwatchable(trigger) is None
    assert blocks_in(check(with_tiers(Side.LONG, trigger), CheckContext())) == ()


def test_move_in_tier_one_is_a_block() -> None:
    """A move is measured from tier 1's own fill."""
    finding = found(with_first(MoveTrigger(D(1))), Code.MOVE_IN_FIRST_TIER, market_price=D(60000))
    assert finding.value == D(1)


@pytest.mark.parametrize("pct", [D(0), D(-1)])
def test_move_that_goes_nowhere_is_a_block(pct: D) -> None:
    """A move goes in the trade's favour."""
    assert found(with_tiers(Side.LONG, MoveTrigger(pct)), Code.MOVE_NOT_POSITIVE).value == pct


@pytest.mark.parametrize("empty", [AnyOf(()), AllOf(())])
def test_empty_combination_is_a_block(empty: Trigger) -> None:
    """A combination of nothing never fires."""
    assert found(with_tiers(Side.LONG, empty), Code.COMBINATION_EMPTY).index == 2


def test_nested_combination_is_a_block() -> None:
    """`all` and `any` are not nested."""
    nested = AnyOf((AnyOf((CLOSE,)),))  # type: ignore[arg-type]  # what a file may hold
    assert codes(with_tiers(Side.LONG, nested)) == [Code.COMBINATION_NESTED, Code.TIER_COUNT, Code.WEIGHT_DOMINANT]


def test_all_with_a_question_is_a_block() -> None:
    """What must hold at one close can't wait for an answer."""
    assert Code.ALL_WITH_MANUAL in codes(with_tiers(Side.LONG, AllOf((CLOSE, ManualTrigger("Sure?")))))


def test_all_without_a_candle_is_a_block() -> None:
    """Without a candle nothing says when the parts are judged."""
    assert Code.ALL_WITHOUT_CANDLE in codes(with_tiers(Side.LONG, AllOf((price(Side.LONG, 300),))))


def test_all_with_two_timeframes_is_a_block() -> None:
    """Candle parts share one timeframe, so that they close together."""
    both = AllOf((CLOSE, replace(CLOSE, timeframe=Timeframe.M15)))
    assert found(with_tiers(Side.LONG, both), Code.ALL_MIXED_TIMEFRAMES).kind == "15m, 1h"


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


def test_allocation_over_5_is_a_warning() -> None:
    """5 % is usual, more needs an explicit yes."""
    finding = found(plan(allocation_pct=D("5.1")), Code.ALLOCATION_HIGH)
    assert (finding.severity, finding.nearest) == (Severity.WARNING, D(5))


@pytest.mark.parametrize(
    ("weights", "index", "nearest"),
    [((20, 55, 25), 2, 50), ((49, 36, 15), 1, 45), ((51, 49), 1, 50)],
)
def test_dominant_weight_is_a_warning(weights: tuple[int, ...], index: int, nearest: int) -> None:
    """No tier is over half of the trade, or over three times the smallest."""
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
    assert Code.CLOSE_ROUNDS_TO_ZERO not in codes(plan(lot_size=D("0.001")))


def test_close_of_zero_is_no_warning() -> None:
    """A planned close of 0 is meant: the target still moves the stop."""
    assert codes(replace(with_closes(0, 50, 40), lot_size=D("0.001"))) == []


@BOTH
def test_reward_under_one_and_a_half_is_a_warning(side: Side) -> None:
    """Closes of 25/35/30 at 1R, 1.5R and 2R bring 1.375R; the runner is not counted."""
    poor = plan(side, targets=tuple(Target(at(side, 1000 + 500 * n), D(c)) for n, c in enumerate((25, 35, 30))))
    assert found(poor, Code.REWARD_LOW).value == D("1.375")
    assert Code.REWARD_LOW not in codes(replace(poor, targets=(Target(at(side, 2000), D(75)),)))


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
    assert found(with_closes(25, 35, 40), Code.NO_RUNNER).severity is Severity.WARNING


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
    assert found(late, Code.TIER_BEYOND_TARGET).index == 3
    allowed = replace(late, guards=Guards(add_after_first_target=True))
    assert Code.TIER_BEYOND_TARGET not in codes(allowed)


def test_warnings_and_blocks_are_told_apart() -> None:
    """Blocks come first, and each finding is one or the other."""
    both = check(plan(leverage=D(200), allocation_pct=D(6)), CheckContext())
    assert (*blocks_in(both), *warnings_in(both)) == both
    assert warnings_in(both)[0].code is Code.ALLOCATION_HIGH


def test_empty_plan_is_all_findings_and_no_error() -> None:
    """A plan that holds nothing is told all that is missing."""
    empty = plan(tiers=(), targets=(), stop=D(0), equity=D(0), leverage=D(0))
    assert [f.index for f in check(empty, CheckContext()) if f.code is Code.MISSING_ITEM] == [1, 2, 4, 5]
