"""The emulator's webhook: one POST an update, in order, until it is taken; and updates given word for word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import Conflict

from chatbot.sandbox.telegram import Person, TelegramEmulator
from chatbot.sandbox.telegram.person import PersonRefused
from chatbot.serve.listening import listening

PATIENCE = 10.0


@dataclass
class Receiver:
    """What a bot's own server would be: writes down what is brought, and may refuse it."""

    address: str = ""
    refusals: int = 0
    brought: asyncio.Queue[tuple[str | None, dict[str, Any]]] = field(default_factory=asyncio.Queue)

    async def take(self, request: web.Request) -> web.Response:
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=500)
        self.brought.put_nowait((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        return web.Response()

    async def next(self) -> tuple[str | None, dict[str, Any]]:
        return await asyncio.wait_for(self.brought.get(), PATIENCE)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    async with listening(app, "127.0.0.1", 0) as address:
        made.address = f"{address}/hook"
        yield made


async def test_updates_are_brought_with_the_secret_in_order_until_they_are_taken(
    bot: Bot, sam: Person, receiver: Receiver
) -> None:
    """What waited comes first; a refusal is tried again, and nothing overtakes it."""
    await sam.say("one")
    receiver.refusals = 2
    await bot.set_webhook(receiver.address, secret_token="a-word")
    await sam.say("two")
    brought = [await receiver.next() for _ in range(2)]
    assert [(secret, update["message"]["text"]) for secret, update in brought] == [("a-word", "one"), ("a-word", "two")]
    assert (await bot.get_webhook_info()).url == receiver.address


async def test_a_webhook_excludes_polling(bot: Bot, sam: Person, receiver: Receiver) -> None:
    """409 while it is set, also for a poll under way; afterwards polling goes on with what was not taken."""
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0)
    receiver.refusals = 10_000
    while not poll.done():
        await bot.set_webhook(receiver.address)
    with pytest.raises(Conflict):
        poll.result()
    await sam.say("kept")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert [update.message.text for update in await bot.get_updates() if update.message] == ["kept"]


async def test_raw_updates_are_given_word_for_word_and_once(bot: Bot, sam: Person, emulator: TelegramEmulator) -> None:
    """Ahead of what people did; one without a number gets the next, and no number is given twice."""
    await sam.say("mine")
    await sam.request("POST", "/sim/update", body={"updates": [{"poll_answer": 7}, {"update_id": 500, "x": None}]})
    raw: Any = await bot.do_api_request("get_Updates", {"limit": 100})
    assert [{**update, "update_id": 0} for update in raw] == [
        {"update_id": 0, "poll_answer": 7},
        {"update_id": 0, "x": None},
    ]
    await sam.say("later")
    found: Any = await bot.do_api_request("get_Updates", {"limit": 100})
    assert [update["message"]["text"] for update in found] == ["mine", "later"]
    assert found[1]["update_id"] == 501


@pytest.mark.parametrize("wrong", [None, {}, [1], [{"update_id": "7"}], [{"update_id": True}]], ids=str)
async def test_raw_updates_have_sound_numbers(sam: Person, wrong: Any) -> None:
    """The number is Telegram's own part."""
    with pytest.raises(PersonRefused, match="updates must be"):
        await sam.request("POST", "/sim/update", body={"updates": wrong})
