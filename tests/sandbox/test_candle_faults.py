"""Candles that go wrong on purpose: left out, without prices, not numbers, or late; everything else stays right."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.sandbox.exchange.bars import Bar
from chatbot.sandbox.exchange.faults import Fault

MINUTE = 60_000
ROWS = [Bar(at * MINUTE, ("1", "3", "1", "2"), Decimal(5)) for at in range(4)]


def test_a_missing_candle_is_left_out() -> None:
    """Only those named are gone."""
    spoiled = Fault.from_json({"missing": [MINUTE]}).spoiled(ROWS, MINUTE, 4 * MINUTE)
    assert [row.at // MINUTE for row in spoiled] == [0, 2, 3]


@pytest.mark.parametrize(("name", "price"), [("empty", None), ("not_numbers", "NaN")])
def test_a_candle_loses_its_prices(name: str, price: str | None) -> None:
    """Its times stay, and so do its neighbours."""
    spoiled = Fault.from_json({name: [MINUTE]}).spoiled(ROWS, MINUTE, 4 * MINUTE)
    assert spoiled[1].at == MINUTE
    assert spoiled[1].prices == (price,) * 4
    assert [spoiled[0], *spoiled[2:]] == [ROWS[0], *ROWS[2:]]


def test_the_last_candles_come_late() -> None:
    """What closed less than so many milliseconds ago, and what is forming, is not there yet."""
    fault = Fault(behind=5_000)
    now = 3 * MINUTE + 4_000
    assert [row.at // MINUTE for row in fault.spoiled(ROWS, MINUTE, now)] == [0, 1]
    assert [row.at // MINUTE for row in fault.spoiled(ROWS, MINUTE, now + 1_000)] == [0, 1, 2]


def test_without_a_fault_the_rows_are_right() -> None:
    """Nothing is spoiled that was not asked for."""
    assert Fault().spoiled(ROWS, MINUTE, 0) == ROWS


@pytest.mark.parametrize("value", [5, "now", [1.5], [True]])
def test_times_that_are_none_are_refused(value: object) -> None:
    """A list of milliseconds is expected, and the refusal names the field."""
    with pytest.raises(ValueError, match="missing must be a list of times"):
        Fault.from_json({"missing": value})
