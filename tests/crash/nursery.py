"""Bots one after the other, each a process of its own: forked from one that has loaded the program and does nothing.

Loading takes a second and a half of processor time, which hundreds of starts would spend before anything can be
killed. A bot shares nothing with its parent but the code that was read.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chatbot.background import ended
from tests.whole.process import begun

PARENT: Final = """
import importlib, os, sys
import chatbot.cli.run
from chatbot.__main__ import main
from chatbot.market.stream_speech import LIBRARY
importlib.import_module(LIBRARY)
for line in sys.stdin:
    child = os.fork()
    if not child:
        sys.exit(main(["run"]))
    print("born", child, flush=True)
    print("dead", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@dataclass(slots=True)
class Born:
    """One bot. `ready` is set when it says that it runs, `gone` with its exit code."""

    pid: int
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def kill(self) -> None:
        """As if the power failed."""
        if not self.gone.done():
            os.kill(self.pid, signal.SIGKILL)
        await self.gone


@dataclass(slots=True)
class Nursery:
    """The parent, and the bot that lives now."""

    parent: Process
    born: asyncio.Queue[Born] = field(default_factory=asyncio.Queue)
    living: Born | None = None

    async def take(self) -> Born:
        """The next bot begins; the one before must be gone."""
        assert self.parent.stdin is not None
        self.parent.stdin.write(b"\n")
        return await self.born.get()

    async def listen(self) -> None:
        """What the parent and its child print."""
        assert self.parent.stdout is not None
        while line := (await self.parent.stdout.readline()).decode():
            word, _, value = line.strip().partition(" ")
            if word == "born":
                self.living = Born(int(value))
                self.born.put_nowait(self.living)
            elif word == "dead" and self.living is not None:
                self.living.gone.set_result(int(value))
            elif self.living is not None:
                self.living.ready.set()


@asynccontextmanager
async def nursery_in(folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Nursery]:
    """From loaded to gone, whatever lives then included."""
    parent = await begun(folder, ("-c", PARENT), settings)
    made = Nursery(parent)
    listening = asyncio.create_task(made.listen())
    try:
        yield made
    finally:
        if made.living is not None:
            await made.living.kill()
        parent.kill()
        await parent.wait()
        await ended(listening)
