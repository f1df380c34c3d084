"""The storage form of plans and events gives back exactly what went in, and refuses what it can't read in full."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.core import codec
from chatbot.core.codec import (
    EVENT_NAMES,
    PART_NAMES,
    event_from_json,
    event_name,
    event_to_json,
    plan_from_json,
    plan_to_json,
)
from chatbot.core.events import BreachKind, BreachRecorded, Event, Filled, FillKind, PlanArmed, TargetHit
from chatbot.core.money import Side
from chatbot.core.plan import (
    Direction,
    Guards,
    MoveTrigger,
    Plan,
    PriceTrigger,
    ScaleInStop,
    StopRule,
    Target,
    Tier,
    Trail,
    Trigger,
)

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
MILLIS = st.integers(0, 2**53)


def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Any value of an annotated type, all fields given."""
    if annotation is Decimal:
        return DECIMALS
    if annotation is int:
        return MILLIS
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    if annotation is type(None):
        return st.none()
    if get_origin(annotation) is tuple:
        return st.lists(values_of(get_args(annotation)[0]), max_size=3).map(tuple)
    if get_origin(annotation) is UnionType:
        return st.one_of([values_of(member) for member in get_args(annotation)])
    if isinstance(annotation, type) and is_dataclass(annotation):
        return records_of(annotation)
    return st.from_type(annotation)


@cache
def records_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any instance of a dataclass, with decimals that are finite."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{item.name: values_of(hints[item.name]) for item in fields(kind)})


def through_json(stored: dict[str, Any]) -> Any:
    """As it comes back from a text column."""
    return json.loads(json.dumps(stored))


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_any_event_comes_back_exactly(kind: type, data: st.DataObject) -> None:
    """Through JSON text and back is the same event, digit for digit."""
    event = data.draw(records_of(kind))
    again = event_from_json(through_json(event_to_json(event)))
    assert again == event
    assert repr(again) == repr(event)


@settings(max_examples=40, deadline=None)
@given(plan=records_of(Plan))
def test_any_plan_comes_back_exactly(plan: Plan) -> None:
    """Through JSON text and back is the same plan, digit for digit, whatever its triggers and stop rules."""
    again = plan_from_json(through_json(plan_to_json(plan)))
    assert again == plan
    assert repr(again) == repr(plan)


@pytest.mark.parametrize("kind", [*get_args(Trigger), *get_args(StopRule)], ids=lambda kind: kind.__name__)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_every_trigger_and_stop_rule_can_be_stored(kind: type, data: st.DataObject) -> None:
    """No kind of part is left out."""
    part = data.draw(records_of(kind))
    if kind in get_args(Trigger):
        plan = small_plan(tiers=(Tier(Decimal(100), part),))
    else:
        plan = small_plan(targets=(Target(Decimal(2), Decimal(100), part),))
    assert plan_from_json(through_json(plan_to_json(plan))) == plan


def small_plan(**changes: Any) -> Plan:
    """A plan with little in it."""
    agreed: dict[str, Any] = {
        "exchange": "binanceusdm",
        "symbol": "BTC/USDT:USDT",
        "side": Side.LONG,
        "leverage": Decimal(10),
        "equity": Decimal(10_000),
        "allocation_pct": Decimal(5),
        "tiers": (Tier(Decimal(100), PriceTrigger(Decimal("60000.0"), Direction.DOWN)),),
        "stop": Decimal(59_000),
        "targets": (Target(Decimal(61_000), Decimal(25), Trail(distance_pct=Decimal(1))),),
    }
    return Plan(**{**agreed, **changes})


def test_every_event_has_a_name_of_its_own() -> None:
    """The closed union and the table of stored names are the same set, and no name stands twice."""
    assert set(EVENT_NAMES) == set(get_args(Event))
    assert set(PART_NAMES) == {*get_args(Trigger), *get_args(StopRule)}
    assert len(set(EVENT_NAMES.values())) == len(EVENT_NAMES)
    assert len(set(PART_NAMES.values())) == len(PART_NAMES)


def test_an_event_is_stored_in_plain_words() -> None:
    """The stored form is frozen: rows written today are read for years."""
    filled = Filled(FillKind.TIER, 1, Decimal("60000.10"), Decimal("0.02"), 3, 1_700_000_000_000)
    assert event_name(filled) == "filled"
    assert event_to_json(filled) == {
        "event": "filled",
        "kind": "tier",
        "index": 1,
        "price": "60000.10",
        "quantity": "0.02",
        "action": 3,
        "at": 1_700_000_000_000,
        "assumed": False,
    }
    assert event_to_json(BreachRecorded(BreachKind.GREEDY_HOLD, "more", 1)) == {
        "event": "breach_recorded",
        "kind": "greedy_hold",
        "note": "more",
        "at": 1,
    }


