"""Checks reply markups as Telegram does: which keyboards a message may carry, and what a button may hold."""

from __future__ import annotations

import json
from typing import Final

from chatbot.sandbox.telegram.entities import utf16_length
from chatbot.sandbox.telegram.rendering import is_safe
from chatbot.sandbox.telegram.wire import Fields, bad_request

STYLES: Final = frozenset({"danger", "success", "primary"})
ACTIONS: Final = ("callback_data", "url", "copy_text", "web_app")
OTHER_ACTIONS: Final = (
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)
LONGEST_DATA: Final = 64
LONGEST_COPY: Final = 256
MOST_BUTTONS: Final = 100


def read_inline(markup: object) -> Fields | None:
    """The inline keyboard to store, None for an empty one; raises Refused for one that Telegram would not take."""
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list):
        raise bad_request("object expected as reply markup")
    kept = [[read_button(button) for button in row_of(row)] for row in rows]
    kept = [row for row in kept if row]
    if sum(len(row) for row in kept) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": kept} if kept else None


def row_of(row: object) -> list[object]:
    if not isinstance(row, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    return row


def read_button(button: object) -> Fields:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be a non-empty String')
    if any(action in button for action in OTHER_ACTIONS):
        raise bad_request("the sandbox has no buttons of this kind, only callback, url, copy_text and web_app")
    actions = [action for action in ACTIONS if action in button]
    if len(actions) != 1:
        raise bad_request("Text buttons are unallowed in the inline keyboard")
    check_style(button)
    check_action(actions[0], button[actions[0]])
    kept: Fields = {"text": button["text"], actions[0]: button[actions[0]]}
    return {**kept, "style": button["style"]} if button.get("style") else kept


def check_style(button: Fields) -> None:
    style = button.get("style")
    if style is not None and style not in STYLES:
        raise bad_request("invalid button style specified")


def check_action(action: str, value: object) -> None:
    if action == "callback_data" and not (isinstance(value, str) and 0 < len(value.encode()) <= LONGEST_DATA):
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "url" and not (isinstance(value, str) and is_safe(value)):
        raise bad_request("BUTTON_URL_INVALID")
    if action == "copy_text":
        check_copy_text(value)
    if action == "web_app" and not (
        isinstance(value, dict) and str(value.get("url", "")).lower().startswith("https://")
    ):
        raise bad_request("inline keyboard button Web App URL is invalid: Only HTTPS links are allowed")


def check_copy_text(value: object) -> None:
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str) or not 0 < utf16_length(text) <= LONGEST_COPY:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


def read_input_field(markup: Fields, message_id: int) -> Fields | None:
    """What a markup that is not an inline keyboard does to the typing box; None takes a keyboard away."""
    placeholder = str(markup.get("input_field_placeholder", ""))
    if markup.get("remove_keyboard"):
        return None
    if markup.get("force_reply"):
        return {"kind": "force_reply", "message_id": message_id, "placeholder": placeholder}
    rows = markup.get("keyboard")
    if not isinstance(rows, list):
        raise bad_request("object expected as reply markup")
    labels = [[label_of(button) for button in row_of(row)] for row in rows]
    one_time = bool(markup.get("one_time_keyboard"))
    return {"kind": "keyboard", "rows": labels, "placeholder": placeholder, "one_time": one_time}


def label_of(button: object) -> str:
    label = button.get("text") if isinstance(button, dict) else button
    if not isinstance(label, str) or not label:
        raise bad_request('can\'t parse keyboard button: Field "text" must be a non-empty String')
    return label


def same_markup(one: Fields | None, other: Fields | None) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
