"""What every store of plans promises."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from chatbot.core.events import (
    CloseReason,
    Event,
    FillCorrected,
    Filled,
    FillKind,
    PlanArmed,
    PlanClosed,
    StopMoved,
    TierTriggered,
)
from chatbot.core.plan import Plan
from chatbot.core.quiet import Interval
from chatbot.core.state import Phase
from chatbot.ports import PlanMoved, PlanUnreadable, Units
from chatbot.records import PlanRecord, User

QUIET = Interval(Decimal(59000), Decimal("60000.10"))
NOWHERE = Interval(None, None)
FILL = Filled(FillKind.TIER, 1, Decimal("60000.123456789012345678"), Decimal("0.02083333333333333333"), 1, 20)


def test_a_new_plan_has_no_events(units: Units, user: User, agreed: Plan) -> None:
    """A plan comes back as agreed, as a draft at event 0, numbered 1 within its user."""
    with units() as unit:
        row = unit.plans.add(user, agreed)
    with units() as unit:
        record = unit.plans.record(row.plan_id)
        assert record is not None
        assert unit.plans.of_user(user.user_id, 1) == record
    assert record.row == row
    assert record.plan == agreed
    assert record.events == ()
    assert (row.number, row.phase, row.sequence, row.interval, row.due_at) == (1, Phase.DRAFT, 0, NOWHERE, None)
    assert (row.user_id, row.chat_id, row.exchange, row.symbol) == (7, 70, "binanceusdm", "BTC/USDT:USDT")


def test_plans_are_numbered_within_their_user(units: Units, user: User, agreed: Plan) -> None:
    """Each user's first plan is number 1, whoever else has plans."""
    other = User(8, 80)
    with units() as unit:
        unit.users.put(other)
        rows = [unit.plans.add(who, agreed) for who in (user, other, user)]
        assert [row.number for row in rows] == [1, 1, 2]
        assert unit.plans.all_of(user.user_id) == [rows[0], rows[2]]
        assert unit.plans.of_user(other.user_id, 2) is None


def test_appended_events_come_back_in_order(units: Units, user: User, agreed: Plan) -> None:
    """Events of several changes are one history, oldest first, and the row says where it stands."""
    events: list[Event] = [PlanArmed(10), TierTriggered(1, Decimal(60_000), Decimal("0.02"), 1, 20, "60 000 reached")]
    with units() as unit:
        row = unit.plans.append(unit.plans.add(user, agreed), events, QUIET, Phase.WAITING, 99)
    with units() as unit:
        last = unit.plans.append(row, [FILL], NOWHERE, Phase.OPEN, None)
        record = unit.plans.record(row.plan_id)
    assert (row.sequence, row.phase, row.interval, row.due_at) == (2, Phase.WAITING, QUIET, 99)
    assert last == replace(row, sequence=3, phase=Phase.OPEN, interval=NOWHERE, due_at=None)
    assert record is not None
    assert record.row == last
    assert record.events == (*events, FILL)
    assert str(record.events[2]) == str(FILL)


def test_an_append_on_an_old_number_is_refused(units: Units, user: User, agreed: Plan) -> None:
    """Who decided on a plan that moved meanwhile learns it, and none of what was decided is stored."""
    with units() as unit:
        row = unit.plans.add(user, agreed)
        moved = unit.plans.append(row, [PlanArmed(10)], QUIET, Phase.WAITING, None)
    with pytest.raises(PlanMoved), units() as unit:
        unit.plans.append(row, [PlanArmed(11), FILL], NOWHERE, Phase.OPEN, None)
    with units() as unit:
        record = unit.plans.record(row.plan_id)
        assert record is not None
        assert record.row == moved
        assert record.events == (PlanArmed(10),)
        assert unit.plans.fills(row.plan_id) == []


def test_an_append_without_events_moves_only_the_row(units: Units, user: User, agreed: Plan) -> None:
    """A new quiet interval or due time is stored even where nothing happened."""
    with units() as unit:
        row = unit.plans.add(user, agreed)
        later = unit.plans.append(row, [], QUIET, Phase.DRAFT, 5)
        record = unit.plans.record(row.plan_id)
        assert record is not None
        assert record.row == later == replace(row, interval=QUIET, due_at=5)


def test_watched_plans_are_those_armed_and_not_over(units: Units, user: User, agreed: Plan) -> None:
    """Waiting, open and closing plans are watched; a draft and a closed plan are not."""
    with units() as unit:
        rows = {phase: unit.plans.append(unit.plans.add(user, agreed), [], QUIET, phase, None) for phase in Phase}
        armed = [rows[phase] for phase in (Phase.WAITING, Phase.OPEN, Phase.CLOSING)]
        assert unit.plans.watched() == armed
        assert unit.plans.open_of(user.user_id) == armed
        assert unit.plans.all_of(user.user_id) == list(rows.values())
        assert unit.plans.open_of(8) == []


