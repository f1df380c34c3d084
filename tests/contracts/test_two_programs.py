"""What is promised where two programs work on one database: neither overwrites what it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.core.events import PlanArmed
from chatbot.core.market import Market, Quote
from chatbot.core.plan import Plan
from chatbot.core.quiet import Interval
from chatbot.core.state import Phase
from chatbot.ports import PlanMoved, Unit, Units
from chatbot.records import Draft, OutMessage, Priority, Reminder, ReminderKind, StoredUpdate, User
from storage.database import open_database

TURNS = 20
BTC = Market("binanceusdm", "BTC/USDT:USDT")


@pytest.fixture
def both(database_url: str, agreed: Plan) -> Iterator[tuple[Units, Units]]:
    """Two programs' ways to the same database, with a user and a plan in it."""
    with open_database(database_url) as first, open_database(database_url) as second:
        with first.units() as unit:
            user = User(1, 10)
            unit.users.put(user)
            unit.plans.append(unit.plans.add(user, agreed), [PlanArmed(1)], Interval(None, None), Phase.WAITING, 1)
        yield first.units, second.units


def count_setting(unit: Unit) -> int:
    count = int(unit.settings.get("count") or 0) + 1
    unit.settings.put("count", str(count))
    return count


def count_draft(unit: Unit) -> int:
    draft = unit.drafts.of(1) or Draft(1, 10, "side", {})
    return unit.drafts.put(draft).version


def count_reminder(unit: Unit) -> int:
    known = unit.reminders.get(ReminderKind.DAILY, 1, 0)
    count = 1 if known is None else known.count + 1
    unit.reminders.put(Reminder(ReminderKind.DAILY, 1, 0, 1, 5, count))
    return count


def count_events(unit: Unit) -> int:
    record = unit.plans.record(unit.plans.watched()[0].plan_id)
    assert record is not None
    row = unit.plans.append(record.row, [PlanArmed(1)], Interval(None, None), Phase.WAITING, 1)
    return row.sequence - 1


def count_messages(unit: Unit) -> int:
    count = unit.outbox.depth() + 1
    unit.outbox.add(OutMessage(10, "x", Priority.INFO, f"message {count}"), count)
    return count


def count_updates(unit: Unit) -> int:
    count = (unit.inbox.last_id() or 0) + 1
    unit.inbox.add([StoredUpdate(count, "{}")])
    return count


def count_minutes(unit: Unit) -> int:
    known = (unit.watermarks.get(BTC) or 0) + 1
    unit.watermarks.put(BTC, known)
    return known


@pytest.mark.parametrize(
    "count",
    [count_setting, count_draft, count_reminder, count_events, count_messages, count_updates, count_minutes],
    ids=["settings", "drafts", "reminders", "plans", "outbox", "inbox", "watermarks"],
)
def test_reading_and_writing_back_loses_nothing(both: tuple[Units, Units], count: Callable[[Unit], int]) -> None:
    """Each program reads, adds one and writes: every number is seen once, whoever wrote it."""

    def work(units: Units) -> list[int]:
        seen = []
        for _ in range(TURNS):
            with units() as unit:
                seen.append(count(unit))
        return seen

    with ThreadPoolExecutor(2) as pool:
        seen = [number for numbers in pool.map(work, both) for number in numbers]
    assert sorted(seen) == list(range(1, 2 * TURNS + 1))


def test_who_decided_by_an_older_state_is_told(both: tuple[Units, Units]) -> None:
    """A plan read in one unit and written in a later one: whoever comes second learns that it moved."""
    first, second = both
    with first() as unit:
        row = unit.plans.watched()[0]
    with second() as unit:
        unit.plans.append(row, [PlanArmed(2)], Interval(None, None), Phase.WAITING, 1)
    with pytest.raises(PlanMoved), first() as unit:
        unit.plans.append(row, [PlanArmed(3)], Interval(None, None), Phase.WAITING, 1)
    with second() as unit:
        record = unit.plans.record(row.plan_id)
        assert record is not None
        assert record.events == (PlanArmed(1), PlanArmed(2))


def test_a_message_is_claimed_by_one(both: tuple[Units, Units]) -> None:
    """Two senders never get the same message."""
    with both[0]() as unit:
        for chat_id in range(2 * TURNS):
            unit.outbox.add(OutMessage(chat_id, "x", Priority.INFO, str(chat_id)), 1)

    def work(units: Units) -> list[int]:
        claimed = []
        for _ in range(TURNS):
            with units() as unit:
                claimed += [one.outbox_id for one in unit.outbox.claim(1, limit=1)]
        return claimed

    with ThreadPoolExecutor(2) as pool:
        claimed = [one for some in pool.map(work, both) for one in some]
    assert len(claimed) == len(set(claimed)) == 2 * TURNS


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_are_kept_digit_for_digit(units: Units, price: Decimal) -> None:
    """Any finite decimal comes back with the very digits, exponent and sign it had, also 1E+3 and -0."""
    with units() as unit:
        unit.quotes.put("any", [Quote("any", price, 1)])
        kept = unit.quotes.get("any", "any")
    assert kept is not None
    assert kept.price.as_tuple() == price.as_tuple()


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30, -(10**30)])
def test_a_number_no_plan_can_have_is_nobodys(units: Units, number: int) -> None:
    """People type what they like; it is not found, and that is no error."""
    with units() as unit:
        assert unit.plans.of_user(7, number) is None


def test_letters_that_are_none_are_kept_out(units: Units) -> None:
    """A zero byte in what somebody wrote does not keep the answer from leaving, nor do its neighbours suffer."""
    with units() as unit:
        unit.settings.put("dialog", "a\x00b ☑")
        unit.outbox.add(OutMessage(1, "a\x00b 🔁", Priority.INFO, "x"), 1)
        assert unit.settings.get("dialog") == "a\ufffdb ☑"
        assert unit.outbox.claim(1)[0].message.text == "a\ufffdb 🔁"
