"""The instruments known right now, by exchange: asked for once, refreshed by the hour, read without waiting."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from chatbot.core.market import Instrument, MarketError
from chatbot.market.feed import Feed

log = structlog.get_logger(__name__)


class InstrumentBook:
    """Fills itself from the feed; a failed refresh leaves what was known."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.known: dict[str, Mapping[str, Instrument]] = {}

    def get(self, exchange: str, symbol: str) -> Instrument | None:
        """The instrument, if its exchange was asked before."""
        return self.known.get(exchange, {}).get(symbol)

    async def prepare(self, exchange: str) -> Mapping[str, Instrument]:
        """Ask an exchange for its instruments, unless they are known. Raises MarketError."""
        if exchange not in self.known:
            self.known[exchange] = await self.feed.instruments(exchange)
        return self.known[exchange]

    async def refresh(self) -> None:
        """Ask every exchange anew."""
        for exchange in tuple(self.known):
            try:
                self.known[exchange] = await self.feed.instruments(exchange)
            except MarketError as error:
                log.warning("instruments not refreshed", exchange=exchange, remedy=type(error.remedy).__name__)
