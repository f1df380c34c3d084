"""Buckets: so many messages at once, so many a minute on the long run, and nobody remembered for ever."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handlers.pacing import MINUTE, MOST_KEPT, TAPS_PER_MESSAGE, Kind, Pacing

SAM = 1001


def test_a_full_bucket_is_spent_at_once_and_refills_evenly() -> None:
    """Twenty in a row, then one every three seconds."""
    now = [0]
    pacing = Pacing(20, lambda: now[0])
    assert [pacing.takes(SAM, Kind.MESSAGE) for _ in range(21)] == [True] * 20 + [False]
    now[0] += 2_999
    assert not pacing.takes(SAM, Kind.MESSAGE)
    now[0] += 2
    assert pacing.takes(SAM, Kind.MESSAGE)
    assert not pacing.takes(SAM, Kind.MESSAGE)


def test_people_and_kinds_have_buckets_of_their_own() -> None:
    """One who writes much takes nothing from another, nor from their own taps, which are three times as many."""
    pacing = Pacing(2, lambda: 0)
    assert [pacing.takes(SAM, Kind.MESSAGE) for _ in range(3)] == [True, True, False]
    assert pacing.takes(2002, Kind.MESSAGE)
    assert sum(pacing.takes(SAM, Kind.TAP) for _ in range(20)) == 2 * TAPS_PER_MESSAGE


def test_it_is_told_once_until_one_is_taken() -> None:
    """The first time it is too much, and the first time after one was heard again."""
    now = [0]
    pacing = Pacing(1, lambda: now[0])
    pacing.takes(SAM, Kind.MESSAGE)
    told = []
    for _ in range(4):
        now[0] += MINUTE // 3 + 1
        told.append(pacing.takes(SAM, Kind.MESSAGE) or pacing.is_told(SAM, Kind.MESSAGE))
    assert told == [False, True, True, False]


def test_nobody_is_told_twice_within_ten_seconds() -> None:
    """Also where one message is taken after each that is not."""
    now = [0]
    pacing = Pacing(20, lambda: now[0])
    for _ in range(21):
        pacing.takes(SAM, Kind.MESSAGE)
    assert not pacing.is_told(SAM, Kind.MESSAGE)
    told = []
    for _ in range(4):
        now[0] += 4_000
        assert pacing.takes(SAM, Kind.MESSAGE)
        pacing.takes(SAM, Kind.MESSAGE)
        pacing.takes(SAM, Kind.MESSAGE)
        told.append(pacing.is_told(SAM, Kind.MESSAGE))
    assert told == [True, True, False, True]


def test_many_strangers_are_forgotten_again() -> None:
    """What is remembered has a bound as soon as the crowd of the last minute has one."""
    now = [0]
    pacing = Pacing(20, lambda: now[0])
    for user_id in range(MOST_KEPT):
        pacing.takes(user_id, Kind.MESSAGE)
    now[0] += MINUTE
    pacing.takes(MOST_KEPT, Kind.MESSAGE)
    assert len(pacing.buckets) == 1


@given(st.lists(st.integers(0, 20_000), max_size=200), st.integers(1, 30))
def test_never_more_than_a_bucket_and_its_refill(waits: list[int], per_minute: int) -> None:
    """However they come, no minute sees more than a full bucket and what flowed in meanwhile."""
    now = [0]
    pacing = Pacing(per_minute, lambda: now[0])
    taken = []
    for wait in waits:
        now[0] += wait
        if pacing.takes(SAM, Kind.MESSAGE):
            taken.append(now[0])
    assert all(sum(begin <= at < begin + MINUTE for at in taken) <= 2 * per_minute for begin in taken)