def test_a_plans_parts_are_stored_in_plain_words() -> None:
    """Triggers and stop rules are told apart by their kind."""
    stored = plan_to_json(small_plan())
    assert stored["tiers"] == [
        {"weight_pct": "100", "trigger": {"kind": "price", "level": "60000.0", "direction": "down"}}
    ]
    assert stored["targets"][0]["stop_rule"] == {
        "kind": "trail",
        "distance_pct": "1",
        "distance_r": None,
        "distance_atr": None,
        "step_pct": None,
    }
    assert stored["side"] == "long"
    assert stored["tick_size"] is None


def test_rows_without_optional_fields_can_be_read() -> None:
    """A field that came later has its default in older rows."""
    stored = plan_to_json(small_plan())
    for name in ("scale_in_stop", "guards", "follow", "resting", "tick_size", "timeframe"):
        del stored[name]
    del stored["targets"][0]["stop_rule"]["distance_atr"]
    assert plan_from_json(stored) == small_plan(scale_in_stop=ScaleInStop(), guards=Guards())
    hit = TargetHit(1, Decimal(1), Decimal(1), Decimal(0), 1, 5)
    older = event_to_json(hit)
    del older["atr"]
    assert event_from_json(older) == hit


def test_rows_of_the_first_version_can_be_read() -> None:
    """What was stored before warnings were kept and adds could pause still gives back the same plan and event."""
    assert event_from_json({"event": "plan_armed", "at": 5}) == PlanArmed(5, ())
    stored = plan_to_json(small_plan())
    stored["guards"] = {
        "averaging_down_r": "0.5",
        "structure_level": "59000",
        "add_after_first_target": True,
        "chasing_r": "0.4",
    }
    guards = Guards(Decimal("0.5"), Decimal(59000), add_after_first_target=True, chasing_r=Decimal("0.4"))
    assert plan_from_json(stored) == small_plan(guards=guards)


ARMED = event_to_json(PlanArmed(1))
MOVE = {"kind": "move", "pct": "0.5"}


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"event": "moon_landed", "at": 1}, "Unknown event 'moon_landed'"),
        ({"at": 1}, "Unknown event None"),
        ({"event": ["plan_armed"], "at": 1}, "Unknown event"),
        ({"event": "plan_armed"}, "PlanArmed lacks at"),
        ({**ARMED, "why": "", "who": ""}, "PlanArmed can't read who, why"),
        ({**ARMED, "at": "1"}, "PlanArmed.at: '1' is not of type int"),
        ({**ARMED, "at": True}, "PlanArmed.at: True is not of type int"),
        ({"event": "stop_moved", "stop": 59000, "action": 0, "at": 1}, "StopMoved.stop: A decimal is stored as text"),
        ({"event": "stop_moved", "stop": "low", "action": 0, "at": 1}, "StopMoved.stop: 'low' is not a decimal"),
        ({"event": "stop_moved", "stop": "NaN", "action": 0, "at": 1}, "StopMoved.stop: 'NaN' is not a finite decimal"),
        ({"event": "breach_recorded", "kind": "yawn", "note": "", "at": 1}, "BreachRecorded.kind: 'yawn'"),
        (["plan_armed"], "not an object"),
    ],
)
def test_an_event_that_cannot_be_read_is_refused(stored: Any, sentence: str) -> None:
    """A row from elsewhere is an error that names the field, never a guess."""
    with pytest.raises(ValueError, match=sentence):
        event_from_json(stored)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tiers": {}}, "Plan.tiers: {} is not a list"),
        ({"tiers": [{"weight_pct": "1", "trigger": {"kind": "gut"}}]}, "Plan.tiers: Tier.trigger: Unknown kind 'gut'"),
        ({"tiers": [{"weight_pct": "1", "trigger": {**MOVE, "pct": 1}}]}, "Tier.trigger: MoveTrigger.pct"),
        ({"stop": None}, "Plan.stop: A decimal is stored as text"),
        ({"guards": None}, "Plan.guards: None is not an object"),
    ],
)
def test_a_plan_that_cannot_be_read_is_refused(changes: dict[str, Any], sentence: str) -> None:
    """The way to the wrong field is named."""
    with pytest.raises(ValueError, match=sentence):
        plan_from_json({**plan_to_json(small_plan()), **changes})


@pytest.mark.parametrize("price", ["NaN", "Infinity"])
def test_what_is_no_number_is_not_stored(price: str) -> None:
    """It is refused when written: once kept, the plan could never be read again."""
    with pytest.raises(ValueError, match="not a finite decimal"):
        plan_to_json(small_plan(stop=Decimal(price)))


def test_a_type_without_a_storage_form_is_an_error_of_the_program() -> None:
    """A field of a new type needs a decision how it is stored."""
    with pytest.raises(TypeError, match="No storage form"):
        codec.form_of(float)
    assert codec.form_of(MoveTrigger) is codec.form_of(MoveTrigger)
