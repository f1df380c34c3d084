"""When what was not answered is said again."""

from __future__ import annotations

import pytest

from chatbot.core.repeats import MINUTE, SECOND, draft_reminder_after, repeat_after
from chatbot.core.state import ActionKind


def test_an_exit_is_repeated_for_as_long_as_it_is_open() -> None:
    """After 30 s, 1, 2, 5 min and then every 15."""
    minutes = [repeat_after(ActionKind.EXIT, count) for count in range(7)]
    assert minutes == [30 * SECOND, *(m * MINUTE for m in (1, 2, 5, 20, 35, 50))]


@pytest.mark.parametrize("kind", [ActionKind.CLOSE, ActionKind.MOVE_STOP])
def test_a_stop_move_and_a_close_are_repeated_three_times(kind: ActionKind) -> None:
    """After 1, 5 and 15 min."""
    assert [repeat_after(kind, count) for count in range(4)] == [MINUTE, 5 * MINUTE, 15 * MINUTE, None]


@pytest.mark.parametrize("kind", [ActionKind.ADD, ActionKind.ANSWER])
def test_an_add_is_never_repeated(kind: ActionKind) -> None:
    """It goes stale."""
    assert repeat_after(kind, 0) is None


def test_an_unfinished_draft_comes_up_twice() -> None:
    """After half an hour and after a day."""
    assert [draft_reminder_after(count) for count in range(3)] == [30 * MINUTE, 24 * 60 * MINUTE, None]
