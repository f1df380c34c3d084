"""The simulated market: prices, candles and a clock of its own; it moves only when it is told how far.

Every price gets a later moment than the one before it, so that no observer can mistake two prices for one. Only
recorded trades keep their own times, of which several may be the same: there the number tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from chatbot.core.candles import Candle
from chatbot.core.money import Millis
from chatbot.core.timeframes import Timeframe
from chatbot.sandbox.exchange.history import CandleHistory, copied, made_up_history
from chatbot.sandbox.exchange.listing import DEFAULT_LISTINGS, Listing
from chatbot.sandbox.exchange.sources import (
    Point,
    PriceSource,
    Scripted,
)
from chatbot.sandbox.exchange.trades import Trade, TradeLog

MAX_SPEED: Final = Decimal(3_600)


class UnknownContractError(LookupError):
    """No contract of that id is listed."""


@dataclass(slots=True)
class Book:
    """All that is known of one contract. The mark price is the last price until it is set apart."""

    listing: Listing
    source: PriceSource
    last: Decimal
    last_at: Millis
    history: CandleHistory
    trades: TradeLog = field(default_factory=TradeLog)
    numbered: int = 0
    set_mark: Decimal | None = None
    mark_history: CandleHistory | None = None

    @property
    def mark(self) -> Decimal:
        """The mark price."""
        return self.last if self.set_mark is None else self.set_mark


class Market:
    """A handful of contracts, one clock."""

    def __init__(
        self,
        now: Millis,
        sources: Mapping[str, PriceSource],
        listings: Sequence[Listing] = DEFAULT_LISTINGS,
        histories: Mapping[str, CandleHistory] | None = None,
        seed: int = 7,
    ) -> None:
        self.now = now
        self.speed = Decimal(1)
        self.playing = True
        self.seed = seed
        self.listeners: list[Callable[[Book, Trade], None]] = []
        self.source_name = ", ".join(sorted({source.name for source in sources.values()})) or "scripted"
        given = histories or {}
        self.books = {
            listing.id: Book(
                listing=listing,
                source=sources.get(listing.id, Scripted()),
                last=listing.price,
                last_at=now,
                history=given.get(listing.id) or self.made_up(listing),
            )
            for listing in listings
        }

    @property
    def listings(self) -> tuple[Listing, ...]:
        """What is listed, settled contracts included."""
        return tuple(book.listing for book in self.books.values())

    def book(self, contract: str) -> Book:
        """All that is known of one contract. Raises UnknownContractError."""
        found = self.books.get(contract)
        if found is None:
            raise UnknownContractError(contract)
        return found

    def last(self, contract: str) -> Decimal:
        """The last price."""
        return self.book(contract).last

    def trades(self, contract: str) -> tuple[Trade, ...]:
        """The latest trades, oldest first."""
        return tuple(self.book(contract).trades)

    def candles(
        self, contract: str, timeframe: Timeframe, since: Millis, until: Millis, *, mark: bool = False
    ) -> list[Candle]:
        """Candles of the last or the mark price that begin in [since, until], the forming one last."""
        book = self.book(contract)
        history = book.mark_history if mark and book.mark_history is not None else book.history
        history.quiet_until(self.now)
        return history.candles(timeframe, since, min(until, self.now))

    def made_up(self, listing: Listing) -> CandleHistory:
        """A plausible past, the same for the same seed."""
        return made_up_history(listing, self.now, f"{self.seed}:{listing.id}:history")

    def set_price(self, contract: str, price: Decimal) -> None:
        """A trade at exactly this price, now."""
        book = self.book(contract)
        if not price.is_finite() or price <= 0:
            raise ValueError("a price must be above zero")
        self.record(book, Point(self.now, price, book.listing.lot_size))

    def set_mark(self, contract: str, price: Decimal) -> None:
        """From now on the mark price goes its own way: it is this, until it is set again."""
        book = self.book(contract)
        if not price.is_finite() or price <= 0:
            raise ValueError("a price must be above zero")
        if book.mark_history is None:
            book.history.quiet_until(self.now)
            book.mark_history = copied(book.history)
        book.set_mark = price
        book.mark_history.record(self.now, price, Decimal(0))

    def move(self, contract: str, pct: Decimal) -> None:
        """Move the price by so many percent of it, on the tick grid."""
        book = self.book(contract)
        if not pct.is_finite() or pct <= -100:
            raise ValueError("a move must be more than -100 percent")
        self.set_price(contract, book.listing.on_grid(book.last * (100 + pct) / 100))

    def step(self, millis: Millis) -> None:
        """Let so much time pass, with every price that it brings."""
        until = self.now + max(0, millis)
        for book in self.books.values():
            self.play_book(book, until)
        self.now = max(self.now, until)

    def step_to_next(self, contract: str) -> Point | None:
        """Let just so much time pass that this contract has its next price; None where there is none."""
        book = self.book(contract)
        point = book.source.next_point(book.last, until=2**62)
        if point is None:
            return None
        for other in self.books.values():
            if other is not book:
                self.play_book(other, point.at)
        self.record(book, point)
        return point

    def play_book(self, book: Book, until: Millis) -> None:
        """Take all that one contract's source has until then."""
        while (point := book.source.next_point(book.last, until)) is not None:
            self.record(book, point, keep_clock=True)

    def record(self, book: Book, point: Point, *, keep_clock: bool = False) -> None:
        """A trade happened; it carries the clock along unless other contracts are still to be played."""
        at = max(point.at, book.last_at + (0 if point.keeps_time else 1))
        book.history.record(at, point.price, point.volume)
        book.numbered += 1
        sells = point.price < book.last if point.taker_sells is None else point.taker_sells
        trade = Trade(book.numbered, replace(point, at=at), sells)
        book.trades.append(trade)
        book.last, book.last_at = point.price, at
        if not keep_clock:
            self.now = max(self.now, at)
        for tell in self.listeners:
            tell(book, trade)
