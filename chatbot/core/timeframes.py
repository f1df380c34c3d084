"""The candle timeframes a plan may use, all aligned to UTC."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from chatbot.core.money import Millis

MINUTE: Final[Millis] = 60_000


class Timeframe(StrEnum):
    """A candle's length, spelled as exchanges and traders spell it."""

    M1 = "1m"
    M3 = "3m"
    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H2 = "2h"
    H4 = "4h"
    H6 = "6h"
    H8 = "8h"
    H12 = "12h"
    D1 = "1d"

    @property
    def millis(self) -> Millis:
        """The length in milliseconds."""
        return MINUTES[self] * MINUTE

    def start_of(self, at: Millis) -> Millis:
        """When the candle that holds the moment `at` began."""
        return at - at % self.millis


MINUTES: Final[dict[Timeframe, int]] = {
    Timeframe.M1: 1,
    Timeframe.M3: 3,
    Timeframe.M5: 5,
    Timeframe.M15: 15,
    Timeframe.M30: 30,
    Timeframe.H1: 60,
    Timeframe.H2: 120,
    Timeframe.H4: 240,
    Timeframe.H6: 360,
    Timeframe.H8: 480,
    Timeframe.H12: 720,
    Timeframe.D1: 1440,
}
