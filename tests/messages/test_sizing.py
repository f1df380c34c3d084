"""The size calculator's answer as text."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.figures import GAP
from chatbot.core.market import FundingRate
from chatbot.core.sizing import Wanted, size_for_risk
from chatbot.messages.findings import Wording
from chatbot.messages.sizing import size_text
from tests.core.planning import BTC

D = Decimal
WORKED = Wanted(D(10_000), D("0.5"), D(60_000), D(59_000), D(10), "BTC", D("0.05"))
WORDING = Wording("BTC", "USDT", D("0.1"))


def said(wanted: Wanted, funding: FundingRate | None = None) -> str:
    """The answer with ordinary spaces."""
    return size_text(wanted, size_for_risk(wanted), WORDING, funding).replace(GAP, " ")


def test_answer_begins_with_the_quantity_and_tells_what_it_costs() -> None:
    """Quantity, prices, margin, loss, fees, liquidation estimate, funding; nothing is wrong with it."""
    assert said(WORKED, FundingRate(D("0.01"), D(8))) == (
        "<b>Size · BTC long · 0.05 BTC</b>\n"
        "Entry 60 000 · stop 59 000 (1.67 % of price away)\n"
        "Notional 3 000 USDT = 300 USDT margin (3 % of equity) × 10\n"
        "Loss at the stop: 50 USDT (0.5 % of equity 10 000 USDT)\n"
        "Fees in and out: 2.98 USDT; 52.98 USDT in all if the stop is hit\n"
        "Liquidation, isolated, estimate: 54 271.4 (assumes 0.5 % maintenance margin)\n"
        "Funding per 8 h at the present rate: you pay 0.3 USDT (0.01 % of notional)"
    )


def test_answer_leaves_out_what_is_not_known() -> None:
    """No fee rate, no funding, no liquidation above 0."""
    text = said(replace(WORKED, taker_pct=D(0), leverage=D(1), equity=D(100)))
    assert "Fees" not in text
    assert "Funding" not in text
    assert "estimate: none above 0" in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"equity": D(100), "instrument": BTC},
            "⛔ The least order is 0.002 BTC: that risks 2 % of equity at this stop.",
        ),
        (
            {"instrument": replace(BTC, max_quantity=D("0.04"))},
            "⛔ The largest order is 0.04 BTC: split it, or risk less.",
        ),
        (
            {"instrument": replace(BTC, max_leverage=D(5))},
            "⛔ 10x is more than this market allows. Highest: 5x.",
        ),
        (
            {"leverage": D(50)},
            "⛔ Liquidation comes before the stop. Highest leverage that is safe: 46x.",
        ),
        (
            {"stop": D(130_000), "leverage": D(2)},
            "⛔ Liquidation comes before the stop: bring the stop closer, no leverage is low enough.",
        ),
        (
            {"stop": D(59_990), "leverage": D(1)},
            "⛔ The margin is more than the equity: take more leverage, or risk less.",
        ),
        (
            {"stop": D(59_900)},
            "⚠ 30 % of equity goes into one trade; up to 5 % is usual.",
        ),
    ],
)
def test_answer_ends_with_what_stands_in_the_way(changes: dict[str, D], sentence: str) -> None:
    """Each objection says what is wrong and what would do."""
    assert said(replace(WORKED, **changes)).split("\n\n")[1] == sentence  # type: ignore[arg-type]  # fields of Wanted


def test_answer_names_everything_that_stands_in_the_way() -> None:
    """One line each."""
    text = said(replace(WORKED, leverage=D(200), instrument=replace(BTC, max_quantity=D("0.04"))))
    assert [line[0] for line in text.split("\n\n")[1].split("\n")] == ["⛔", "⛔", "⛔"]
