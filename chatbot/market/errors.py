"""Errors of exchanges, sorted once into what to do about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

import aiohttp
import ccxt

from chatbot.core.market import Final as GiveUp
from chatbot.core.market import Pause, Remedy, Retry
from chatbot.core.money import Millis

OUTSIDE: Final = (
    ccxt.BaseError,
    aiohttp.ClientError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
)
"""All that ccxt lets out: its own errors, and whatever its parsers trip over in a body they did not expect."""

FIRST_RETRY: Final[Millis] = 1_000
LONGEST_RETRY: Final[Millis] = 60_000
DEFAULT_PAUSE: Final[Millis] = 60_000
LONGEST_PAUSE: Final[Millis] = 3 * 24 * 3_600_000
SHOWN_CHARACTERS: Final = 160
BANNED_UNTIL: Final = re.compile(r"banned until (\d{13})")
LOCATION: Final = re.compile(r" 451 |restricted location", re.IGNORECASE)


class BadPayloadError(ValueError):
    """An answer came, but what it holds can't be true."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known besides the error: failures in a row before it, the answer's headers, the real time."""

    exchange: str
    failures: int
    headers: Mapping[str, str]
    now: Millis


def remedy_of(error: Exception, known: Circumstances, random: Random) -> Remedy:
    """What to do about an error. The order matters: a ban is also an error that would heal by itself."""
    reason = shown(error)
    if isinstance(error, ccxt.DDoSProtection | ccxt.RateLimitExceeded):
        return Pause(pause_of(str(error), known), reason)
    if isinstance(error, ccxt.BaseError) and LOCATION.search(str(error)):
        return GiveUp(f"{known.exchange} does not serve the place this bot runs in.")
    if heals(error):
        return Retry(backoff(known.failures, random), reason)
    return GiveUp(f"{known.exchange} refused the request: {reason}")


def heals(error: Exception) -> bool:
    """Whether asking again can help; of an error that nobody has classified, it is assumed."""
    unclassified = type(error) in {ccxt.BaseError, ccxt.ExchangeError}
    return unclassified or isinstance(error, ccxt.OperationFailed) or not isinstance(error, ccxt.BaseError)


def backoff(failures: int, random: Random) -> Millis:
    """Anything up to a bound that doubles with every failure, so that many askers don't ask at once."""
    bound = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(failures, 10))
    return random.randint(0, bound)


def pause_of(text: str, known: Circumstances) -> Millis:
    """How long to leave the exchange alone: until the ban it names ends, or as its header says."""
    if banned := BANNED_UNTIL.search(text):
        return bounded(int(banned.group(1)) - known.now)
    named = {name.lower(): value for name, value in known.headers.items()}.get("retry-after", "")
    return bounded(int(named) * 1_000) if named.isascii() and named.isdigit() else DEFAULT_PAUSE


def bounded(pause: Millis) -> Millis:
    """At least a second, at most three days (the longest ban that is handed out)."""
    return max(1_000, min(pause, LONGEST_PAUSE))


def shown(error: Exception) -> str:
    """The error on one short line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
