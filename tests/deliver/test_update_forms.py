"""What an update must look like before anything of it is believed."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.deliver.update_forms import KINDS, Unreadable, essence_of, number_of

USER: dict[str, Any] = {"id": 7, "is_bot": False, "first_name": "Sam"}
CHAT: dict[str, Any] = {"id": 7, "type": "private"}
MESSAGE: dict[str, Any] = {
    "message_id": 5,
    "date": 0,
    "chat": CHAT,
    "from": USER,
    "text": "/new",
    "entities": [{"type": "bot_command", "offset": 0, "length": 4}],
}
TAP: dict[str, Any] = {"id": "1", "from": USER, "chat_instance": "c", "data": "d", "message": MESSAGE}
MEMBER: dict[str, Any] = {"chat": CHAT, "from": USER, "date": 0, "new_chat_member": {"user": USER, "status": "kicked"}}
SOUND: dict[str, Any] = {
    "message": MESSAGE,
    "edited_message": MESSAGE,
    "callback_query": TAP,
    "my_chat_member": MEMBER,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_telegram_sends_is_taken_as_it_is(kind: str) -> None:
    """Fields that nobody reads may be anything."""
    update = {"update_id": 1, kind: {**SOUND[kind], "new_in_some_version": [1]}}
    assert essence_of(update) == update


def test_what_nobody_handles_is_nothing() -> None:
    """Kinds that were not asked for, and what else stands beside a kind that was."""
    assert essence_of({"update_id": 1, "poll": {}}) is None
    assert essence_of({"update_id": 1, "poll": 7, "message": MESSAGE}) == {"update_id": 1, "message": MESSAGE}


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("chat", "id"), "7"),
        (("chat", "id"), True),
        (("chat", "id"), 2**63),
        (("chat",), None),
        (("from", "id"), [7]),
        (("from",), 7),
        (("text",), 7),
        (("text",), "\ud800"),
        (("entities",), {}),
        (("entities",), [None]),
        (("entities", 0, "length"), "4"),
        (("date",), 0.5),
        (("message_id",), None),
    ],
    ids=str,
)
def test_a_field_of_another_kind_makes_it_unreadable(path: tuple[Any, ...], wrong: Any) -> None:
    """Also numbers that fit no database, and half a character."""
    update = {"update_id": 1, "message": copy.deepcopy(MESSAGE)}
    place: Any = update["message"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    with pytest.raises(Unreadable):
        essence_of(update)


@given(st.sampled_from(list(KINDS)), JSON)
def test_any_json_is_read_or_refused(kind: str, body: Any) -> None:
    """Nothing else is raised, whatever stands there."""
    with suppress(Unreadable):
        assert essence_of({"update_id": 1, kind: body}) == {"update_id": 1, kind: body}


@pytest.mark.parametrize("number", [None, True, "7", 7.0, 2**63, -(2**63) - 1, [7]], ids=str)
def test_a_number_that_cannot_be_kept_is_none(number: Any) -> None:
    """Telegram's are whole and small; a negative one is odd but kept."""
    assert number_of({"update_id": number}) is None
    assert number_of([number]) is None
    assert number_of({"update_id": -7}) == -7
