"""What every store of reminders promises."""

from __future__ import annotations

from dataclasses import replace

from chatbot.ports import Units
from chatbot.records import Reminder, ReminderKind

EXIT = Reminder(ReminderKind.ACTION, subject=3, action=1, user_id=7, due_at=1_700_000_030_000)


def test_a_reminder_comes_back_as_stored(units: Units) -> None:
    """Every field survives."""
    counted = replace(EXIT, count=4)
    with units() as unit:
        unit.reminders.put(counted)
    with units() as unit:
        assert unit.reminders.get(ReminderKind.ACTION, 3, 1) == counted
        assert unit.reminders.get(ReminderKind.DRAFT, 3, 1) is None


def test_a_reminder_put_again_is_moved(units: Units) -> None:
    """There is one reminder per kind, subject and action."""
    moved = replace(EXIT, due_at=EXIT.due_at + 1, count=1)
    with units() as unit:
        unit.reminders.put(EXIT)
        unit.reminders.put(moved)
        assert unit.reminders.due(moved.due_at) == [moved]


def test_due_reminders_come_longest_overdue_first(units: Units) -> None:
    """A reminder is due from its very millisecond on; the limit cuts the newest."""
    reminders = [replace(EXIT, action=action, due_at=100 - action) for action in range(5)]
    with units() as unit:
        for reminder in reminders:
            unit.reminders.put(reminder)
        assert unit.reminders.due(95) == []
        assert unit.reminders.due(98) == [reminders[4], reminders[3], reminders[2]]
        assert unit.reminders.due(100, limit=1) == [reminders[4]]


def test_actions_come_before_all_else_that_is_due(units: Units) -> None:
    """However many checklists and drafts are overdue for longer: what asks for an action does not wait for them."""
    others = [Reminder(kind, 8 + at, 0, 7, at) for at, kind in enumerate((ReminderKind.DRAFT, ReminderKind.DAILY))]
    actions = [replace(EXIT, action=action, due_at=100 - action) for action in (1, 2)]
    with units() as unit:
        for reminder in (*others, *actions):
            unit.reminders.put(reminder)
        assert unit.reminders.due(100) == [actions[1], actions[0], *others]
        assert unit.reminders.due(100, limit=1) == [actions[1]]


def test_dropping_reminders_takes_one_action_or_all(units: Units) -> None:
    """One action's reminder can go alone; without an action all of the subject go, and no other's."""
    other = replace(EXIT, subject=4)
    daily = Reminder(ReminderKind.DAILY, 3, 0, 7, 50)
    with units() as unit:
        for reminder in (EXIT, replace(EXIT, action=2), replace(EXIT, action=3), other, daily):
            unit.reminders.put(reminder)
        unit.reminders.drop(ReminderKind.ACTION, 3, 2)
        assert unit.reminders.get(ReminderKind.ACTION, 3, 2) is None
        assert unit.reminders.get(ReminderKind.ACTION, 3, 1) == EXIT
        unit.reminders.drop(ReminderKind.ACTION, 3)
        assert unit.reminders.due(EXIT.due_at) == [other, daily]
