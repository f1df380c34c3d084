"""The pre-trade checks as a whole, and the plan in numbers that they work with."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.checks import CheckContext, check, summary
from chatbot.core.findings import Code, blocks_in, warnings_in
from chatbot.core.money import Side
from chatbot.core.plan import (
    Bounce,
    Direction,
    ManualTrigger,
    MarginMode,
    Tier,
)
from chatbot.core.timeframes import Timeframe
from tests.core.planning import (
    BOTH,
    BTC,
    at,
    codes,
    plan,
)

D = Decimal


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


def test_warnings_and_blocks_are_told_apart() -> None:
    """Blocks come first, and each finding is one or the other."""
    both = check(plan(leverage=D(200), allocation_pct=D(6)), CheckContext())
    assert (*blocks_in(both), *warnings_in(both)) == both
    assert warnings_in(both)[0].code is Code.ALLOCATION_HIGH


def test_empty_plan_is_all_findings_and_no_error() -> None:
    """A plan that holds nothing is told all that is missing."""
    empty = plan(tiers=(), targets=(), stop=D(0), equity=D(0), leverage=D(0))
    assert [f.index for f in check(empty, CheckContext()) if f.code is Code.MISSING_ITEM] == [1, 2, 4, 5]
