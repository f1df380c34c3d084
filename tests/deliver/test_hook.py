"""Updates by webhook: the door opens after what waited, Telegram is told of it until it knows, and told again."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from structlog.testing import capture_logs
from telegram import Update

from chatbot.deliver.arrivals import Arrivals
from chatbot.deliver.intake import Intake, TokenRefused
from chatbot.records import StoredUpdate
from chatbot.telegram_hook import Door, Hooked, kept_secret
from tests.deliver.rig import PATIENCE, Rig

SECRET = "a-word-nobody-else-knows"


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


class Desk:
    """A hooked bot and the queue it fills."""

    def __init__(self, rig: Rig, port: int | None = None, secret: str = SECRET) -> None:
        self.rig = rig
        port = free_port() if port is None else port
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        arrivals = Arrivals(rig.bot, rig.units, rig.thread, self.queue)
        self.hooked = Hooked(rig.bot, arrivals, Door(f"http://127.0.0.1:{port}", secret, "127.0.0.1", port))

    async def next_text(self) -> str | None:
        update = await asyncio.wait_for(self.queue.get(), PATIENCE)
        assert isinstance(update, Update)
        return update.effective_message.text if update.effective_message else None

    async def until_called(self, method: str, times: int) -> None:
        """Returns once Telegram has answered so many calls well."""
        async with asyncio.timeout(PATIENCE):
            while sum(call["status"] == 200 for call in await self.rig.calls(method)) < times:
                pass


@asynccontextmanager
async def open_door(desk: Desk) -> AsyncIterator[Desk]:
    work = asyncio.create_task(desk.hooked.run())
    try:
        yield desk
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


def seen(lines: Sequence[Mapping[str, object]], event: str) -> int:
    return sum(line["event"] == event for line in lines)


async def test_what_waited_comes_before_what_is_brought(rig: Rig) -> None:
    """Stored but not dealt with, then what Telegram kept meanwhile, then what is said now; each once and in order."""
    with rig.units() as unit:
        text = '{"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}, "text": "stored"}'
        unit.inbox.add([StoredUpdate(5, f'{{"update_id": 5, "message": {text}}}')])
    async with open_door(Desk(rig)) as desk:
        assert [await desk.next_text(), await desk.next_text()] == ["stored", "hello"]
        await rig.sam.say("now")
        assert await desk.next_text() == "now"
        asked = (await rig.calls("setWebhook"))[0]["params"]
        assert asked["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
        assert asked["secret_token"] == SECRET


async def test_an_update_brought_twice_is_queued_once(rig: Rig) -> None:
    """Telegram brings an update again when it did not hear that it arrived."""
    async with open_door(Desk(rig)) as desk:
        assert await desk.next_text() == "hello"
        with rig.units() as unit:
            kept = unit.inbox.waiting()[0]
        assert await desk.hooked.arrivals.take([{"update_id": kept.update_id}]) == kept.update_id
        assert desk.queue.empty()


async def test_telegram_is_asked_until_it_takes_the_webhook(rig: Rig) -> None:
    """Bad gateways, refused addresses and flood waits are waited out; what Telegram has against it is in the log."""
    await rig.fault(method="setWebhook", code=502)
    await rig.fault(method="setWebhook", code=400, description="Bad Request: bad webhook: Failed to resolve host")
    await rig.fault(method="setWebhook", retry_after=1)
    with capture_logs() as lines:
        async with open_door(Desk(rig)) as desk:
            assert await desk.next_text() == "hello"
    assert seen(lines, "webhook not set") == 3
    assert any("failed to resolve host" in str(line.get("error")) for line in lines)


async def test_a_refused_token_ends_it(rig: Rig) -> None:
    """Trying again would not help, and the error holds no token."""
    await rig.fault(method="setWebhook", code=401)
    with pytest.raises(TokenRefused) as refused:
        await Desk(rig).hooked.run()
    assert refused.value.__cause__ is None


async def test_a_webhook_that_was_taken_away_is_set_again(rig: Rig) -> None:
    """Whoever polls with the same token takes it away; nothing would come any more."""
    with capture_logs() as lines:
        async with open_door(Desk(rig)) as desk:
            await desk.next_text()
            await desk.hooked.check()
            await rig.bot.delete_webhook()
            await rig.fault(method="getWebhookInfo", code=502)
            await desk.hooked.check()
            await desk.hooked.check()
            await rig.sam.say("still there?")
            assert await desk.next_text() == "still there?"
    assert (seen(lines, "webhook not checked"), seen(lines, "webhook was taken away, setting it again")) == (1, 1)


async def test_a_database_that_fails_at_the_start_is_waited_for(rig: Rig) -> None:
    """The door stays shut until what waited is known."""
    rig.thread.break_at(1)
    with capture_logs() as lines:
        async with open_door(Desk(rig)) as desk:
            assert await desk.next_text() == "hello"
    assert seen(lines, "intake waits") == 1


async def test_a_taken_port_ends_it_with_the_name_of_the_setting(rig: Rig) -> None:
    """Without its door the bot would be deaf."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use") as refused:
            await Desk(rig, port=taken.getsockname()[1]).hooked.run()
    assert refused.value.filename == "TIERWISE_WEBHOOK_PORT"


async def test_polling_takes_the_webhook_away(rig: Rig) -> None:
    """Back to polling: the first poll is refused, the webhook goes, and nothing that waited is lost."""
    async with open_door(Desk(rig)) as desk:
        await desk.next_text()
    await rig.sam.say("meanwhile")
    queue: asyncio.Queue[object] = asyncio.Queue()
    polling = asyncio.create_task(Intake(rig.bot, rig.units, rig.thread, queue, random=lambda: 0.01).run())
    texts = []
    while "meanwhile" not in texts:
        update = await asyncio.wait_for(queue.get(), PATIENCE)
        assert isinstance(update, Update)
        texts.append(update.message.text if update.message else None)
    polling.cancel()
    with suppress(asyncio.CancelledError):
        await polling
    assert (await rig.bot.get_webhook_info()).url == ""


def test_a_made_secret_stays_the_same(rig: Rig) -> None:
    """A restart must not refuse what Telegram still brings with the old one."""
    assert kept_secret(rig.units) == kept_secret(rig.units)
    assert len(kept_secret(rig.units)) >= 32
