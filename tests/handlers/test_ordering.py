"""Updates of one chat in order, chats in parallel, each done when its handling has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pytest
from telegram import CallbackQuery, Chat, Message, Update, User

from chatbot.ports import Units, current_update
from chatbot.records import StoredUpdate
from handlers.ordering import ChatOrder, chat_key
from storage.database import open_database

T = TypeVar("T")


async def on_thread(work: Callable[[], T], /) -> T:
    return await asyncio.to_thread(work)


@pytest.fixture
def units(tmp_path: Path) -> Iterator[Units]:
    with open_database(f"sqlite:///{tmp_path / 'bot.db'}") as database:
        yield database.units


@pytest.fixture
def order(units: Units) -> ChatOrder:
    return ChatOrder(units, on_thread, chats_at_once=4)


def said(update_id: int, chat_id: int) -> Update:
    """Somebody said something."""
    sent_at = Message(1, date=None, chat=Chat(chat_id, Chat.PRIVATE))  # type: ignore[arg-type]  # no time needed
    return Update(update_id, message=sent_at)


def keep(units: Units, *update_ids: int) -> None:
    with units() as unit:
        unit.inbox.add([StoredUpdate(update_id, "{}") for update_id in update_ids])


def waiting(units: Units) -> list[int]:
    with units() as unit:
        return [stored.update_id for stored in unit.inbox.waiting()]


class Gate:
    """Handlings that wait for a word, and what they wrote down."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.began: list[int] = []
        self.entered = asyncio.Condition()

    async def handle(self, update_id: int) -> None:
        self.began.append(update_id)
        async with self.entered:
            self.entered.notify_all()
        await self.opened.wait()

    async def until_began(self, count: int) -> None:
        async with asyncio.timeout(10), self.entered:
            await self.entered.wait_for(lambda: len(self.began) >= count)


async def test_updates_of_a_chat_are_handled_in_order(order: ChatOrder) -> None:
    """Each waits for the one before it, however long that takes; other chats do not."""
    finished: list[tuple[int, int]] = []

    async def handle(chat_id: int, number: int) -> None:
        for _ in range(5 - number % 5):
            await asyncio.sleep(0)
        finished.append((chat_id, number))

    async with asyncio.TaskGroup() as group:
        for number in range(10):
            for chat_id in range(1, 5):
                update = said(number * 10 + chat_id, chat_id)
                group.create_task(order.process_update(update, handle(chat_id, number)))
    for chat_id in range(1, 5):
        assert [number for chat, number in finished if chat == chat_id] == list(range(10))
    assert [chat for chat, _ in finished[:4]] != [1, 1, 1, 1]
    assert order.turns == {}


async def test_a_flooding_chat_does_not_shut_out_others(order: ChatOrder) -> None:
    """A thousand updates of one chat take one place."""
    gate = Gate()
    tasks = [asyncio.create_task(order.process_update(said(n, 1), gate.handle(n))) for n in range(1_000)]
    tasks.append(asyncio.create_task(order.process_update(said(5_000, 2), gate.handle(5_000))))
    await gate.until_began(2)
    assert gate.began == [0, 5_000]
    gate.opened.set()
    await asyncio.gather(*tasks)
    assert gate.began == [0, 5_000, *range(1, 1_000)]


async def test_no_more_chats_than_agreed_are_handled_at_once(order: ChatOrder) -> None:
    """The fifth of four places waits."""
    gate = Gate()
    tasks = [asyncio.create_task(order.process_update(said(n, n), gate.handle(n))) for n in range(1, 8)]
    await gate.until_began(4)
    assert gate.began == [1, 2, 3, 4]
    gate.opened.set()
    await asyncio.gather(*tasks)
    assert gate.began == [1, 2, 3, 4, 5, 6, 7]


async def test_a_handling_knows_its_update(order: ChatOrder) -> None:
    """So that its first change can mark the update as done in the same transaction."""
    seen: list[int | None] = []

    async def handle() -> None:
        seen.append(await asyncio.to_thread(current_update.get))

    await order.process_update(said(42, 1), handle())
    assert [*seen, current_update.get()] == [42, None]


async def test_an_update_that_changed_nothing_is_done(order: ChatOrder, units: Units) -> None:
    """Otherwise each start would handle it again."""
    keep(units, 7, 8)

    async def handle() -> None:
        return

    await order.process_update(said(7, 1), handle())
    assert waiting(units) == [8]


async def test_an_update_whose_handling_failed_is_done(order: ChatOrder, units: Units) -> None:
    """It would only fail again; the failure itself goes to the error handler, and the next update is handled."""
    keep(units, 7)

    async def handle() -> None:
        raise LookupError("broken handler")

    with pytest.raises(LookupError):
        await order.process_update(said(7, 1), handle())
    assert waiting(units) == []
    assert order.turns == {}


async def test_an_update_cut_off_by_a_stop_is_kept(order: ChatOrder, units: Units) -> None:
    """Neither the one being handled nor the one behind it is lost."""
    keep(units, 7, 8)
    gate = Gate()
    tasks = [asyncio.create_task(order.process_update(said(n, 1), gate.handle(n))) for n in (7, 8)]
    await gate.until_began(1)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
    assert waiting(units) == [7, 8]
    assert order.turns == {}


async def test_what_belongs_to_no_chat_waits_for_nobody(order: ChatOrder) -> None:
    """Objects that are no updates are handled too."""
    seen: list[int | None] = []

    async def handle() -> None:
        seen.append(current_update.get())

    async with order:
        await order.process_update("no update", handle())
        await order.process_update(Update(3), handle())
    assert seen == [None, 3]


def test_the_turn_is_that_of_the_chat_or_else_of_the_user() -> None:
    """A tap on an old message has no chat, but a person."""
    tap = CallbackQuery("1", User(55, "Sam", is_bot=False), "instance", data="x")
    assert chat_key(said(1, 44)) == 44
    assert chat_key(Update(1, callback_query=tap)) == 55
    assert chat_key(Update(1)) is None
    assert chat_key(None) is None
