"""A good end: what was begun is ended, and nothing is told as an error."""

from __future__ import annotations

import asyncio

import pytest

from chatbot.watch.jobs import Jobs
from tests.whole.rig import NEVER, Bot


async def test_stop_lets_a_run_under_way_end(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A job that runs while the bot stops is waited for, not cut off, and no traceback is logged."""
    begun, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go_on.wait()
        done.set()

    jobs = Jobs(bot.running.watcher, bot.running.catch_up, bot.running.candles, NEVER)
    jobs.every(0.01, work, "slow")
    jobs.start(work, work)
    await begun.wait()
    stopping = asyncio.create_task(jobs.stop())
    go_on.set()
    await stopping
    assert done.is_set()
    assert not jobs.scheduler.running
    assert caplog.records == []
