"""A backlog drained within Telegram's real limits, with one kill in the middle; prints what it saw, and judges it.

Run with `make drain`, or `make drain ARGS='--alerts 1000 --chats 50'`. Exits with 1 where anything was lost, came
unmarked a second time, or passed a stop.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.draining import Backlog, Verdict, Worker, early, judge, sending, telegram
from chatbot.deliver.outbox import IN_FLIGHT


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def told(worker: Worker, alerts: int, began_at: float, until: int | None = None) -> str:
    """Prints progress; the last line, or once so many are sent."""
    last, said_at = "", 0
    async for line in worker.lines():
        last = line
        sent = int(line.removeprefix("sent ")) if line.startswith("sent ") else said_at
        if sent - said_at >= max(1, alerts // 20):
            said_at = sent
            say(f"  {sent:>6,} alerts, {time.monotonic() - began_at:5.0f} s")
        if until is not None and sent >= until:
            break
    return last


def print_figures(verdict: Verdict, passed: int, seconds: float, alerts: int) -> None:
    """What a reader wants to know."""
    messages = sum(verdict.per_message.values())
    say(f"{alerts:,} alerts in {messages:,} messages, {seconds:.1f} s: {messages / seconds:.1f} messages/s")
    for size, count in sorted(verdict.per_message.items()):
        say(f"  {count:>6,} messages carried {size} {'alert' if size == 1 else 'alerts'}")
    say(
        f"{len(verdict.lost)} lost, {len(verdict.out_of_order)} out of order, {len(verdict.strayed)} in a wrong chat,"
        f" {verdict.repeated} repeats, {len(verdict.unmarked)} of them unmarked"
    )
    say(f"{passed} messages without a stop left before the last stop; up to {IN_FLIGHT} are under way at a time")


def print_latency(latency: Mapping[str, Mapping[str, Any]]) -> None:
    """From queued to taken, as the second process measured it."""
    for name, found in latency.items():
        mean = found["sum_ms"] / found["count"] / 1_000
        say(f"  {name}: {found['count']:,} alerts, mean {mean:.1f} s, longest {found['max_ms'] / 1_000:.1f} s")


async def drain(alerts: int, chats: int) -> bool:
    """Whether all went as promised."""
    with tempfile.TemporaryDirectory() as folder:
        backlog = Backlog(f"sqlite:///{Path(folder) / 'drain.sqlite3'}")
        backlog.fill(alerts, chats)
        async with telegram() as there:
            await there.meet(chats)
            await there.ask("POST", "/sim/flood", body={"on": True})
            began_at = time.monotonic()
            async with sending(backlog.database, there.emulator.base_url, {}) as worker:
                await told(worker, alerts, began_at, until=alerts // 3)
                await worker.kill()
            say("  killed; started again")
            async with sending(backlog.database, there.emulator.base_url, {}) as worker:
                figures = await worker.ended(await told(worker, alerts, began_at))
            seconds = time.monotonic() - began_at
            arrived, refused = await there.arrived(), await there.refusals()
    verdict, passed = judge(backlog, arrived), early(arrived, backlog.stops)
    print_figures(verdict, passed, seconds, alerts)
    print_latency(figures["latency"])
    say(f"{refused} times Telegram said that there were too many")
    wrong = verdict.lost or verdict.strayed or verdict.unmarked or verdict.out_of_order
    return not wrong and passed <= 2 * IN_FLIGHT


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--alerts", type=int, default=10_000)
    reader.add_argument("--chats", type=int, default=500)
    asked = reader.parse_args()
    return 0 if asyncio.run(drain(asked.alerts, asked.chats)) else 1


if __name__ == "__main__":
    sys.exit(main())
