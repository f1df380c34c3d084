"""Ten thousand alerts for five hundred chats, sent by a process of its own that is killed in the middle, twice."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from benchmarks.draining import FIRST_CHAT, Backlog, early, judge, sending, telegram
from chatbot.deliver.outbox import IN_FLIGHT

FASTER: Final = {"overall": 1_000, "kept_for_replies": 100, "chat_every": 200, "calm_after": 2_000}
"""Telegram's limits, scaled up."""
ONE_BY_ONE: Final = {"overall": 1_000, "kept_for_replies": 100, "chat_burst": 1_000, "chat_every": 1}
"""Chats that take everything at once, so that nothing is merged."""


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_ten_thousand_alerts_drain_and_two_kills_lose_none(tmp_path: Path) -> None:
    """Every alert arrives, in its chat, in the order of its plan, with every stop first, also those that come while
    others wait; only what was under way at a kill comes twice, and says so."""
    backlog = Backlog(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    backlog.fill(10_000, 500)
    async with telegram() as there:
        await there.meet(500)
        for kill_after in (2_000, 4_000):
            async with sending(backlog.database, there.emulator.base_url, FASTER) as worker:
                await worker.until(kill_after)
                await worker.kill()
        before = await there.arrived()
        backlog.add_stops(range(FIRST_CHAT, FIRST_CHAT + 50))
        async with sending(backlog.database, there.emulator.base_url, FASTER) as worker:
            figures = await worker.end()
        arrived = await there.arrived()
    verdict = judge(backlog, arrived)
    assert (verdict.lost, verdict.strayed, verdict.unmarked, verdict.out_of_order) == ([], [], [], [])
    assert early(arrived[: len(before)], backlog.stops) <= 2 * IN_FLIGHT
    assert early(arrived[len(before) :], backlog.stops) <= IN_FLIGHT
    assert sum(verdict.per_message.values()) < 2_000, "what waits for a chat leaves merged"
    assert figures["counts"]["dead"] == 0
    assert figures["latency"]["stop"]["count"] >= 50


async def test_no_other_alert_leaves_while_a_stop_waits(tmp_path: Path) -> None:
    """One alert a message: across all chats every stop leaves before anything else does, but for what was already
    under way."""
    backlog = Backlog(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    backlog.fill(600, 30)
    async with telegram() as there:
        await there.meet(30)
        async with sending(backlog.database, there.emulator.base_url, ONE_BY_ONE) as worker:
            await worker.end()
        arrived = await there.arrived()
    verdict = judge(backlog, arrived)
    assert (verdict.lost, verdict.unmarked, verdict.out_of_order, verdict.repeated) == ([], [], [], 0)
    assert verdict.per_message == {1: 600}
    assert early(arrived, backlog.stops) < IN_FLIGHT
