"""A call that Telegram would not take is refused with Telegram's words, and one that it takes passes."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from chatbot.sandbox.telegram import Person, PersonRefused, TelegramEmulator
from chatbot.sandbox.telegram.files import picture_sides

JPEG = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x05\x00\x07"


async def call(emulator: TelegramEmulator, method: str, **parameters: Any) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=emulator.base_url, trust_env=False) as client:
        answer: dict[str, Any] = (await client.post(f"/bot1:a/{method}", json=parameters)).json()
    return answer


def inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


@pytest.mark.parametrize(
    ("method", "parameters", "reason"),
    [
        ("sendMessage", {"chat_id": "", "text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": "@name", "text": "x"}, "chat not found"),
        ("sendMessage", {"text": "x", "reply_markup": "{"}, "can't parse reply markup JSON object"),
        ("sendMessage", {"text": "x", "reply_markup": {"inline_keyboard": 1}}, "object expected as reply markup"),
        ("sendMessage", {"text": "x", "reply_markup": {"inline_keyboard": [1]}}, "must be an Array of Arrays"),
        ("sendMessage", {"text": "x", "reply_markup": {"other": 1}}, "object expected as reply markup"),
        ("sendMessage", {"text": "x", "reply_markup": {"keyboard": [[{}]]}}, "must be a non-empty String"),
        ("sendMessage", {"text": "x", "reply_markup": inline(text="", url="tg://x")}, "must be a non-empty String"),
        ("sendMessage", {"text": "x", "reply_markup": inline(text="x", url="ftp://x")}, "BUTTON_URL_INVALID"),
        ("sendMessage", {"text": "x", "reply_markup": inline(text="x", callback_data="")}, "BUTTON_DATA_INVALID"),
        ("sendMessage", {"text": "x", "reply_markup": inline(text="x", copy_text={})}, "BUTTON_COPY_TEXT_INVALID"),
        ("sendMessage", {"text": "x", "reply_markup": inline(text="x", web_app={"url": "http://x"})}, "Only HTTPS"),
        ("sendMessage", {"text": "x", "reply_markup": inline(text="x", pay=True)}, "no buttons of this kind"),
        (
            "sendMessage",
            {"text": "x", "reply_markup": inline(text="x", callback_data="x", style="pink")},
            "invalid button style",
        ),
        (
            "sendMessage",
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 101]}},
            "reply markup is too long",
        ),
        ("sendMessage", {"text": "x", "entities": 1}, "expected an Array of MessageEntity"),
        ("sendMessage", {"text": "x", "entities": [{"type": "bold"}]}, "needs type, offset and length"),
        ("sendPhoto", {}, "there is no photo in the request"),
        ("sendPhoto", {"photo": "https://example.org/x.png"}, "wrong file identifier/HTTP URL specified"),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action"),
        ("editMessageText", {"text": "x"}, "message identifier is not specified"),
        ("editMessageText", {"message_id": 2, "text": "x", "reply_markup": {"force_reply": True}}, "inline keyboard"),
        ("deleteMessages", {"message_ids": []}, "message identifiers are not specified"),
        ("deleteMessages", {"message_ids": [1] * 101}, "too many messages"),
        ("pinChatMessage", {"message_id": 99}, "message to pin not found"),
        ("unpinChatMessage", {}, "message to unpin not found"),
        ("setMessageReaction", {"message_id": 99}, "message to react not found"),
        ("setMessageReaction", {"message_id": 1, "reaction": [{}, {}]}, "REACTIONS_TOO_MANY"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
        ("setMyCommands", {"commands": 1}, "expected an Array of BotCommand"),
        ("setMyCommands", {"commands": [{"command": "a", "description": "x"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ("setMyCommands", {"commands": [{"command": "a"}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [], "scope": {"type": "moon"}}, "unsupported type specified"),
        ("setChatMenuButton", {"menu_button": {"type": "moon"}}, "unsupported type specified"),
        ("setMyName", {"name": "x" * 65}, "name is too long"),
        ("getFile", {"file_id": "x"}, "invalid file_id"),
        ("getUpdates", {"allowed_updates": {}}, "expected an Array"),
    ],
)
async def test_what_telegram_refuses_is_refused(
    emulator: TelegramEmulator,
    sam: Person,
    method: str,
    parameters: dict[str, Any],
    reason: str,
) -> None:
    """The call gets 400 with the reason, and the chat stays as it was."""
    await sam.say("hi")
    await call(emulator, "sendMessage", chat_id=1001, text="card")
    before = await sam.transcript()
    answer = await call(emulator, method, **{"chat_id": 1001, **parameters})
    assert (answer["ok"], answer["error_code"]) == (False, 400)
    assert reason in answer["description"]
    assert await sam.transcript() == before


async def test_a_tap_answer_has_two_hundred_characters(emulator: TelegramEmulator, sam: Person) -> None:
    """A longer one is refused and may still be answered properly; an alert is marked as one."""
    await sam.say("hi")
    await call(emulator, "sendMessage", chat_id=1001, text="x", reply_markup=inline(text="Go", callback_data="go"))
    await sam.tap_data("go")
    (update,) = (await call(emulator, "getUpdates", offset=-1))["result"]
    query = {"callback_query_id": update["callback_query"]["id"]}
    refused = await call(emulator, "answerCallbackQuery", **query, text="x" * 201)
    assert refused["description"] == "Bad Request: MESSAGE_TOO_LONG"
    assert (await call(emulator, "answerCallbackQuery", **query, text="x" * 200, show_alert=True))["ok"]
    assert (await sam.chat())["answers"][-1]["show_alert"] is True


async def test_a_reply_keyboard_lives_in_the_typing_box(emulator: TelegramEmulator, sam: Person) -> None:
    """It is shown there, is not part of the returned message, and goes after use or on demand."""
    await sam.say("hi")
    keyboard = {"keyboard": [["Long", {"text": "Short"}]], "one_time_keyboard": True}
    sent = await call(emulator, "sendMessage", chat_id=1001, text="x", reply_markup=keyboard)
    assert "reply_markup" not in sent["result"]
    assert (await sam.chat())["input_field"]["rows"] == [["Long", "Short"]]
    await sam.say("something else")
    assert (await sam.chat())["input_field"] is not None
    await sam.say("Long")
    assert (await sam.chat())["input_field"] is None
    await call(emulator, "sendMessage", chat_id=1001, text="x", reply_markup={"keyboard": [["Stay"]]})
    await call(emulator, "sendMessage", chat_id=1001, text="x", reply_markup={"remove_keyboard": True})
    assert (await sam.chat())["input_field"] is None


async def test_old_messages_stay(emulator: TelegramEmulator, sam: Person, hand_clock: Any) -> None:
    """After two days a message can no longer be deleted."""
    said = await sam.say("hi")
    hand_clock.advance(48 * 3600 + 1)
    refused = await call(emulator, "deleteMessage", chat_id=1001, message_id=said)
    assert refused["description"] == "Bad Request: message can't be deleted for everyone"
    assert (await call(emulator, "deleteMessages", chat_id=1001, message_ids=[said]))["ok"]
    assert len(await sam.transcript()) == 1


async def test_pinning_twice_says_it_once(emulator: TelegramEmulator, sam: Person) -> None:
    """A message that is pinned already leaves no second notice, and all can be unpinned at once."""
    said = await sam.say("hi")
    for _ in range(2):
        assert (await call(emulator, "pinChatMessage", chat_id=1001, message_id=said))["ok"]
    assert len(await sam.transcript()) == 2
    assert (await call(emulator, "unpinAllChatMessages", chat_id=1001))["ok"]
    assert (await sam.chat())["pinned"] is None


async def test_a_menu_for_one_person_wins(emulator: TelegramEmulator, sam: Person) -> None:
    """Commands of a chat come before those of everyone, and the person's language before none."""
    await sam.say("hi")
    everyone = [{"command": "start", "description": "Begin"}]
    own = [{"command": "status", "description": "Now"}]
    await call(emulator, "setMyCommands", commands=everyone)
    await call(emulator, "setMyCommands", commands=own, scope={"type": "chat", "chat_id": 1001}, language_code="en")
    assert (await sam.chat())["commands"] == own
    await call(emulator, "setMyName", name="Coach")
    assert (await sam.chat())["bot"]["first_name"] == "Coach"


