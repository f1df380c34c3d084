"""The one thread that touches the database: functions run on it one at a time, in the order they were handed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Final, TypeVar

import structlog

from chatbot.ports import DatabaseLost

T = TypeVar("T")
TRIES: Final = 5
"""Of one function. Each waits for the database first, so more would mean that the function itself ends it."""
log = structlog.get_logger(__name__)


class DatabaseThread:
    """Await it with a function: `await on_database(lambda: …)`. The caller's context goes along.

    A function in whose middle the database's server went away is run again: nothing of that unit was kept.
    """

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(1, thread_name_prefix="database")

    async def __call__(self, work: Callable[[], T], /) -> T:
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(self.executor, lambda: context.run(again, work))

    def close(self) -> None:
        """Wait for what was handed in, then end the thread."""
        self.executor.shutdown(wait=True)


def again(work: Callable[[], T]) -> T:
    """Run it until the database stays for as long as it takes. Raises DatabaseLost when it never does."""
    for _ in range(TRIES - 1):
        try:
            return work()
        except DatabaseLost:
            log.warning("the database went away meanwhile, doing it again")
    return work()
