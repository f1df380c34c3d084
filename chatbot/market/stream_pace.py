"""How patient a stream is, and how long it waits before it dials again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from chatbot.core.money import Millis

FIRST_WAIT: Final[Millis] = 500
LONGEST_WAIT: Final[Millis] = 60_000
LONGEST_REST: Final[Millis] = 3_600_000


@dataclass(frozen=True, slots=True)
class Patience:
    """In milliseconds of real time.

    `dial`: until a handshake is given up. `answer`: until a subscription that nobody confirmed is asked for again.
    `silence`: how long a socket may show no price at all; `quiet`: the same where nothing on it is sure to move.
    `grace`: how much later than elsewhere a price may show here. `settled`: how long a connection must have held for
    its end to be none of its own doing. `doubts`: how seldom one market is caught up because something was left out.
    `ping`: how often an exchange is pinged that wants it in words. `look`: how often all that is checked.
    """

    dial: Millis = 10_000
    answer: Millis = 10_000
    silence: Millis = 15_000
    quiet: Millis = 60_000
    grace: Millis = 5_000
    settled: Millis = 10_000
    doubts: Millis = 60_000
    ping: Millis = 8_000
    look: Millis = 500


def wait_before(failures: int, random: Random) -> Millis:
    """Nothing after a connection that had held, then anything up to a bound that doubles."""
    if failures == 0:
        return 0
    return random.randint(0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures, 10)))


def rest_of(headers: Mapping[str, str] | None) -> Millis:
    """How long a refused handshake asks to be left alone."""
    named = {name.lower(): value for name, value in (headers or {}).items()}.get("retry-after", "")
    return min(int(named) * 1_000, LONGEST_REST) if named.isascii() and named.isdigit() else 0
