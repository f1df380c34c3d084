"""From a Telegram update to who speaks and what was said; what is not for the bot becomes None."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from telegram import Update
from telegram.constants import ChatType

LONGEST_TEXT: Final = 4096


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person in their private chat with the bot."""

    user_id: int
    chat_id: int


@dataclass(frozen=True, slots=True)
class Said:
    """A text; for a command, what stands after it."""

    speaker: Speaker
    text: str
    message_id: int


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button's data, and the message it stood under."""

    speaker: Speaker
    data: str
    message_id: int | None


def speaker_of(update: Update) -> Speaker | None:
    """Who speaks; None in groups and channels, where the bot answers nobody."""
    user, chat = update.effective_user, update.effective_chat
    if user is None or chat is None or chat.type != ChatType.PRIVATE or user.is_bot:
        return None
    # A private chat has the number of its person: what says otherwise is not from Telegram, and speaks for nobody.
    if chat.id != user.id:
        return None
    return Speaker(user.id, chat.id)


def said_in(update: Update) -> Said | None:
    """What was typed, or stands below a picture; an edited message is not an answer."""
    speaker, message = speaker_of(update), update.message
    text = None if message is None else message.text or message.caption
    if speaker is None or message is None or text is None:
        return None
    return Said(speaker, text[:LONGEST_TEXT], message.message_id)


def argument_of(text: str) -> str:
    """What stands after a command: `/plan 2` → `2`."""
    parts = text.split(maxsplit=1)
    return parts[1].strip() if len(parts) > 1 else ""


def tapped_in(update: Update) -> Tapped | None:
    """Which button was tapped."""
    speaker, query = speaker_of(update), update.callback_query
    if speaker is None or query is None or query.data is None:
        return None
    return Tapped(speaker, query.data, query.message.message_id if query.message else None)
