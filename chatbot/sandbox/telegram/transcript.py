"""What a person sees of a chat: messages with their buttons, as JSON for a page and as plain lines for a log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from chatbot.sandbox.telegram.rendering import render_html
from chatbot.sandbox.telegram.wire import Fields


@dataclass(frozen=True, slots=True)
class Row:
    """A stored message with the version of its last change."""

    version: int
    message: Fields
    reactions: tuple[str, ...]


def shown(row: Row) -> Fields:
    """A message as a person sees it."""
    message = row.message
    text, entities = text_of(message)
    seen: Fields = {
        "message_id": message["message_id"],
        "version": row.version,
        "from_bot": bool(message["from"]["is_bot"]),
        "date": message["date"],
        "text": text,
        "entities": entities,
        "html": render_html(text, entities),
        "keyboard": [[shown_button(button) for button in buttons] for buttons in keyboard_of(message)],
        "edited": "edit_date" in message,
        "reactions": list(row.reactions),
    }
    return {**seen, **extras(message)}


def text_of(message: Fields) -> tuple[str, list[Fields]]:
    if "text" in message:
        return message["text"], message.get("entities", [])
    return message.get("caption", ""), message.get("caption_entities", [])


def extras(message: Fields) -> Fields:
    """Files, the message answered to, and what only tells that something happened."""
    found: Fields = {}
    if "photo" in message:
        largest = message["photo"][-1]
        address = f"/sim/file/{largest['file_id']}"
        found["photo"] = {"url": address, "width": largest["width"], "height": largest["height"]}
    if "document" in message:
        document = message["document"]
        found["document"] = {"url": f"/sim/file/{document['file_id']}", "name": document["file_name"]}
    if "reply_to_message" in message:
        found["reply_to"] = message["reply_to_message"]["message_id"]
    if "pinned_message" in message:
        found["service"] = f"pinned message {message['pinned_message']['message_id']}"
    return found


def keyboard_of(message: Fields) -> list[list[Fields]]:
    rows: list[list[Fields]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def shown_button(button: Fields) -> Fields:
    kind, value = action_of(button)
    return {"text": button["text"], "kind": kind, "value": value, "style": button.get("style", "")}


def action_of(button: Fields) -> tuple[str, str]:
    """What a button does: its kind and the one value that goes with it."""
    if "callback_data" in button:
        return "callback", button["callback_data"]
    if "copy_text" in button:
        return "copy", button["copy_text"]["text"]
    if "web_app" in button:
        return "web_app", button["web_app"]["url"]
    return "url", button["url"]


def plain_lines(messages: Iterable[Fields]) -> str:
    """A transcript to read in a terminal; the text is what was said, the brackets are buttons."""
    return "\n".join(line for message in messages for line in lines_of(message))


def lines_of(message: Fields) -> list[str]:
    at = datetime.fromtimestamp(message["date"], UTC).strftime("%H:%M:%S")
    who = "bot" if message["from_bot"] else "you"
    marks = " (edited)" if message["edited"] else ""
    said = message.get("service") or message["text"] or attached(message)
    first, *rest = str(said).split("\n")
    lines = [f"{at} {who} #{message['message_id']}{marks}: {first}", *(f"    {line}" for line in rest)]
    lines.extend("    " + " ".join(f"[{button['text']}]" for button in row) for row in message["keyboard"])
    return lines


def attached(message: Fields) -> str:
    if "photo" in message:
        return "(picture)"
    return f"(file {message['document']['name']})" if "document" in message else ""
