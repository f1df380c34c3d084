"""The one thread that touches the database: functions run on it one at a time, in the order they were handed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


class DatabaseThread:
    """Await it with a function: `await on_database(lambda: …)`. The caller's context goes along."""

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(1, thread_name_prefix="database")

    async def __call__(self, work: Callable[[], T], /) -> T:
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(self.executor, lambda: context.run(work))

    def close(self) -> None:
        """Wait for what was handed in, then end the thread."""
        self.executor.shutdown(wait=True)
