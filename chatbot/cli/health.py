"""`tierwise health`: whether a bot runs here and its loop turns. For containers; exit code 0 or 1."""

from __future__ import annotations

import asyncio
import sys
import time
from argparse import ArgumentParser, Namespace
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from chatbot.cli.errors import UsageError
from chatbot.settings import Settings, SettingsError, read_settings

BEAT_SECONDS: Final = 10.0
STALE_SECONDS: Final = 60.0
log = structlog.get_logger(__name__)


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing to say."""


def heartbeat_of(settings: Settings) -> Path:
    """The file whose age tells whether the bot of these settings is well: beside its database, or named after it."""
    return settings.kept_beside.with_name(f"{settings.kept_beside.name}.heartbeat")


def run(_: Namespace) -> int:
    """Look at the running bot's heartbeat."""
    try:
        age = time.time() - heartbeat_of(read_settings()).stat().st_mtime
    except SettingsError as error:
        raise UsageError(str(error)) from error
    except FileNotFoundError:
        sys.stdout.write("no bot has run here\n")
        return 1
    except OSError as error:
        sys.stdout.write(f"the heartbeat can't be read: {error.strerror}\n")
        return 1
    sys.stdout.write(f"last heartbeat {age:.0f} s ago\n")
    return 0 if age < STALE_SECONDS else 1


async def beat(path: Path) -> None:
    """Leave a sign of life every few seconds, until cancelled."""
    with suppress(OSError):
        # Where that fails, the sign can't be left either, and that is told.
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        leave_sign(path)
        await asyncio.sleep(BEAT_SECONDS)


def leave_sign(path: Path) -> None:
    """One beat; where it can't be written the bot works on, but looks dead from outside."""
    try:
        path.touch(mode=0o600)
    except OSError as error:
        log.warning("heartbeat not written", path=str(path), reason=error.strerror)
