"""From a Telegram update to who speaks and what was said; what is not for the bot becomes None."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from telegram import Update
from telegram.constants import ChatType

LONGEST_TEXT: Final = 4096
LINE_BREAKS: Final = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
BLANKS: Final = frozenset("\t\u200b\u2800")
UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Letters and marks that are never seen, beside what Unicode itself calls control and format characters."""
UNSEEN_KINDS: Final = frozenset({"Cc", "Cf", "Cs"})
OVERRIDES: Final = ("\u202d", "\u202e")
"""Characters that show digits in another order than they stand in."""


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
    return Said(speaker, plain(text[:LONGEST_TEXT]), message.message_id)


def plain(text: str) -> str:
    """What was typed, without what nobody sees: all that is read, stored or shown of a text goes through here.

    Letters and digits stay as they are: what they mean is for whoever reads them, for ² is not 2.
    """
    lines = text.replace("\r\n", "\n")
    return "".join(visible(character) for character in lines)


def visible(character: str) -> str:
    """The character, a line break, a blank, or nothing."""
    if character in LINE_BREAKS:
        return "\n"
    if character in BLANKS:
        return " "
    return "" if character in UNSEEN or unicodedata.category(character) in UNSEEN_KINDS else character


def is_turned_around(update: Update) -> bool:
    """Whether a message has characters that make its reader see other numbers than stand there."""
    message = update.message
    text = None if message is None else message.text or message.caption
    return text is not None and any(character in text for character in OVERRIDES)


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
