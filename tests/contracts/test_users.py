"""What every store of users promises."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.ports import Units
from chatbot.records import Draft, OutMessage, Priority, User


def test_a_user_comes_back_as_stored(units: Units) -> None:
    """Every field survives, a decimal digit for digit."""
    known = User(1, 10, is_owner=True, equity=Decimal("10000.10"), exchange="bybit", daily_hour=21, paused=True)
    with units() as unit:
        unit.users.put(known)
    with units() as unit:
        assert unit.users.get(1) == known
        assert str(known.equity) == "10000.10"


def test_a_user_nobody_stored_is_none(units: Units) -> None:
    """An unknown person is not an error."""
    with units() as unit:
        assert unit.users.get(1) is None
        assert unit.users.owner() is None
        assert unit.users.all() == []


def test_a_user_stored_again_is_replaced(units: Units, user: User) -> None:
    """The newest word about a user counts, and there is one row."""
    changed = replace(user, equity=Decimal(1), daily_hour=3)
    with units() as unit:
        unit.users.put(changed)
        assert unit.users.all() == [changed]


def test_the_owner_is_the_user_marked_as_one(units: Units, user: User) -> None:
    """The owner is found without knowing an id."""
    owner = User(8, 80, is_owner=True)
    with units() as unit:
        unit.users.put(owner)
        assert unit.users.owner() == owner
        assert unit.users.all() == [user, owner]


def test_pausing_a_chat_pauses_its_user_only(units: Units, user: User) -> None:
    """A user who blocked the bot is paused and can be resumed; others are not touched."""
    other = User(8, 80)
    with units() as unit:
        unit.users.put(other)
        unit.users.pause(user.chat_id, paused=True)
        assert unit.users.all() == [replace(user, paused=True), other]
        unit.users.pause(user.chat_id, paused=False)
        assert unit.users.get(user.user_id) == user


def test_pausing_says_whether_anybody_has_the_chat(units: Units, user: User) -> None:
    """Also when that user was paused before: a chat nobody has is told apart."""
    with units() as unit:
        assert unit.users.pause(user.chat_id, paused=True)
        assert unit.users.pause(user.chat_id, paused=True)
        assert not unit.users.pause(80, paused=True)


def test_ids_of_telegrams_full_range_are_kept(units: Units) -> None:
    """Ids beyond 32 bits and negative chats of groups are stored whole."""
    known = User(2**52 - 1, -(2**52 - 1))
    with units() as unit:
        unit.users.put(known)
        assert unit.users.get(known.user_id) == known


def test_a_chat_that_moved_takes_everything_unsent_along(units: Units, user: User) -> None:
    """After a chat's id changed, drafts and queued messages go to the new id, and old messages are not edited."""
    with units() as unit:
        unit.drafts.put(Draft(user.user_id, user.chat_id, "side", {}))
        unit.outbox.add(OutMessage(user.chat_id, "shown", Priority.REPLY, "a", slot="wizard"), 1)
        unit.outbox.sent(unit.outbox.claim(1)[0].outbox_id, 900, 2)
        unit.outbox.add(OutMessage(user.chat_id, "next", Priority.REPLY, "b"), 3)
        unit.users.move_chat(user.chat_id, -1000)
    with units() as unit:
        draft = unit.drafts.of(user.user_id)
        assert draft is not None
        assert draft.chat_id == -1000
        assert unit.users.get(user.user_id) == replace(user, chat_id=-1000)
        assert unit.outbox.slot_message(user.chat_id, "wizard") is None
        assert [claimed.message.chat_id for claimed in unit.outbox.claim(3)] == [-1000]


def test_a_user_is_found_by_their_chat(units: Units, user: User) -> None:
    """Whose chat it is, or nobody's."""
    with units() as unit:
        assert unit.users.in_chat(user.chat_id) == user
        assert unit.users.in_chat(user.user_id) is None
