"""A market's closed candles of one timeframe, as far as they are known; what can't be true is never kept.

A candle that is missing stays missing until the exchange sends it. Nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, assert_never

from chatbot.core.candles import Candle
from chatbot.core.money import Millis
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import AtrKey, AverageKey, IndicatorKey, MacdKey, RsiKey

WARM_UP: Final = 250
"""The fewest candles before one that is judged by an indicator (RULES 2)."""
PERIODS: Final = 5
"""Long averages need more: after five of its periods an EMA has forgotten all but 1/20 000 of what it began with."""


def depth_of(keys: Iterable[IndicatorKey]) -> int:
    """How many candles must lie before the one at which these indicators are read; 0 where there are none."""
    return max((max(WARM_UP, PERIODS * span_of(key)) for key in keys), default=0)


def span_of(key: IndicatorKey) -> int:
    """The candles an indicator looks back over by its name."""
    match key:
        case RsiKey(period=period) | AverageKey(period=period) | AtrKey(period=period):
            return period
        case MacdKey(slow=slow, signal=signal):
            return slow + signal
        case unknown:
            assert_never(unknown)


def is_sound(candle: Candle, timeframe: Timeframe) -> bool:
    """Whether the candle lies on the grid, is made of numbers, and its prices fit together."""
    prices = (candle.open, candle.high, candle.low, candle.close)
    if candle.at % timeframe.millis or not all(price.is_finite() and price > 0 for price in prices):
        return False
    fits = candle.low <= min(candle.open, candle.close) and max(candle.open, candle.close) <= candle.high
    return fits and candle.volume.is_finite() and candle.volume >= 0


@dataclass(slots=True)
class Window:
    """Candles by the time they began. `asked_from`: from there on the exchange was asked for all there is."""

    timeframe: Timeframe
    candles: dict[Millis, Candle] = field(default_factory=dict)
    asked_from: Millis | None = None
    shortened: bool = False
    """Whether candles were forgotten: what is missing before the first one then says nothing about the market."""

    def take(self, candles: Iterable[Candle], since: Millis, until: Millis) -> None:
        """Keep what the exchange has of [since, until); a candle it has revised replaces the one known."""
        for candle in candles:
            if since <= candle.at < until and is_sound(candle, self.timeframe):
                self.candles[candle.at] = candle
        self.asked_from = since if self.asked_from is None else min(self.asked_from, since)

    def forget_before(self, begin: Millis) -> None:
        """Keep only what is still needed."""
        old = [at for at in self.candles if at < begin]
        for at in old:
            del self.candles[at]
        self.shortened = self.shortened or bool(old)
        if self.asked_from is not None:
            self.asked_from = max(self.asked_from, begin)

    def stretches(self) -> Iterator[list[Candle]]:
        """The candles in order, cut wherever one is missing."""
        stretch: list[Candle] = []
        for at in sorted(self.candles):
            if stretch and at != stretch[-1].at + self.timeframe.millis:
                yield stretch
                stretch = []
            stretch.append(self.candles[at])
        if stretch:
            yield stretch

    def is_whole(self, stretch: Sequence[Candle], index: int, depth: int) -> bool:
        """Whether enough candles lie before this one of a stretch, without a hole.

        A market that has no older candles than this stretch needs no more than the warm-up.
        """
        if index >= depth:
            return True
        is_oldest = not self.shortened and stretch[0].at == min(self.candles)
        wanted_from = stretch[index].at - depth * self.timeframe.millis
        return index >= WARM_UP and is_oldest and self.asked_from is not None and self.asked_from <= wanted_from

    def missing(self, begin: Millis, end: Millis) -> list[Millis]:
        """When the candles in [begin, end) that are not known begin."""
        return [at for at in range(begin, end, self.timeframe.millis) if at not in self.candles]
