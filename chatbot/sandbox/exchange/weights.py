"""What each request costs on the real exchange, and the log of what was asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KEPT_CALLS: Final = 5_000
KLINE_PATHS: Final = frozenset({"/fapi/v1/klines", "/fapi/v1/markPriceKlines"})
KLINE_STEPS: Final = ((99, 1), (499, 2), (1_000, 5), (1_500, 10))
ONE_OR_ALL: Final[Mapping[str, tuple[int, int]]] = {
    "/fapi/v1/ticker/24hr": (1, 40),
    "/fapi/v1/ticker/price": (1, 2),
    "/fapi/v2/ticker/price": (1, 2),
    "/fapi/v1/ticker/bookTicker": (2, 5),
    "/fapi/v1/premiumIndex": (1, 10),
    "/fapi/v1/aggTrades": (20, 20),
    "/fapi/v1/fundingInfo": (0, 0),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with the second of the emulator's life in which it came."""

    path: str
    weight: int
    time: float


@dataclass(slots=True)
class CallLog:
    """The latest requests."""

    calls: deque[Call] = field(default_factory=lambda: deque(maxlen=KEPT_CALLS))

    def add(self, call: Call) -> None:
        """Note a request."""
        self.calls.append(call)

    def used(self, now: float) -> int:
        """The weight spent in the minute of `now`."""
        return sum(call.weight for call in self.calls if call.time // 60 == now // 60)


def weight_of(path: str, query: Mapping[str, str]) -> int:
    """The weight that Binance counts for a request."""
    if path in KLINE_PATHS:
        limit = query.get("limit", "500")
        asked = int(limit) if limit.isdigit() else 500
        return next((weight for most, weight in KLINE_STEPS if asked <= most), 10)
    one, every = ONE_OR_ALL.get(path, (1, 1))
    return one if "symbol" in query else every
