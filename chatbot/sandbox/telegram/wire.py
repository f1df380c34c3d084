"""What arrives over HTTP as plain values: parameters of a bot's call, uploaded files, and the refusals it may get."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Fields: TypeAlias = dict[str, Any]

STRUCTURES = frozenset(
    {
        "allowed_updates",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "menu_button",
        "message_ids",
        "reaction",
        "reply_markup",
        "reply_parameters",
        "scope",
    },
)


class Refused(Exception):
    """A call that Telegram would answer with ``ok: false``."""

    def __init__(self, description: str, code: int = 400, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.description = description
        self.code = code
        self.parameters = dict(parameters or {})

    def answer(self) -> Fields:
        body: Fields = {"ok": False, "error_code": self.code, "description": self.description}
        return {**body, "parameters": self.parameters} if self.parameters else body


def bad_request(reason: str) -> Refused:
    return Refused(f"Bad Request: {reason}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a multipart call."""

    file_name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of one call, whichever way they were sent; values that were not text are their JSON text."""

    values: Mapping[str, str]
    uploads: Mapping[str, Upload]

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def integer(self, name: str, default: int = 0) -> int:
        """The number, or the default for anything that is not one, as Telegram reads them."""
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def structure(self, name: str) -> Any:
        """The JSON value of a parameter, None when absent; raises Refused for text that is not JSON."""
        written = self.text(name).strip()
        if not written:
            return None
        try:
            return json.loads(written)
        except json.JSONDecodeError as error:
            raise bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from error

    def readable(self) -> Fields:
        """What a log of calls shows: structures decoded, files by name."""
        shown: Fields = {name: decoded(name, value) for name, value in self.values.items()}
        shown.update({name: f"file {upload.file_name}" for name, upload in self.uploads.items()})
        return shown


def decoded(name: str, value: str) -> Any:
    if name not in STRUCTURES:
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def as_written(value: Any) -> str:
    """A JSON value as the text that a form field would carry."""
    return value if isinstance(value, str) else json.dumps(value)
