"""`tierwise health`: whether a bot runs here and is well, in one sentence. For containers; exit code 0 or 1.

The running bot's own page is asked, where its heartbeat says it has one; else the heartbeat's age has to do.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from chatbot.cli.errors import UsageError
from chatbot.settings import Settings, SettingsError, read_settings

BEAT_SECONDS: Final = 10.0
STALE_SECONDS: Final = 60.0
ASK_SECONDS: Final = 4.0
"""Less than a container waits for its check."""
log = structlog.get_logger(__name__)


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing to say."""


def heartbeat_of(settings: Settings) -> Path:
    """The file whose age tells whether the bot of these settings is well: beside its database, or named after it."""
    return settings.kept_beside.with_name(f"{settings.kept_beside.name}.heartbeat")


def run(_: Namespace) -> int:
    """Look at the running bot."""
    try:
        path = heartbeat_of(read_settings())
        age, address = time.time() - path.stat().st_mtime, path.read_text("utf-8", "replace").strip()
    except SettingsError as error:
        raise UsageError(str(error)) from error
    except FileNotFoundError:
        return told("no bot has run here", is_well=False)
    except OSError as error:
        return told(f"the heartbeat can't be read: {error.strerror}", is_well=False)
    beats = f"last heartbeat {age:.0f} s ago"
    if not address or age >= STALE_SECONDS:
        return told(beats, is_well=age < STALE_SECONDS)
    reasons = reasons_of(address)
    if reasons is None:
        return told(f"{beats}; its status page does not answer", is_well=True)
    return told("; ".join(reasons) or "well", is_well=not reasons)


def told(sentence: str, *, is_well: bool) -> int:
    """Says it, and gives back the exit code."""
    sys.stdout.write(f"{sentence}\n")
    return 0 if is_well else 1


def reasons_of(address: str) -> Sequence[str] | None:
    """What the bot says is wrong with it, nothing where it is well; None where it does not answer."""
    parts = urlsplit(address)
    try:
        page = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=ASK_SECONDS)
        page.request("GET", "/health")
        found = json.loads(page.getresponse().read())
        page.close()
    except (OSError, http.client.HTTPException, ValueError):
        return None
    reasons = found.get("reasons") if isinstance(found, dict) else None
    return [str(reason) for reason in reasons] if isinstance(reasons, list) else None


async def beat(path: Path, address: str = "") -> None:
    """Leave a sign of life every few seconds, until cancelled; in it, where the status page is."""
    with suppress(OSError):
        # Where that fails, the sign can't be left either, and that is told.
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        leave_sign(path, address)
        await asyncio.sleep(BEAT_SECONDS)


def leave_sign(path: Path, address: str = "") -> None:
    """One beat; where it can't be written the bot works on, but looks dead from outside."""
    try:
        path.touch(mode=0o600)
        path.write_text(address, "utf-8")
    except OSError as error:
        log.warning("heartbeat not written", path=str(path), reason=error.strerror)
