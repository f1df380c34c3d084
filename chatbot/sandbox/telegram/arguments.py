"""What several methods read from a call in the same way: the chat, its text, a keyboard, what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chatbot.sandbox.telegram.chats import Chat
from chatbot.sandbox.telegram.entities import FormattedText, settled, utf16_length
from chatbot.sandbox.telegram.formatting import read_html
from chatbot.sandbox.telegram.markup import read_inline, read_input_field
from chatbot.sandbox.telegram.wire import Fields, Parameters, Refused, bad_request
from chatbot.sandbox.telegram.world import World

LONGEST_TEXT: Final = 4096
LONGEST_CAPTION: Final = 1024


def find_chat(world: World, given: Parameters) -> Chat:
    """The chat of a call, which must exist: a bot cannot write first."""
    written = given.text("chat_id").strip()
    if not written:
        raise bad_request("chat_id is empty")
    found = world.chats.find(given.integer("chat_id"))
    if found is None:
        raise bad_request("chat not found")
    return found


def open_chat(world: World, given: Parameters) -> Chat:
    """The chat to write to; raises Refused with 403 when its person has blocked the bot."""
    chat = find_chat(world, given)
    if chat.blocked:
        raise Refused("Forbidden: bot was blocked by the user", code=403)
    if given.text("message_thread_id"):
        raise bad_request("message thread not found")
    return chat


def read_text(given: Parameters) -> FormattedText:
    """The text of a message, not empty and not too long."""
    formatted = formatted_text(given, "text", "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if utf16_length(formatted.text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return formatted


def read_caption(given: Parameters) -> FormattedText:
    formatted = formatted_text(given, "caption", "caption_entities")
    if utf16_length(formatted.text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return formatted


def formatted_text(given: Parameters, name: str, entities_name: str) -> FormattedText:
    written, mode = given.text(name), given.text("parse_mode").strip().lower()
    if mode == "html":
        return settled(read_html(written))
    if mode in {"markdown", "markdownv2"}:
        raise bad_request("can't parse entities: the sandbox reads parse_mode HTML only")
    if mode:
        raise bad_request("unsupported parse_mode")
    return settled(FormattedText(written, tuple(read_entities(given.structure(entities_name)))))


def read_entities(listed: object) -> list[Fields]:
    if listed is None:
        return []
    if not isinstance(listed, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    for entity in listed:
        numbers = isinstance(entity, dict) and [entity.get("offset"), entity.get("length")]
        if not numbers or not all(isinstance(number, int) for number in numbers) or "type" not in entity:
            raise bad_request("can't parse entities: an entity needs type, offset and length")
    return listed


@dataclass(frozen=True, slots=True)
class Markup:
    """The keyboard of a new message: buttons under it, or what it does to the typing box."""

    inline: Fields | None = None
    other: Fields | None = None


def read_markup(given: Parameters) -> Markup:
    written = given.structure("reply_markup")
    if not written:
        return Markup()
    if isinstance(written, dict) and "inline_keyboard" not in written:
        read_input_field(written, 0)
        return Markup(other=written)
    return Markup(inline=read_inline(written))


def read_inline_markup(given: Parameters) -> Fields | None:
    """The keyboard of an edit, where no other kind is allowed and none means none."""
    markup = read_markup(given)
    if markup.other is not None:
        raise bad_request("inline keyboard expected")
    return markup.inline


def answered_message(world: World, given: Parameters, chat: Chat) -> Fields | None:
    """The message this one replies to, without the message that one replied to."""
    wanted = given.structure("reply_parameters")
    message_id = wanted.get("message_id", 0) if isinstance(wanted, dict) else given.integer("reply_to_message_id")
    if not message_id:
        return None
    found = world.chats.message(chat.chat_id, int(message_id))
    if found is None and isinstance(wanted, dict) and wanted.get("allow_sending_without_reply"):
        return None
    if found is None:
        raise bad_request("message to be replied not found")
    return without_nested(found)


def without_nested(message: Fields) -> Fields:
    return {name: value for name, value in message.items() if name not in {"reply_to_message", "pinned_message"}}
