"""The review card of a plan, as text."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.checks import CheckContext, check, summary
from chatbot.core.figures import GAP
from chatbot.core.market import FundingRate
from chatbot.core.money import Side
from chatbot.core.plan import ManualTrigger, MarginMode, Plan, Resting, Tier
from chatbot.messages.findings import Wording
from chatbot.messages.review import funding_line, review_text
from tests.core.brackets import BITCOIN
from tests.core.planning import BTC
from tests.messages.trading import long_plan

WORDING = Wording("BTC", "USDT", Decimal("0.1"))


def review_of(plan: Plan, market_price: Decimal | None = None) -> str:
    """The card's text with ordinary spaces."""
    context = CheckContext(market_price=market_price)
    return review_text(plan, summary(plan, context), check(plan, context), WORDING).replace(GAP, " ")


def test_review_tells_the_whole_plan() -> None:
    """Everything that is agreed and what it comes to, in the order of the checklist; no finding, no sign."""
    assert review_of(long_plan()) == (
        "<b>Review · BTC/USDT:USDT long 10x</b>\n"
        "binanceusdm · isolated margin · 15m candles\n\n"
        "1 Allocation 5 % of 10 000 USDT = 500 USDT margin\n"
        "2–3 Tiers, 5 000 USDT in all\n"
        "  T1 25 % of the allocation: 0.0208 BTC near 60 000\n     price at or below 60 000\n"
        "  T2 25 % of the allocation: 0.0207 BTC near 60 300\n     0.5 % of price beyond tier 1's fill\n"
        "  T3 30 % of the allocation: 0.0247 BTC near 60 600\n     price at or above 60 600\n"
        "  T4 20 % of the allocation: 0.0164 BTC near 60 900\n     price at or above 60 900\n\n"
        "4 Stop <b>59 000</b>\n\n"
        "5–6 Targets\n"
        "  TP1 61 000: close 25 % of the position, stop to break-even\n"
        "  TP2 62 500: close 35 % of the position, stop locks in 1R\n"
        "  TP3 64 000: close 30 % of the position, stop trails 1 % of price behind in steps of 0.25 % of price\n"
        "  Runner 10 % of the position until the stop\n"
        "  Orders resting on the exchange: stop, targets\n\n"
        "If all tiers fill: 0.0826 BTC, average 60 433.3\n"
        "R: 1 000 in price = 20.8 USDT at risk\n"
        "Worst case: 20.8 USDT\n"
        "Reward-to-risk: 2.32 (from tier 1, runner not counted)\n"
        "Break-even if all fill: 60 433.3, fees included\n"
        "Liquidation, estimate: tier 1 54 271.4 · all tiers 54 663.3 (assumes 0.5 % maintenance margin)"
    )


def test_review_names_fees_where_there_are_any() -> None:
    """The worst case is what is lost at the stop, and the fees on top."""
    assert "Worst case: 20.8 USDT + 4.98 USDT fees" in review_of(long_plan(taker_pct=Decimal("0.05")))


def test_review_names_the_fees_of_the_planned_size() -> None:
    """Both ways at the taker rate, on all that is entered."""
    line = "Fees of the planned size: 4.99 USDT in and out (taker 0.05 % of notional each way)"
    assert line in review_of(long_plan(taker_pct=Decimal("0.05")))
    assert "Fees" not in review_of(long_plan())


@pytest.mark.parametrize(
    ("side", "rate", "hours", "line"),
    [
        (Side.LONG, "0.01", 8, "you pay 0.5 USDT (0.01 % of notional)"),
        (Side.SHORT, "0.01", 8, "you receive 0.5 USDT (0.01 % of notional)"),
        (Side.LONG, "-0.0025", 4, "you receive 0.25 USDT (−0.005 % of notional)"),
        (Side.LONG, "0", 8, "nobody pays (0 % of notional)"),
    ],
)
def test_funding_line_says_who_pays(side: Side, rate: str, hours: int, line: str) -> None:
    """Scaled to 8 hours, as money and as a share of the notional."""
    said = funding_line(side, Decimal(5000), FundingRate(Decimal(rate), Decimal(hours)), WORDING)
    assert said.replace(GAP, " ") == f"Funding per 8 h at the present rate: {line}"


def test_review_shows_funding_where_it_is_known() -> None:
    """Of the full planned size."""
    plan, context = long_plan(), CheckContext()
    rate = FundingRate(Decimal("0.01"), Decimal(8))
    text = review_text(plan, summary(plan, context), (), WORDING, rate).replace(GAP, " ")
    assert text.endswith("Funding per 8 h at the present rate: you pay 0.5 USDT (0.01 % of notional)")
    assert "Funding" not in review_of(plan)


def test_review_says_where_the_maintenance_margin_is_from() -> None:
    """Published brackets are named as such, with the rate of the planned size."""
    plan = long_plan()
    market = replace(BTC, brackets=BITCOIN.brackets)
    text = review_text(plan, summary(plan, CheckContext(instrument=market)), (), WORDING).replace(GAP, " ")
    assert "(by the exchange's brackets, 0.4 % of notional at this size)" in text
    assert "tier 1 54 216.9" in text


def test_review_shows_findings_with_their_signs() -> None:
    """Blocks and warnings stand at the end."""
    text = review_of(long_plan(stop=Decimal(61000), allocation_pct=Decimal(6)))
    assert "\n\n⛔ The stop 61 000 is on the wrong side" in text
    assert "\n⚠ 6 % of equity" in text


def test_review_without_numbers_shows_what_was_agreed() -> None:
    """While no price is known there are no quantities, and the reason is among the findings."""
    plan = long_plan()
    asked = replace(plan, tiers=(Tier(Decimal(25), ManualTrigger("Is a < b?")), *plan.tiers[1:]))
    text = review_of(asked)
    assert "  T1 25 % of the allocation\n     your yes to “Is a &lt; b?”" in text
    assert "If all tiers fill" not in text
    assert "⛔ Tier 1 names no price" in text
    assert "near 60 100" in review_of(asked, Decimal(60100))


def test_review_with_cross_margin_shows_no_liquidation_price() -> None:
    """And says why."""
    text = review_of(long_plan(margin_mode=MarginMode.CROSS))
    assert "No liquidation price: with cross margin it depends on the whole account." in text
    assert "cross margin · 15m" in text


def test_review_without_leverage_has_no_liquidation_above_zero() -> None:
    """A long at 1x can't be liquidated by any price."""
    assert "tier 1 none above 0" in review_of(long_plan(leverage=Decimal(1)))


def test_review_without_runner_or_resting_orders_says_so() -> None:
    """No line for a runner that is not there; orders are named none."""
    plan = long_plan(resting=Resting(stop=False, targets=False))
    last = replace(plan.targets[2], close_pct=Decimal(40))
    text = review_of(replace(plan, targets=(*plan.targets[:2], last)))
    assert "Runner" not in text
    assert "Orders resting on the exchange: none" in text
