"""What every store of incoming updates promises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chatbot.ports import Units, current_update
from chatbot.records import StoredUpdate, User

FIRST, SECOND = StoredUpdate(100, '{"update_id":100}'), StoredUpdate(101, '{"update_id":101}')


@contextmanager
def dealing_with(update_id: int) -> Iterator[None]:
    """As the handlers do while an update is being dealt with."""
    token = current_update.set(update_id)
    try:
        yield
    finally:
        current_update.reset(token)


def waiting(units: Units) -> list[int]:
    """The ids of the updates not dealt with."""
    with units() as unit:
        return [update.update_id for update in unit.inbox.waiting()]


def test_updates_wait_in_the_order_they_came(units: Units) -> None:
    """What came first is dealt with first, even where Telegram began to count anew."""
    restarted = StoredUpdate(5, "{}")
    with units() as unit:
        unit.inbox.add([FIRST, SECOND])
        unit.inbox.add([restarted])
    with units() as unit:
        assert unit.inbox.waiting() == [FIRST, SECOND, restarted]
        assert unit.inbox.last_id() == 5


def test_an_empty_inbox_has_no_last_id(units: Units) -> None:
    """Before the first update there is nothing to confirm."""
    with units() as unit:
        unit.inbox.add([])
        assert unit.inbox.last_id() is None
        assert unit.inbox.waiting() == []


def test_an_update_kept_once_is_never_kept_again(units: Units) -> None:
    """Telegram giving an update twice, before or after it was dealt with, changes nothing."""
    with units() as unit:
        unit.inbox.add([FIRST, SECOND])
        unit.inbox.add([FIRST])
        unit.inbox.done(100)
        unit.inbox.done(101)
        unit.inbox.add([FIRST, SECOND])
        assert unit.inbox.waiting() == []
        assert unit.inbox.last_id() == 101


def test_a_unit_that_changes_something_marks_the_update_done(units: Units) -> None:
    """The change and the end of the update that caused it are one commit."""
    with units() as unit:
        unit.inbox.add([FIRST, SECOND])
    with dealing_with(100), units() as unit:
        unit.users.put(User(1, 10))
    assert waiting(units) == [101]


def test_a_unit_that_only_reads_leaves_the_update_waiting(units: Units) -> None:
    """Reading, or changing nothing, is not yet dealing with an update."""
    with units() as unit:
        unit.inbox.add([FIRST])
    with dealing_with(100), units() as unit:
        unit.users.all()
        unit.drafts.drop(1)
    assert waiting(units) == [100]


def test_a_unit_that_fails_leaves_the_update_waiting(units: Units) -> None:
    """When the change is rolled back, the update comes again."""
    with units() as unit:
        unit.inbox.add([FIRST])

    def fail() -> None:
        with units() as unit:
            unit.users.put(User(1, 10))
            raise ZeroDivisionError

    with dealing_with(100), pytest.raises(ZeroDivisionError):
        fail()
    assert waiting(units) == [100]


def test_a_change_outside_of_any_update_marks_none(units: Units) -> None:
    """A price or a reminder leaves all updates waiting."""
    with units() as unit:
        unit.inbox.add([FIRST])
        unit.users.put(User(1, 10))
    assert waiting(units) == [100]


def test_updates_ever_kept_are_known(units: Units) -> None:
    """Dealt with or not; others are not, and nothing is known of nothing."""
    with units() as unit:
        unit.inbox.add([FIRST, SECOND])
        unit.inbox.done(100)
        assert unit.inbox.known([99, 100, 101]) == {100, 101}
        assert unit.inbox.known([]) == frozenset()
