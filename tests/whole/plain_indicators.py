"""RSI, EMA and ATR written out from their definitions, to hold the bot's figures against."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from chatbot.core.candles import Candle


def plain_rsi(closes: Sequence[float], period: int = 14) -> list[float]:
    """Wilder's: gains and losses averaged over `period` changes, then each new change weighs one part of them."""
    changes = [after - before for before, after in pairwise(closes)]
    gain = sum(max(change, 0.0) for change in changes[:period]) / period
    loss = sum(max(-change, 0.0) for change in changes[:period]) / period
    found = [100 * gain / (gain + loss)]
    for change in changes[period:]:
        gain = (gain * (period - 1) + max(change, 0.0)) / period
        loss = (loss * (period - 1) + max(-change, 0.0)) / period
        found.append(100 * gain / (gain + loss))
    return found


def plain_ema(closes: Sequence[float], period: int) -> list[float]:
    """It begins as the plain average of the first closes; each later one weighs 2 / (period + 1)."""
    found = [sum(closes[:period]) / period]
    for close in closes[period:]:
        found.append(found[-1] + (close - found[-1]) * 2 / (period + 1))
    return found


def plain_atr(candles: Sequence[Candle], period: int = 14) -> float:
    """Wilder's average of true ranges: from the close before to whichever extreme is farther, or high to low."""
    ranges = [float(max(now.high, before.close) - min(now.low, before.close)) for before, now in pairwise(candles)]
    value = sum(ranges[:period]) / period
    for one in ranges[period:]:
        value = (value * (period - 1) + one) / period
    return value
