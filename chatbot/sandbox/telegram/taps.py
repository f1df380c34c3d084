"""Taps on inline buttons: each becomes a query that the bot may answer once, and only for a while."""

from __future__ import annotations

from typing import Final

from chatbot.sandbox.telegram.chats import Chat
from chatbot.sandbox.telegram.entities import utf16_length
from chatbot.sandbox.telegram.wire import Fields, Parameters, bad_request
from chatbot.sandbox.telegram.world import World

ANSWER_SECONDS: Final = 15.0
LONGEST_ANSWER: Final = 200
FIRST_TAP: Final = 4_000_000_000_000_000
TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"


def tap(world: World, chat: Chat, message: Fields, data: str) -> Fields:
    """Tells the bot about the tap; the version is the one of the tap itself."""
    tap_id = str(FIRST_TAP + world.store.next_number("tap"))
    statement = "INSERT INTO taps (tap_id, chat_id, message_id, at) VALUES (?, ?, ?, ?)"
    world.store.run(statement, tap_id, chat.chat_id, message["message_id"], world.clock())
    body: Fields = {"message_id": message["message_id"], "callback_query_id": tap_id, "data": data}
    version = world.journal.add(chat.chat_id, "tap", body)
    query: Fields = {
        "id": tap_id,
        "from": chat.person,
        "message": message,
        "chat_instance": str(7_000_000_000 + chat.chat_id),
        "data": data,
    }
    return {"version": version, "update_id": world.inbox.add("callback_query", query), **body}


def answer_callback_query(world: World, given: Parameters) -> bool:
    row = world.store.row("SELECT * FROM taps WHERE tap_id = ?", given.text("callback_query_id").strip())
    if row is None or row["answered"] or world.clock() - row["at"] > ANSWER_SECONDS:
        raise bad_request(TOO_OLD)
    text = given.text("text")
    if utf16_length(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    world.store.run("UPDATE taps SET answered = 1 WHERE tap_id = ?", row["tap_id"])
    body: Fields = {
        "callback_query_id": row["tap_id"],
        "message_id": row["message_id"],
        "text": text,
        "show_alert": given.flag("show_alert"),
        "url": given.text("url"),
    }
    world.journal.add(row["chat_id"], "answer", body)
    return True


METHODS: Final = {"answercallbackquery": answer_callback_query}
