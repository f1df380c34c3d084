"""Buttons on the wire: compact, signed, bound to their chat. A changed or foreign button decodes to nothing."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Final

from chatbot.messages.values import Button, Keyboard, Message, Press, Verb

VERSION: Final = "1"
SEPARATOR: Final = "|"
MOST_BYTES: Final = 64
SIGNATURE_BYTES: Final = 8
DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
FIELDS: Final = 6


def encode(press: Press, chat_id: int, key: bytes) -> str:
    """The press as callback data of at most 64 bytes. Raises ValueError where the argument is too long."""
    body = SEPARATOR.join((VERSION, press.verb, base36(press.subject), base36(press.version), press.argument))
    data = f"{body}{SEPARATOR}{signature(body, chat_id, key)}"
    if len(data.encode()) > MOST_BYTES:
        raise ValueError(f"a button of {len(data.encode())} bytes; at most {MOST_BYTES} fit: {press.verb}")
    return data


def decode(data: str, chat_id: int, key: bytes) -> Press | None:
    """The press, if we signed it for this chat."""
    body, _, signed = data.rpartition(SEPARATOR)
    if not hmac.compare_digest(signed.encode(), signature(body, chat_id, key).encode()):
        return None
    version, verb, subject, number, argument = body.split(SEPARATOR, FIELDS - 2)
    if version != VERSION:
        return None
    return Press(Verb(verb), int(subject, 36), int(number, 36), argument)


def signature(body: str, chat_id: int, key: bytes) -> str:
    """Eight bytes of HMAC-SHA256 over the body and the chat."""
    digest = hmac.new(key, f"{chat_id}{SEPARATOR}{body}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:SIGNATURE_BYTES]).rstrip(b"=").decode()


def base36(number: int) -> str:
    """A whole number from 0 on, short."""
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits or "0"


def rows(message: Message, chat_id: int, key: bytes) -> tuple[tuple[dict[str, str], ...], ...]:
    """The message's keyboard, signed, as the outbox keeps it."""
    return signed_rows(message.keyboard, chat_id, key)


def signed_rows(keyboard: Keyboard, chat_id: int, key: bytes) -> tuple[tuple[dict[str, str], ...], ...]:
    """Rows of buttons as JSON-ready dicts."""
    return tuple(tuple(as_dict(button, chat_id, key) for button in row) for row in keyboard)


def as_dict(button: Button, chat_id: int, key: bytes) -> dict[str, str]:
    """One button."""
    made = {"text": button.label}
    if button.press is not None:
        made["data"] = encode(button.press, chat_id, key)
    if button.copy is not None:
        made["copy"] = button.copy
    if button.style:
        made["style"] = button.style.value
    return made
