"""An object of a plan file read field by field, every refusal a sentence that names the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from chatbot.core.money import Millis

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
MISSING = object()


class PlanFormatError(ValueError):
    """One sentence that names the field, what it was, and what was expected."""


class Fields:
    """An object of the file under its path, read field by field; `done` refuses what nobody read."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, Mapping):
            raise PlanFormatError(f"{path or 'the plan'} is {shown(value)}; expected an object like {{…}}")
        self.value, self.path, self.seen = value, path, set[str]()

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def raw(self, name: str, default: object = MISSING) -> object:
        self.seen.add(name)
        found = self.value.get(name)
        if found is not None:
            return found
        if default is MISSING:
            raise PlanFormatError(f"{self.at(name)} is missing")
        return default

    def text(self, name: str, default: object = MISSING) -> str:
        found = self.raw(name, default)
        if not isinstance(found, str):
            raise PlanFormatError(f"{self.at(name)} is {shown(found)}; expected a text")
        return found

    def number(self, name: str, default: object = MISSING, *, positive: bool = False) -> Decimal:
        number = number_of(self.raw(name, default), self.at(name))
        if positive and number <= 0:
            raise PlanFormatError(f"{self.at(name)} is {number}; expected a number above 0")
        return number

    def not_negative(self, name: str, default: object = MISSING) -> Decimal:
        number = self.number(name, default)
        if number < 0:
            raise PlanFormatError(f"{self.at(name)} is {number}; expected 0 or more")
        return number

    def percent(self, name: str, default: object = MISSING) -> Decimal:
        number = self.not_negative(name, default)
        if number > 100:
            raise PlanFormatError(f"{self.at(name)} is {number}; expected at most 100")
        return number

    def share(self, name: str, default: object = MISSING) -> Decimal:
        number = self.not_negative(name, default)
        if number >= 100:
            raise PlanFormatError(f"{self.at(name)} is {number}; expected less than 100")
        return number

    def optional_number(self, name: str) -> Decimal | None:
        found = self.raw(name, None)
        return None if found is None else self.number(name, positive=True)

    def whole(self, name: str, default: int, *, least: int = 1) -> int:
        number = self.number(name, default)
        if number < least or number != number.to_integral_value():
            raise PlanFormatError(f"{self.at(name)} is {number}; expected a whole number from {least} on")
        return int(number)

    def choice(self, name: str, kind: type[E], default: object = MISSING) -> E:
        found = self.raw(name, default)
        try:
            return kind(found)  # type: ignore[arg-type]  # anything else is refused just below
        except ValueError:
            options = ", ".join(kind)
            raise PlanFormatError(f"{self.at(name)} is {shown(found)}; expected one of {options}") from None

    def flag(self, name: str, *, default: bool) -> bool:
        found = self.raw(name, default)
        if not isinstance(found, bool):
            raise PlanFormatError(f"{self.at(name)} is {shown(found)}; expected true or false")
        return found

    def time(self, name: str) -> Millis | None:
        found = self.raw(name, None)
        return None if found is None else time_of(found, self.at(name))

    def part(self, name: str) -> Fields:
        return Fields(self.raw(name, {}), self.at(name))

    def items(self, name: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
        found = self.raw(name)
        if not isinstance(found, list) or not found:
            raise PlanFormatError(f"{self.at(name)} is {shown(found)}; expected a list with at least one entry")
        return tuple(read(Fields(item, f"{self.at(name)}[{index}]")) for index, item in enumerate(found))

    def done(self) -> None:
        unknown = sorted(str(name) for name in self.value if name not in self.seen)
        if unknown:
            known = ", ".join(sorted(self.seen))
            raise PlanFormatError(f"{self.at(unknown[0])} is not a field of a plan; known here: {known}")


def shown(value: object) -> str:
    """A wrong value as a sentence can carry it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def number_of(value: object, path: str) -> Decimal:
    """An exact decimal from a JSON number or string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise PlanFormatError(f'{path} is {shown(value)}; expected a number such as "60000"')
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise PlanFormatError(f'{path} is {shown(value)}; expected a number such as "60000"') from None
    if not number.is_finite() or abs(number.adjusted()) > 18:
        raise PlanFormatError(f"{path} is {shown(value)}; expected a finite number of ordinary size")
    return number


def time_of(value: object, path: str) -> Millis:
    """Milliseconds UTC from ISO 8601; a time without a zone is UTC."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise PlanFormatError(f'{path} is {shown(value)}; expected a time such as "2024-08-05T01:10:00Z"')
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)


def iso(at: Millis) -> str:
    """ISO 8601 UTC, to the second where it is whole."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    text = moment.isoformat(timespec="milliseconds" if at % 1000 else "seconds")
    return text.replace("+00:00", "Z")
