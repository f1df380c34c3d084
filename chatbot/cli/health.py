"""`tierwise health`: whether a bot runs here and its loop turns. For containers; exit code 0 or 1."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

BEAT_SECONDS: Final = 10.0
STALE_SECONDS: Final = 60.0
FILE: Final = Path(tempfile.gettempdir()) / "tierwise.heartbeat"


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing to say."""


def run(_: Namespace) -> int:
    """Look at the running bot's heartbeat."""
    try:
        age = time.time() - FILE.stat().st_mtime
    except FileNotFoundError:
        sys.stdout.write("no bot has run here\n")
        return 1
    sys.stdout.write(f"last heartbeat {age:.0f} s ago\n")
    return 0 if age < STALE_SECONDS else 1


async def beat() -> None:
    """Leave a sign of life every few seconds, until cancelled."""
    while True:
        FILE.touch()
        await asyncio.sleep(BEAT_SECONDS)
