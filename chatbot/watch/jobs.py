"""The handful of scheduled jobs: a poll per exchange, minutes, candles, the clock. Late runs are made up once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

import structlog
from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from chatbot.background import ended
from chatbot.watch.candle_watch import CandleWatch
from chatbot.watch.catch_up import CatchUp
from chatbot.watch.job_book import JobBook
from chatbot.watch.telling import tell_broken
from chatbot.watch.watcher import Watcher

CANDLE_SECONDS: Final = 0.5
LOOK_SECONDS: Final = 1.0
REFRESH_SECONDS: Final = 3600.0
LAST_RUN_SECONDS: Final = 5.0
MIND_SECONDS: Final = 1.0
SET_BACK_SECONDS: Final = 0.5
"""A computer's clock that is set back by more than this would keep the scheduler waiting for as long as that."""
JOB_DEFAULTS: Final = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
log = structlog.get_logger(__name__)
Work = Callable[[], Awaitable[None]]


class Jobs:
    """One in-memory scheduler. What is due is stored elsewhere; a job only looks."""

    def __init__(self, watcher: Watcher, catch_up: CatchUp, candles: CandleWatch, poll_seconds: float) -> None:
        self.watcher, self.catch_up, self.candles, self.poll_seconds = watcher, catch_up, candles, poll_seconds
        self.scheduler: Any = AsyncIOScheduler(timezone=UTC, job_defaults=JOB_DEFAULTS)
        self.scheduler.add_listener(report, EVENT_JOB_ERROR)
        self.book = JobBook()
        self.under_way: set[asyncio.Task[Any]] = set()
        self.minding: asyncio.Task[NoReturn] | None = None
        watcher.on_exchange = self.poll_exchange

    def start(self, tick: Work, refresh: Work) -> None:
        """Begin; `tick` is what time alone decides, `refresh` is done now and by the hour."""
        self.every(CANDLE_SECONDS, self.catch_up.begin, "minutes")
        self.every(CANDLE_SECONDS, self.candles.begin, "candles")
        self.every(LOOK_SECONDS, self.watcher.keep, "prices")
        self.every(LOOK_SECONDS, tick, "clock")
        self.every(REFRESH_SECONDS, refresh, "refresh", begin=datetime.now(UTC))
        self.scheduler.start()
        self.minding = asyncio.create_task(self.mind_the_clock())

    async def mind_the_clock(self) -> NoReturn:
        """The scheduler goes by the time of day: where that is set back, its jobs are due at once, and go on."""
        ahead = datetime.now(UTC).timestamp() - time.monotonic()
        while True:
            await asyncio.sleep(MIND_SECONDS)
            before, ahead = ahead, datetime.now(UTC).timestamp() - time.monotonic()
            if ahead < before - SET_BACK_SECONDS:
                log.warning("the computer's clock was set back", seconds=round(before - ahead, 1))
                for job in self.scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))

    def poll_exchange(self, exchange: str) -> None:
        """Poll an exchange from now on; asked twice, it is polled once."""
        name = f"poll:{exchange}"
        if self.scheduler.get_job(name) is None:
            self.every(self.poll_seconds, lambda: self.watcher.poll(exchange), name)

    def every(self, seconds: float, work: Work, name: str, *, begin: datetime | None = None) -> None:
        """Run `work` every so many seconds: first after as many, or as soon as `begin`."""
        first = {} if begin is None else {"next_run_time": begin}
        self.book.plan(name, round(seconds * 1_000), 0 if first else round(seconds * 1_000))
        self.scheduler.add_job(
            self.run, "interval", args=[work, name], seconds=seconds, id=name, replace_existing=True, **first
        )

    async def run(self, work: Work, name: str) -> None:
        """One run of a job."""
        task = asyncio.current_task()
        if task is not None:
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
        with self.book.run(name):
            await work()

    async def stop(self) -> None:
        """No more runs; those under way may end, because one that is cut off would be told as an error."""
        if not self.scheduler.running:
            return
        if self.minding is not None:
            await ended(self.minding)
        self.scheduler.pause()
        # A run that was handed out a moment ago begins before it is waited for.
        await asyncio.sleep(0)
        if self.under_way:
            await asyncio.wait(self.under_way, timeout=LAST_RUN_SECONDS)
        await self.candles.stop(LAST_RUN_SECONDS)
        self.scheduler.shutdown(wait=False)
        # The scheduler puts its own end off to the next turn of the loop.
        await asyncio.sleep(0)


def report(event: Any) -> None:
    """The outermost place for a job's errors: it is logged, and the next run comes as planned."""
    tell_broken("job failed", event.exception, job=event.job_id)
