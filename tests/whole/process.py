"""The bot as a process of its own, as it is deployed: started, waited for, killed without warning, started again."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from tests.whole.rig import SAM, World

PROJECT: Final = Path(__file__).parent.parent.parent
PATIENCE: Final = 30.0
TOKEN: Final = "1:sandbox-token"
WHEN_TOLD: Final = """
import sys
import chatbot.cli.run
from chatbot.__main__ import main
if sys.stdin.readline():
    sys.exit(main(["run"]))
"""


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The one of this process, without proxies, and with these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
    return {**kept, "PYTHONPATH": path, **settings}


def settings_of(world: World) -> dict[str, str]:
    """The bot of one user, between this process's emulators."""
    return {
        "TIERWISE_BOT_TOKEN": TOKEN,
        "TIERWISE_TELEGRAM_API": world.stage.telegram_api,
        "TIERWISE_EXCHANGE_HOSTS": json.dumps(dict(world.stage.exchange_hosts)),
        "TIERWISE_ALLOWED_USERS": str(SAM),
        "TIERWISE_DATABASE_URL": world.database_url,
        "TIERWISE_POLL_SECONDS": "0.1",
    }


async def command(folder: Path, *words: str, settings: Mapping[str, str] | None = None) -> Process:
    """`tierwise` with these words, begun."""
    return await begun(folder, ("-m", "chatbot", *words), settings or {})


async def begun(folder: Path, words: Sequence[str], settings: Mapping[str, str]) -> Process:
    """Python with these words, in a folder that has no settings of its own."""
    with (folder / "stderr.txt").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, *words, cwd=folder, env=environment(settings), stdin=PIPE, stdout=PIPE, stderr=log
        )


@dataclass
class Spare:
    """Processes that have loaded the bot and wait for a word, so that a restart takes no longer than it must."""

    world: World
    waiting: Process

    @classmethod
    async def of(cls, world: World) -> Self:
        return cls(world, await begun(world.folder, ("-c", WHEN_TOLD), settings_of(world)))

    async def take(self) -> Process:
        """The one that waits begins, and the next is made ready meanwhile."""
        taken, self.waiting = self.waiting, await begun(self.world.folder, ("-c", WHEN_TOLD), settings_of(self.world))
        assert taken.stdin is not None
        taken.stdin.write(b"\n")
        return taken

    async def drop(self) -> None:
        self.waiting.kill()
        await self.waiting.communicate()


@dataclass
class Deployed:
    """A running bot; `said` is what it printed when it was ready."""

    process: Process
    said: str

    async def kill(self) -> None:
        """As if the power failed."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def deployed(world: World, spare: Spare | None = None, **more: str) -> AsyncIterator[Deployed]:
    """From ready to killed: whatever it was doing, it gets no chance to end it well."""
    if spare is None:
        process = await command(world.folder, "run", settings={**settings_of(world), **more})
    else:
        process = await spare.take()
    try:
        yield Deployed(process, await ready(process, world.folder))
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ready(process: Process, folder: Path) -> str:
    """The line that says it runs. Raises AssertionError with its log if it ends instead."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        line = await process.stdout.readline()
    assert line, f"it ended with {await process.wait()}:\n{log_of(folder)}"
    return line.decode()


def log_of(folder: Path) -> str:
    """All that was logged by every process so far."""
    return (folder / "stderr.txt").read_text("utf-8")


async def ended(process: Process) -> tuple[int, str]:
    """Its exit code, and what it printed."""
    async with asyncio.timeout(PATIENCE):
        printed, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, printed.decode()
