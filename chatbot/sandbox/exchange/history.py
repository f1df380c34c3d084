"""One contract's candles: finished minutes, the forming one, and every longer interval made of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from random import Random
from typing import Final

from chatbot.core.candles import Candle, joined
from chatbot.core.money import Millis
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.sandbox.exchange.listing import Listing

KEPT_MINUTES: Final = 20_000
FINE_MINUTES: Final = 8_000
COARSE_HOURS: Final = 9_600
HOUR: Final = Timeframe.H1.millis
ZERO: Final = Decimal(0)
Past = tuple[list[Candle], list[Candle]]
"""Hours, and the minutes that follow them."""
Bar = tuple[Decimal, Decimal, Decimal, Decimal, Decimal]
"""Open, high, low, close and volume of a candle whose time is not known yet."""
begun_at = attrgetter("at")


@dataclass(slots=True)
class CandleHistory:
    """Minutes in order of time. `older` holds hours from before the first minute, for the long intervals.

    `past` makes up what came before the first minute, once, when candles are first asked for.
    """

    fills_quiet_minutes: bool
    minutes: list[Candle]
    past: Callable[[], Past] | None = None
    older: list[Candle] = field(default_factory=list)
    kept: int = KEPT_MINUTES
    untraded: Millis | None = None
    """The last minute, where nobody traded in it so far: its first trade opens it."""

    def record(self, at: Millis, price: Decimal, volume: Decimal) -> None:
        """Take a trade; times must not run backwards."""
        self.quiet_until(at)
        start = at - at % MINUTE
        trade = Candle(start, price, price, price, price, volume)
        if self.untraded == start:
            self.minutes[-1] = trade
        elif self.minutes and self.minutes[-1].at == start:
            self.minutes[-1] = joined(self.minutes[-1], trade)
        else:
            self.minutes.append(trade)
        self.untraded = None

    def quiet_until(self, now: Millis) -> None:
        """Let time pass without trades: a flat candle a minute, where this contract has such."""
        if self.fills_quiet_minutes and self.minutes:
            close = self.minutes[-1].close
            begin = self.minutes[-1].at + MINUTE
            flat = [Candle(at, close, close, close, close, ZERO) for at in range(begin, now + 1, MINUTE)]
            self.minutes.extend(flat)
            self.untraded = flat[-1].at if flat else self.untraded
        if len(self.minutes) > self.kept:
            del self.minutes[: -self.kept * 3 // 4]
            self.past = None

    def candles(self, timeframe: Timeframe, since: Millis, until: Millis) -> list[Candle]:
        """The candles that begin in [since, until], the forming one included."""
        if self.past is not None:
            self.older, minutes = self.past()
            self.minutes[:0], self.past = minutes, None
        begin = timeframe.start_of(since + timeframe.millis - 1)
        end = timeframe.start_of(until) + timeframe.millis
        return rolled(self.bars(timeframe, begin, end), timeframe)

    def bars(self, timeframe: Timeframe, begin: Millis, end: Millis) -> Iterable[Candle]:
        """The smallest pieces at hand that begin in [begin, end)."""
        if timeframe.millis >= HOUR:
            yield from between(self.older, begin, end)
        yield from between(self.minutes, begin, end)


def copied(history: CandleHistory) -> CandleHistory:
    """The same past, the same made-up one included, and a future of its own where every minute has a candle."""
    if history.past is not None:
        history.older, minutes = history.past()
        history.minutes[:0], history.past = minutes, None
    return CandleHistory(True, list(history.minutes), None, list(history.older), history.kept)


def between(candles: list[Candle], begin: Millis, end: Millis) -> list[Candle]:
    """The candles that begin in [begin, end)."""
    return candles[bisect_left(candles, begin, key=begun_at) : bisect_left(candles, end, key=begun_at)]


def rolled(bars: Iterable[Candle], timeframe: Timeframe) -> list[Candle]:
    """Bars joined into candles of one interval, aligned to UTC."""
    made: list[Candle] = []
    for bar in bars:
        start = timeframe.start_of(bar.at)
        begun = Candle(start, bar.open, bar.high, bar.low, bar.close, bar.volume)
        if made and made[-1].at == start:
            made[-1] = joined(made[-1], begun)
        else:
            made.append(begun)
    return made


def made_up_history(listing: Listing, now: Millis, seed: str) -> CandleHistory:
    """A history that begins now at the listing's price, with a plausible past before it, the same for the same seed."""
    start, price = now - now % MINUTE, listing.price
    first = Candle(start, price, price, price, price, ZERO)
    made = CandleHistory(fills_quiet_minutes=True, minutes=[first], past=lambda: plausible_past(listing, start, seed))
    made.untraded = start
    return made


def plausible_past(listing: Listing, end: Millis, seed: str) -> Past:
    """A past that ends at the listing's price: hours for about a year, then minutes for some days."""
    border = end - end % HOUR - FINE_MINUTES * MINUTE // HOUR * HOUR
    hours, minutes = walked(listing, (end - border) // MINUTE, seed)
    return dated(hours, border - COARSE_HOURS * HOUR, HOUR), dated(minutes, border, MINUTE)


def dated(bars: Sequence[Bar], begin: Millis, length: Millis) -> list[Candle]:
    """Bars in their order as candles, one after the other."""
    return [Candle(begin + number * length, *bar) for number, bar in enumerate(bars)]


@lru_cache(maxsize=4)
def walked(listing: Listing, fine: int, seed: str) -> tuple[list[Bar], list[Bar]]:
    """The hours and the minutes of a made-up past: long to make, and the same for every market of a process."""
    random = Random(seed)
    minutes = backwards(listing, listing.price, (fine, 0.0006), random)
    return backwards(listing, minutes[0][0], (COARSE_HOURS, 0.005), random), minutes


def backwards(listing: Listing, close: Decimal, span: tuple[int, float], random: Random) -> list[Bar]:
    """`span` is (how many, how much each moves); the last one ends with `close`."""
    count, volatility = span
    made: list[Bar] = []
    for _ in range(count):
        opened = listing.on_grid(close * (1 + fraction(random.gauss(0, volatility))))
        high = listing.on_grid(max(opened, close) * (1 + fraction(abs(random.gauss(0, volatility / 2)))))
        low = listing.on_grid(min(opened, close) * (1 - fraction(abs(random.gauss(0, volatility / 2)))))
        made.append((opened, high, low, close, listing.lot_size * random.randrange(1_000, 50_000)))
        close = opened
    made.reverse()
    return made


def fraction(value: float) -> Decimal:
    """A random share as a short decimal."""
    return Decimal(f"{value:.7f}")
