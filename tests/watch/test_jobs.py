"""The scheduled jobs: late runs are made up once, one at a time, and an error ends no job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, tzinfo
from typing import ClassVar, Self

import pytest
from apscheduler.schedulers import base
from apscheduler.triggers import interval
from structlog.testing import capture_logs
from typing_extensions import override

from chatbot.watch import jobs as scheduled
from chatbot.watch.jobs import JOB_DEFAULTS, LAST_RUN_SECONDS, Jobs

OFTEN = 0.02
PATIENCE = 10


class Recorder:
    """Stands where a watcher and its candles do; counts, and fails when told to."""

    def __init__(self) -> None:
        self.on_exchange = str
        self.kept = 0
        self.polled: list[str] = []
        self.looked = 0
        self.stopped_within = 0.0
        self.fails = False
        self.changed = asyncio.Condition()

    async def poll(self, exchange: str) -> None:
        self.polled.append(exchange)
        async with self.changed:
            self.changed.notify_all()
        if self.fails:
            raise OSError("disk full")

    async def begin(self) -> None:
        self.looked += 1

    async def keep(self) -> None:
        self.kept += 1

    async def stop(self, seconds: float = 0) -> None:
        self.stopped_within = max(seconds, self.stopped_within)

    async def until_polled(self, times: int) -> None:
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(lambda: len(self.polled) >= times)


class Wall(datetime):
    """The computer's clock, which a test sets."""

    shift: ClassVar[timedelta] = timedelta(0)

    @classmethod
    @override
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + cls.shift


async def test_a_clock_set_back_stops_no_job(jobs: Jobs, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour back, as after a wrong start: the next runs come now, and not in an hour."""
    for module in (base, interval, scheduled):
        monkeypatch.setattr(module, "datetime", Wall)
    jobs.poll_exchange("bybit")
    await recorder.until_polled(3)
    with capture_logs() as logs:
        monkeypatch.setattr(Wall, "shift", -timedelta(hours=1))
        await recorder.until_polled(len(recorder.polled) + 20)
    assert [line["event"] for line in logs] == ["the computer's clock was set back"]


async def nothing() -> None:
    """A job without work."""


@pytest.fixture
async def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def jobs(recorder: Recorder) -> AsyncIterator[Jobs]:
    made = Jobs(recorder, recorder, recorder, OFTEN)  # type: ignore[arg-type]  # only what the jobs call
    made.start(nothing, nothing)
    yield made
    await made.stop()


async def test_an_exchange_asked_for_twice_is_polled_by_one_job(jobs: Jobs, recorder: Recorder) -> None:
    """Every plan of an exchange shares its poll."""
    jobs.poll_exchange("binanceusdm")
    jobs.poll_exchange("binanceusdm")
    await recorder.until_polled(2)
    assert sum(job.id == "poll:binanceusdm" for job in jobs.scheduler.get_jobs()) == 1


async def test_an_error_is_logged_and_the_next_run_comes(jobs: Jobs, recorder: Recorder) -> None:
    """A poll that breaks is told with its job's name, and polled again."""
    recorder.fails = True
    with capture_logs() as logs:
        jobs.poll_exchange("binanceusdm")
        await recorder.until_polled(2)
    assert {"poll:binanceusdm"} == {line["job"] for line in logs if line["event"] == "job failed"}


async def test_late_runs_are_made_up_once(jobs: Jobs) -> None:
    """However late, a job runs; what was missed runs once, never two at a time."""
    assert JOB_DEFAULTS == {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    jobs.poll_exchange("binanceusdm")
    for job in jobs.scheduler.get_jobs():
        assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)


async def test_after_the_stop_nothing_runs(jobs: Jobs, recorder: Recorder) -> None:
    """A run under way may end, and no other begins; stopping what is stopped does no harm."""
    jobs.poll_exchange("binanceusdm")
    await recorder.until_polled(1)
    await jobs.stop()
    await asyncio.sleep(0)
    assert not jobs.scheduler.running
    assert jobs.under_way == set()
    assert recorder.stopped_within == LAST_RUN_SECONDS
    await jobs.stop()
