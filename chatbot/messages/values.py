"""What a message is made of: HTML text and rows of buttons, before anything is signed or sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What a button does. The value is its wire form: old keyboards stay in chats, so never reuse one."""

    DONE = "d"
    OTHER_PRICE = "p"
    SKIP = "s"
    SNOOZE = "z"
    YES = "y"
    CHOOSE = "c"
    BACK = "b"
    CANCEL = "x"
    HELP = "h"
    EDIT = "e"
    ARM = "a"
    DISCARD = "k"
    STATUS = "t"
    NEW = "n"
    ABANDON = "q"
    KEEP = "o"
    HOLD = "g"
    FORGET = "f"


class Style(StrEnum):
    """How a button looks, where the client can show it."""

    PLAIN = ""
    GOOD = "success"
    BAD = "danger"
    MAIN = "primary"


@dataclass(frozen=True, slots=True)
class Press:
    """What a button says: `subject` is the plan or draft id, `version` the action's number or draft's version."""

    verb: Verb
    subject: int = 0
    version: int = 0
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """A label with what it does: a press that comes back to us, or a text that is copied."""

    label: str
    press: Press | None = None
    copy: str | None = None
    style: Style = Style.PLAIN


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """HTML text of at most 4096 characters after parsing, and its keyboard."""

    text: str
    keyboard: Keyboard = ()
