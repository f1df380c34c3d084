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
UNBLOCKED_AT: Final = re.compile(r"frequency limit.*unblocked after (\d{13})", re.DOTALL)
FORBIDDEN: Final = re.compile(r" 403 ")
FORBIDDEN_PAUSE: Final[Millis] = 600_000
"""An address that a busy exchange forbids is let in again after ten minutes."""
LOCATION: Final = re.compile(r" 451 |restricted location|from your country", re.IGNORECASE)
RESET_AT: Final = "x-bapi-limit-reset-timestamp"


class BadPayloadError(ValueError):
    """An answer came, but what it holds can't be true."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known besides the error: failures in a row before it, the answer's headers, the real time."""

    exchange: str
    failures: int
    headers: Mapping[str, str]
    now: Millis
    usual_pause: Millis = DEFAULT_PAUSE


def remedy_of(error: Exception, known: Circumstances, random: Random) -> Remedy:
    """What to do about an error. The order matters: a ban is also an error that would heal by itself."""
    reason = shown(error)
    if isinstance(error, ccxt.BaseError) and LOCATION.search(str(error)):
        return GiveUp(f"{known.exchange} does not serve the place this bot runs in.")
    if isinstance(error, ccxt.DDoSProtection | ccxt.RateLimitExceeded) or UNBLOCKED_AT.search(str(error)):
        return Pause(pause_of(str(error), known), reason)
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
    """How long to leave the exchange alone: until the ban it names ends, or as its headers say."""
    named = {name.lower(): value for name, value in known.headers.items()}
    for until in (BANNED_UNTIL.search(text), UNBLOCKED_AT.search(text)):
        if until is not None:
            return bounded(int(until.group(1)) - known.now)
    if is_whole(retry_after := named.get("retry-after", "")):
        return bounded(int(retry_after) * 1_000)
    if is_whole(reset_at := named.get(RESET_AT, "")) and int(reset_at) > known.now:
        return bounded(int(reset_at) - known.now)
    return FORBIDDEN_PAUSE if FORBIDDEN.search(text) else known.usual_pause


def is_whole(text: str) -> bool:
    """Whether a header holds a whole number."""
    return text.isascii() and text.isdigit()


def bounded(pause: Millis) -> Millis:
    """At least a second, at most three days (the longest ban that is handed out)."""
    return max(1_000, min(pause, LONGEST_PAUSE))


def shown(error: Exception) -> str:
    """The error on one short line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
