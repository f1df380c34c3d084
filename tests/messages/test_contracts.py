"""Quantities where an exchange counts in contracts, and plans that the mark price decides."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.figures import GAP
from chatbot.core.plan import TriggerPrice
from chatbot.messages.findings import Wording
from chatbot.messages.numbers import quantity
from chatbot.messages.review import headline
from chatbot.messages.status import plan_card, status
from chatbot.messages.views import Figures
from tests.messages.trading import VIEW, Trade, long_plan

D = Decimal
MEXC = replace(VIEW, contract_size=D("0.0001"))


@pytest.mark.parametrize(
    ("value", "size", "text"),
    [
        ("0.0208", "0.0001", "0.0208 BTC = 208 contracts"),
        ("0.0001", "0.0001", "0.0001 BTC = 1 contract"),
        ("300", "100", "300 BTC = 3 contracts"),
        ("0.0208", "1", "0.0208 BTC"),
        ("0.00005", "0.0001", "0.00005 BTC = 0.5 contracts"),
    ],
)
def test_quantities_are_told_in_base_and_in_contracts(value: str, size: str, text: str) -> None:
    """As the exchange's order form counts them; where a contract is one unit there is nothing to add."""
    assert quantity(D(value), "BTC", D(size)).replace(GAP, " ") == text
    assert Wording("BTC", "USDT", None, D(size)).quantity(D(value)).replace(GAP, " ") == text


def test_review_says_which_price_decides() -> None:
    """The last price is usual and goes without saying."""
    assert "mark price" not in headline(long_plan())
    assert "decided by the mark price" in headline(long_plan(trigger_price=TriggerPrice.MARK))


def test_alerts_tell_contracts_and_buttons_only_base() -> None:
    """An alert has room for both; the label of a button says one thing."""
    trade = Trade(long_plan(), view=MEXC)
    assert "0.0208 BTC = 208 contracts" in trade.jump("60100", "60000").replace(GAP, " ")
    assert Figures(trade.plan, MEXC).in_base(D("0.0208")).replace(GAP, " ") == "0.0208 BTC"


def test_status_says_when_the_price_is_the_mark_price() -> None:
    """So that nobody compares it with the last price on their screen."""
    trade = Trade(long_plan(trigger_price=TriggerPrice.MARK))
    assert "mark 60 100" in status([(trade.state, VIEW, D(60_100))]).text.replace(GAP, " ")
    assert "mark price 60 100" in plan_card(trade.state, VIEW, D(60_100)).text.replace(GAP, " ")
    assert "Decided by the mark price" in plan_card(trade.state, VIEW, None).text
    last = Trade(long_plan())
    assert "mark" not in plan_card(last.state, VIEW, D(60_100)).text
    assert "no price" in status([(last.state, VIEW, None)]).text
