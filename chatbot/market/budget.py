"""A request-weight budget over the last minute, so that the exchange never has to say stop."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from chatbot.core.money import Millis

WINDOW: Final[Millis] = 60_000
SHARE_USED: Final = 0.8
SHARE_PAST: Final = 0.65
"""For reading long spans back: prices and the newest minutes always find room."""
SHARE_TRADES: Final = 0.5
"""For trades, which weigh most and only tell more exactly what candles tell as well."""
SHARE_ASIDE: Final = 0.4
"""For what can wait: once so much is spent, the rest is left to those who watch."""


@dataclass(slots=True)
class Budget:
    """`a_minute` is the exchange's limit; a fifth of it is left for others on the same address."""

    a_minute: int | None
    spent: deque[tuple[Millis, int]] = field(default_factory=deque)

    def wait(self, weight: int, now: Millis, share: float = SHARE_USED) -> Millis:
        """How long until a request of this weight fits into a share of the limit; 0 means now."""
        if self.a_minute is None:
            return 0
        while self.spent and self.spent[0][0] <= now - WINDOW:
            self.spent.popleft()
        excess = sum(cost for _, cost in self.spent) + weight - int(self.a_minute * share)
        for at, cost in self.spent:
            if excess <= 0:
                return 0
            excess -= cost
            if excess <= 0:
                return at + WINDOW - now
        return 0

    def spend(self, weight: int, now: Millis) -> None:
        """Count a request."""
        if self.a_minute is not None:
            self.spent.append((now, weight))
