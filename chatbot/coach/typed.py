"""Prices and quantities as users type them after an alert."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from chatbot.core.reading import Unreadable, quoted
from chatbot.core.reading_lists import Numbers, numbers

WILD: Final = Decimal("0.2")
"""A price this share away from the expected one is a slip of the finger."""


def price_and_quantity(text: str, expected: Decimal, most: Decimal) -> tuple[Decimal, Decimal | None]:
    """`60310`, or `60310 0.02`: a price near `expected`, a quantity of at most `most`. Raises Unreadable."""
    example = f"{expected:f} or {expected:f} {most:f}"

    def fits(found: Numbers) -> bool:
        return len(found) <= 2 and abs(found[0] - expected) <= WILD * expected

    found = numbers(text, "the real price, or price and quantity", example, fits)
    price, quantity = found[0], found[1] if len(found) > 1 else None
    if not fits(found):
        raise Unreadable(
            f"{quoted(text)} is more than 20 % of price away from {expected:f}; expected the real price, or price "
            f"and quantity, for example {example}."
        )
    if quantity is not None and quantity > most:
        raise Unreadable(f"A quantity of {quantity:f} is more than the {most:f} this can be; for example {example}.")
    return price, quantity
