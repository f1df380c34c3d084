"""All open plans together: what is in, what may come, and what the stops lose."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.core.engine import process
from chatbot.core.inputs import Arm, Input, Jump
from chatbot.core.money import Side
from chatbot.core.plan import Follow, ManualTrigger, Plan, Tier
from chatbot.core.portfolio import Exposure, Together, portfolio_of, stake_of
from chatbot.core.state import PlanState, fresh
from tests.core.planning import at, plan

D = Decimal


def after(given: Plan, *prices: int) -> PlanState:
    """The plan armed and led through these prices, every fill assumed."""
    state = fresh(replace(given, follow=Follow.ASSUMED))
    inputs: list[Input] = [Arm(1), *(Jump(D(price), n) for n, price in enumerate(prices, 2))]
    for one in inputs:
        state = process(state, one).state
    return state


def test_nothing_open_is_nothing_committed() -> None:
    """Without plans everything is empty."""
    found = portfolio_of([])
    assert (found.stakes, found.exposures, found.sums, found.allocation_pct) == ((), (), (), D(0))


def test_waiting_plan_plans_all_of_its_notional_and_risks_r() -> None:
    """Nothing is in yet: all may still come, and the stop then loses R (money)."""
    stake = stake_of(after(plan()))
    assert (stake.base, stake.quote, stake.side) == ("BTC", "USDT", Side.LONG)
    assert (stake.margin, stake.open_notional, stake.planned_notional) == (D(500), D(0), D(5000))
    assert stake.at_risk == 0
    assert stake.most_at_risk is not None
    assert round(stake.most_at_risk, 4) == D("20.8333")


def test_waiting_plan_without_a_price_has_no_known_risk() -> None:
    """Where tier 1 waits for an answer, its price and quantity are not known."""
    worked = plan()
    asked = replace(worked, tiers=(Tier(D(25), ManualTrigger("Enter?")), *worked.tiers[1:]))
    assert stake_of(after(asked)).most_at_risk is None


def test_open_plan_splits_what_is_in_from_what_may_come() -> None:
    """Tier 1 is in: a quarter of the notional is open at risk, three quarters are planned, R stays the most."""
    stake = stake_of(after(plan(), 60_000))
    assert round(stake.open_notional, 6) == D(1250)
    assert stake.planned_notional == D(3750)
    assert round(stake.at_risk, 4) == D("20.8333")
    assert stake.most_at_risk == stake.at_risk


def test_plan_in_profit_may_lose_again_while_tiers_may_come() -> None:
    """With a tightened stop less is at risk now; an add brings it up to R (money) at most, never beyond."""
    stake = stake_of(after(plan(), 60_000, 60_300))
    assert stake.at_risk < D("20.8333")
    assert stake.most_at_risk is not None
    assert round(stake.most_at_risk, 4) == D("20.8333")


def test_plan_past_its_first_target_waits_for_nothing() -> None:
    """The scale-in is over and the stop at break-even: nothing is planned, nothing at risk."""
    stake = stake_of(after(plan(), 60_000, 61_000))
    assert stake.planned_notional == 0
    assert (stake.at_risk, stake.most_at_risk) == (D(0), D(0))


def test_closed_plan_plans_nothing() -> None:
    """A plan that ended before its entry commits only what it was allotted."""
    stake = stake_of(after(plan(), 58_000))
    assert (stake.planned_notional, stake.most_at_risk) == (D(0), D(0))


def test_plans_on_one_side_of_a_coin_are_one_exposure() -> None:
    """Two longs on BTC are one bet, a short on it another, and another currency is summed apart."""
    short, other = plan(Side.SHORT), plan(symbol="ETH/USDC:USDC", stop=at(Side.LONG, -1000))
    found = portfolio_of([after(plan(), 60_000), after(short), after(plan()), after(other)])
    assert found.allocation_pct == D(20)
    first, *others = found.exposures
    assert replace(first, open_notional=round(first.open_notional, 6)) == Exposure(
        "BTC", "USDT", Side.LONG, D(1250), D(8750), (0, 2)
    )
    assert [(one.base, one.side, one.places) for one in others] == [
        ("BTC", Side.SHORT, (1,)),
        ("ETH", Side.LONG, (3,)),
    ]
    tether, coin = found.sums
    assert (tether.quote, tether.margin, tether.unknown) == ("USDT", D(1500), 0)
    assert round(tether.most_at_risk, 4) == D("62.5")
    assert replace(coin, most_at_risk=round(coin.most_at_risk, 4)) == Together("USDC", D(500), D(0), D("20.8333"), 0)


def test_unknown_risk_is_counted_and_not_summed() -> None:
    """What is not known is said, not taken as 0."""
    worked = plan()
    asked = replace(worked, tiers=(Tier(D(25), ManualTrigger("Enter?")), *worked.tiers[1:]))
    (sums,) = portfolio_of([after(worked), after(asked)]).sums
    assert (round(sums.most_at_risk, 4), sums.unknown) == (D("20.8333"), 1)
