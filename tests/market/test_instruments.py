"""Instruments out of ccxt's markets, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chatbot.core.market import Instrument, Unsuitable, reason_sentence
from chatbot.market.instruments import Catalogue, catalogue_of, instrument_of, may_replace


def market(**changes: Any) -> dict[str, Any]:
    """A linear perpetual as ccxt describes it, with some fields changed."""
    listed = {
        "id": "BTCUSDT",
        "symbol": "BTC/USDT:USDT",
        "base": "BTC",
        "quote": "USDT",
        "settle": "USDT",
        "swap": True,
        "future": False,
        "option": False,
        "spot": False,
        "linear": True,
        "inverse": False,
        "active": True,
        "contractSize": "1",
        "taker": "0.0005",
        "precision": {"price": "0.10", "amount": "0.001"},
        "limits": {"amount": {"min": "0.001"}, "cost": {"min": "100"}, "leverage": {"max": None}},
    }
    return listed | changes


def test_instrument_keeps_exact_numbers() -> None:
    """Steps, minimums and the fee in percent come out as written, without exponent."""
    assert instrument_of("binanceusdm", market()) == Instrument(
        exchange="binanceusdm",
        symbol="BTC/USDT:USDT",
        market_id="BTCUSDT",
        base="BTC",
        quote="USDT",
        tick_size=Decimal("0.1"),
        lot_size=Decimal("0.001"),
        min_quantity=Decimal("0.001"),
        min_notional=Decimal(100),
        contract_size=Decimal(1),
        taker_fee_pct=Decimal("0.05"),
        max_leverage=None,
    )


def test_contracts_become_units_of_base() -> None:
    """Where one contract is 0.0001 BTC, ten contracts are a thousandth of a bitcoin."""
    limits = {"amount": {"min": 10.0, "max": 500000.0}, "cost": {"min": None}, "leverage": {"max": 125.0}}
    precision = {"price": 1e-08, "amount": 1.0}
    found = instrument_of("mexc", market(contractSize=0.0001, limits=limits, precision=precision))
    assert isinstance(found, Instrument)
    assert (found.lot_size, found.min_quantity) == (Decimal("0.0001"), Decimal("0.001"))
    assert (found.min_notional, found.max_leverage) == (Decimal(0), Decimal(125))
    assert found.max_quantity == Decimal(50)
    assert str(found.tick_size) == "1E-8"
    assert f"{found.tick_size:f}" == "0.00000001"


def test_minimum_is_never_below_one_lot() -> None:
    """An exchange that states no minimum still sells no less than a lot."""
    limits = {"amount": {"min": None}, "cost": {"min": "5"}}
    found = instrument_of("bybit", market(limits=limits))
    assert isinstance(found, Instrument)
    assert found.min_quantity == Decimal("0.001")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"swap": False, "spot": True}, Unsuitable.SPOT),
        ({"linear": False, "inverse": True}, Unsuitable.INVERSE),
        ({"swap": False, "future": True}, Unsuitable.DATED),
        ({"swap": False, "option": True}, Unsuitable.OPTION),
        ({"active": False}, Unsuitable.DELISTED),
        ({"precision": {"price": None, "amount": "1"}}, Unsuitable.INCOMPLETE),
        ({"precision": {"price": "NaN", "amount": "1"}}, Unsuitable.INCOMPLETE),
        ({"precision": {"price": "0.1", "amount": "0"}}, Unsuitable.INCOMPLETE),
        ({"contractSize": None}, Unsuitable.INCOMPLETE),
    ],
)
def test_market_is_refused_for_its_exact_reason(changes: dict[str, Any], why: Unsuitable) -> None:
    """Everything but a complete, traded, linear perpetual is turned down by name."""
    assert instrument_of("x", market(**changes)) is why


@pytest.mark.parametrize(("count", "believed"), [(10, True), (7, True), (6, False), (0, False), (20, True)])
def test_reload_with_far_fewer_markets_is_not_believed(count: int, *, believed: bool) -> None:
    """Exchanges delist a few contracts at a time."""

    def listing(size: int) -> Catalogue:
        return catalogue_of("x", [market(symbol=f"A{number}/USDT:USDT") for number in range(size)])

    assert may_replace(listing(10), listing(count)) is believed


@pytest.mark.parametrize("why", list(Unsuitable))
def test_every_reason_is_one_sentence_about_the_market(why: Unsuitable) -> None:
    """Whatever makes a market unsuitable can be told to a person."""
    sentence = reason_sentence("BTC/USDT", why)
    assert sentence.startswith("BTC/USDT is ")
    assert sentence.endswith(".")
