"""Lets coroutines wait until something happens, without polling and without losing what happened meanwhile."""

from __future__ import annotations

import asyncio


class Wakeup:
    """Everyone who waits is woken by the next call of ``fire``."""

    def __init__(self) -> None:
        self.waiting: set[asyncio.Future[None]] = set()

    def fire(self) -> None:
        waiting, self.waiting = self.waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, timeout: float) -> None:
        """Returns at the next ``fire`` or when the seconds are over; the caller looks again at what it waits for."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.add(future)
        try:
            await asyncio.wait({future}, timeout=max(0.0, timeout))
        finally:
            self.waiting.discard(future)
            future.cancel()
