"""Candles on their way out: prices as text, still in no exchange's shape, so that a fault can spoil them for all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chatbot.core.candles import Candle
from chatbot.core.money import Millis
from chatbot.core.timeframes import Timeframe
from chatbot.sandbox.exchange.listing import Listing, price_text
from chatbot.sandbox.exchange.market import Book, Market


@dataclass(frozen=True, slots=True)
class Span:
    """Which rows are wanted: from and to are inclusive; None is open."""

    since: Millis | None
    until: Millis | None
    limit: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A candle: open, high, low and close as they are printed, or what a fault made of them."""

    at: Millis
    prices: tuple[str | None, ...]
    volume: Decimal | None


def bar_of(candle: Candle, listing: Listing) -> Bar:
    """A candle's prices with the listing's decimals."""
    prices = (candle.open, candle.high, candle.low, candle.close)
    return Bar(candle.at, tuple(price_text(price, listing) for price in prices), candle.volume)


def chosen(market: Market, book: Book, interval: Timeframe, span: Span, *, mark: bool = False) -> list[Candle]:
    """The first `limit` candles from the start time on; without one, the last."""
    until = market.now if span.until is None else min(span.until, market.now)
    since = until - span.limit * interval.millis if span.since is None else span.since
    if span.since is not None:
        until = min(until, interval.start_of(since) + (span.limit + 1) * interval.millis)
    found = market.candles(book.listing.id, interval, since, until, mark=mark)
    return found[-span.limit :] if span.since is None else found[: span.limit]
