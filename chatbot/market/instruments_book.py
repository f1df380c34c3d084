"""The instruments known right now, by exchange: asked for once, refreshed by the hour, read without waiting.

Maintenance brackets are learned market by market, because exchanges give them so; once learned they stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

import structlog

from chatbot.coach.desk import MarketsUnknown
from chatbot.core.market import Bracket, FundingRate, Instrument, MarketError, Resolution
from chatbot.market.feed import Feed
from chatbot.market.symbols import resolve

log = structlog.get_logger(__name__)


class InstrumentBook:
    """Fills itself from the feed; a failed refresh leaves what was known."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.known: dict[str, Mapping[str, Instrument]] = {}
        self.brackets: dict[tuple[str, str], tuple[Bracket, ...]] = {}

    def get(self, exchange: str, symbol: str) -> Instrument | None:
        """The instrument, if its exchange was asked before, with its brackets, if they were learned."""
        found = self.known.get(exchange, {}).get(symbol)
        learned = self.brackets.get((exchange, symbol), ())
        return replace(found, brackets=learned) if found is not None and learned else found

    def resolve(self, exchange: str, text: str, /) -> Resolution:
        """The market a person means. Raises MarketsUnknown where the exchange was not asked yet."""
        catalogue = self.feed.catalogue(exchange)
        if catalogue is None:
            raise MarketsUnknown(exchange)
        found = resolve(text, catalogue)
        return (self.get(exchange, found.symbol) or found) if isinstance(found, Instrument) else found

    async def prepare(self, exchange: str) -> None:
        """Ask an exchange for its instruments, unless they are known. Raises MarketError."""
        if exchange not in self.known:
            self.known[exchange] = await self.feed.instruments(exchange)

    async def learn(self, markets: Iterable[tuple[str, str]]) -> None:
        """Prepare the exchanges of these markets, and learn the markets' brackets.

        What does not answer, or is known no more, stays unknown for now.
        """
        wanted = sorted(markets)
        for exchange in sorted({exchange for exchange, _ in wanted}):
            with said("instruments not loaded", exchange):
                await self.prepare(exchange)
        for exchange, symbol in wanted:
            if self.get(exchange, symbol) is not None:
                await self.learn_brackets(exchange, symbol)

    async def learn_brackets(self, exchange: str, symbol: str) -> None:
        """Ask for a market's maintenance brackets, unless they are known; without an answer there are none for now."""
        if (exchange, symbol) not in self.brackets:
            await self.refresh_brackets(exchange, symbol)

    async def refresh_brackets(self, exchange: str, symbol: str) -> None:
        """Ask anew; without an answer what was known stays."""
        with said("brackets not loaded", exchange):
            if found := await self.feed.brackets(exchange, symbol):
                self.brackets[exchange, symbol] = found

    async def funding_rate(self, exchange: str, symbol: str) -> FundingRate | None:
        """The present funding rate; None where it is not to be had."""
        try:
            return await self.feed.funding_rate(exchange, symbol)
        except (MarketError, LookupError) as error:
            say("funding rate not loaded", exchange, error)
            return None

    async def refresh(self) -> None:
        """Ask every exchange anew, and for the brackets of every market they were learned of."""
        for exchange in tuple(self.known):
            with said("instruments not refreshed", exchange):
                self.known[exchange] = await self.feed.instruments(exchange)
        for exchange, symbol in tuple(self.brackets):
            await self.refresh_brackets(exchange, symbol)


@contextmanager
def said(what: str, exchange: str) -> Iterator[None]:
    """What an exchange refuses, or who is not known at all, is logged and done without."""
    try:
        yield
    except (MarketError, LookupError) as error:
        say(what, exchange, error)


def say(what: str, exchange: str, error: MarketError | LookupError) -> None:
    """One line in the log; an exchange that nobody knows is a mistake of ours."""
    if isinstance(error, MarketError):
        log.warning(what, exchange=exchange, remedy=type(error.remedy).__name__)
    else:
        log.error("exchange unknown", exchange=exchange)
