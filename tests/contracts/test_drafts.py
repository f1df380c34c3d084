"""What every store of drafts promises."""

from __future__ import annotations

from dataclasses import replace

from chatbot.ports import Units
from chatbot.records import Draft, User


def test_a_draft_comes_back_as_stored(units: Units, user: User) -> None:
    """Answers of every JSON kind survive; the first version is 1 and the id is given."""
    answers = {"symbol": "BTC/USDT:USDT", "tiers": [{"weight": "25"}], "note": None, "sure": True, "n": 3}
    with units() as unit:
        stored = unit.drafts.put(Draft(user.user_id, user.chat_id, "stop", answers, touched_at=1_700_000_000_000))
    with units() as unit:
        assert unit.drafts.of(user.user_id) == stored
    assert stored.version == 1
    assert stored.draft_id > 0
    assert stored.answers == answers


def test_a_draft_put_again_keeps_its_id_and_counts_up(units: Units, user: User) -> None:
    """A change of a draft is the same draft with the next version."""
    with units() as unit:
        first = unit.drafts.put(Draft(user.user_id, user.chat_id, "side", {}))
        second = unit.drafts.put(replace(first, step="stop", answers={"side": "long"}))
        assert second == replace(first, step="stop", answers={"side": "long"}, version=2)
        assert unit.drafts.of(user.user_id) == second


def test_a_new_draft_takes_the_place_of_the_old_one(units: Units, user: User) -> None:
    """A user has at most one draft, and an id is never given twice."""
    with units() as unit:
        old = unit.drafts.put(Draft(user.user_id, user.chat_id, "side", {}))
        new = unit.drafts.put(Draft(user.user_id, user.chat_id, "market", {}))
        assert new.draft_id > old.draft_id
        assert unit.drafts.of(user.user_id) == new
        unit.drafts.drop(user.user_id)
        assert unit.drafts.put(Draft(user.user_id, user.chat_id, "side", {})).draft_id > new.draft_id


def test_a_dropped_draft_is_gone(units: Units, user: User) -> None:
    """Dropping leaves none, and dropping again is no error."""
    with units() as unit:
        unit.drafts.put(Draft(user.user_id, user.chat_id, "side", {}))
        unit.drafts.drop(user.user_id)
        unit.drafts.drop(user.user_id)
        assert unit.drafts.of(user.user_id) is None


def test_drafts_of_two_users_do_not_meet(units: Units, user: User) -> None:
    """One user's draft is another one's nothing."""
    with units() as unit:
        unit.users.put(User(8, 80))
        mine = unit.drafts.put(Draft(user.user_id, user.chat_id, "side", {}))
        theirs = unit.drafts.put(Draft(8, 80, "stop", {}))
        unit.drafts.drop(8)
        assert theirs.draft_id != mine.draft_id
        assert unit.drafts.of(user.user_id) == mine
