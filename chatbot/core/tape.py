"""Candle files as bars: `timestamp_ms,open,high,low,close,volume`, one line each, in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation

from chatbot.core.candles import Candle

COLUMNS = 6


class TapeError(ValueError):
    """One sentence that names the line."""


def bars_of(lines: Iterable[str]) -> Iterator[Candle]:
    """The bars of a candle file's lines; a header line is passed over. Raises TapeError naming the line."""
    last = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or (number == 1 and not text[0].isdigit()):
            continue
        bar = bar_of(text, number)
        if last is not None and bar.at <= last:
            raise TapeError(f"line {number}: time {bar.at} does not come after {last}; bars must be in order")
        last = bar.at
        yield bar


def bar_of(text: str, number: int) -> Candle:
    """One line as a bar."""
    cells = text.split(",")
    if len(cells) < COLUMNS:
        raise TapeError(f"line {number}: {len(cells)} columns; expected timestamp_ms,open,high,low,close,volume")
    try:
        bar = Candle(int(cells[0]), *(Decimal(cell) for cell in cells[1:COLUMNS]))
    except (ValueError, InvalidOperation):
        raise TapeError(f"line {number}: {text[:60]!r} is not a row of numbers") from None
    if not is_sane(bar):
        raise TapeError(f"line {number}: expected 0 < low ≤ open, close ≤ high, found {text[:60]!r}")
    return bar


def is_sane(bar: Candle) -> bool:
    """Whether the four prices can be one span's."""
    prices = (bar.open, bar.high, bar.low, bar.close)
    return all(p.is_finite() and p > 0 for p in prices) and bar.low == min(prices) and bar.high == max(prices)
