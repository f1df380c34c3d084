"""Exact decimals from what exchanges send; anything that is not a usable number is None, never a guess."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def decimal_of(value: object) -> Decimal | None:
    """A finite number, exactly as it was written."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def positive(value: object) -> Decimal | None:
    """A number above zero."""
    number = decimal_of(value)
    return number if number is not None and number > 0 else None


def plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent."""
    return Decimal(f"{value.normalize():f}")
