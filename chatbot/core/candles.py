"""Closed candles, and how they are built from smaller bars."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chatbot.core.money import Millis
from chatbot.core.timeframes import Timeframe


@dataclass(frozen=True, slots=True)
class Candle:
    """Open, high, low, close of the span that begins at `at`."""

    at: Millis
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal


def joined(first: Candle, later: Candle) -> Candle:
    """Two neighbouring spans as one."""
    return Candle(
        at=first.at,
        open=first.open,
        high=max(first.high, later.high),
        low=min(first.low, later.low),
        close=later.close,
        volume=first.volume + later.volume,
    )


@dataclass(slots=True)
class CandleBuilder:
    """Joins bars into candles of one timeframe, aligned to UTC. The bars come in order of time."""

    timeframe: Timeframe
    forming: Candle | None = None

    def add(self, bar: Candle) -> None:
        """Take a bar of the forming candle's span, or begin a new candle with it."""
        start = self.timeframe.start_of(bar.at)
        begun = Candle(start, bar.open, bar.high, bar.low, bar.close, bar.volume)
        self.forming = begun if self.forming is None or self.forming.at != start else joined(self.forming, bar)

    def closed_by(self, now: Millis) -> Candle | None:
        """The forming candle if it is over at `now`; it is handed out once."""
        if self.forming is None or self.forming.at + self.timeframe.millis > now:
            return None
        closed, self.forming = self.forming, None
        return closed
