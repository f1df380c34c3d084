"""What became of a send, sorted once into what to do next; the table is in docs/delivery.md.

Order matters where errors are told apart: BadRequest and TimedOut are NetworkErrors in python-telegram-bot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from chatbot.core.money import Millis


class Why(StrEnum):
    """Why a message waits."""

    FLOOD = "flood"
    NETWORK = "network"
    TOKEN = "token"  # noqa: S105 -- the name of a reason
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram has it, as this message."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Later:
    """May heal. `after_ms` is what Telegram asked for, None where it asked for nothing; `uncertain`: it may have
    been delivered."""

    after_ms: Millis | None
    why: Why
    uncertain: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """The group has a new id; nothing was sent."""

    new_chat_id: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person or group takes no messages of the bot."""

    why: str


@dataclass(frozen=True, slots=True)
class Never:
    """Telegram refuses this message for good."""

    why: str


@dataclass(frozen=True, slots=True)
class Apart:
    """Several merged into one were refused: each is to go alone. `uncertain`: they may have been delivered."""

    why: str
    uncertain: bool = False


Result = Sent | Later | Moved | Blocked | Never | Apart
Failure = Later | Moved | Blocked | Never

LOST: Final = Later(None, Why.NETWORK, uncertain=True)
"""What happened on Telegram's side is unknown."""
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Failures before a byte of the request left."""

UNREACHABLE: Final = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "group chat was upgraded",
    "chat_write_forbidden",
    "chat_restricted",
    "have no rights to send",
    "not enough rights to send",
    "user_is_blocked",
    "input_user_deactivated",
    "thread not found",
    "topic_closed",
    "topic_deleted",
)
TARGET_GONE: Final = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
)
BAD_BUTTONS: Final = ("button", "reply markup", "reply_markup", "keyboard")
TOO_LONG: Final = ("message is too long", "message_too_long")
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError)
"""What the library raises where an answer is JSON, but not what Telegram answers."""
FOREIGN: Final = re.compile(r"(\w+ )+\(\d{3}\)")
"""How the library words an error whose answer gives no reason: a status and nothing else."""


def sort_error(error: TelegramError) -> Failure:
    """What to do after a send ended with this error."""
    if is_foreign(error):
        return LOST
    match error:
        case RetryAfter():
            return Later(wait_of(error), Why.FLOOD, uncertain=False)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Blocked(error.message)
        case BadRequest():
            return Blocked(error.message) if says(error, *UNREACHABLE) else Never(error.message)
        case NetworkError():
            return after_network_error(error)
        case InvalidToken() | Conflict():
            return Later(None, Why.TOKEN, uncertain=False)
        case _:
            return LOST


def is_foreign(error: TelegramError) -> bool:
    """An answer that is not Telegram's, whatever its status: a proxy's page must not count as a refusal."""
    return isinstance(error.__cause__, (TelegramError, *UNREADABLE)) or FOREIGN.match(error.message) is not None


def after_network_error(error: NetworkError) -> Later:
    if says(error, "too many requests"):
        return Later(None, Why.FLOOD, uncertain=False)
    return Later(None, Why.NETWORK, uncertain=not isinstance(error.__cause__, NOT_SENT))


def wait_of(error: RetryAfter) -> Millis:
    """Telegram's wait in milliseconds, whichever of its two types the library gives it."""
    wait = error.retry_after
    return round((wait.total_seconds() if isinstance(wait, timedelta) else wait) * 1_000)


def says(error: TelegramError, *phrases: str) -> bool:
    """The library changes the capitals of what Telegram says."""
    said = error.message.lower()
    return any(phrase in said for phrase in phrases)


def is_unchanged(error: BadRequest) -> bool:
    """The message already shows exactly this."""
    return says(error, "message is not modified")


def is_target_gone(error: BadRequest) -> bool:
    """There is nothing to edit; a new message can say it."""
    return says(error, *TARGET_GONE)


def is_unreadable_markup(error: BadRequest) -> bool:
    """The HTML is wrong; the words can be sent without it."""
    return says(error, "can't parse entities")


def is_too_long(error: BadRequest) -> bool:
    """The beginning of the words can be sent."""
    return says(error, *TOO_LONG)


def is_bad_keyboard(error: BadRequest) -> bool:
    """The buttons are wrong; the words can be sent without them."""
    return says(error, *BAD_BUTTONS)
