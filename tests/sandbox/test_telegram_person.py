"""The person's side: waiting without sleeping, following changes, and staying closed to other web pages."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from chatbot.sandbox.telegram import Person, PersonRefused, TelegramEmulator
from chatbot.sandbox.telegram.server import PAGE_FILES


async def test_a_person_sees_states_that_were_edited_away(bot: Bot, sam: Person) -> None:
    """Waiting looks at every state of a message, not only at the last."""
    await sam.say("hi")
    sent = await bot.send_message(sam.chat_id, "working")
    await sent.edit_text("done")
    first = await sam.wait_for("working")
    then = await sam.wait_for("done", after=first.version)
    assert (first.message_id, first.edited, then.edited) == (then.message_id, False, True)
    assert then.version > first.version


async def test_a_person_waits_for_what_comes_later(bot: Bot, sam: Person) -> None:
    """A wait that began too early ends with the message, and only with one that fits."""
    await sam.say("hi")
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(sam.wait_for(lambda shown: "stop" in shown.text))
        await bot.send_message(sam.chat_id, "add")
        await bot.send_message(sam.chat_id, "move stop")
    assert waiting.result().text == "move stop"


async def test_a_person_waits_only_for_news(bot: Bot, sam: Person) -> None:
    """What the bot said before the person's last act does not count, and the error shows the chat."""
    await sam.say("hi")
    await bot.send_message(sam.chat_id, "old answer")
    await sam.say("again")
    with pytest.raises(TimeoutError, match="old answer"):
        await sam.wait_for("answer", timeout=0.05)
    assert (await sam.wait_for("answer", after=0)).text == "old answer"


async def test_chats_are_apart(bot: Bot, emulator: TelegramEmulator, sam: Person) -> None:
    """Two people see only their own chat, and their message ids are their own."""
    async with Person(emulator.base_url, 1002, first_name="Kim") as kim:
        await sam.say("hi")
        await kim.say("hello")
        await bot.send_message(1002, "for Kim")
        assert [shown.text for shown in await sam.transcript()] == ["hi"]
        assert [shown.text for shown in await kim.transcript()] == ["hello", "for Kim"]
        people = [update.effective_user for update in await bot.get_updates()]
        assert [(each.id, each.first_name) for each in people if each] == [(1001, "Sam"), (1002, "Kim")]
        with pytest.raises(TimeoutError):
            await sam.wait_for("for Kim", after=0, timeout=0.05)


async def test_an_empty_chat_has_no_last_message(sam: Person) -> None:
    """Nothing is invented for a chat that nobody opened."""
    with pytest.raises(LookupError, match="1001 is empty"):
        await sam.last()
    assert await sam.toast() is None
    with pytest.raises(PersonRefused, match="no chat with the bot yet"):
        await sam.tap("Go")


async def test_the_transcript_reads_as_text(bot: Bot, sam: Person) -> None:
    """A chat can be read in a terminal, with its buttons."""
    await sam.say("hi")
    button = InlineKeyboardButton("Go", callback_data="go")
    await bot.send_message(1001, "one\ntwo", reply_markup=InlineKeyboardMarkup.from_button(button))
    async with httpx.AsyncClient(base_url=sam.base_url, trust_env=False) as client:
        answer = await client.get("/sim/chat/1001", params={"format": "text"})
    assert answer.text == "08:00:00 you #1: hi\n08:00:00 bot #2: one\n    two\n    [Go]\n"


async def test_events_tell_each_change_once(bot: Bot, sam: Person) -> None:
    """The stream begins after the version asked for and tells changes in order, with the message in them."""
    await sam.say("hi")
    sent = await bot.send_message(sam.chat_id, "card")
    await sent.edit_text("card 2")
    await sent.delete()
    kinds: list[str] = []
    async with (
        httpx.AsyncClient(base_url=sam.base_url, trust_env=False) as client,
        client.stream("GET", "/sim/events", params={"chat_id": 1001, "since": 0}) as stream,
    ):
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                change = json.loads(line.removeprefix("data: "))
                kinds.append(change["kind"])
            if len(kinds) == 4:
                break
    assert kinds == ["message", "message", "edit", "delete"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({}, 200),
    ],
)
async def test_other_web_pages_cannot_drive_the_person(
    emulator: TelegramEmulator,
    headers: dict[str, str],
    status: int,
) -> None:
    """A foreign name, a foreign page or a body that a plain form could send is turned away."""
    body = json.dumps({"chat_id": 1001, "text": "/new"}).encode()
    async with httpx.AsyncClient(base_url=emulator.base_url, trust_env=False) as client:
        sent = {"Content-Type": "application/json", **headers}
        answer = await client.post("/sim/message", content=body, headers=sent)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("message", {"chat_id": "x", "text": "hi"}, "chat_id must be"),
        ("message", {"chat_id": 1001, "text": "  "}, "text must be"),
        ("message", {"chat_id": 1001, "text": "hi", "reply_to": 9}, "no message 9"),
        ("tap", {"chat_id": 1001}, "label or data"),
        ("unblock", {"chat_id": 1001}, "has not blocked"),
        ("flood", {"on": 1}, "on must be"),
    ],
)
async def test_what_a_person_cannot_do_is_explained(
    sam: Person,
    path: str,
    body: dict[str, object],
    reason: str,
) -> None:
    """One sentence instead of a traceback."""
    await sam.say("hi")
    with pytest.raises(PersonRefused, match=reason):
        await sam.request("POST", f"/sim/{path}", body=body)


async def test_the_page_is_served_without_foreign_scripts(emulator: TelegramEmulator) -> None:
    """The page says what it is not connected to, and a browser is told to run only its own scripts."""
    async with httpx.AsyncClient(base_url=emulator.base_url, trust_env=False) as client:
        page = await client.get("/")
        assert "not connected to Telegram" in page.text
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        for name in PAGE_FILES:
            assert f"/static/{name}" in page.text
            assert (await client.get(f"/static/{name}")).status_code == 200
        assert (await client.get("/static/server.py")).status_code == 404


async def test_an_emulator_without_start_has_no_address() -> None:
    """Asking too early is an error, and stopping what never started is none."""
    emulator = TelegramEmulator()
    with pytest.raises(RuntimeError, match="before it is started"):
        _ = emulator.base_url
    await emulator.stop()
