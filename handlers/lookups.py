"""What a conversation asks of an exchange while it runs: lists of markets, and the price right now."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

from chatbot.core.market import MarketError, Quote


class Source(Protocol):
    """Prices. Raises MarketError."""

    async def quotes(self, exchange: str, symbols: frozenset[str]) -> Mapping[str, Quote]: ...


class Book(Protocol):
    """Instruments, remembered. Raises MarketError."""

    async def prepare(self, exchange: str) -> None: ...


class Lookups:
    """Asks, and turns a failing exchange into None or a sentence: a conversation goes on without it."""

    def __init__(self, source: Source, book: Book) -> None:
        self.source, self.book = source, book

    async def price(self, exchange: str, symbol: str) -> Decimal | None:
        """The price now, if the exchange gives one."""
        try:
            await self.book.prepare(exchange)
            quotes = await self.source.quotes(exchange, frozenset({symbol}))
        except MarketError:
            return None
        quote = quotes.get(symbol)
        return None if quote is None else quote.price

    async def prepare(self, exchange: str) -> str | None:
        """Load an exchange's markets; a sentence where it does not answer."""
        try:
            await self.book.prepare(exchange)
        except MarketError as error:
            return f"{exchange} does not answer right now ({error.remedy.reason}). Your answer is kept: try again."
        return None
