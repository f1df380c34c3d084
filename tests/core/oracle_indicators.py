"""Moving averages, RSI, MACD and ATR as TA-Lib defines them, written out plainly; one candle in, one value out.

Each formula answers None until it has seen enough candles, and never looks at more of the past than it says.
"""

from __future__ import annotations

from collections import deque
from math import fsum
from typing import Protocol


class Formula(Protocol):
    """What turns the next close into a value, or into none yet."""

    def add(self, close: float) -> float | None: ...


class Sma:
    """The mean of the last `period` closes."""

    def __init__(self, period: int) -> None:
        self.window = deque[float](maxlen=period)

    def add(self, close: float) -> float | None:
        self.window.append(close)
        return fsum(self.window) / len(self.window) if len(self.window) == self.window.maxlen else None


class Ema:
    """Starts as the mean of the first `period` closes; then each close pulls it by 2 / (period + 1) of the way."""

    def __init__(self, period: int) -> None:
        self.seed = Sma(period)
        self.pull = 2 / (period + 1)
        self.value: float | None = None

    def add(self, close: float) -> float | None:
        if self.value is None:
            self.value = self.seed.add(close)
        else:
            self.value += self.pull * (close - self.value)
        return self.value


class MacdHistogram:
    """The fast average less the slow one, less the average of that difference.

    Both averages have their first value at the same candle: the fast one does not see the closes before its seed.
    """

    def __init__(self, fast: int, slow: int, signal: int) -> None:
        fast, slow = min(fast, slow), max(fast, slow)
        self.unseen_by_fast = slow - fast
        self.fast, self.slow, self.signal = Ema(fast), Ema(slow), Ema(signal)

    def add(self, close: float) -> float | None:
        slow = self.slow.add(close)
        if self.unseen_by_fast:
            self.unseen_by_fast -= 1
            return None
        fast = self.fast.add(close)
        if fast is None or slow is None:
            return None
        signal = self.signal.add(fast - slow)
        return None if signal is None else fast - slow - signal


class Wilder:
    """Starts as the mean of the first `period` values; then each value counts for one part in `period`."""

    def __init__(self, period: int) -> None:
        self.seed = Sma(period)
        self.period = period
        self.value: float | None = None

    def add(self, value: float) -> float | None:
        if self.value is None:
            self.value = self.seed.add(value)
        else:
            self.value = (self.value * (self.period - 1) + value) / self.period
        return self.value


class Rsi:
    """The share of gains in all movement, both averaged as Wilder does; 0 where nothing moved at all."""

    def __init__(self, period: int) -> None:
        self.gains, self.losses = Wilder(period), Wilder(period)
        self.last: float | None = None

    def add(self, close: float) -> float | None:
        last, self.last = self.last, close
        if last is None:
            return None
        gain, loss = self.gains.add(max(close - last, 0)), self.losses.add(max(last - close, 0))
        if gain is None or loss is None:
            return None
        return 100 * gain / (gain + loss) if gain + loss > 1e-14 else 0


class Atr:
    """How far price went in a candle, the gap from the last close included, averaged as Wilder does."""

    def __init__(self, period: int = 14) -> None:
        self.mean = Wilder(period)
        self.last: float | None = None

    def add(self, high: float, low: float, close: float) -> float | None:
        last, self.last = self.last, close
        if last is None:
            return None
        return self.mean.add(max(high, last) - min(low, last))
