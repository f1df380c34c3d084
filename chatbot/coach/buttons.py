"""Buttons on the wire: compact, signed, bound to their user and chat. A changed or foreign one decodes to nothing."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from chatbot.messages.values import Button, Keyboard, Message, Press, Verb

VERSION: Final = "2"
SEPARATOR: Final = "|"
MOST_BYTES: Final = 64
SIGNATURE_BYTES: Final = 8
DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
FIELDS: Final = 6
VERBS: Final = {verb.value: verb for verb in Verb}


@dataclass(frozen=True, slots=True)
class Seal:
    """What a button is signed with: our key, for one user in one chat."""

    key: bytes
    user_id: int
    chat_id: int

    def signature(self, body: str) -> str:
        """Eight bytes of HMAC-SHA256 over the user, the chat and the body."""
        signed = SEPARATOR.join((str(self.user_id), str(self.chat_id), body))
        digest = hmac.new(self.key, signed.encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(digest[:SIGNATURE_BYTES]).rstrip(b"=").decode()


def encode(press: Press, seal: Seal) -> str:
    """The press as callback data of at most 64 bytes. Raises ValueError where the argument is too long."""
    body = SEPARATOR.join((VERSION, press.verb, base36(press.subject), base36(press.version), press.argument))
    data = f"{body}{SEPARATOR}{seal.signature(body)}"
    if len(data.encode()) > MOST_BYTES:
        raise ValueError(f"a button of {len(data.encode())} bytes; at most {MOST_BYTES} fit: {press.verb}")
    return data


def decode(data: str, seal: Seal) -> Press | None:
    """The press, if we signed it for this user in this chat, and it still means something."""
    if not is_writable(data):
        return None
    body, _, signed = data.rpartition(SEPARATOR)
    if not hmac.compare_digest(signed.encode(), seal.signature(body).encode()):
        return None
    version, verb, subject, number, argument = body.split(SEPARATOR, FIELDS - 2)
    if version != VERSION or verb not in VERBS:
        return None
    return Press(VERBS[verb], int(subject, 36), int(number, 36), argument)


def is_writable(data: str) -> bool:
    """Whether a text is made of whole characters: JSON can carry halves of some, which no button of ours has."""
    return not any("\ud800" <= character <= "\udfff" for character in data)


def base36(number: int) -> str:
    """A whole number from 0 on, short."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits or "0"


def rows(message: Message, seal: Seal) -> tuple[tuple[dict[str, str], ...], ...]:
    """The message's keyboard, signed, as the outbox keeps it."""
    return signed_rows(message.keyboard, seal)


def signed_rows(keyboard: Keyboard, seal: Seal) -> tuple[tuple[dict[str, str], ...], ...]:
    """Rows of buttons as JSON-ready dicts."""
    return tuple(tuple(as_dict(button, seal) for button in row) for row in keyboard)


def as_dict(button: Button, seal: Seal) -> dict[str, str]:
    """One button."""
    made = {"text": button.label}
    if button.press is not None:
        made["data"] = encode(button.press, seal)
    if button.copy is not None:
        made["copy"] = button.copy
    if button.style:
        made["style"] = button.style.value
    return made
