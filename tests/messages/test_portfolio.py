"""The portfolio of all open plans as text."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.core.engine import process
from chatbot.core.figures import GAP
from chatbot.core.inputs import Arm, Jump
from chatbot.core.plan import Follow, ManualTrigger, Plan, Tier
from chatbot.core.state import PlanState, fresh
from chatbot.messages.fitting import LIMIT, length
from chatbot.messages.portfolio import PortfolioRow, portfolio
from tests.messages.trading import VIEW, long_plan

D = Decimal


def row(number: int, plan: Plan, *prices: int) -> PortfolioRow:
    """A plan led through these prices, every fill assumed."""
    state: PlanState = process(fresh(replace(plan, follow=Follow.ASSUMED)), Arm(1)).state
    for at, price in enumerate(prices, 2):
        state = process(state, Jump(D(price), at)).state
    return state, replace(VIEW, number=number)


def said(*rows: PortfolioRow) -> str:
    return portfolio(rows).text.replace(GAP, " ")


def asked(plan: Plan) -> Plan:
    """The plan with a first tier that names no price."""
    return replace(plan, tiers=(Tier(D(25), ManualTrigger("Enter?")), *plan.tiers[1:]))


def test_portfolio_of_nothing_says_how_to_begin() -> None:
    """No plan, no table."""
    assert said() == "No open plan. /new begins one."


def test_portfolio_tells_sums_exposure_and_each_plan() -> None:
    """The limit first, then what both plans on one coin come to, then each of them."""
    text = said(row(3, long_plan(), 60_000, 60_300), row(5, long_plan(allocation_pct=D(4))))
    assert text == (
        "<b>Portfolio · 2 open plans</b>\n\n"
        "Allocated 9 % of equity; 20 % is the most. Room for 11 %.\n"
        "Margin 900 USDT · at risk to the stops 10.37 USDT now, 37.4 USDT if every tier comes\n\n"
        "BTC long: 2 496.21 USDT open, 6 500 USDT planned (plans 3, 5: one bet)\n\n"
        "Plan 3 · BTC long: 5 % of equity = 500 USDT margin · at risk 10.37 USDT now, 20.8 USDT at most\n"
        "Plan 5 · BTC long: 4 % of equity = 400 USDT margin · at risk 0 USDT now, 16.6 USDT at most"
    )


def test_portfolio_over_the_limit_warns() -> None:
    """More than 20 % together is said first."""
    text = said(row(1, long_plan(allocation_pct=D(12))), row(2, long_plan(allocation_pct=D(9))))
    assert "\n\n⚠ Allocated 21 % of equity; 20 % is the most. Open nothing new.\n" in text


def test_portfolio_says_which_risk_is_not_known() -> None:
    """A plan without a price is not counted as safe."""
    text = said(row(1, asked(long_plan())))
    assert text.startswith("<b>Portfolio · 1 open plan</b>")
    assert "at risk to the stops 0 USDT now, 0 USDT if every tier comes, 1 without a price not counted" in text
    assert "BTC long: 0 USDT open, 5 000 USDT planned (plan 1)" in text
    assert text.endswith("risk not known before the entry")


def test_portfolio_of_a_settled_risk_names_it_once() -> None:
    """Where nothing more may come, what is at risk is all there is."""
    assert said(row(1, long_plan(), 60_000, 61_000)).endswith("margin · at risk 0 USDT")


def test_portfolio_is_safe_in_html_and_never_too_long() -> None:
    """Names are escaped, and a hundred plans still fit."""
    rows = [row(number, long_plan(symbol=f"A<{number}/U&D:U&D")) for number in range(100)]
    text = portfolio(rows).text
    assert "A&lt;0 long" in text
    assert "U&amp;D" in text
    assert length(text) <= LIMIT
    assert "/status shows the rest" in text
