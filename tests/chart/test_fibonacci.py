"""Fibonacci levels lie where charting programs draw them."""

from __future__ import annotations

from decimal import Decimal

from chatbot.chart.fibonacci import Ratio, extensions, retracements
from chatbot.chart.values import Leg, Swing, SwingKind

UP: Leg = (Swing(SwingKind.LOW, Decimal(100), 0), Swing(SwingKind.HIGH, Decimal(200), 1))
DOWN: Leg = (UP[1], UP[0])


def prices(levels: tuple[Ratio, ...]) -> list[str]:
    """The prices, trimmed."""
    return [f"{level.price.normalize():f}" for level in levels]


def test_retracements_come_back_from_the_end() -> None:
    """Of a leg from 100 to 200 the 0.382 lies at 161.8; of one down, mirrored."""
    assert prices(retracements(UP)) == ["176.4", "161.8", "150", "138.2", "121.4"]
    assert prices(retracements(DOWN)) == ["123.6", "138.2", "150", "161.8", "178.6"]


def test_extensions_lie_beyond_the_end() -> None:
    """From 100 to 200 the 1.272 lies at 227.2, the 1.618 at 261.8; a long leg down may end below 0."""
    assert prices(extensions(UP)) == ["227.2", "261.8"]
    assert prices(extensions(DOWN)) == ["72.8", "38.2"]
