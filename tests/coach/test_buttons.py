"""Buttons on the wire: short, signed, bound to their user and chat; a changed or foreign one is nothing."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.coach.buttons import MOST_BYTES, SEPARATOR, Seal, decode, encode, rows
from chatbot.messages.values import Button, Message, Press, Style, Verb

KEY = b"k" * 32
CHAT = 1001
SAM = Seal(KEY, CHAT, CHAT)
arguments = st.text(string.ascii_letters + string.digits + "./% ><=|", max_size=20)
presses = st.builds(Press, st.sampled_from(Verb), st.integers(0, 2**40), st.integers(0, 10**6), arguments)


@given(presses, st.integers(1, 2**52), st.integers(-(2**52), 2**52))
def test_a_button_reads_back_as_it_was_written(press: Press, user_id: int, chat_id: int) -> None:
    """Every verb, any plan, any argument that fits, for anybody in any chat; never more than Telegram takes."""
    seal = Seal(KEY, user_id, chat_id)
    data = encode(press, seal)
    assert len(data.encode()) <= MOST_BYTES
    assert decode(data, seal) == press


@given(presses)
def test_another_users_or_chats_button_is_nothing(press: Press) -> None:
    """Signed for one user in one chat, it says nothing to another, in another chat, or under another key."""
    data = encode(press, SAM)
    for foreign in (Seal(KEY, CHAT + 1, CHAT), Seal(KEY, CHAT, CHAT + 1), Seal(KEY, CHAT, -CHAT)):
        assert decode(data, foreign) is None
    assert decode(data, Seal(b"another", CHAT, CHAT)) is None


@given(presses)
def test_user_and_chat_are_told_apart(press: Press) -> None:
    """The digits of one id never stand for those of another: 1 in chat 12 is not 11 in chat 2."""
    assert decode(encode(press, Seal(KEY, 1, 12)), Seal(KEY, 11, 2)) is None


@given(presses)
def test_every_flipped_bit_makes_it_nothing(press: Press) -> None:
    """Whichever bit of a button's bytes is another, it is not ours, and it is no error either."""
    raw = encode(press, SAM).encode()
    for bit in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << (bit % 8)
        assert decode(changed.decode("utf-8", "surrogateescape"), SAM) is None


def test_a_button_of_former_days_is_nothing() -> None:
    """A button of another wire form, or with a verb there is no more, is refused even though we signed it."""
    for body in (
        f"1{SEPARATOR}d{SEPARATOR}1{SEPARATOR}1{SEPARATOR}",
        f"2{SEPARATOR}?{SEPARATOR}1{SEPARATOR}1{SEPARATOR}",
    ):
        assert decode(f"{body}{SEPARATOR}{SAM.signature(body)}", SAM) is None


@given(presses, st.data())
def test_a_changed_button_is_nothing(press: Press, drawn: st.DataObject) -> None:
    """One character changed anywhere, and it is not ours."""
    data = encode(press, SAM)
    place = drawn.draw(st.integers(0, len(data) - 1))
    other = drawn.draw(st.sampled_from(string.printable).filter(lambda c: c != data[place]))
    assert decode(data[:place] + other + data[place + 1 :], SAM) is None


@given(st.text(st.characters(), max_size=64))
def test_any_text_is_nothing(text: str) -> None:
    """What somebody makes up is refused without an error, halves of characters included."""
    assert decode(text, SAM) is None
    assert decode(f"\ud800{text}", SAM) is None


def test_a_button_that_does_not_fit_is_a_mistake_of_ours() -> None:
    """An argument that is too long is refused when the button is made, not when it is sent."""
    with pytest.raises(ValueError, match="at most 64 fit"):
        encode(Press(Verb.CHOOSE, 1, 1, "x" * 60), SAM)


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
    (done, copy), (skip,) = rows(Message("text", keyboard), SAM)
    assert decode(done["data"], SAM) == Press(Verb.DONE, 1, 2)
    assert done["style"] == "success"
    assert copy == {"text": "Copy", "copy": "59000"}
    assert set(skip) == {"text", "data"}