async def test_files_are_shown_safely(emulator: TelegramEmulator, sam: Person) -> None:
    """The page gets pictures to show and everything else only to download."""
    await sam.say("hi")
    async with httpx.AsyncClient(base_url=emulator.base_url, trust_env=False) as client:
        files = {"document": ("../page.html", b"<script>", "text/html")}
        await client.post("/bot1:a/sendDocument", data={"chat_id": "1001"}, files=files)
        picture = {"here": ("x.jpg", JPEG, "image/jpeg")}
        await client.post("/bot1:a/sendPhoto", data={"chat_id": "1001", "photo": "attach://here"}, files=picture)
        _, document, photo = (await sam.chat())["messages"]
        got = await client.get(document["document"]["url"])
        shown = await client.get(photo["photo"]["url"])
        missing = await client.get("/sim/file/none")
        text = await client.get("/sim/chat/1001", params={"format": "text"})
    assert document["document"]["name"] == "page.html"
    assert (got.headers["Content-Type"], got.headers["Content-Disposition"]) == (
        "application/octet-stream",
        "attachment",
    )
    assert (shown.headers["Content-Type"], photo["photo"]["width"], photo["photo"]["height"]) == ("image/jpeg", 7, 5)
    assert missing.status_code == 404
    assert "(file page.html)" in text.text
    assert "(picture)" in text.text


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x02", b"\x89PNG\r\n\x1a\nshort", b"GIF89a"])
def test_broken_pictures_have_no_sides(data: bytes) -> None:
    """Bytes that only begin like a picture are not taken for one."""
    assert picture_sides(data) is None


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/sim/chat/x", "chat_id is 'x'"),
        ("/sim/wait?since=x", "since is 'x'"),
        ("/sim/wait?timeout=x", "timeout is 'x'"),
    ],
)
async def test_wrong_questions_are_explained(sam: Person, path: str, reason: str) -> None:
    """A number that is none is named."""
    with pytest.raises(PersonRefused, match=reason):
        await sam.request("GET", path)


@pytest.mark.parametrize("body", [b"{", b"[]"])
async def test_a_body_that_is_no_object_is_explained(emulator: TelegramEmulator, body: bytes) -> None:
    """The person's side answers with a sentence to anything that is not a JSON object."""
    async with httpx.AsyncClient(base_url=emulator.base_url, trust_env=False) as client:
        headers = {"Content-Type": "application/json"}
        answer = await client.post("/sim/message", content=body, headers=headers)
        on_ipv6_name = await client.get("/sim/calls", headers={"Host": "[::1]:8080"})
    assert answer.status_code == 400
    assert "JSON" in json.loads(answer.text)["error"]
    assert on_ipv6_name.status_code == 200
