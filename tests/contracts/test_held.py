"""What every store promises of everything it keeps about a person: it is found whole, and deleted for good."""

from __future__ import annotations

import json
from decimal import Decimal

from chatbot.core.events import Filled, FillKind
from chatbot.core.plan import Plan
from chatbot.core.quiet import Interval
from chatbot.core.state import Phase
from chatbot.ports import Units
from chatbot.records import Draft, Invite, OutMessage, Priority, Reminder, ReminderKind, StoredUpdate, User
from storage.tables import METADATA

ABOUT_NOBODY = {"quotes", "watermarks"}
SECRET_WORD = "pomegranate"
FILL = Filled(FillKind.TIER, 1, Decimal("60000.10"), Decimal("0.01"), 1, 5)


def fill_every_table(units: Units, user: User, agreed: Plan, update_id: int) -> None:
    """Something about this user wherever something can be."""
    with units() as unit:
        unit.users.put(user)
        unit.drafts.put(Draft(user.user_id, user.chat_id, "side", {"note": SECRET_WORD}))
        row = unit.plans.add(user, agreed)
        unit.plans.append(row, [FILL], Interval(None, None), Phase.OPEN, None)
        alert = OutMessage(user.chat_id, SECRET_WORD, Priority.STOP, f"a:{user.user_id}", plan_id=row.plan_id, slot="s")
        unit.outbox.add(alert, 1)
        claimed = unit.outbox.claim(1)
        unit.outbox.sent(claimed[0].outbox_id, 900, 2)
        unit.reminders.put(Reminder(ReminderKind.ACTION, row.plan_id, 1, user.user_id, 9))
        unit.invites.put(Invite(f"digest {user.user_id}", user.user_id, 1, 2))
        unit.settings.put(f"pasted:{user.user_id}", SECRET_WORD)
        payload = {"update_id": update_id, "message": {"from": {"id": user.user_id}, "text": SECRET_WORD}}
        unit.inbox.add([StoredUpdate(update_id, json.dumps(payload))])


def test_everything_held_is_found(units: Units, user: User, agreed: Plan) -> None:
    """Every table that can know a person gives its rows of this one, in what JSON knows, and of nobody else."""
    fill_every_table(units, user, agreed, 1)
    fill_every_table(units, User(17, 71), agreed, 2)
    with units() as unit:
        held = unit.held.of(user)
    assert set(held) == set(METADATA.tables) - ABOUT_NOBODY
    assert {name: len(rows) for name, rows in held.items()} == dict.fromkeys(held, 1)
    assert json.loads(json.dumps(held)) == held
    assert held["fills"][0]["price"] == "60000.10"
    assert held["drafts"][0]["answers"] == {"note": SECRET_WORD}
    assert held["settings"][0]["name"] == "pasted:7"


def test_deleted_is_deleted_everywhere(units: Units, user: User, agreed: Plan) -> None:
    """Nothing of this person is left in any table; everything of another stays, also where ids end alike."""
    other = User(17, 71)
    fill_every_table(units, user, agreed, 1)
    fill_every_table(units, other, agreed, 2)
    with units() as unit:
        before = unit.held.of(other)
        deleted = unit.held.delete(user)
        assert [(row.user_id, row.number, row.phase) for row in deleted] == [(user.user_id, 1, Phase.OPEN)]
    with units() as unit:
        assert {name: list(rows) for name, rows in unit.held.of(user).items() if rows} == {}
        assert unit.held.of(other) == before
        assert [stored.update_id for stored in unit.inbox.waiting()] == [2]
        assert unit.held.delete(user) == []


def test_a_row_that_makes_no_sense_is_given_as_it_is(units: Units, user: User, agreed: Plan) -> None:
    """What was damaged is held too, so it is handed out too."""
    with units() as unit:
        unit.settings.put(f"broken:{user.user_id}", "{")
        assert unit.held.of(user)["settings"][0]["value"] == "{"
