"""How an exact number is written for people: thousands apart, no zeros at the end, never torn from its unit."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

GAP: Final = "\u00a0"
"""A no-break space: it keeps the thousands of a number apart and together."""


def grouped(value: Decimal) -> str:
    """`58 900.5`, all its digits kept."""
    text = f"{value:,f}".replace(",", GAP)
    return text.rstrip("0").rstrip(".") if "." in text else text
