"""Updates are kept before they are confirmed, queued once and in order, and the loop survives what may happen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from structlog.testing import capture_logs
from telegram import Bot, Update
from telegram.error import Conflict, NetworkError, RetryAfter
from telegram.ext import Application, MessageHandler, filters

from chatbot.deliver.intake import Intake, TokenRefused
from chatbot.records import StoredUpdate
from handlers.ordering import ChatOrder
from tests.deliver.rig import PATIENCE, TOKEN, Rig, make_bot


class Desk:
    """An intake at work, and the queue it fills."""

    def __init__(self, rig: Rig, bot: Bot) -> None:
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        self.intake = Intake(bot, rig.units, rig.thread, self.queue, random=lambda: 0.01)

    async def next_text(self) -> str | None:
        update = await asyncio.wait_for(self.queue.get(), PATIENCE)
        assert isinstance(update, Update)
        return update.effective_message.text if update.effective_message else None


@asynccontextmanager
async def open_desk(rig: Rig) -> AsyncIterator[Desk]:
    desk = Desk(rig, rig.bot)
    work = asyncio.create_task(desk.intake.run())
    try:
        yield desk
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


def waiting(rig: Rig) -> list[int]:
    with rig.units() as unit:
        return [stored.update_id for stored in unit.inbox.waiting()]


def finish(rig: Rig, update_id: int) -> None:
    with rig.units() as unit:
        unit.inbox.done(update_id)


async def test_an_update_is_stored_before_it_is_queued_and_before_it_is_confirmed(rig: Rig) -> None:
    """When the queue has it, the database has it; the offset moves only with the poll after that."""
    async with open_desk(rig) as desk:
        assert await desk.next_text() == "hello"
        kept = waiting(rig)
        assert len(kept) == 1
        await rig.sam.say("second")
        assert await desk.next_text() == "second"
        offsets = [call["params"].get("offset") for call in await rig.calls("getUpdates")]
        assert offsets == [None, str(kept[0] + 1)]


async def test_only_the_kinds_that_are_handled_are_asked_for(rig: Rig) -> None:
    """Telegram remembers the list."""
    async with open_desk(rig) as desk:
        await desk.next_text()
    asked = (await rig.calls("getUpdates"))[0]["params"]
    assert asked["allowed_updates"] == ["message", "edited_message", "callback_query", "my_chat_member"]
    assert asked["timeout"] == "30"


async def test_what_was_not_dealt_with_comes_first_after_a_restart(rig: Rig) -> None:
    """Stored, not done: queued again, in order, before anything new; done ones do not return."""
    await rig.sam.say("two")
    await rig.sam.say("three")
    async with open_desk(rig) as desk:
        assert [await desk.next_text() for _ in range(3)] == ["hello", "two", "three"]
        kept = waiting(rig)
    finish(rig, kept[0])
    await rig.sam.say("four")
    async with open_desk(rig) as desk:
        assert [await desk.next_text() for _ in range(3)] == ["two", "three", "four"]
        assert desk.queue.empty()


async def test_an_update_handed_out_again_is_queued_once(rig: Rig) -> None:
    """An answer that got lost makes Telegram give the same updates again; the stored ones are known."""
    async with open_desk(rig) as desk:
        assert await desk.next_text() == "hello"
        first = waiting(rig)[0]
        desk.intake.offset = first
        await rig.sam.say("two")
        assert await desk.next_text() == "two"
        assert await asyncio.to_thread(desk.intake.arrivals.keep, [StoredUpdate(first, "{}")]) == []
        finish(rig, first)
        assert await asyncio.to_thread(desk.intake.arrivals.keep, [StoredUpdate(first, "{}")]) == []


async def test_numbers_that_start_lower_after_a_quiet_week_are_new(rig: Rig) -> None:
    """What counts is whether an update was seen, not whether its number is higher."""
    async with open_desk(rig) as desk:
        assert await desk.next_text() == "hello"
        lower = StoredUpdate(-7, "{}")
        assert await asyncio.to_thread(desk.intake.arrivals.keep, [lower]) == [lower]


async def test_troubles_of_the_network_are_waited_out(rig: Rig) -> None:
    """A dropped connection, a bad gateway, a flood wait and a second poller cost time, not updates."""
    await rig.fault(method="getUpdates", drop=True)
    await rig.fault(method="getUpdates", code=502)
    await rig.fault(method="getUpdates", code=429)
    with capture_logs() as lines:
        async with open_desk(rig) as desk:
            assert await desk.next_text() == "hello"
    kinds = [line["error"].partition(" ")[0] for line in lines if line["event"] == "intake waits"]
    assert kinds == ["NetworkError", "NetworkError", "NetworkError"]


async def test_an_answer_lost_on_the_way_loses_no_update(rig: Rig) -> None:
    """The same offset is asked for again."""
    await rig.fault(method="getUpdates", after=True)
    async with open_desk(rig) as desk:
        assert await desk.next_text() == "hello"


async def test_waits_follow_what_went_wrong(rig: Rig) -> None:
    """Telegram's own wait is taken as it is; a second poller is given time to go."""
    intake = Desk(rig, rig.bot).intake
    intake.failures = 1
    assert intake.wait_after(RetryAfter(3)) == 3_000
    assert intake.wait_after(Conflict("Conflict: terminated by other getUpdates request")) == 5_020
    assert intake.wait_after(NetworkError("Bad Gateway")) == 20
    intake.failures = 50
    assert intake.wait_after(OSError()) == 600


