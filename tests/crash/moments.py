"""When to kill: at any moment, or at the worst ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from random import Random
from typing import Final

from tests.crash.scene import SHARED, Scene

PATIENCE: Final = 4.0
LOOKS_EVERY: Final = 0.01
Moment = Callable[[Scene, Random], Awaitable[None]]


async def starting(_: Scene, random: Random) -> None:
    """While it starts: the process has loaded and reads its settings, its database, its plans."""
    await asyncio.sleep(random.uniform(0, 1.2))


async def catching_up(scene: Scene, random: Random) -> None:
    """Just after it first asked the exchange for anything."""
    for door in scene.exchanges:
        door.used.clear()
    await first_of([door.used.wait() for door in scene.exchanges])
    await asyncio.sleep(random.uniform(0, 0.4))


async def whenever(_: Scene, random: Random) -> None:
    """At any moment."""
    await asyncio.sleep(random.uniform(0, 2.5))


async def crossing(scene: Scene, random: Random) -> None:
    """Just after a price crossed a level of somebody's plan."""
    crossed = scene.courses[SHARED].crossed
    crossed.clear()
    await first_of([crossed.wait()])
    await asyncio.sleep(random.uniform(0, 0.25))


async def sending(scene: Scene, random: Random) -> None:
    """While a message is under way, not yet taken by Telegram."""
    await under_way(scene, random, after=False)


async def delivered(scene: Scene, random: Random) -> None:
    """When Telegram has taken a message and the bot does not know."""
    await under_way(scene, random, after=True)


async def answering(scene: Scene, random: Random) -> None:
    """Just after a user tapped or typed."""
    acts = [scene.talking.acted, *(one.acted for one in scene.confirming)]
    for act in acts:
        act.clear()
    await first_of([act.wait() for act in acts])
    await asyncio.sleep(random.uniform(0, 0.2))


async def under_way(scene: Scene, random: Random, *, after: bool) -> None:
    """The next message meets a Telegram that takes its time, before or after it keeps the message."""
    await scene.fault(method="sendMessage", delay=60.0, after=after)
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while await scene.faults():  # noqa: ASYNC110 -- the emulator tells nobody when a fault was used up
                await asyncio.sleep(LOOKS_EVERY)
    await asyncio.sleep(random.uniform(0, 0.1))


async def first_of(waits: list[Awaitable[object]]) -> None:
    """Until one of these happened, or for as long as it is worth waiting."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


EARLY: Final[Mapping[str, Moment]] = {"starting": starting, "catching up": catching_up}
"""These come before the bot says that it runs."""
LATE: Final[Mapping[str, Moment]] = {
    "whenever": whenever,
    "crossing": crossing,
    "sending": sending,
    "delivered": delivered,
    "answering": answering,
}
MOMENTS: Final = ("whenever", "whenever", *EARLY, "crossing", "crossing", "sending", "delivered", "answering")
"""What is drawn from, some oftener than others."""
