"""Loops that run beside everything else, and how they end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any


def keep(work: Coroutine[Any, Any, None], failed: asyncio.Future[None]) -> asyncio.Task[None]:
    """Run a loop that should never end; its error ends the bot."""
    task = asyncio.create_task(work)

    def over(done: asyncio.Task[None]) -> None:
        error = None if done.cancelled() else done.exception()
        if error is not None and not failed.done():
            failed.set_exception(error)

    task.add_done_callback(over)
    return task


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a loop and wait until it is gone; how it failed was told already."""
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task
