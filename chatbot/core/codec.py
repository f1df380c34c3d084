"""The storage form of plans and events: JSON-ready dicts that give back exactly the value they were made from.

A stored name never changes, whatever its class is called. A field added later must have a default, so that
rows written before it can be read. What can't be read in full is refused: nothing is dropped in silence.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, Final, Union, cast, get_args, get_origin, get_type_hints

from chatbot.core import events, plan
from chatbot.core.events import Event
from chatbot.core.plan import Plan

EVENT_NAMES: Final[Mapping[type, str]] = {
    events.PlanArmed: "plan_armed",
    events.QuestionAsked: "question_asked",
    events.TierTriggered: "tier_triggered",
    events.TierBlocked: "tier_blocked",
    events.TierWithdrawn: "tier_withdrawn",
    events.TierRearmed: "tier_rearmed",
    events.TierSkipped: "tier_skipped",
    events.Filled: "filled",
    events.FillCorrected: "fill_corrected",
    events.ReassessAdvised: "reassess_advised",
    events.StopAdvised: "stop_advised",
    events.StopMoved: "stop_moved",
    events.TargetHit: "target_hit",
    events.TargetCancelled: "target_cancelled",
    events.StopHit: "stop_hit",
    events.ActionDropped: "action_dropped",
    events.EntryMissed: "entry_missed",
    events.RiskExceeded: "risk_exceeded",
    events.BreachRecorded: "breach_recorded",
    events.PlanClosed: "plan_closed",
}
PART_NAMES: Final[Mapping[type, str]] = {
    plan.PriceTrigger: "price",
    plan.MoveTrigger: "move",
    plan.CloseBeyond: "close_beyond",
    plan.Bounce: "bounce",
    plan.MovingAverageRetest: "ma_retest",
    plan.RsiTrigger: "rsi",
    plan.MacdTrigger: "macd",
    plan.ManualTrigger: "manual",
    plan.AllOf: "all",
    plan.AnyOf: "any",
    plan.BreakEven: "break_even",
    plan.LockR: "lock_r",
    plan.PreviousTarget: "previous_target",
    plan.Trail: "trail",
    plan.Hold: "hold",
}
EVENT_TAG: Final = "event"
"""Events are told apart by this key, because some of them have a field called `kind`."""
PART_TAG: Final = "kind"


@dataclass(frozen=True, slots=True)
class Form:
    """How a value of one type is written and read. `decode` raises ValueError for what can't be read."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


def plan_to_json(value: Plan) -> dict[str, Any]:
    """The plan as JSON-ready dicts, lists, strings and numbers; decimals are strings."""
    return cast("dict[str, Any]", form_of(Plan).encode(value))


def plan_from_json(stored: Mapping[str, Any]) -> Plan:
    """The plan again; raises ValueError naming what can't be read."""
    return cast("Plan", form_of(Plan).decode(stored))


def event_to_json(value: Event) -> dict[str, Any]:
    """The event as a JSON-ready dict; its name stands under `event`."""
    return cast("dict[str, Any]", event_form().encode(value))


def event_from_json(stored: Mapping[str, Any]) -> Event:
    """The event again; raises ValueError naming what can't be read."""
    return cast("Event", event_form().decode(stored))


def event_name(value: Event) -> str:
    """The stored name of an event's kind."""
    return EVENT_NAMES[type(value)]


@cache
def event_form() -> Form:
    """The form of the closed union of events."""
    return union_form(get_args(Event), EVENT_NAMES, EVENT_TAG)


