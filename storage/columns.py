"""Column types that keep what they are given, digit for digit, on every database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

NOT_ON_TEXT: Final = frozenset({operators.lt, operators.le, operators.gt, operators.ge})

BigNumber: Final = BigInteger().with_variant(Integer(), "sqlite")
"""A number the database counts up; SQLite does that only for its own INTEGER, which has 64 bits too."""


class DecimalText(TypeDecorator[Decimal]):
    """A decimal, digit for digit: text everywhere. SQLite's numbers are binary floats, and PostgreSQL's NUMERIC
    forgets the form (1E+3 comes back as 1000, -0 as 0).

    Text sorts "9" after "10", so such a column can't be compared in SQL: decisions belong to the core.
    """

    impl = Text
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[Decimal]):
        """Refuses the comparisons that text would get wrong."""

        @override
        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Everything but order."""
            if op in NOT_ON_TEXT:
                raise TypeError("Decimals are stored as text and must not be compared in SQL.")
            return super().operate(op, *other, **kwargs)

    comparator_factory = Comparator

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Only finite decimals: a float has already lost digits."""
        if value is None:
            return None
        if not isinstance(value, Decimal) or not value.is_finite():
            raise ValueError(f"{value!r} is not a finite decimal.")
        return str(value)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """The very decimal that was stored."""
        return None if value is None else Decimal(value)
