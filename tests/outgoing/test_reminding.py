"""What is said again does not pile up: not for who is away, not while nothing can be sent."""

from __future__ import annotations

from chatbot.core.state import ActionKind
from chatbot.records import Draft, Reminder, ReminderKind
from tests.outgoing.desk_rig import SAM, Rig

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


def reminder_of(rig: Rig, kind: ReminderKind, subject: int, action: int = 0) -> Reminder | None:
    with rig.desk.units() as unit:
        return unit.reminders.get(kind, subject, action)


def exiting(rig: Rig) -> None:
    """An exit is asked for; the chat has heard nothing of it yet."""
    rig.arm()
    rig.enter()
    rig.price("58900")


def test_nothing_is_repeated_for_who_is_away(rig: Rig) -> None:
    """A user who blocked the bot finds one alert on return; the next repeat comes within a quarter of an hour."""
    exiting(rig)
    rig.pause(paused=True)
    rig.later(23 * HOUR, looks=1_000)
    assert rig.depth() == 1
    rig.pause(paused=False)
    assert [line[:8] for line in rig.send()] == ["Exit now"]
    rig.later(15 * MINUTE)
    assert [line[:16] for line in rig.send()] == ["Still open: exit"]


def test_repeats_of_a_close_are_not_used_up_while_nobody_is_there(rig: Rig) -> None:
    """Its three repeats are said to a person, not into the void."""
    rig.arm()
    rig.enter()
    rig.price("61000")
    rig.send()
    rig.pause(paused=True)
    rig.later(5 * HOUR, looks=100)
    rig.pause(paused=False)
    rig.later(15 * MINUTE)
    assert sorted(line[:17] for line in rig.send()) == ["Still open: close", "Still open: move "]


def test_what_was_not_sent_yet_is_not_repeated(rig: Rig) -> None:
    """During an outage the alert is enough; once it has arrived its repeats begin, one after the other."""
    exiting(rig)
    rig.later(6 * HOUR, looks=1_000)
    assert rig.depth() == 1
    assert [line[:8] for line in rig.send()] == ["Exit now"]
    rig.later(30 * SECOND)
    assert [line[:16] for line in rig.send()] == ["Still open: exit"]
    rig.later(3 * HOUR, looks=500)
    assert [line[:16] for line in rig.send()] == ["Still open: exit"]


def test_an_alert_under_way_is_not_repeated(rig: Rig) -> None:
    """Nor is one whose answer never came and that is tried again."""
    exiting(rig)
    out = rig.claim()
    rig.later(30 * SECOND)
    rig.fail(out)
    rig.later(30 * SECOND)
    assert [line[:8] for line in rig.send()] == ["Exit now"]


def test_a_stop_move_asked_with_its_close_waits_for_their_alert(rig: Rig) -> None:
    """One message asks for both: until it was sent neither is repeated."""
    rig.arm()
    rig.enter()
    rig.price("61000")
    rig.later(HOUR, looks=100)
    assert [line[:5] for line in rig.send()] == ["Close"]


def test_a_missed_entry_is_repeated_as_urgently_as_an_exit(rig: Rig) -> None:
    """The user may be in a trade beyond its stop."""
    rig.arm()
    rig.price("60000", "58900")
    rig.send()
    rig.later(30 * SECOND)
    rig.price("58800")
    out = rig.claim()
    assert "did tier 1 fill?" in out.message.text
    assert out.message.priority == 1
    assert out.message.action == 1


def test_one_daily_checklist_waits_at_most(rig: Rig) -> None:
    """After days of an outage only the newest comes; while the user is away none is written."""
    rig.arm()
    rig.send()
    rig.later(5 * 24 * HOUR, looks=5)
    assert rig.depth() == 1
    rig.send()
    rig.pause(paused=True)
    rig.later(5 * 24 * HOUR, looks=5)
    assert rig.depth() == 0


def test_a_draft_is_not_brought_up_for_who_is_away(rig: Rig) -> None:
    """Its two reminders pass unsaid."""
    rig.arm()
    rig.send()
    with rig.desk.work() as work:
        draft = work.unit.drafts.put(Draft(SAM.user_id, SAM.chat_id, "stop", {}, touched_at=rig.now[0]))
        due = rig.now[0] + 30 * MINUTE
        work.unit.reminders.put(Reminder(ReminderKind.DRAFT, draft.draft_id, 0, SAM.user_id, due))
    rig.pause(paused=True)
    rig.later(30 * MINUTE)
    assert rig.depth() == 0
    again = reminder_of(rig, ReminderKind.DRAFT, draft.draft_id)
    assert again is not None
    assert again.count == 1
    rig.pause(paused=False)
    rig.later(24 * HOUR)
    assert "draft at stop" in rig.send()


def test_one_call_says_a_few_reminders_only(rig: Rig) -> None:
    """Each is a transaction: a price must not wait behind a hundred; the next call says the next."""
    exiting(rig)
    rig.send()
    with rig.desk.units() as unit:
        for subject in range(25):
            unit.reminders.put(Reminder(ReminderKind.ACTION, 1_000 + subject, 1, SAM.user_id, rig.now[0]))
    for left in (15, 5, 0, 0):
        rig.reminding.due()
        with rig.desk.units() as unit:
            assert len(unit.reminders.due(rig.now[0])) == left


def test_a_reminder_that_was_asked_for_outlives_an_absence(rig: Rig) -> None:
    """Remind me, said before the chat was blocked, is answered after it."""
    rig.arm()
    rig.price("60000")
    rig.send()
    action = rig.state.pending(ActionKind.ADD)
    assert action is not None
    with rig.desk.units() as unit:
        snoozed = Reminder(ReminderKind.ACTION, rig.plan_id, action.number, SAM.user_id, rig.now[0] + 5 * MINUTE)
        unit.reminders.put(snoozed)
    rig.pause(paused=True)
    rig.later(HOUR, looks=10)
    rig.pause(paused=False)
    rig.later(15 * MINUTE)
    assert [line[:22] for line in rig.send()] == ["Still open: add tier 1"]
