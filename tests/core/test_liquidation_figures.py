"""The worked liquidation figures, each in the form its exchange publishes, and what our own form makes of them.

The forms of the exchanges are written out here from their descriptions; the product knows only the mark form.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

import pytest

from chatbot.core.liquidation import flat, liquidation_estimate, liquidation_price
from chatbot.core.money import Side
from tests.core.brackets import BITCOIN

D = Decimal
CENT = D("0.01")


def binance_linear(side: Side, quantity: D, entry: D, wallet: D, bracket: tuple[D, D]) -> D:
    """`(s·Q·E − W − cum) / (Q·(s − m))`: isolated wallet and position together are the maintenance margin."""
    rate, amount = bracket
    return (side.sign * quantity * entry - wallet - amount) / (quantity * (side.sign - rate))


def binance_inverse(side: Side, value: D, entry: D, wallet: D, bracket: tuple[D, D]) -> D:
    """`V·(m + s) / (W + cum + s·V/E)`: `value` is contracts × contract size in USD, wallet and amount are in coin."""
    rate, amount = bracket
    return value * (rate + side.sign) / (wallet + amount + side.sign * value / entry)


def bybit_published(side: Side, quantity: D, entry: D, leverage: D, rate: D) -> D:
    """`E − s·(IM − MM)/Q`, both margins of the entry's notional."""
    initial, kept = quantity * entry / leverage, quantity * entry * rate
    return entry - side.sign * (initial - kept) / quantity


def bybit_mark(side: Side, quantity: D, entry: D, leverage: D, rate: D) -> D:
    """The same with the maintenance margin of the mark's notional."""
    initial = quantity * entry / leverage
    return (side.sign * quantity * entry - initial) / (quantity * (side.sign - rate))


@pytest.mark.parametrize(
    ("quantity", "bracket", "expected"),
    [("0.1", ("0.004", "0"), "57228.92"), ("50", ("0.0065", "950"), "57353.80")],
)
def test_linear_form_of_binance(quantity: str, bracket: tuple[str, str], expected: str) -> None:
    """A 20x long from 60 000: 0.1 BTC end at 57 228.9, 50 BTC at 57 353.8, each in its bracket."""
    held, wallet = D(quantity), D(quantity) * 60000 / 20
    price = binance_linear(Side.LONG, held, D(60000), wallet, (D(bracket[0]), D(bracket[1])))
    assert price.quantize(CENT) == D(expected)
    assert liquidation_price(Side.LONG, D(60000), held, D(20), D(bracket[0]), D(bracket[1])).quantize(
        CENT
    ) == price.quantize(CENT)


@pytest.mark.parametrize(
    ("quantity", "expected", "shown"), [("0.1", "57228.92", "57228.9"), ("50", "57353.80", "57353.8")]
)
def test_bracket_is_chosen_at_the_liquidation_notional(quantity: str, expected: str, shown: str) -> None:
    """From the whole table the estimate finds the same brackets by itself, to the cent."""
    price = liquidation_estimate(Side.LONG, D(60000), D(quantity), D(20), BITCOIN)
    assert price.quantize(CENT) == D(expected)
    assert price.quantize(D("0.1")) == D(shown)


def test_naive_form_is_too_low() -> None:
    """`E·(1 − 1/leverage)` is 57 000: 229 and 354 below the estimates, on the unsafe side."""
    naive = D(60000) * (1 - 1 / D(20))
    assert naive.quantize(CENT) == D("57000.00")
    small, large = (liquidation_estimate(Side.LONG, D(60000), held, D(20), BITCOIN) for held in (D("0.1"), D(50)))
    assert ((small - naive).quantize(CENT), (large - naive).quantize(CENT)) == (D("228.92"), D("353.80"))


def test_inverse_form_of_a_real_position() -> None:
    """Two contracts of 100 USD from 37 643.10000021 with 0.00268058 BTC of margin: 25 119.974457609."""
    price = binance_inverse(Side.LONG, D(2) * 100, D("37643.10000021"), D("0.00268058"), (D("0.004"), D(0)))
    assert price.quantize(D("1e-9")) == D("25119.974457609")
    assert price.quantize(D("1e-8"), ROUND_DOWN) == D("25119.97445760"), "what the exchange said"


def test_published_form_of_bybit() -> None:
    """From 20 000 at 50x with 0.5 %: 19 700 for a long, 20 300 for a short."""
    assert bybit_published(Side.LONG, D(1), D(20000), D(50), D("0.005")) == D(19700)
    assert bybit_published(Side.SHORT, D(1), D(20000), D(50), D("0.005")) == D(20300)


@pytest.mark.parametrize(
    ("side", "expected", "shown"), [(Side.LONG, "19698.49", "19698.5"), (Side.SHORT, "20298.51", "20298.5")]
)
def test_mark_form_of_bybit_is_ours(side: Side, expected: str, shown: str) -> None:
    """With the margin of the mark's notional the same position ends at 19 698.5, which is what the bot shows."""
    price = bybit_mark(side, D(1), D(20000), D(50), D("0.005"))
    assert price.quantize(CENT) == D(expected)
    assert price.quantize(D("0.1")) == D(shown)
    assert liquidation_estimate(side, D(20000), D(1), D(50), flat(D("0.005"))).quantize(CENT) == D(expected)