@cache
def form_of(annotation: Any) -> Form:
    """The form of an annotated type, worked out once."""
    if annotation is Decimal:
        return Form(decimal_text, decimal_from)
    if annotation in (int, str, bool):
        return plain_form(annotation)
    if get_origin(annotation) is tuple:
        return list_form(form_of(get_args(annotation)[0]))
    if get_origin(annotation) in (Union, types.UnionType):
        return choice_form(get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return Form(lambda member: member.value, annotation)
    if is_dataclass(annotation):
        return record_form(cast("type", annotation))
    raise TypeError(f"No storage form is known for {annotation!r}.")


def decimal_text(value: Decimal) -> str:
    """A finite decimal's digits; what is no number is refused before it is kept."""
    if not value.is_finite():
        raise ValueError(f"{value} is not a finite decimal.")
    return str(value)


def decimal_from(stored: Any) -> Decimal:
    """A decimal from its text, digit for digit; a JSON number has already lost digits and is refused."""
    if not isinstance(stored, str):
        raise ValueError(f"A decimal is stored as text, but {stored!r} was found.")  # noqa: TRY004 -- one error for bad rows
    try:
        value = Decimal(stored)
    except InvalidOperation as error:
        raise ValueError(f"{stored!r} is not a decimal.") from error
    if not value.is_finite():
        raise ValueError(f"{stored!r} is not a finite decimal.")
    return value


def plain_form(kind: type) -> Form:
    """A type JSON knows itself; True is no number."""

    def decode(stored: Any) -> Any:
        if type(stored) is not kind:
            raise ValueError(f"{stored!r} is not of type {kind.__name__}.")
        return stored

    return Form(lambda value: value, decode)


def list_form(inner: Form) -> Form:
    """A tuple of any length, stored as a list."""

    def decode(stored: Any) -> tuple[Any, ...]:
        if not isinstance(stored, list | tuple):
            raise ValueError(f"{stored!r} is not a list.")  # noqa: TRY004 -- one error for bad rows
        return tuple(inner.decode(item) for item in stored)

    return Form(lambda values: [inner.encode(value) for value in values], decode)


def choice_form(members: tuple[Any, ...]) -> Form:
    """Either an optional value or one of several parts of a plan."""
    present = tuple(member for member in members if member is not type(None))
    inner = form_of(present[0]) if len(present) == 1 else union_form(present, PART_NAMES, PART_TAG)
    if len(present) == len(members):
        return inner
    return Form(
        lambda value: None if value is None else inner.encode(value),
        lambda stored: None if stored is None else inner.decode(stored),
    )


def union_form(members: tuple[Any, ...], names: Mapping[type, str], tag: str) -> Form:
    """A closed union of dataclasses, told apart by the name under `tag`."""
    by_type = {member: (names[member], form_of(member)) for member in members}
    by_name = {names[member]: form_of(member) for member in members}

    def encode(value: Any) -> dict[str, Any]:
        name, form = by_type[type(value)]
        return {tag: name, **form.encode(value)}

    def decode(stored: Any) -> Any:
        rest = dict(mapping_from(stored))
        name = rest.pop(tag, None)
        form = by_name.get(name) if isinstance(name, str) else None
        if form is None:
            raise ValueError(f"Unknown {tag} {name!r}.")
        return form.decode(rest)

    return Form(encode, decode)


def record_form(kind: type) -> Form:
    """One dataclass, field by field."""
    hints = get_type_hints(kind)
    forms = {item.name: form_of(hints[item.name]) for item in fields(kind)}
    required = frozenset(item.name for item in fields(kind) if has_no_default(item))
    encoders = tuple((name, form.encode) for name, form in forms.items())
    decoders = {name: form.decode for name, form in forms.items()}

    def encode(value: Any) -> dict[str, Any]:
        return {name: write(getattr(value, name)) for name, write in encoders}

    def decode(stored: Any) -> Any:
        mapping = mapping_from(stored)
        if not required <= mapping.keys() <= decoders.keys():
            raise ValueError(misfit(kind, required - mapping.keys(), mapping.keys() - decoders.keys()))
        return kind(**{name: read_field(kind, name, decoders[name], value) for name, value in mapping.items()})

    return Form(encode, decode)


def read_field(kind: type, name: str, read: Callable[[Any], Any], stored: Any) -> Any:
    """One field's value, or a ValueError that says which field it was."""
    try:
        return read(stored)
    except ValueError as error:
        raise ValueError(f"{kind.__name__}.{name}: {error}") from error


def misfit(kind: type, missing: frozenset[str] | set[str], unknown: set[str]) -> str:
    """The sentence for a row whose fields are not those of the dataclass."""
    parts = [
        f"{word} {', '.join(sorted(names))}" for word, names in (("lacks", missing), ("can't read", unknown)) if names
    ]
    return f"{kind.__name__} {' and '.join(parts)}."


def mapping_from(stored: Any) -> Mapping[str, Any]:
    """What must be a JSON object."""
    if not isinstance(stored, Mapping):
        raise ValueError(f"{stored!r} is not an object.")  # noqa: TRY004 -- one error for bad rows
    return stored


def has_no_default(item: Field[Any]) -> bool:
    """Whether rows must hold this field."""
    return item.default is MISSING and item.default_factory is MISSING
