"""How the chart words prices, distances and zones."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.chart.values import Swing, SwingKind, Zone
from chatbot.chart.wording import atr_text, decimal_text, zone_text
from chatbot.core.figures import grouped
from tests.chart.paths import shown


@pytest.mark.parametrize(
    ("value", "expected"),
    [("58900", "58 900"), ("1234567.50", "1 234 567.5"), ("0.00001234", "0.00001234"), ("100", "100")],
)
def test_prices_have_their_thousands_apart_and_no_zeros_at_the_end(value: str, expected: str) -> None:
    """Zeros before the point stay."""
    assert grouped(Decimal(value)) == shown(expected)


@pytest.mark.parametrize(
    ("value", "expected"), [(1.84, "1.8"), (0.4567, "0.46"), (0.0354, "0.035"), (0.0, "0"), (12.0, "12")]
)
def test_decimals_show_what_matters(value: float, expected: str) -> None:
    """A tenth from 1 on, two digits below."""
    assert decimal_text(value) == expected


def test_distances_are_told_in_atr() -> None:
    """To a tenth."""
    assert atr_text(Decimal("5.1"), Decimal(10)) == shown("0.5 ATR")


def test_a_zone_is_told_by_its_edges_or_its_one_turn() -> None:
    """Both edges, one price if they are the same, and a single turn by its own name."""
    high = Swing(SwingKind.HIGH, Decimal(61000), 0)
    wide = Zone(Decimal(61000), Decimal(61200), 3, 0)
    flat = Zone(Decimal(61000), Decimal(61000), 2, 0)
    single = Zone(Decimal(61000), Decimal(61000), 1, 0, (high,))
    assert zone_text(wide, "resistance") == "resistance 61\u00a0000–61\u00a0200 (3\u00a0touches)"
    assert zone_text(flat, "support") == "support 61\u00a0000 (2\u00a0touches)"
    assert zone_text(single, "support") == "high 61\u00a0000 (1\u00a0touch)"
