"""Pacing is arithmetic on times: no waiting here."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatbot.deliver.limits import Limits, Pace
from chatbot.records import Priority

NOW = 1_800_000_000_000


def test_a_private_chat_takes_three_at_once_and_then_one_a_second() -> None:
    """The burst allowance is used up first, then each message waits for its second."""
    pace = Pace()
    for _ in range(3):
        assert pace.ready_at(1, Priority.STOP, NOW) == NOW
        pace.took(1, NOW)
    assert pace.ready_at(1, Priority.STOP, NOW) == NOW + 1_000
    pace.took(1, NOW + 1_000)
    assert pace.ready_at(1, Priority.STOP, NOW + 1_000) == NOW + 2_000
    assert pace.ready_at(2, Priority.STOP, NOW) == NOW


def test_a_chat_that_rested_has_its_burst_back() -> None:
    """After a quiet time the allowance is whole, and never more than whole."""
    pace = Pace()
    pace.took(1, NOW, calls=3)
    later = NOW + 60_000
    pace.took(1, later, calls=3)
    assert pace.ready_at(1, Priority.INFO, later) == later + 1_000


def test_stops_and_replies_leave_when_alerts_have_used_their_share() -> None:
    """25 alerts fill a second for alerts; five more stops or replies may leave in it, then nothing."""
    pace = Pace()
    for chat_id in range(1, 26):
        pace.took(chat_id, NOW)
    assert pace.room_for_alerts(NOW) == 0
    assert pace.ready_at(99, Priority.STOP_MOVE, NOW) == NOW + 1_000
    for chat_id in range(26, 31):
        assert pace.ready_at(chat_id, Priority(1 + chat_id % 2), NOW) == NOW
        pace.took(chat_id, NOW)
    assert pace.ready_at(99, Priority.REPLY, NOW) == NOW + 1_000
    assert pace.ready_at(99, Priority.STOP, NOW) == NOW + 1_000
    assert pace.room_for_alerts(NOW + 1_000) == 25


def test_a_group_takes_twenty_a_minute() -> None:
    """The twenty-first message of a group waits until the first is a minute old."""
    pace = Pace()
    for second in range(20):
        assert pace.ready_at(-5, Priority.INFO, NOW + second * 1_000) == NOW + second * 1_000
        pace.took(-5, NOW + second * 1_000)
    assert pace.ready_at(-5, Priority.INFO, NOW + 20_000) == NOW + 60_000


def test_a_flooded_chat_waits_alone() -> None:
    """What Telegram asks of one chat concerns no other."""
    pace = Pace()
    pace.flooded(1, NOW + 30_000, NOW)
    assert pace.held(NOW) == {1: NOW + 30_000}
    assert pace.ready_at(2, Priority.STOP, NOW) == NOW


def test_many_flooded_chats_stop_the_whole_bot() -> None:
    """The third chat refused at the same time means everybody."""
    pace = Pace()
    for chat_id in (1, 2, 3):
        pace.flooded(chat_id, NOW + 30_000, NOW)
    assert pace.ready_at(4, Priority.REPLY, NOW) == NOW + 30_000
    assert pace.room_for_alerts(NOW) == 0
    pace.relieved()
    assert pace.ready_at(4, Priority.REPLY, NOW) == NOW + 30_000, "a pause Telegram asked for is kept"


def test_the_whole_bot_waits_no_longer_than_the_first_of_the_flooded_chats() -> None:
    """One chat's long silence is its own; where all are meant, the next refusal prolongs the pause."""
    pace = Pace()
    for chat_id, seconds in ((1, 3_600), (2, 5), (3, 30)):
        pace.flooded(chat_id, NOW + seconds * 1_000, NOW)
    assert pace.ready_at(4, Priority.STOP, NOW) == NOW + 5_000
    assert pace.held(NOW) == {1: NOW + 3_600_000, 2: NOW + 5_000, 3: NOW + 30_000}
    pace.flooded(2, NOW + 20_000, NOW + 5_000)
    assert pace.ready_at(4, Priority.STOP, NOW + 5_000) == NOW + 20_000


def test_chats_in_trouble_and_flooded_chats_are_counted_apart() -> None:
    """Two timeouts and one long silence silence nobody else."""
    pace = Pace()
    pace.troubled(1, NOW + 50_000, NOW)
    pace.troubled(2, NOW + 50_000, NOW)
    pace.flooded(3, NOW + 3_600_000, NOW)
    assert pace.ready_at(4, Priority.STOP, NOW) == NOW
    pace.flooded(5, NOW + 3_600_000, NOW)
    pace.troubled(5, NOW + 1_000, NOW)
    assert pace.paused_until == 0


def test_refusals_one_after_another_do_not_stop_the_bot() -> None:
    """Pauses that are over do not count."""
    pace = Pace()
    for minute in range(5):
        pace.flooded(minute, NOW + minute * 60_000 + 1_000, NOW + minute * 60_000)
    assert pace.ready_at(99, Priority.STOP, NOW + 4 * 60_000) == NOW + 4 * 60_000


