"""Buttons on the wire: short, signed, bound to their chat; what was changed or is another's decodes to nothing."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.coach.buttons import MOST_BYTES, decode, encode, rows
from chatbot.messages.values import Button, Message, Press, Style, Verb

KEY = b"k" * 32
CHAT = 1001
arguments = st.text(string.ascii_letters + string.digits + "./% ><=|", max_size=20)
presses = st.builds(Press, st.sampled_from(Verb), st.integers(0, 2**40), st.integers(0, 10**6), arguments)


@given(presses, st.integers(-(2**52), 2**52))
def test_a_button_reads_back_as_it_was_written(press: Press, chat_id: int) -> None:
    """Every verb, any plan, any argument that fits, in any chat; never more than Telegram takes."""
    data = encode(press, chat_id, KEY)
    assert len(data.encode()) <= MOST_BYTES
    assert decode(data, chat_id, KEY) == press


@given(presses)
def test_another_chats_button_is_nothing(press: Press) -> None:
    """Signed for one chat, it says nothing in another, or under another key."""
    data = encode(press, CHAT, KEY)
    assert decode(data, CHAT + 1, KEY) is None
    assert decode(data, -CHAT, KEY) is None
    assert decode(data, CHAT, b"another") is None


@given(presses, st.data())
def test_a_changed_button_is_nothing(press: Press, drawn: st.DataObject) -> None:
    """One character changed anywhere, and it is not ours."""
    data = encode(press, CHAT, KEY)
    place = drawn.draw(st.integers(0, len(data) - 1))
    other = drawn.draw(st.sampled_from(string.printable).filter(lambda c: c != data[place]))
    assert decode(data[:place] + other + data[place + 1 :], CHAT, KEY) is None


@given(st.text(max_size=64))
def test_any_text_is_nothing(text: str) -> None:
    """What somebody makes up is refused without an error."""
    assert decode(text, CHAT, KEY) is None


def test_a_button_that_does_not_fit_is_a_mistake_of_ours() -> None:
    """An argument that is too long is refused when the button is made, not when it is sent."""
    with pytest.raises(ValueError, match="at most 64 fit"):
        encode(Press(Verb.CHOOSE, 1, 1, "x" * 60), CHAT, KEY)


def test_verbs_are_single_letters_that_differ() -> None:
    """Old keyboards stay in chats: every verb has a short form of its own."""
    assert len({verb.value for verb in Verb}) == len(Verb)
    assert all(len(verb.value) == 1 for verb in Verb)


def test_a_keyboard_is_signed_row_by_row() -> None:
    """Presses carry signed data, copies their text, and a style where there is one."""
    keyboard = (
        (Button("Done", Press(Verb.DONE, 1, 2), style=Style.GOOD), Button("Copy", copy="59000")),
        (Button("Skip", Press(Verb.SKIP, 1, 2)),),
    )
    (done, copy), (skip,) = rows(Message("text", keyboard), CHAT, KEY)
    assert decode(done["data"], CHAT, KEY) == Press(Verb.DONE, 1, 2)
    assert done["style"] == "success"
    assert copy == {"text": "Copy", "copy": "59000"}
    assert set(skip) == {"text", "data"}
