"""Updates of one chat are handled in order, chats in parallel; each update is done once its handling has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from structlog.contextvars import bound_contextvars
from telegram import Update
from telegram.ext import BaseUpdateProcessor
from typing_extensions import override

from chatbot.ports import OnDatabase, Units, current_update

CHATS_AT_ONCE: Final = 64
WAITING: Final = 1_000_000
"""Updates that may be under way for the library, which counts those that wait for their chat as well: with a
smaller number one flooding chat would shut out all others. What runs is limited here."""


class Turn:
    """The lock of one chat, which serves who came first, and how many hold or await it."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0


class ChatOrder(BaseUpdateProcessor):
    """Pass it to `ApplicationBuilder.concurrent_updates`."""

    def __init__(self, units: Units, on_database: OnDatabase, chats_at_once: int = CHATS_AT_ONCE) -> None:
        super().__init__(WAITING)
        self.units = units
        self.on_database = on_database
        self.running = asyncio.Semaphore(chats_at_once)
        self.turns: dict[int, Turn] = {}

    @override
    async def initialize(self) -> None:
        """Nothing to set up."""

    @override
    async def shutdown(self) -> None:
        """Nothing to give back."""

    @override
    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handles in the chat's turn. One that is cancelled while it waits stays stored for the next start."""
        try:
            async with self.turn_of(chat_key(update)), self.running:
                await self.handle(update, coroutine)
        except asyncio.CancelledError:
            if isinstance(coroutine, Coroutine):
                coroutine.close()
            raise

    @asynccontextmanager
    async def turn_of(self, key: int | None) -> AsyncIterator[None]:
        """Waits for the turn of a chat; what belongs to no chat waits for nobody."""
        if key is None:
            yield
            return
        turn = self.turns.setdefault(key, Turn())
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            if not turn.users:
                del self.turns[key]

    async def handle(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Units of work in here know their update; one that failed is done too, for it would only fail again."""
        if not isinstance(update, Update):
            await coroutine
            return
        token = current_update.set(update.update_id)
        is_cut_off = False
        try:
            with bound_contextvars(update=update.update_id):
                await coroutine
        except asyncio.CancelledError:
            is_cut_off = True
            raise
        finally:
            current_update.reset(token)
            if not is_cut_off:
                await self.on_database(partial(self.done, update.update_id))

    def done(self, update_id: int) -> None:
        with self.units() as unit:
            unit.inbox.done(update_id)


def chat_key(update: object) -> int | None:
    """Whose turn an update takes: its chat's, or its user's where there is no chat."""
    if not isinstance(update, Update):
        return None
    found = update.effective_chat or update.effective_user
    return found.id if found is not None else None