def test_the_first_success_ends_a_trouble_of_all() -> None:
    """When the network is back, nobody waits for a backoff of the outage."""
    pace = Pace()
    for chat_id in (1, 2, 3):
        pace.troubled(chat_id, NOW + 50_000, NOW)
    assert pace.ready_at(4, Priority.STOP, NOW) == NOW + 50_000
    pace.relieved()
    assert [pace.ready_at(chat_id, Priority.STOP, NOW) for chat_id in (1, 2, 3, 4)] == [NOW] * 4


def test_a_success_elsewhere_does_not_hasten_one_chat_in_trouble() -> None:
    """One message that always fails is not tried again each time another one succeeds."""
    pace = Pace()
    pace.troubled(1, NOW + 50_000, NOW)
    pace.relieved()
    assert pace.ready_at(1, Priority.STOP, NOW) == NOW + 50_000


def test_a_pause_of_the_whole_bot_holds_everyone() -> None:
    """Also those who had no message yet."""
    pace = Pace()
    pace.pause(None, NOW + 5_000)
    assert pace.ready_at(7, Priority.STOP, NOW) == NOW + 5_000


def test_a_chat_takes_at_once_what_is_left_of_its_burst() -> None:
    """Always at least the message whose turn it is."""
    pace = Pace()
    left = []
    for _ in range(4):
        left.append(pace.at_once(1, NOW))
        pace.took(1, NOW)
    assert left == [3, 2, 1, 1]
    assert pace.at_once(1, NOW + 1_500) == 1
    assert pace.at_once(1, NOW + 4_000) == 3


def test_a_chat_takes_one_at_a_time_while_the_bot_is_busy() -> None:
    """When half of the alerts' share of a second is used, bursts would only make others wait."""
    pace = Pace()
    for chat_id in range(12):
        pace.took(chat_id, NOW)
    assert pace.at_once(99, NOW) == 3
    pace.took(12, NOW)
    assert pace.at_once(99, NOW) == 1
    assert pace.at_once(99, NOW + 1_000) == 3


def test_a_chat_that_was_refused_takes_one_at_a_time_for_a_while() -> None:
    """For a minute after the silence it was asked for; after a silence of the whole bot, every chat."""
    pace = Pace()
    pace.flooded(1, NOW + 5_000, NOW)
    assert (pace.at_once(1, NOW + 64_999), pace.at_once(2, NOW + 5_000)) == (1, 3)
    assert pace.at_once(1, NOW + 65_000) == 3
    pace.pause(None, NOW + 5_000)
    assert (pace.at_once(2, NOW + 64_999), pace.at_once(2, NOW + 65_000)) == (1, 3)


def test_a_clock_set_back_makes_nobody_wait_longer() -> None:
    """Pauses, allowances and the sends of the last second move with the clock."""
    pace = Pace(Limits(overall=2, kept_for_replies=0, chat_burst=1))
    pace.look(NOW)
    pace.took(1, NOW)
    pace.took(-2, NOW)
    pace.pause(3, NOW + 30_000)
    pace.pause(None, NOW + 2_000)
    pace.troubled(4, NOW + 10_000, NOW)
    hour = 3_600_000
    pace.look(NOW - hour)
    assert pace.held(NOW - hour) == {
        1: NOW - hour + 1_000,
        -2: NOW - hour + 1_000,
        3: NOW - hour + 30_000,
        4: NOW - hour + 10_000,
    }
    assert pace.overall_ready_at(Priority.STOP, NOW - hour) == NOW - hour + 2_000
    pace.look(NOW)
    assert pace.held(NOW) == {}


def test_memory_does_not_grow_with_the_chats() -> None:
    """Chats that have their whole allowance back are forgotten."""
    pace = Pace()
    for chat_id in range(-500, 500):
        pace.took(chat_id, NOW)
        pace.flooded(chat_id, NOW + 10, NOW)
        pace.troubled(chat_id, NOW + 10, NOW)
    assert pace.held(NOW + 100_000) == {}
    assert not set(pace.known_chats())


@given(
    st.lists(st.tuples(st.integers(-3, 6), st.integers(0, 400), st.sampled_from(Priority)), max_size=150),
)
def test_no_window_ever_holds_more_than_telegram_takes(wanted: list[tuple[int, int, Priority]]) -> None:
    """Whoever asks and waits as told never exceeds a limit, whatever the order of chats and priorities."""
    limits = Limits(overall=6, kept_for_replies=2, overall_span=1_000, chat_burst=2, chat_every=300, group=3)
    pace, now = Pace(limits), NOW
    sends: list[tuple[int, int]] = []
    for chat_id, gap, priority in wanted:
        now = max(now + gap, pace.ready_at(chat_id, priority, now + gap))
        pace.took(chat_id, now)
        sends.append((now, chat_id))
    for at, chat_id in sends:
        before = [(when, chat) for when, chat in sends if at - limits.overall_span < when <= at]
        assert len(before) <= limits.overall
        mine = [when for when, chat in sends if chat == chat_id and at - limits.chat_every < when <= at]
        assert len(mine) <= limits.chat_burst
        if chat_id < 0:
            minute = [when for when, chat in sends if chat == chat_id and at - limits.group_span < when <= at]
            assert len(minute) <= limits.group
