"""The handful of scheduled jobs: a poll per exchange, candles, the clock, reminders. Late runs are made up once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any, Final

import structlog
from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from chatbot.watch.candle_watch import CandleWatch
from chatbot.watch.watcher import Watcher

LOOK_SECONDS: Final = 1.0
REFRESH_SECONDS: Final = 3600.0
JOB_DEFAULTS: Final = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
log = structlog.get_logger(__name__)
Work = Callable[[], Awaitable[None]]


class Jobs:
    """One in-memory scheduler. What is due is stored elsewhere; a job only looks."""

    def __init__(self, watcher: Watcher, candles: CandleWatch, poll_seconds: float) -> None:
        self.watcher, self.candles, self.poll_seconds = watcher, candles, poll_seconds
        self.scheduler: Any = AsyncIOScheduler(timezone=UTC, job_defaults=JOB_DEFAULTS)
        self.scheduler.add_listener(report, EVENT_JOB_ERROR)
        watcher.on_exchange = self.poll_exchange

    def start(self, tick: Work, refresh: Work) -> None:
        """Begin; `tick` is what time alone decides, `refresh` reloads the lists of markets."""
        self.every(LOOK_SECONDS, self.candles.look, "candles")
        self.every(LOOK_SECONDS, tick, "clock")
        self.every(REFRESH_SECONDS, refresh, "instruments")
        self.scheduler.start()

    def poll_exchange(self, exchange: str) -> None:
        """Poll an exchange from now on; asked twice, it is polled once."""
        name = f"poll:{exchange}"
        if self.scheduler.get_job(name) is None:
            self.every(self.poll_seconds, lambda: self.watcher.poll(exchange), name)

    def every(self, seconds: float, work: Work, name: str) -> None:
        """Run `work` every so many seconds."""
        self.scheduler.add_job(run, "interval", args=[work], seconds=seconds, id=name, replace_existing=True)

    def stop(self) -> None:
        """No more runs."""
        if self.scheduler.running:
            self.scheduler.shutdown(wait=False)


async def run(work: Work) -> None:
    """One run of a job."""
    await work()


def report(event: Any) -> None:
    """The outermost place for a job's errors: it is logged, and the next run comes as planned."""
    log.error("job failed", job=event.job_id, error=type(event.exception).__name__, exc_info=event.exception)
