"""The log of what was asked, with what each request costs on the real exchange."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

KEPT_CALLS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with the second of the emulator's life in which it came."""

    path: str
    weight: int
    time: float
    exchange: str = "binanceusdm"
    query: str = ""


@dataclass(slots=True)
class CallLog:
    """The latest requests."""

    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))

    def add(self, call: Call) -> None:
        """Note a request."""
        self.calls.append(call)

    def used(self, now: float, exchange: str) -> int:
        """The weight spent at an exchange in the minute of `now`."""
        spent = (call for call in self.calls if call.exchange == exchange and call.time // 60 == now // 60)
        return sum(call.weight for call in spent)
