"""What every unit of work promises."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from chatbot.core.events import PlanArmed
from chatbot.core.market import Quote
from chatbot.core.plan import Plan
from chatbot.core.quiet import Interval
from chatbot.core.state import Phase
from chatbot.ports import Unit, Units
from chatbot.records import Draft, OutMessage, Priority, Reminder, ReminderKind, StoredUpdate, User


def write_everything(unit: Unit, plan: Plan) -> None:
    """One row of each kind."""
    user = User(1, 10)
    unit.users.put(user)
    unit.drafts.put(Draft(1, 10, "side", {}))
    row = unit.plans.add(user, plan)
    unit.plans.append(row, [PlanArmed(1)], Interval(None, None), Phase.WAITING, 1)
    unit.outbox.add(OutMessage(10, "armed", Priority.INFO, "armed", plan_id=row.plan_id), 1)
    unit.reminders.put(Reminder(ReminderKind.DAILY, 1, 0, 1, 1))
    unit.inbox.add([StoredUpdate(1, "{}")])
    unit.quotes.put("binanceusdm", [Quote("BTC/USDT:USDT", Decimal(1), 1)])
    unit.settings.put("name", "value")


def everything(unit: Unit) -> list[object]:
    """What is there of each kind."""
    return [
        *unit.users.all(),
        *filter(None, [unit.drafts.of(1), unit.quotes.get("binanceusdm", "BTC/USDT:USDT"), unit.settings.get("name")]),
        *unit.plans.watched(),
        *range(unit.outbox.depth()),
        *unit.reminders.due(1),
        *unit.inbox.waiting(),
    ]


def test_a_unit_that_ends_well_keeps_everything(units: Units, agreed: Plan) -> None:
    """What was written in a unit is seen by the next one."""
    with units() as unit:
        write_everything(unit, agreed)
    with units() as unit:
        assert len(everything(unit)) == 8


def test_a_unit_that_raises_leaves_nothing(units: Units, agreed: Plan) -> None:
    """After an error in the block there is no trace of it, and the next unit works."""

    def fail() -> None:
        with units() as unit:
            write_everything(unit, agreed)
            assert len(everything(unit)) == 8
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with units() as unit:
        assert everything(unit) == []
        write_everything(unit, agreed)


def test_units_of_many_threads_lose_no_change(units: Units, user: User) -> None:
    """Reading and writing back in one unit is safe from any thread."""

    def count_up() -> None:
        with units() as unit:
            unit.settings.put("count", str(int(unit.settings.get("count") or 0) + 1))

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(count_up) for _ in range(40)]:
            done.result()
    with units() as unit:
        assert unit.settings.get("count") == "40"