def test_due_plans_are_those_whose_time_has_come(units: Units, user: User, agreed: Plan) -> None:
    """A plan is due from the very millisecond on, unless it is over."""
    closed = PlanClosed(CloseReason.EXITED, Decimal(0), Decimal(0), 40)
    with units() as unit:
        row = unit.plans.append(unit.plans.add(user, agreed), [PlanArmed(1)], QUIET, Phase.WAITING, 100)
        unit.plans.append(unit.plans.add(user, agreed), [PlanArmed(1)], QUIET, Phase.WAITING, None)
        unit.plans.append(unit.plans.add(user, agreed), [closed], NOWHERE, Phase.CLOSED, 50)
        assert unit.plans.due(99) == []
        assert unit.plans.due(100) == [row]


def test_fills_follow_their_corrections(units: Units, user: User, agreed: Plan) -> None:
    """The fills are those recorded, in order, each as last corrected."""
    second = replace(FILL, index=2, action=2, at=30, assumed=True)
    correction = FillCorrected(1, Decimal("60010.5"), Decimal("0.02"), 40)
    with units() as unit:
        row = unit.plans.add(user, agreed)
        row = unit.plans.append(row, [PlanArmed(1), FILL, StopMoved(Decimal(1), 1, 21)], QUIET, Phase.OPEN, None)
        unit.plans.append(row, [second, correction], QUIET, Phase.OPEN, None)
    with units() as unit:
        corrected = replace(FILL, price=Decimal("60010.5"), quantity=Decimal("0.02"))
        assert unit.plans.fills(row.plan_id) == [corrected, second]


def test_a_plan_nobody_stored_is_none(units: Units) -> None:
    """An unknown plan is not an error."""
    with units() as unit:
        assert unit.plans.record(1) is None
        assert unit.plans.of_user(7, 1) is None
        assert unit.plans.fills(1) == []
        assert unit.plans.watched() == []


@pytest.mark.parametrize(
    "broken",
    [
        "update plans set agreed = '{'",
        "update plans set agreed = '{}'",
        'update plan_events set payload = \'{"event": "unheard_of"}\'',
        "update plan_events set payload = 'null'",
    ],
)
def test_a_plan_that_can_not_be_read_is_called_so(units: Units, user: User, agreed: Plan, broken: str) -> None:
    """By its id and by its number: one error with the plan's id, and the rows of all plans are listed as before."""
    with units() as unit:
        row = unit.plans.append(unit.plans.add(user, agreed), [PlanArmed(10)], QUIET, Phase.WAITING, None)
    with units() as unit:
        unit.plans.work.run(text(broken))  # type: ignore[attr-defined]  # rows as another hand may leave them
    with units() as unit:
        with pytest.raises(PlanUnreadable, match=f"Plan {row.plan_id} can't be read"):
            unit.plans.record(row.plan_id)
        with pytest.raises(PlanUnreadable, match=f"Plan {row.plan_id} can't be read"):
            unit.plans.of_user(user.user_id, 1)
        assert unit.plans.open_of(user.user_id) == [row]


def test_what_happened_is_told_but_for_what_can_not_be_read(units: Units, user: User, agreed: Plan) -> None:
    """One event in another hand is left out and logged without its words; the others' plans are told of."""
    with units() as unit:
        rows = [unit.plans.append(unit.plans.add(user, agreed), [PlanArmed(10)], QUIET, Phase.WAITING, None)]
        rows += [unit.plans.append(unit.plans.add(user, agreed), [PlanArmed(20)], QUIET, Phase.WAITING, None)]
    with units() as unit:
        change = 'update plan_events set payload = \'{"event": "unheard_of"}\' where at = 10'
        unit.plans.work.run(text(change))  # type: ignore[attr-defined]  # rows as another hand may leave them
    with units() as unit, capture_logs() as lines:
        assert unit.plans.happened(rows[0].market, 10) == [(rows[1], PlanArmed(20))]
    assert [(line["event"], line["plan"], line["sequence"]) for line in lines] == [
        ("event can't be read", rows[0].plan_id, 1)
    ]
    assert "unheard_of" not in str(lines)


def test_a_person_reaches_only_their_own_plans(units: Units, user: User, agreed: Plan) -> None:
    """By its id too: another's plan, or one of another chat, is as one there is not."""
    other = User(8, 80)
    with units() as unit:
        unit.users.put(other)
        row = unit.plans.add(user, agreed)
        assert unit.plans.record_of(user, row.plan_id) == unit.plans.record(row.plan_id)
        assert unit.plans.record_of(other, row.plan_id) is None
        assert unit.plans.record_of(replace(user, chat_id=other.chat_id), row.plan_id) is None
        assert unit.plans.record_of(replace(other, chat_id=user.chat_id), row.plan_id) is None
        assert unit.plans.record_of(user, row.plan_id + 1) is None


def test_nothing_is_added_to_a_plan_of_another(units: Units, user: User, agreed: Plan) -> None:
    """Whoever claims a plan that is not theirs writes nothing to it."""
    with units() as unit:
        row = unit.plans.add(user, agreed)
    with pytest.raises(PlanMoved), units() as unit:
        unit.plans.append(replace(row, user_id=8), [], Interval(None, None), Phase.CLOSED, None)
    with units() as unit:
        assert unit.plans.of_user(user.user_id, 1) == PlanRecord(row, agreed, ())
