"""The acts of a person in a chat with the bot, and the updates each of them gives the bot."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chatbot.sandbox.telegram.arguments import LONGEST_TEXT, without_nested
from chatbot.sandbox.telegram.chats import Chat
from chatbot.sandbox.telegram.entities import FormattedText, settled, utf16_length
from chatbot.sandbox.telegram.sending import new_message
from chatbot.sandbox.telegram.taps import tap
from chatbot.sandbox.telegram.transcript import action_of, keyboard_of
from chatbot.sandbox.telegram.wire import Fields
from chatbot.sandbox.telegram.world import World

NAMES: Final = ("first_name", "last_name", "username", "language_code")


class NotPossible(Exception):
    """Something a person cannot do; the text says why."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


def read_chat_id(body: Fields) -> int:
    chat_id = body.get("chat_id")
    if not isinstance(chat_id, int) or isinstance(chat_id, bool) or chat_id <= 0:
        raise NotPossible("chat_id must be a positive whole number")
    return chat_id


def person_of(world: World, body: Fields) -> Chat:
    names = {name: body[name] for name in NAMES if isinstance(body.get(name), str)}
    return world.chats.known_or_new(read_chat_id(body), names)


def unblocked(chat: Chat) -> Chat:
    if chat.blocked:
        raise NotPossible("this person has blocked the bot and must unblock it first", status=409)
    return chat


def say(world: World, body: Fields) -> Fields:
    """A text message; after a forced reply it answers the bot's message by itself."""
    chat = unblocked(person_of(world, body))
    written = body.get("text")
    formatted = settled(FormattedText(written if isinstance(written, str) else ""))
    if not formatted.text:
        raise NotPossible("text must be a non-empty string")
    if utf16_length(formatted.text) > LONGEST_TEXT:
        raise NotPossible(f"text is longer than {LONGEST_TEXT} characters")
    message = new_message(world, chat, chat.person, {"text": formatted.text})
    if formatted.entities:
        message["entities"] = list(formatted.entities)
    answered = replied_to(world, chat, body)
    if answered is not None:
        message["reply_to_message"] = answered
    version = world.chats.put(chat.chat_id, message, "message")
    use_input_field(world, chat, formatted.text)
    update_id = world.inbox.add("message", message)
    return {"message_id": message["message_id"], "version": version, "update_id": update_id}


def replied_to(world: World, chat: Chat, body: Fields) -> Fields | None:
    wanted = body.get("reply_to")
    forced = chat.input_field if chat.input_field and chat.input_field["kind"] == "force_reply" else None
    if wanted is None and forced is not None:
        found = world.chats.message(chat.chat_id, int(forced["message_id"]))
        return without_nested(found) if found else None
    if wanted is None:
        return None
    found = world.chats.message(chat.chat_id, wanted) if isinstance(wanted, int) else None
    if found is None:
        raise NotPossible(f"there is no message {wanted} to reply to", status=404)
    return without_nested(found)


def use_input_field(world: World, chat: Chat, text: str) -> None:
    """A forced reply is over with any answer, a one-time keyboard once one of its buttons was used."""
    field = chat.input_field
    if field is None:
        return
    is_used = field["kind"] == "force_reply" or (field["one_time"] and any(text in row for row in field["rows"]))
    if is_used:
        world.chats.set_input_field(chat.chat_id, None)


def press(world: World, body: Fields) -> Fields:
    """A tap on an inline button, found by its label or its data, in one message or the newest that has it."""
    chat = unblocked(known(world, body))
    message, button = find_button(world, chat, body)
    kind, value = action_of(button)
    if kind == "callback":
        return {"kind": kind, "value": value, "label": button["text"], **tap(world, chat, message, value)}
    return {
        "kind": kind,
        "value": value,
        "label": button["text"],
        "message_id": message["message_id"],
        "version": world.journal.latest(),
    }


def known(world: World, body: Fields) -> Chat:
    chat_id = read_chat_id(body)
    chat = world.chats.find(chat_id)
    if chat is None:
        raise NotPossible(f"person {chat_id} has no chat with the bot yet", status=404)
    return chat


def find_button(world: World, chat: Chat, body: Fields) -> tuple[Fields, Fields]:
    """The newest match; a whole label wins over the beginning of one, wherever it is."""
    label, data, message_id = body.get("label"), body.get("data"), body.get("message_id")
    if not isinstance(label, str) and not isinstance(data, str):
        raise NotPossible("say which button: label or data")
    messages = [row.message for row in reversed(world.chats.rows(chat.chat_id))]
    messages = [each for each in messages if message_id is None or each["message_id"] == message_id]
    buttons = [(message, button) for message in messages for row in keyboard_of(message) for button in row]
    if isinstance(data, str):
        found = [pair for pair in buttons if pair[1].get("callback_data") == data]
    else:
        exact = [pair for pair in buttons if pair[1]["text"] == label]
        found = exact or [pair for pair in buttons if label and pair[1]["text"].startswith(label)]
    if not found:
        on_screen = ", ".join(button["text"] for _, button in buttons) or "none"
        raise NotPossible(f"no button {label if data is None else data!r}; buttons are: {on_screen}", status=404)
    return found[0]


def block(world: World, body: Fields) -> Fields:
    return change_membership(world, unblocked(person_of(world, body)), blocked=True)


def unblock(world: World, body: Fields) -> Fields:
    chat = known(world, body)
    if not chat.blocked:
        raise NotPossible("this person has not blocked the bot", status=409)
    return change_membership(world, chat, blocked=False)


def change_membership(world: World, chat: Chat, *, blocked: bool) -> Fields:
    version = world.chats.set_blocked(chat.chat_id, blocked=blocked)
    bot = world.bot_user()
    member: Fields = {"user": bot, "status": "member"}
    kicked: Fields = {"user": bot, "status": "kicked", "until_date": 0}
    update: Fields = {
        "chat": replace(chat, blocked=blocked).described(),
        "from": chat.person,
        "date": world.date(),
        "old_chat_member": member if blocked else kicked,
        "new_chat_member": kicked if blocked else member,
    }
    return {"version": version, "update_id": world.inbox.add("my_chat_member", update)}
