"""Who speaks and what was said, read off updates as Telegram sends them."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from telegram import Update

from chatbot.coach.naming import plan_number
from chatbot.core.reading import Unreadable, number
from handlers.guards import LONGEST_TEXT, Said, Speaker, is_turned_around, plain, said_in

SAM: dict[str, Any] = {"id": 7, "is_bot": False, "first_name": "Sam"}
CHAT: dict[str, Any] = {"id": 7, "type": "private"}
PHOTO = [{"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}]


def heard(**message: Any) -> Said | None:
    """What is heard of a message."""
    told = {"message_id": 5, "date": 0, "chat": CHAT, "from": SAM} | message
    return said_in(Update.de_json({"update_id": 1, "message": told}, None))


def test_a_text_and_the_words_below_a_picture_are_both_heard() -> None:
    """Signals are forwarded either way."""
    assert heard(text="btc long") == Said(Speaker(7, 7), "btc long", 5)
    assert heard(photo=PHOTO, caption="btc long") == Said(Speaker(7, 7), "btc long", 5)


def test_what_has_no_words_is_not_heard() -> None:
    """A picture alone, or a text in a group."""
    assert heard(photo=PHOTO) is None
    assert heard(text="btc", chat={"id": -9, "type": "group", "title": "all"}) is None


def test_a_text_is_bounded() -> None:
    """No longer than Telegram allows anyway."""
    said = heard(text="x" * 5000)
    assert said is not None
    assert len(said.text) == LONGEST_TEXT


def message(words: str, **more: Any) -> Update:
    """A message with these words."""
    told = {"message_id": 5, "date": 0, "chat": CHAT, "from": SAM, "text": words, **more}
    return Update.de_json({"update_id": 1, "message": told}, None)


@given(st.text(st.characters()))
@example("60\u200b000\u202e\x00\ud800\u2028\u3164")
def test_nothing_unseen_is_left(text: str) -> None:
    """No control, format, half or invisible character; what is left is as it was, in its order, and a second look
    changes nothing."""
    kept = plain(text)
    assert not [c for c in kept if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    kept.encode()
    assert plain(kept) == kept
    assert [c for c in kept if c not in " \n"] == [c for c in text if c not in " \n" and plain(c) == c]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("60\u00ad000\u200d\ufeff", "60000"),
        ("60\u200b000\t1", "60 000 1"),
        ("\u2066long\u2069 \u200ebtc", "long btc"),
        ("\x00\x1b[31mred", "[31mred"),
        ("🎯 1\ufe0f⃣ 60000²", "🎯 1\ufe0f⃣ 60000²"),
    ],
)
def test_what_is_seen_stays(typed: str, read: str) -> None:
    """Line breaks of every kind are one, hidden characters are gone, and what has a meaning of its own is kept."""
    assert plain(typed) == read


def test_a_text_that_shows_other_numbers_than_it_has_is_told() -> None:
    """Overrides turn digits around on the screen; marks that Arabic or Hebrew texts carry anyway do not."""
    assert is_turned_around(message("\u202e00006"))
    assert is_turned_around(message("x", text=None, photo=PHOTO, caption="\u202d60000"))
    assert not is_turned_around(message("\u200f\u2067קנה\u2069 60000"))
    assert not is_turned_around(Update(1))


@given(st.integers(1, 10**9), st.sampled_from([0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10, 0x1D7CE]))
def test_digits_of_every_script_are_read_or_refused(value: int, zero: int) -> None:
    """A price in Arabic, Indian, Thai, wide or mathematical digits is that price; a plan's number is refused."""
    written = "".join(chr(zero + int(digit)) for digit in str(value))
    assert number(plain(written)) == value
    assert plan_number(plain(written)) is None


@given(st.sampled_from("²³¹½¼①②⑴⒈₁₂❶㊀Ⅳᵏ"), st.integers(1, 9_999))
def test_characters_that_only_look_like_digits_are_never_one(mark: str, value: int) -> None:
    """60000² is not 600002: raised, lowered, circled digits and fractions are refused wherever they stand."""
    for written in (f"{value}{mark}", f"{mark}{value}", mark):
        with pytest.raises(Unreadable):
            number(plain(written))


def test_nobody_speaks_in_another_persons_private_chat() -> None:
    """A private chat has its person's number; an update that says otherwise is not from Telegram."""
    assert heard(text="/exited 1", chat={"id": 8, "type": "private"}) is None
