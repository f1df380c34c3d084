"""How many messages and taps of one person are read: a bucket of each that refills within a minute. Remembers no words.

Taps have a bucket three times as large: after a stop or an exit several alerts are answered one after the other, and
a refused confirmation costs more than a refused sentence. They are limited all the same, for anybody can send any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from chatbot.core.money import Millis

MINUTE: Final[Millis] = 60_000
BETWEEN_NOTICES: Final[Millis] = 10_000
TAPS_PER_MESSAGE: Final = 3
MOST_KEPT: Final = 10_000
"""People remembered at once; of more, those whose buckets are full again are forgotten, which changes nothing."""


class Kind(Enum):
    """What a person did."""

    MESSAGE = 1
    TAP = TAPS_PER_MESSAGE


@dataclass(slots=True)
class Bucket:
    """What is left of it at a moment; when its person was last told that it is empty, and if one was taken since."""

    left: float
    at: Millis
    told_at: Millis | None = None
    is_heard_again: bool = False


class Pacing:
    """`steady` is a clock that never jumps. Knows nobody's role: who is not limited is not asked about."""

    def __init__(self, per_minute: int, steady: Callable[[], Millis]) -> None:
        self.per_minute, self.steady = per_minute, steady
        self.buckets: dict[tuple[int, Kind], Bucket] = {}

    def takes(self, user_id: int, kind: Kind) -> bool:
        """Whether one more is within the limit; it counts if it is."""
        most, now = self.per_minute * kind.value, self.steady()
        bucket = self.buckets.get((user_id, kind))
        if bucket is None:
            self.make_room(now)
            bucket = self.buckets[user_id, kind] = Bucket(most, now)
        bucket.left = min(most, bucket.left + most * (now - bucket.at) / MINUTE)
        bucket.at = now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        bucket.is_heard_again = True
        return True

    def is_told(self, user_id: int, kind: Kind) -> bool:
        """Whether they heard that this is too much since one was last taken, or just now; if not, they are about to."""
        bucket = self.buckets[user_id, kind]
        if bucket.told_at is not None:
            is_just_told = bucket.at - bucket.told_at < BETWEEN_NOTICES
            if is_just_told or not bucket.is_heard_again:
                return True
        bucket.told_at, bucket.is_heard_again = bucket.at, False
        return False

    def make_room(self, now: Millis) -> None:
        """Forget those who were quiet for a minute, once there are very many."""
        if len(self.buckets) >= MOST_KEPT:
            self.buckets = {key: kept for key, kept in self.buckets.items() if now - kept.at < MINUTE}
