"""Who speaks and what was said, read off updates as Telegram sends them."""

from __future__ import annotations

from typing import Any

from telegram import Update

from handlers.guards import LONGEST_TEXT, Said, Speaker, said_in

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


def test_nobody_speaks_in_another_persons_private_chat() -> None:
    """A private chat has its person's number; an update that says otherwise is not from Telegram."""
    assert heard(text="/exited 1", chat={"id": 8, "type": "private"}) is None
