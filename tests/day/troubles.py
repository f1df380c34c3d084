"""What goes wrong during a recorded day: a schedule in market time, the same for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from chatbot.core.money import Millis

SECOND: Final[Millis] = 1_000
MINUTE: Final[Millis] = 60_000


class Kind(StrEnum):
    """The ways in which a connection, an exchange or a bot fails."""

    SLOW = "slow answers"
    SERVER_ERROR = "server errors"
    GARBAGE = "garbage for answers"
    DROPPED = "connections cut"
    LIMITED = "rate limited"
    SOCKET_CLOSED = "socket closed"
    SOCKET_RESET = "socket reset"
    SOCKET_STALLED = "socket stalled"
    SOCKET_GARBAGE = "garbage frames"
    DOWN = "exchange down"
    RESTART = "bot stopped and started"
    CUT = "bot cut off and started"


SOCKETS: Final = frozenset({Kind.SOCKET_CLOSED, Kind.SOCKET_RESET, Kind.SOCKET_STALLED, Kind.SOCKET_GARBAGE})
AWAY: Final = frozenset({Kind.RESTART, Kind.CUT})
LASTS: Final[dict[Kind, tuple[Millis, Millis]]] = {
    Kind.SLOW: (5 * SECOND, 60 * SECOND),
    Kind.SERVER_ERROR: (5 * SECOND, 90 * SECOND),
    Kind.GARBAGE: (5 * SECOND, 90 * SECOND),
    Kind.DROPPED: (5 * SECOND, 90 * SECOND),
    Kind.LIMITED: (1 * SECOND, 10 * SECOND),
    Kind.SOCKET_CLOSED: (1 * SECOND, 20 * SECOND),
    Kind.SOCKET_RESET: (1 * SECOND, 20 * SECOND),
    Kind.SOCKET_STALLED: (10 * SECOND, 120 * SECOND),
    Kind.SOCKET_GARBAGE: (1 * SECOND, 20 * SECOND),
    Kind.DOWN: (1 * MINUTE, 30 * MINUTE),
    Kind.RESTART: (1 * SECOND, 5 * MINUTE),
    Kind.CUT: (1 * SECOND, 10 * MINUTE),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble, from when to when."""

    kind: Kind
    begin: Millis
    end: Millis

    @property
    def lasts(self) -> Millis:
        return self.end - self.begin


def troubles(
    seed: int, begin: Millis, end: Millis, gap: Millis, kinds: Sequence[Kind], longest: Millis = 30 * MINUTE
) -> list[Trouble]:
    """One after the other, about `gap` of quiet between two, each kind before any comes again."""
    random, made, at = Random(seed), list[Trouble](), begin
    waiting: list[Kind] = []
    while True:
        at += int(random.expovariate(1 / gap)) + SECOND
        waiting = waiting or random.sample(kinds, len(kinds))
        kind = waiting.pop()
        trouble = Trouble(kind, at, at + min(longest, random.randint(*LASTS[kind])))
        if trouble.end >= end:
            return made
        made.append(trouble)
        at = trouble.end
