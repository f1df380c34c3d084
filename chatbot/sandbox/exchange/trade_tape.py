"""A recording of every trade of a market: each at its own time and price, in the exchange's order, none left out."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from chatbot.core.money import Millis
from chatbot.sandbox.exchange.sources import Point

COLUMNS: Final = ["timestamp_ms", "price", "amount", "side"]
SIDES: Final = {"buy": False, "sell": True}
"""Whether the taker sells."""


@dataclass(slots=True)
class TradeTape:
    """Hands out the trades of a recording, however it is stepped; wherever the market was moved meanwhile."""

    trades: Sequence[Point]
    name: str = "trades"
    index: int = 0

    @property
    def finished(self) -> bool:
        """Whether the tape has run out."""
        return self.index >= len(self.trades)

    def next_point(self, last: Decimal, until: Millis) -> Point | None:
        """The next trade of the recording, if it happens by then."""
        del last
        if self.finished or self.trades[self.index].at > until:
            return None
        self.index += 1
        return self.trades[self.index - 1]


def read_trades(path: Path) -> list[Point]:
    """The trades of a csv or csv.gz file. Raises ValueError naming the file and line for anything else."""
    trades: list[Point] = []
    with gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="") as file:
        rows = csv.reader(file)
        if next(rows, None) != COLUMNS:
            raise ValueError(f"{path.name}, line 1: expected the header {','.join(COLUMNS)}")
        for number, row in enumerate(rows, start=2):
            trade = trade_of(row, f"{path.name}, line {number}")
            if trades and trade.at < trades[-1].at:
                raise ValueError(f"{path.name}, line {number}: the trade is older than the one before it")
            trades.append(trade)
    if not trades:
        raise ValueError(f"{path.name} holds no trades")
    return trades


def trade_of(row: list[str], place: str) -> Point:
    """One line of a trade file."""
    try:
        at, price, amount, side = row
        trade = Point(int(at), Decimal(price), Decimal(amount), taker_sells=SIDES[side], keeps_time=True)
    except (ValueError, InvalidOperation, KeyError) as error:
        raise ValueError(f"{place}: not a trade") from error
    if not (trade.price.is_finite() and trade.price > 0 and trade.volume.is_finite() and trade.volume > 0):
        raise ValueError(f"{place}: price and amount must be above zero")
    return trade
