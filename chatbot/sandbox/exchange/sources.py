"""Where simulated prices come from: a seeded random walk, a tape of real candles, or nobody but the user."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final, Protocol

from chatbot.core.candles import Candle
from chatbot.core.money import Millis, round_down, round_up
from chatbot.core.timeframes import MINUTE
from chatbot.sandbox.exchange.history import fraction
from chatbot.sandbox.exchange.listing import Listing

COLUMNS: Final = ["timestamp_ms", "open", "high", "low", "close", "volume"]
DEFAULT_STEP_PCT: Final = Decimal("0.02")
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Point:
    """One simulated trade. A recorded one keeps its time, which may also be that of the trade before it.

    `taker_sells` is None where nobody knows who took the other's order.
    """

    at: Millis
    price: Decimal
    volume: Decimal
    taker_sells: bool | None = None
    keeps_time: bool = False


class PriceSource(Protocol):
    """Hands out the prices of one contract, one by one."""

    @property
    def name(self) -> str:
        """What this source is, for people."""

    def next_point(self, last: Decimal, until: Millis) -> Point | None:
        """The next trade if it happens at or before `until`; what is handed out is used up."""


@dataclass(frozen=True, slots=True)
class Scripted:
    """No price of its own: it only moves when it is told to."""

    name: str = "scripted"

    def next_point(self, last: Decimal, until: Millis) -> Point | None:
        """Never anything."""
        del last, until
        return None


@dataclass(slots=True)
class RandomWalk:
    """A trade every `every` milliseconds, moving on from the last price, whoever made that."""

    listing: Listing
    random: Random
    at: Millis
    every: Millis = 1_000
    volatility_pct: float = 0.012
    name: str = "random walk"

    def next_point(self, last: Decimal, until: Millis) -> Point | None:
        """The next step of the walk."""
        if self.at + self.every > until:
            return None
        self.at += self.every
        change = fraction(self.random.gauss(0, self.volatility_pct / 100))
        volume = self.listing.lot_size * self.random.randrange(1, 900)
        return Point(self.at, self.listing.on_grid(last * (1 + change)), volume)


@dataclass(slots=True)
class CandleTape:
    """Walks every bar open → one extreme → the other → close, meeting each price on the way.

    No step is longer than `max_step_pct` % of price (None: straight to the next corner), and every price
    in `levels` on the way is visited exactly; `levels` may be changed between two points. Within a bar the
    way is laid out over the minute in proportion to its length, so a tape is the same however it is stepped.
    """

    bars: list[Candle]
    tick_size: Decimal
    low_first: bool = True
    max_step_pct: Decimal | None = DEFAULT_STEP_PCT
    levels: frozenset[Decimal] = frozenset()
    name: str = "candles"
    index: int = 0
    corner: int = 0
    position: Decimal = ZERO
    travelled: Decimal = ZERO

    @property
    def finished(self) -> bool:
        """Whether the tape has run out."""
        return self.index >= len(self.bars)

    def next_point(self, last: Decimal, until: Millis) -> Point | None:
        """The next price of the tape, wherever the market was moved meanwhile."""
        del last
        if self.finished or self.due_at() > until:
            return None
        return self.take()

    def due_at(self) -> Millis:
        """When the next price comes."""
        bar = self.bars[self.index]
        if self.corner == 0:
            return bar.at
        corners = self.corners(bar)
        ahead = self.travelled + abs(self.towards(corners[self.corner]) - self.position)
        return bar.at + int((MINUTE - 1) * ahead / length_of(corners))

    def take(self) -> Point:
        """Move on by one price."""
        bar, at = self.bars[self.index], self.due_at()
        corners = self.corners(bar)
        target = corners[self.corner]
        price = target if self.corner == 0 else self.towards(target)
        self.travelled = ZERO if self.corner == 0 else self.travelled + abs(price - self.position)
        self.position = price
        if price == target:
            self.turn(corners)
        return Point(at, price, bar.volume if self.corner == 0 else ZERO)

    def turn(self, corners: tuple[Decimal, ...]) -> None:
        """The way leads to the next corner that is somewhere else, or to the next bar."""
        self.corner += 1
        while self.corner < len(corners) and corners[self.corner] == self.position:
            self.corner += 1
        if self.corner >= len(corners):
            self.index, self.corner = self.index + 1, 0

    def corners(self, bar: Candle) -> tuple[Decimal, ...]:
        """The bar's four prices in the order they are walked."""
        first, second = (bar.low, bar.high) if self.low_first else (bar.high, bar.low)
        return (bar.open, first, second, bar.close)

    def towards(self, corner: Decimal) -> Decimal:
        """The next price on the way to a corner."""
        low, high = sorted((self.position, corner))
        ways = [level for level in self.levels if low < level < high]
        ways.extend(self.stride(corner))
        return min((*ways, corner), key=lambda price: abs(price - self.position))

    def stride(self, corner: Decimal) -> Iterator[Decimal]:
        """One full step, kept on the tick grid, where it falls short of the corner."""
        if self.max_step_pct is None:
            return
        step = max(self.tick_size, self.position * self.max_step_pct / 100)
        if step >= abs(corner - self.position):
            return
        if corner > self.position:
            yield round_down(self.position + step, self.tick_size)
        else:
            yield round_up(self.position - step, self.tick_size)


def length_of(corners: tuple[Decimal, ...]) -> Decimal:
    """The whole way through a bar."""
    return sum((abs(after - before) for before, after in pairwise(corners)), start=ZERO)


def read_candles(path: Path) -> list[Candle]:
    """The candles of a csv or csv.gz file. Raises ValueError naming the file and line for anything else."""
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as file:
        rows = csv.reader(file)
        if next(rows, None) != COLUMNS:
            raise ValueError(f"{path.name}, line 1: expected the header {','.join(COLUMNS)}")
        candles = [candle_of(row, f"{path.name}, line {number}") for number, row in enumerate(rows, start=2)]
    if not candles:
        raise ValueError(f"{path.name} holds no candles")
    return candles


def candle_of(row: list[str], place: str) -> Candle:
    """One line of a candle file."""
    try:
        at, opened, high, low, close, volume = row
        candle = Candle(int(at), Decimal(opened), Decimal(high), Decimal(low), Decimal(close), Decimal(volume))
    except (ValueError, InvalidOperation) as error:
        raise ValueError(f"{place}: not a candle") from error
    if not ZERO < candle.low <= min(candle.open, candle.close) <= max(candle.open, candle.close) <= candle.high:
        raise ValueError(f"{place}: low, open, close and high do not fit together")
    return candle
