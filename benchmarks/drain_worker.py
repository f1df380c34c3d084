"""A process that only sends: what is queued in a database leaves through the real limiter, then it ends.

It prints a line each time a few more alerts are sent, and at the end its figures as JSON. It may be killed any time,
and ends when whoever started it is gone: its input closes then.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from threading import Thread
from typing import Any, Final

import structlog
from telegram import Bot
from telegram.request import HTTPXRequest

from chatbot.database_thread import DatabaseThread
from chatbot.deliver.limits import Limits, Pace
from chatbot.deliver.messenger import Messenger
from chatbot.deliver.outbox import Sender
from chatbot.market.feed import wall_clock
from chatbot.ports import Units
from storage.database import open_database

TOKEN: Final = "4242:sandbox-token"  # noqa: S105 -- the sandbox's own
STEP: Final = 25
LOOK_SECONDS: Final = 0.02


def depth(units: Units) -> int:
    """How much is left."""
    with units() as unit:
        return unit.outbox.depth()


def figures(sender: Sender) -> dict[str, Any]:
    """What the sender counted and measured."""
    measured = {priority.name.lower(): asdict(found) for priority, found in sender.latency.by_priority().items()}
    return {"counts": asdict(sender.counts), "latency": measured}


async def drain(units: Units, address: str, limits: Limits) -> dict[str, Any]:
    """Sends until nothing is left."""
    on_database = DatabaseThread()
    request = HTTPXRequest(connection_pool_size=8, httpx_kwargs={"trust_env": False})
    async with Bot(TOKEN, base_url=f"{address}/bot", request=request) as bot:
        sender = Sender(units, Messenger(bot, wall_clock), wall_clock, Pace(limits), on_database)
        work = asyncio.create_task(sender.run())
        told = 0
        while await on_database(lambda: depth(units)):
            await asyncio.sleep(LOOK_SECONDS)
            if sender.counts.sent >= told + STEP:
                told = sender.counts.sent
                sys.stdout.write(f"sent {told}\n")
                sys.stdout.flush()
        sender.stop()
        await work
    on_database.close()
    return figures(sender)


def end_when_left() -> None:
    """Waits for the end of the input, which nobody writes to."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def main(database: str, address: str, limits: Mapping[str, int]) -> None:
    """To the end, or until it is killed or left alone."""
    Thread(target=end_when_left, daemon=True).start()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    with open_database(database) as opened:
        found = asyncio.run(drain(opened.units, address, Limits(**limits)))
    sys.stdout.write(f"{json.dumps(found)}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
