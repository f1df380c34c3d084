"""How long to wait after failures: a random part of a span that doubles, so that many do not return together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from chatbot.core.money import Millis

Random = Callable[[], float]
"""A number from 0 to below 1."""

FIRST: Final[Millis] = 1_000
MOST: Final[Millis] = 60_000
DOUBLINGS: Final = 6


def backoff(attempts: int, random: Random, first: Millis = FIRST) -> Millis:
    """The wait after so many failures in a row, at most a minute."""
    return round(random() * min(MOST, first << min(max(attempts, 0), DOUBLINGS)))
