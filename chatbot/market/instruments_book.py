"""The instruments known right now, by exchange: asked for once, refreshed by the hour, read without waiting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import structlog

from chatbot.coach.desk import MarketsUnknown
from chatbot.core.market import Instrument, MarketError, Resolution
from chatbot.market.feed import Feed
from chatbot.market.symbols import resolve

log = structlog.get_logger(__name__)


class InstrumentBook:
    """Fills itself from the feed; a failed refresh leaves what was known."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.known: dict[str, Mapping[str, Instrument]] = {}

    def get(self, exchange: str, symbol: str) -> Instrument | None:
        """The instrument, if its exchange was asked before."""
        return self.known.get(exchange, {}).get(symbol)

    def resolve(self, exchange: str, text: str, /) -> Resolution:
        """The market a person means. Raises MarketsUnknown where the exchange was not asked yet."""
        catalogue = self.feed.catalogue(exchange)
        if catalogue is None:
            raise MarketsUnknown(exchange)
        return resolve(text, catalogue)

    async def prepare(self, exchange: str) -> None:
        """Ask an exchange for its instruments, unless they are known. Raises MarketError."""
        if exchange not in self.known:
            self.known[exchange] = await self.feed.instruments(exchange)

    async def learn(self, exchanges: Iterable[str]) -> None:
        """Prepare all of these; one that does not answer, or is known no more, stays unknown for now."""
        for exchange in sorted(exchanges):
            try:
                await self.prepare(exchange)
            except MarketError as error:
                log.warning("instruments not loaded", exchange=exchange, remedy=type(error.remedy).__name__)
            except LookupError:
                log.error("exchange unknown", exchange=exchange)  # noqa: TRY400 -- the kind says it all

    async def refresh(self) -> None:
        """Ask every exchange anew."""
        for exchange in tuple(self.known):
            try:
                self.known[exchange] = await self.feed.instruments(exchange)
            except MarketError as error:
                log.warning("instruments not refreshed", exchange=exchange, remedy=type(error.remedy).__name__)
