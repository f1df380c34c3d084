"""Prices as they happen: every print of what is followed, told once, and honestly when some may be missing.

Only a market whose subscription the exchange has confirmed is live; at any doubt it is not, and polling takes over.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Final, NamedTuple

from chatbot.core.market import Market, Quote
from chatbot.core.money import Millis
from chatbot.market.feed import Feed
from chatbot.market.stream_line import Line, Listener
from chatbot.market.stream_pace import Patience
from chatbot.market.stream_table import facts_of

PATIENCE: Final = Patience()


class Nobody:
    """Listens until somebody does."""

    def arrived(self, market: Market, quotes: Sequence[Quote]) -> None:
        """Nothing follows from it."""

    def came(self, market: Market) -> None:
        """Nothing follows from it."""

    def went(self, market: Market) -> None:
        """Nothing follows from it."""


class StreamState(NamedTuple):
    """How the streams of one exchange do: markets live of those followed, sockets opened so far, prints dropped."""

    exchange: str
    live: int
    followed: int
    dialled: int
    dropped: int


class Streams:
    """Streams beside a feed, whose session, clock and lists of markets it uses. Used on one event loop."""

    def __init__(
        self,
        feed: Feed,
        listener: Listener | None = None,
        *,
        patience: Patience = PATIENCE,
        random: Random | None = None,
    ) -> None:
        self.feed = feed
        self.listener: Listener = listener or Nobody()
        self.patience = patience
        self.random = random or feed.random
        self.lines: dict[str, Line] = {}

    def follow(self, exchange: str, markets: frozenset[Market]) -> None:
        """Follow these markets of the exchange, and no others, from now on. Returns at once.

        One that no stream shows in full never goes live; polling serves it.
        """
        line = self.lines.get(exchange)
        facts = facts_of(exchange)
        if line is None and markets and facts is not None:
            line = self.lines[exchange] = Line(facts, self.feed, self, self.patience, self.random)
        if line is not None:
            line.follow(markets)

    def is_live(self, market: Market) -> bool:
        """Whether every price of this market arrives right now."""
        line = self.lines.get(market.exchange)
        return line is not None and market in line.wanted and line.is_live(market)

    def note_traded(self, market: Market, at: Millis, price: Decimal) -> None:
        """A poll showed this price, traded at that time: a stream that does not show it before long has stalled."""
        line = self.lines.get(market.exchange)
        if line is not None:
            line.note_traded(market, at, price)

    def states(self) -> tuple[StreamState, ...]:
        """What there is to say of each exchange."""
        return tuple(
            StreamState(exchange, len(line.live & line.wanted), len(line.wanted), line.dialled, line.dropped)
            for exchange, line in sorted(self.lines.items())
        )

    async def aclose(self) -> None:
        """Hang up everywhere; nothing more is told. The feed stays open."""
        self.listener = Nobody()
        for line in self.lines.values():
            await line.close()
        self.lines.clear()
