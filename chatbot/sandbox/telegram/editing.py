"""The bot's methods that change, remove, pin or mark a message that is already in a chat."""

from __future__ import annotations

from typing import Final

from chatbot.sandbox.telegram.arguments import (
    find_chat,
    open_chat,
    read_inline_markup,
    read_text,
    without_nested,
)
from chatbot.sandbox.telegram.chats import Chat
from chatbot.sandbox.telegram.markup import same_markup
from chatbot.sandbox.telegram.sending import caption_fields, new_message
from chatbot.sandbox.telegram.wire import Fields, Parameters, bad_request
from chatbot.sandbox.telegram.world import World

DELETABLE_SECONDS: Final = 48 * 3600
MOST_DELETED: Final = 100
NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same as"
    " a current content and reply markup of the message"
)
CONTENT: Final = ("text", "entities", "caption", "caption_entities")
REACTIONS: Final = (
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤️‍🔥"
    " 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨"
    " 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂️ 🤷 🤷‍♀️ 😡"
)


def edit_message_text(world: World, given: Parameters) -> Fields:
    chat = open_chat(world, given)
    message = own_message(world, given, chat)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    formatted = read_text(given)
    content: Fields = {"text": formatted.text}
    if formatted.entities:
        content["entities"] = list(formatted.entities)
    return change(world, given, message, content)


def edit_message_caption(world: World, given: Parameters) -> Fields:
    chat = open_chat(world, given)
    message = own_message(world, given, chat)
    if "photo" not in message and "document" not in message:
        raise bad_request("there is no caption in the message to edit")
    return change(world, given, message, caption_fields(given))


def edit_message_reply_markup(world: World, given: Parameters) -> Fields:
    chat = open_chat(world, given)
    message = own_message(world, given, chat)
    return change(world, given, message, {name: message[name] for name in CONTENT if name in message})


def own_message(world: World, given: Parameters, chat: Chat) -> Fields:
    """The message to edit, which must be one the bot wrote."""
    if not given.text("message_id"):
        raise bad_request("message identifier is not specified")
    message = world.chats.message(chat.chat_id, given.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message["from"]["is_bot"] or "pinned_message" in message:
        raise bad_request("message can't be edited")
    return message


def change(world: World, given: Parameters, message: Fields, content: Fields) -> Fields:
    """Replaces content and keyboard together: an edit that names no keyboard takes it away."""
    markup = read_inline_markup(given)
    before = {name: message[name] for name in CONTENT if name in message}
    if before == content and same_markup(message.get("reply_markup"), markup):
        raise bad_request(NOT_MODIFIED)
    kept = {name: value for name, value in message.items() if name not in {*CONTENT, "reply_markup"}}
    edited = {**kept, **content, "edit_date": world.date()}
    if markup is not None:
        edited["reply_markup"] = markup
    world.chats.put(message["chat"]["id"], edited, "edit")
    return edited


def delete_message(world: World, given: Parameters) -> bool:
    chat = find_chat(world, given)
    message = world.chats.message(chat.chat_id, given.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if world.date() - message["date"] > DELETABLE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    world.chats.remove(chat.chat_id, message["message_id"])
    return True


def delete_messages(world: World, given: Parameters) -> bool:
    """Deletes what is there; ids that are gone already are no error."""
    chat = find_chat(world, given)
    listed = given.structure("message_ids")
    if not isinstance(listed, list) or not listed or not all(isinstance(each, int) for each in listed):
        raise bad_request("message identifiers are not specified")
    if len(listed) > MOST_DELETED:
        raise bad_request("too many messages to delete")
    for message_id in listed:
        message = world.chats.message(chat.chat_id, message_id)
        if message is not None and world.date() - message["date"] <= DELETABLE_SECONDS:
            world.chats.remove(chat.chat_id, message_id)
    return True


def pin_chat_message(world: World, given: Parameters) -> bool:
    """Pins and says so in the chat, as Telegram does with a message of its own."""
    chat = open_chat(world, given)
    message = world.chats.message(chat.chat_id, given.integer("message_id"))
    if message is None:
        raise bad_request("message to pin not found")
    if chat.pinned == message["message_id"]:
        return True
    world.chats.set_pinned(chat.chat_id, message["message_id"])
    notice = new_message(world, chat, world.bot_user(), {"pinned_message": without_nested(message)})
    world.chats.put(chat.chat_id, notice, "message")
    return True


def unpin_chat_message(world: World, given: Parameters) -> bool:
    chat = open_chat(world, given)
    wanted = given.integer("message_id") or chat.pinned
    if wanted is None or wanted != chat.pinned:
        raise bad_request("message to unpin not found")
    world.chats.set_pinned(chat.chat_id, None)
    return True


def unpin_all_chat_messages(world: World, given: Parameters) -> bool:
    chat = open_chat(world, given)
    if chat.pinned is not None:
        world.chats.set_pinned(chat.chat_id, None)
    return True


def set_message_reaction(world: World, given: Parameters) -> bool:
    chat = open_chat(world, given)
    message = world.chats.message(chat.chat_id, given.integer("message_id"))
    if message is None:
        raise bad_request("message to react not found")
    listed = given.structure("reaction") or []
    if not isinstance(listed, list) or len(listed) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    emojis = [str(reaction.get("emoji", "")) for reaction in listed if isinstance(reaction, dict)]
    allowed = REACTIONS.split(" ")
    if any(emoji not in allowed for emoji in emojis):
        raise bad_request("REACTION_INVALID")
    world.chats.react(chat.chat_id, message["message_id"], emojis)
    return True


METHODS: Final = {
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "pinchatmessage": pin_chat_message,
    "unpinchatmessage": unpin_chat_message,
    "unpinallchatmessages": unpin_all_chat_messages,
    "setmessagereaction": set_message_reaction,
}
