"""How the chart speaks: prices with thousands apart, distances in ATR, levels by their names. All for reading."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from chatbot.chart.values import Zone
from chatbot.core.figures import GAP, grouped

TENTH: Final = Decimal("0.1")


def decimal_text(value: float | Decimal) -> str:
    """`1.8`, `0.46`, `0.035`: one decimal, below 1 two digits that say something."""
    exact = Decimal(str(value))
    places = 1 if exact == 0 or abs(exact) >= 1 else 1 - exact.adjusted()
    return grouped(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN))


def atr_text(distance: Decimal, atr: Decimal) -> str:
    """`0.5 ATR`, to a tenth."""
    return f"{grouped((distance / atr).quantize(TENTH, ROUND_HALF_EVEN))}{GAP}ATR"


def zone_text(zone: Zone, word: str) -> str:
    """`resistance 61 000–61 200 (3 touches)`; a zone of one turn goes by its own name, `high 61 000 (1 touch)`."""
    if zone.touches == 1:
        return f"{zone.swings[0].kind.value} {grouped(zone.low)} (1{GAP}touch)"
    ends = grouped(zone.low) if zone.low == zone.high else f"{grouped(zone.low)}–{grouped(zone.high)}"
    return f"{word} {ends} ({zone.touches}{GAP}touches)"
