"""A draft's answers as they are stored: JSON-ready texts and lists, read one by one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

Answers = Mapping[str, object]


def text_in(answers: Answers, name: str) -> str | None:
    """A text that was answered."""
    found = answers.get(name)
    return found if isinstance(found, str) else None


def texts_in(answers: Answers, name: str) -> tuple[str, ...]:
    """A list of texts that was answered."""
    found = answers.get(name)
    return tuple(str(text) for text in found) if isinstance(found, list | tuple) else ()


def decimal_in(answers: Answers, name: str) -> Decimal | None:
    """A number that was answered."""
    found = text_in(answers, name)
    return None if found is None else Decimal(found)


def decimals_in(answers: Answers, name: str) -> tuple[Decimal, ...]:
    """A list of numbers that was answered."""
    return tuple(Decimal(text) for text in texts_in(answers, name))


def whole_in(answers: Answers, name: str) -> int | None:
    """A whole number that was answered."""
    found = text_in(answers, name)
    return None if found is None else int(found)


def exact(value: Decimal) -> str:
    """A number as it is stored and as buttons carry it: all its digits, no exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
