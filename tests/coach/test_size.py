"""The size calculator: what is typed in any order, the equity that is remembered, and the market it is for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from typing_extensions import override

from chatbot.coach.desk import MarketsUnknown
from chatbot.core.market import Refused, Resolution, Unknown, Unsuitable
from tests.coach.office import BTC, EXCHANGE, SAM, Office, Shelf
from tests.messages.trading import long_plan


class Catalogue(Shelf):
    """Knows BTC, and how to say no."""

    @override
    def resolve(self, exchange: str, text: str, /) -> Resolution:
        match text.casefold():
            case "btc":
                return replace(BTC, exchange=exchange)
            case "btcusd":
                return Refused("BTC/USD:BTC", Unsuitable.INVERSE, ("BTC/USDT:USDT",))
            case "away":
                raise MarketsUnknown(exchange)
            case _:
                return Unknown(text, ())


@pytest.fixture
def catalogued(office: Office) -> Office:
    """An office whose exchange lists BTC."""
    office.desk.instruments = Catalogue()
    return office


def remembered(office: Office, equity: str) -> None:
    """Sam's last plan was made with this equity."""
    with office.units() as unit:
        unit.users.put(replace(SAM, equity=Decimal(equity)))


@pytest.mark.parametrize(
    "line",
    [
        "/size 1% 60000 59000 10x 10000",
        "/size 10x 1% 60k 59k $10000",
        "/size 60000 59000 10000 1% 10X",
        "/size 1% 60000 59000 x10 10000",
    ],
)
def test_a_size_is_worked_out_from_what_was_typed(office: Office, line: str) -> None:
    """1 % of 10 000 lost over 1 000 of price is 0.1; `%` and `x` say what is what."""
    said = office.command(line)
    assert "0.1 coins" in said
    assert "Notional 6 000 USDT = 600 USDT margin" in said
    assert "Loss at the stop: 100 USDT (1 % of equity 10 000 USDT)" in said
    assert "Liquidation, isolated, estimate" in said


def test_a_remembered_equity_is_used(office: Office) -> None:
    """As with a new plan; one that is typed goes first."""
    remembered(office, "5000")
    assert "0.05 coins" in office.command("/size 1% 60000 59000 10x")
    assert "0.2 coins" in office.command("/size 1% 60000 59000 10x 20000")


def test_a_named_coin_brings_its_lot_and_fees(catalogued: Office) -> None:
    """Quantity on the lot grid, fees of that market; a short where the stop lies above."""
    said = catalogued.command("/size btc 1% 60000 61700 10x 10000")
    assert "BTC short · 0.0588 BTC" in said
    assert "Fees in and out" in said


def test_the_market_of_the_last_plan_is_taken_where_prices_fit(office: Office) -> None:
    """Bitcoin's prices are bitcoin; others are not."""
    office.arm(long_plan())
    office.price("60100")
    assert "BTC long" in office.command("/size 1% 60000 59000 10x 10000")
    assert "coins" in office.command("/size 1% 3000 2950 10x 10000")


def test_a_last_plan_without_a_price_names_no_market(office: Office) -> None:
    """Nothing says that the prices are its."""
    office.arm(long_plan())
    assert "coins" in office.command("/size 1% 60000 59000 10x 10000")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/size", "expected for example /size 1% 60000 59000 10x"),
        ("/size 60000 59000 10x", "I can't size"),
        ("/size 1% 60000 10x 10000 5 5", "I can't size"),
        ("/size 1% 60000 60000 10x", "Entry and stop are both 60000"),
        ("/size 1% 60000 59000 10x", "Your equity isn't known yet"),
        ("/size 200% 60000 59000 10x", "more than all your equity"),
        ("/size 1% 60000 59000 5000x", "more than any market allows"),
        ("/size 1% 60000 59000 0.5x", "below 1"),
        ("/size 1% 60.000 59000 10x", "60.000"),
        ("/size btc eth 1% 60000 59000 10x", "I can't size"),
        ("/size doge 1% 60000 59000 10x 10000", "“doge” is no market on binanceusdm."),
        ("/size btcusd 1% 60000 59000 10x 10000", "Did you mean BTC/USDT:USDT?"),
    ],
)
def test_what_can_not_be_sized_gets_a_sentence(catalogued: Office, line: str, expected: str) -> None:
    """What was wrong, what was expected, an example."""
    said = catalogued.command(line)
    assert said.startswith("✋")
    assert expected in said


def test_an_exchange_that_was_not_asked_yet_is_asked_first(catalogued: Office) -> None:
    """Nothing is answered before; one that stays silent gets a sentence."""
    with pytest.raises(MarketsUnknown):
        catalogued.command("/size away 1% 60000 59000 10x 10000")
    with catalogued.desk.work() as work:
        catalogued.commands.calculator.unanswered(work, SAM, EXCHANGE)
    assert "binanceusdm does not answer right now: leave the coin out" in catalogued.read()


def test_the_market_a_size_is_for_is_known_before_it_is_answered(catalogued: Office) -> None:
    """So its funding can be asked for; what can't be read names none."""
    with catalogued.desk.work() as work:
        named = catalogued.commands.calculator.named
        assert named(work, SAM, "btc 1% 60000 59000 10x", EXCHANGE) == (EXCHANGE, BTC.symbol)
        assert named(work, SAM, "1% 60000 59000 10x", EXCHANGE) is None
        assert named(work, SAM, "banana", EXCHANGE) is None
