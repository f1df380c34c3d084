"""Everything that goes wrong with Telegram can be made to go wrong here, and the real library sees it as it would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, EndPointNotFound, NetworkError, RetryAfter, TelegramError, TimedOut

from chatbot.sandbox.telegram import Person, PersonRefused, TelegramEmulator


async def fault(person: Person, **fields: Any) -> None:
    await person.request("POST", "/sim/fault", body=fields)


async def outcomes(person: Person, method: str = "sendMessage") -> list[tuple[int, str]]:
    found = await person.request("GET", "/sim/calls", query={"method": method})
    return [(call["status"], call["outcome"]) for call in found["calls"]]


async def texts(person: Person) -> list[str]:
    return [shown.text for shown in await person.transcript() if shown.from_bot]


async def test_a_flood_wait_names_its_seconds(
    bot: Bot,
    sam: Person,
) -> None:
    """429 becomes RetryAfter with the seconds, for as many calls as asked, and nothing is delivered."""
    await sam.say("hi")
    await fault(sam, method="sendMessage", retry_after=7, times=2)
    for _ in range(2):
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(sam.chat_id, "alert")
        assert refused.value.retry_after == timedelta(seconds=7)
    await bot.send_message(sam.chat_id, "alert")
    assert await texts(sam) == ["alert"]
    assert await outcomes(sam) == [(429, "refused on demand"), (429, "refused on demand"), (200, "answered")]


async def test_a_bad_gateway_is_a_network_error(bot: Bot, sam: Person) -> None:
    """502 is retried by nobody but the bot itself, and other methods go on."""
    await sam.say("hi")
    await fault(sam, method="sendMessage", code=502)
    await bot.send_chat_action(sam.chat_id, "typing")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(sam.chat_id, "alert")
    assert await texts(sam) == []


async def test_a_cut_connection_delivers_nothing(bot: Bot, sam: Person) -> None:
    """A dropped request is a network error and its message never existed."""
    await sam.say("hi")
    await fault(sam, method="sendMessage", drop=True)
    with pytest.raises(NetworkError):
        await bot.send_message(sam.chat_id, "alert")
    assert await texts(sam) == []
    assert await outcomes(sam) == [(0, "cut off")]


async def test_a_lost_answer_may_hide_a_delivered_message(bot: Bot, sam: Person) -> None:
    """Executed, then cut: the bot sees an error, the person the message."""
    await sam.say("hi")
    await fault(sam, method="sendMessage", after=True)
    with pytest.raises(NetworkError):
        await bot.send_message(sam.chat_id, "alert")
    assert await texts(sam) == ["alert"]
    assert await outcomes(sam) == [(200, "executed, answer lost")]


async def test_a_read_timeout_follows_a_delivered_message(bot: Bot, sam: Person) -> None:
    """An answer held back longer than the bot waits is TimedOut, although the message is there."""
    await sam.say("hi")
    await fault(sam, method="sendMessage", after=True, delay=30)
    with pytest.raises(TimedOut):
        await bot.send_message(sam.chat_id, "alert", read_timeout=0.2)
    assert await texts(sam) == ["alert"]


async def test_a_timeout_before_execution_delivers_nothing(bot: Bot, sam: Person) -> None:
    """A call whose bot gave up before it began is not executed behind its back."""
    await sam.say("hi")
    await fault(sam, method="sendMessage", delay=30)
    with pytest.raises(TimedOut):
        await bot.send_message(sam.chat_id, "alert", read_timeout=0.2)
    await bot.send_message(sam.chat_id, "second")
    assert await texts(sam) == ["second"]


async def test_a_delayed_call_is_only_late(bot: Bot, sam: Person) -> None:
    """A short delay changes nothing but the time."""
    await sam.say("hi")
    await fault(sam, method="sendMessage", delay=0.01)
    await bot.send_message(sam.chat_id, "alert")
    assert await outcomes(sam) == [(200, "answered late")]


async def test_a_fault_may_wait_for_certain_words(bot: Bot, sam: Person) -> None:
    """Only the call that contains the words is refused; a fault without an end stays until it is cleared."""
    await sam.say("hi")
    await fault(sam, contains="stop", code=400, description="Bad Request: no", times=None)
    await bot.send_message(sam.chat_id, "add tier 2")
    for _ in range(3):
        with pytest.raises(BadRequest, match="No"):
            await bot.send_message(sam.chat_id, "move stop")
    await sam.request("DELETE", "/sim/fault")
    await bot.send_message(sam.chat_id, "move stop")
    assert await texts(sam) == ["add tier 2", "move stop"]


async def test_a_chat_may_migrate(bot: Bot, sam: Person) -> None:
    """The new id comes with the refusal."""
    await fault(sam, code=400, description="Bad Request: group chat was upgraded", migrate_to_chat_id=-100)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(sam.chat_id, "alert")
    assert moved.value.new_chat_id == -100


async def test_an_answer_may_be_anything(bot: Bot, sam: Person) -> None:
    """As a proxy in between would answer, before or after the call was executed."""
    await sam.say("hi")
    await fault(sam, method="sendMessage", body="<html>Sign in to the hotel</html>")
    await fault(sam, method="sendMessage", body="{", code=502, after=True)
    with pytest.raises(TelegramError, match="Invalid server response"):
        await bot.send_message(sam.chat_id, "lost")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.send_message(sam.chat_id, "delivered")
    assert await texts(sam) == ["delivered"]
    assert await outcomes(sam) == [(200, "answered with something else"), (200, "executed, answer lost")]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "needs code"),
        ({"code": "400"}, 'code is "400"'),
        ({"code": True}, "code is true"),
        ({"status": 400}, "unknown field status"),
    ],
)
async def test_a_wrong_fault_is_explained(sam: Person, fields: dict[str, Any], reason: str) -> None:
    """A fault that makes no sense is refused with a sentence instead of never happening."""
    with pytest.raises(PersonRefused, match=reason):
        await fault(sam, **fields)


async def test_flood_control_counts_chats_and_all(
    bot: Bot,
    sam: Person,
    hand_clock: Any,
) -> None:
    """Three messages at once pass in one chat, the fourth waits a second; thirty a second pass over all."""
    await sam.say("hi")
    await sam.request("POST", "/sim/flood", body={"on": True})
    for number in range(3):
        await bot.send_message(sam.chat_id, str(number))
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(sam.chat_id, "3")
    assert refused.value.retry_after == timedelta(seconds=1)
    hand_clock.advance(1)
    await bot.send_message(sam.chat_id, "3")
    for chat_id in range(2001, 2031):
        async with Person(sam.base_url, chat_id) as other:
            await other.say("hi")
    hand_clock.advance(10)
    for chat_id in range(2001, 2031):
        await bot.send_message(chat_id, "news")
    with pytest.raises(RetryAfter):
        await bot.send_message(sam.chat_id, "one too many")


async def test_unknown_methods_and_tokens_are_refused(emulator: TelegramEmulator, bot: Bot) -> None:
    """A method the emulator does not have is 404, never a success; a token without a colon is 401."""
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request("sendRichMessage", api_kwargs={"chat_id": 1})
    async with httpx.AsyncClient(base_url=emulator.base_url, trust_env=False) as client:
        answer = await client.get("/botnonsense/getMe")
        assert (answer.status_code, answer.json()["description"]) == (401, "Unauthorized: invalid token specified")


async def test_webhooks_are_refused_with_a_reason(bot: Bot) -> None:
    """The sandbox only polls and says so; taking a webhook away is always fine."""
    with pytest.raises(BadRequest, match="getupdates only"):
        await bot.set_webhook("https://example.org/hook")
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.log_out()


async def test_parameters_may_come_in_any_way(emulator: TelegramEmulator, sam: Person) -> None:
    """Address, form, JSON and multipart say the same, and the name of a method has no case."""
    await sam.say("hi")
    asked: dict[str, str | int] = {"chat_id": 1001, "text": "same"}
    async with httpx.AsyncClient(base_url=f"{emulator.base_url}/bot1:a", trust_env=False) as client:
        answers = [
            await client.get("/SENDMESSAGE", params=asked),
            await client.post("/sendmessage", data=asked),
            await client.post("/sendMessage", json={**asked, "reply_markup": {"inline_keyboard": []}}),
            await client.post("/sendMessage", data=asked, files={"other": b"x"}),
        ]
        broken = await client.post("/sendMessage", content=b"{", headers={"Content-Type": "application/json"})
    assert [answer.json()["result"]["text"] for answer in answers] == ["same"] * 4
    assert broken.json()["description"] == "Bad Request: can't parse JSON object"


async def test_every_call_is_told(new_bot: Callable[[str], Bot], sam: Person) -> None:
    """The log of calls shows parameters, answer and time."""
    await sam.say("hi")
    async with new_bot(sam.base_url) as bot:
        await bot.send_message(sam.chat_id, "<b>x</b>", parse_mode="HTML")
    found = await sam.request("GET", "/sim/calls", query={"chat_id": "1001"})
    (call,) = found["calls"]
    assert call["params"] == {"chat_id": "1001", "text": "<b>x</b>", "parse_mode": "HTML"}
    assert call["response"]["result"]["entities"] == [{"type": "bold", "offset": 0, "length": 1}]
    assert call["at"] == 1_800_000_000.0
