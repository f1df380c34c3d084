"""The bot's methods that put something new into a chat."""

from __future__ import annotations

from typing import Final

from chatbot.sandbox.telegram.arguments import (
    answered_message,
    open_chat,
    read_caption,
    read_markup,
    read_text,
)
from chatbot.sandbox.telegram.chats import Chat
from chatbot.sandbox.telegram.files import LARGEST_DOCUMENT, LARGEST_PHOTO, photo_sizes
from chatbot.sandbox.telegram.journal import Change
from chatbot.sandbox.telegram.markup import read_input_field
from chatbot.sandbox.telegram.wire import Fields, Parameters, bad_request
from chatbot.sandbox.telegram.world import World

ACTIONS: Final = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    },
)


def send_message(world: World, given: Parameters) -> Fields:
    chat = open_chat(world, given)
    formatted = read_text(given)
    content: Fields = {"text": formatted.text}
    if formatted.entities:
        content["entities"] = list(formatted.entities)
    return deliver(world, chat, given, content)


def send_photo(world: World, given: Parameters) -> Fields:
    chat = open_chat(world, given)
    photo = world.files.given(given, "photo", LARGEST_PHOTO)
    return deliver(world, chat, given, {"photo": photo_sizes(photo), **caption_fields(given)})


def send_document(world: World, given: Parameters) -> Fields:
    chat = open_chat(world, given)
    kept = world.files.given(given, "document", LARGEST_DOCUMENT)
    names = {"file_name": kept.upload.file_name, "mime_type": kept.upload.content_type}
    return deliver(world, chat, given, {"document": {**kept.described(), **names}, **caption_fields(given)})


def caption_fields(given: Parameters) -> Fields:
    caption = read_caption(given)
    if not caption.text:
        return {}
    fields: Fields = {"caption": caption.text}
    return {**fields, "caption_entities": list(caption.entities)} if caption.entities else fields


def deliver(world: World, chat: Chat, given: Parameters, content: Fields) -> Fields:
    """Puts a message of the bot into the chat and returns it as Telegram would."""
    markup = read_markup(given)
    answered = answered_message(world, given, chat)
    message = new_message(world, chat, world.bot_user(), content)
    if answered is not None:
        message["reply_to_message"] = answered
    if given.text("message_effect_id"):
        message["effect_id"] = given.text("message_effect_id")
    if given.flag("protect_content"):
        message["has_protected_content"] = True
    if markup.inline is not None:
        message["reply_markup"] = markup.inline
    world.chats.put(chat.chat_id, message, "message")
    if markup.other is not None:
        world.chats.set_input_field(chat.chat_id, read_input_field(markup.other, message["message_id"]))
    return message


def new_message(world: World, chat: Chat, sender: Fields, content: Fields) -> Fields:
    return {
        "message_id": world.chats.next_message_id(chat.chat_id),
        "from": sender,
        "chat": chat.described(),
        "date": world.date(),
        **content,
    }


def send_chat_action(world: World, given: Parameters) -> bool:
    chat = open_chat(world, given)
    action = given.text("action").strip().lower()
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.journal.record(Change(world.journal.next_version(), chat.chat_id, "action", {"action": action}))
    return True


METHODS: Final = {
    "sendmessage": send_message,
    "sendphoto": send_photo,
    "senddocument": send_document,
    "sendchataction": send_chat_action,
}