async def test_a_webhook_of_former_days_is_taken_away(rig: Rig) -> None:
    """Polling is refused while one is set; what waits for it is kept."""
    conflict = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook"
    await rig.fault(method="getUpdates", code=409, description=conflict)
    async with open_desk(rig) as desk:
        assert await desk.next_text() == "hello"
    assert [call["params"] for call in await rig.calls("deleteWebhook")] == [{"drop_pending_updates": "false"}]


async def test_a_webhook_that_cannot_be_taken_away_is_waited_out(rig: Rig) -> None:
    """Failing to tidy up is one more thing to wait for."""
    await rig.fault(method="deleteWebhook", code=502)
    intake = Desk(rig, rig.bot).intake
    await intake.back_off(Conflict("Conflict: can't use getUpdates method while webhook is active"))
    assert intake.failures == 1


async def test_a_wrong_token_ends_the_program_with_a_sentence(rig: Rig) -> None:
    """Trying again would not help."""
    await rig.fault(method="getUpdates", code=401)
    with pytest.raises(TokenRefused, match="token"):
        await Desk(rig, rig.bot).intake.run()


@pytest.mark.parametrize(
    "trouble",
    [{"code": 404, "body": "<html>404</html>"}, {"code": 401, "body": "{}"}, {"body": "<html/>"}, {"body": "[]"}],
)
async def test_a_page_of_somebody_else_is_waited_out(rig: Rig, trouble: dict[str, Any]) -> None:
    """Once Telegram has answered, an answer that is not its own ends nothing and loses nothing."""
    async with open_desk(rig) as desk:
        assert await desk.next_text() == "hello"
        await rig.fault(method="getUpdates", **trouble)
        for text in ("one", "two"):
            await rig.sam.say(text)
            assert await desk.next_text() == text
    assert (await rig.sam.request("GET", "/sim/fault"))["faults"] == []


async def test_an_address_that_is_no_bot_api_ends_the_program_too(rig: Rig) -> None:
    """The library calls both the same."""
    bot = make_bot(f"{rig.emulator.base_url}/nowhere")
    await bot._request[0].initialize()
    with pytest.raises(TokenRefused):
        await Desk(rig, bot).intake.run()
    await bot._request[0].shutdown()


async def test_a_stored_update_that_cannot_be_read_is_given_up(rig: Rig) -> None:
    """It is logged without its words and does not keep the others back."""
    await rig.sam.say("the updates 1 and 2 are stored in a form of another time")
    with rig.units() as unit:
        unit.inbox.add([StoredUpdate(1, '{"update_id": 1, "message": {"text": "secret"}}'), StoredUpdate(2, "no JSON")])
    with capture_logs() as lines:
        async with open_desk(rig) as desk:
            await rig.sam.say("fine")
            while await desk.next_text() != "fine":
                pass
    assert 1 not in waiting(rig)
    assert 2 not in waiting(rig)
    assert [line["update"] for line in lines if line["event"] == "update cannot be read"] == [1, 2]
    assert "secret" not in repr(lines)


async def test_a_failing_database_confirms_nothing(rig: Rig) -> None:
    """What could not be stored is asked for again."""
    rig.thread.break_at(2)
    async with open_desk(rig) as desk:
        assert await desk.next_text() == "hello"
    assert [call["params"].get("offset") for call in await rig.calls("getUpdates")][:2] == [None, None]


async def test_the_library_handles_what_was_taken_in_each_chat_in_order(rig: Rig) -> None:
    """From getUpdates to the handler and back to the inbox: nothing is left waiting."""
    heard: list[tuple[int, str]] = []
    address = rig.emulator.base_url
    builder = Application.builder().token(TOKEN).base_url(f"{address}/bot").updater(None).job_queue(None)
    application = builder.concurrent_updates(ChatOrder(rig.units, rig.thread)).build()

    async def hear(update: Update, _: object) -> None:
        assert update.effective_chat is not None
        assert update.effective_message is not None
        await asyncio.sleep(0)
        heard.append((update.effective_chat.id, update.effective_message.text or ""))

    application.add_handler(MessageHandler(filters.TEXT, hear))
    people = [await rig.person(2000 + number) for number in range(4)]
    for number in range(10):
        for person in people:
            await person.say(f"{number}")
    async with application:
        await application.start()
        work = asyncio.create_task(Intake(application.bot, rig.units, rig.thread, application.update_queue).run())
        await rig.thread.until(lambda: len(heard) == 45 and not waiting(rig))
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        await application.stop()
    for person in people:
        said = [text for chat_id, text in heard if chat_id == person.chat_id]
        assert said == ["hello", *map(str, range(10))]


async def test_an_update_of_no_sound_form_keeps_nobody_back(rig: Rig) -> None:
    """One that can't be read among others is given up, told without its words, and asked for no more."""
    odd = {"message": {"text": "secret", "message_id": []}}
    twice = {"update_id": 9_000, "message": {"text": "secret", "chat": 7}}
    await rig.sam.request("POST", "/sim/update", body={"updates": [odd, twice, twice, {"poll": "secret"}]})
    await rig.sam.say("after it")
    with capture_logs() as lines:
        async with open_desk(rig) as desk:
            assert await desk.next_text() == "after it"
    assert [line["log_level"] for line in lines if line["event"] == "update cannot be read"] == ["warning"] * 2
    assert "secret" not in repr(lines)
    assert len(waiting(rig)) == 1
