"""Telling the owner what stays wrong: once at its beginning, every six hours, once at its end, over restarts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.coach.troubles import AGAIN_AFTER, TOLD, Troubles, news_of
from chatbot.records import Priority, User
from chatbot.vitals import Trouble, TroubleKind
from tests.coach.office import MINUTE, SAM, Office

OUTBOX = Trouble(TroubleKind.OUTBOX, lasts=400_000)
FEED = Trouble(TroubleKind.FEED, "binanceusdm BTC/USDT:USDT", 400_000)
JOB = Trouble(TroubleKind.JOB, "clock", 400_000)
OWNER = replace(SAM, is_owner=True)


def told(office: Office) -> list[str]:
    """What was queued since the last look, the first line of each."""
    with office.units() as unit:
        rows = unit.outbox.claim(office.wall, limit=100)
        for row in rows:
            unit.outbox.sent(row.outbox_id, 1, office.wall)
        more = unit.outbox.claim(office.wall, limit=100)
        for row in more:
            unit.outbox.sent(row.outbox_id, 1, office.wall)
    assert all(row.message.priority is Priority.REPLY for row in (*rows, *more))
    return [row.message.text.splitlines()[0] for row in (*rows, *more)]


@pytest.fixture
def owned(office: Office) -> Office:
    """Sam is the owner, and Eve a user like others."""
    with office.units() as unit:
        unit.users.put(OWNER)
        unit.users.put(User(2002, 2002))
    return office


def test_a_trouble_is_told_at_its_beginning_and_at_its_end(owned: Office) -> None:
    """Not in between, not to others, and another one that joins it is told by itself."""
    troubles = Troubles(owned.desk, frozenset())
    troubles.tell([OUTBOX])
    assert told(owned) == ["⚠ <b>Something is wrong with me.</b>"]
    for _ in range(10):
        owned.later(MINUTE)
        troubles.tell([replace(OUTBOX, lasts=999_999)])
    assert told(owned) == []
    assert troubles.tell([OUTBOX, FEED]).wrong == (FEED,)
    assert len(told(owned)) == 1
    owned.later(MINUTE)
    assert [trouble.key for trouble in troubles.tell([FEED]).over] == ["outbox"]
    assert told(owned) == ["✅ <b>I am well again.</b>"]


def test_what_lasts_is_told_again_after_six_hours(owned: Office) -> None:
    """Not a moment sooner."""
    troubles = Troubles(owned.desk, frozenset())
    troubles.tell([OUTBOX])
    owned.later(AGAIN_AFTER - 1)
    assert troubles.tell([OUTBOX]).wrong == ()
    owned.later(1)
    assert troubles.tell([OUTBOX]).wrong == (OUTBOX,)
    assert len(told(owned)) == 2


def test_a_restart_repeats_nothing_and_forgets_no_end(owned: Office) -> None:
    """What was told lies in the database, not in memory."""
    Troubles(owned.desk, frozenset()).tell([OUTBOX])
    assert len(told(owned)) == 1
    owned.later(MINUTE)
    Troubles(owned.desk, frozenset()).tell([OUTBOX])
    assert told(owned) == []
    Troubles(owned.desk, frozenset()).tell([])
    assert told(owned) == ["✅ <b>I am well again.</b>"]


def test_a_trouble_of_another_version_is_forgotten(owned: Office) -> None:
    """A kind that this version does not know is neither told nor in the way."""
    with owned.units() as unit:
        unit.settings.put(TOLD, '{"gremlins in the attic": 1}')
    Troubles(owned.desk, frozenset()).tell([])
    assert told(owned) == []


def test_what_ended_while_nothing_could_be_stored_is_told(owned: Office) -> None:
    """The database's own trouble can only be told afterwards."""
    Troubles(owned.desk, frozenset()).tell([], [Trouble(TroubleKind.DATABASE, lasts=300_000)])
    assert told(owned) == ["✅ <b>I am well again.</b>"]


def test_without_an_owner_those_named_in_the_settings_are_told(office: Office) -> None:
    """As far as they have come; where nobody is named, nobody is told."""
    Troubles(office.desk, frozenset()).tell([OUTBOX])
    assert told(office) == []
    Troubles(office.desk, frozenset({1001, 5005})).tell([OUTBOX, JOB])
    assert told(office) == ["⚠ <b>Something is wrong with me.</b>"]


@given(st.lists(st.tuples(st.sets(st.sampled_from([OUTBOX, FEED, JOB])), st.integers(0, AGAIN_AFTER)), max_size=30))
def test_beginnings_and_ends_alternate(looks: list[tuple[set[Trouble], int]]) -> None:
    """Whatever comes and goes: every trouble is told when it begins, ended once, never repeated within 6 h."""
    stored: dict[str, int] = {}
    lasting: dict[str, int] = {}
    now = 0
    for found, passed in looks:
        now += passed
        news = news_of(stored, sorted(found, key=lambda trouble: trouble.key), now)
        for trouble in news.wrong:
            assert trouble.key not in lasting or now - lasting[trouble.key] >= AGAIN_AFTER
            lasting[trouble.key] = now
        assert {trouble.key for trouble in news.over} == lasting.keys() - {trouble.key for trouble in found}
        lasting = {key: at for key, at in lasting.items() if key not in {trouble.key for trouble in news.over}}
        assert lasting.keys() == {trouble.key for trouble in found}
        stored = dict(news.told)
