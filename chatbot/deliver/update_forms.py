"""What an update must look like before anything of it is believed: the kinds we handle, and the fields we read.

Everything else of an update is the library's business; it checks no types, so the few that decide are checked here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

MOST: Final = 1 << 63
"""Telegram's numbers stay far below; what is larger fits no database."""


@dataclass(frozen=True, slots=True)
class Optional:
    """A field that may be missing."""

    form: Form


Form: TypeAlias = "type[int | str | bool] | list[Form] | Mapping[str, Form] | Optional"

USER: Final[Form] = {"id": int, "is_bot": bool, "first_name": str}
CHAT: Final[Form] = {"id": int, "type": str}
ENTITIES: Final[Form] = Optional([{"type": str, "offset": int, "length": int}])
MESSAGE: Final[Form] = {
    "message_id": int,
    "date": int,
    "chat": CHAT,
    "from": Optional(USER),
    "sender_chat": Optional(CHAT),
    "text": Optional(str),
    "caption": Optional(str),
    "entities": ENTITIES,
    "caption_entities": ENTITIES,
}
TAP: Final[Form] = {
    "id": str,
    "from": USER,
    "chat_instance": str,
    "data": Optional(str),
    "message": Optional({"message_id": int, "date": int, "chat": CHAT}),
}
MEMBERSHIP: Final[Form] = {"chat": CHAT, "from": USER, "date": int, "new_chat_member": {"user": USER, "status": str}}
KINDS: Final[Mapping[str, Form]] = {
    "message": MESSAGE,
    "edited_message": MESSAGE,
    "callback_query": TAP,
    "my_chat_member": MEMBERSHIP,
}


class Unreadable(ValueError):
    """An update of a kind we handle, in a form nobody agreed on."""


def number_of(update: object) -> int | None:
    """The update's number, where it has one that can be kept."""
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if fits(found, int) else None


def essence_of(update: Mapping[str, Any]) -> dict[str, Any] | None:
    """The update with what we handle of it; None where that is nothing. Raises Unreadable."""
    kind = next((kind for kind in KINDS if kind in update), None)
    if kind is None:
        return None
    if not fits(update[kind], KINDS[kind]):
        raise Unreadable(kind)
    try:
        # Half a character can be written in JSON, but not stored, sent or signed.
        json.dumps(update[kind], ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Unreadable(kind) from None
    return {"update_id": update["update_id"], kind: update[kind]}


def fits(value: object, form: Form) -> bool:
    """Whether a JSON value has this form. True and false are no numbers."""
    if isinstance(form, Optional):
        return value is None or fits(value, form.form)
    if isinstance(form, type):
        return isinstance(value, form) and (form is not int or is_number(value))
    if isinstance(form, list):
        return isinstance(value, list) and all(fits(each, form[0]) for each in value)
    return isinstance(value, dict) and all(fits(value.get(name), part) for name, part in form.items())


def is_number(value: object) -> bool:
    """A whole number that can be stored."""
    return isinstance(value, int) and not isinstance(value, bool) and -MOST <= value < MOST
