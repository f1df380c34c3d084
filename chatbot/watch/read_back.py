"""The newest prices that were looked up of each market: none of them counts again, and the last of them is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from chatbot.core.candles import Candle
from chatbot.core.market import Market, Quote


class ReadBack:
    """Lives on the event loop."""

    def __init__(self) -> None:
        self.trades: dict[Market, Sequence[Quote]] = {}
        """The newest that were decided on, all of one millisecond."""
        self.last: dict[Market, Quote] = {}
        """The last price, off a trade or a candle."""

    def note_trades(self, market: Market, quotes: Sequence[Quote]) -> None:
        """These are decided on."""
        known = self.trades.get(market)
        if quotes and (not known or quotes[-1].at >= known[-1].at):
            self.trades[market] = [quote for quote in quotes if quote.at == quotes[-1].at]
            self.last[market] = quotes[-1]

    def note_candles(self, market: Market, candles: Sequence[Candle]) -> None:
        """These are all there is."""
        for candle in candles[-1:]:
            self.last[market] = Quote(market.symbol, candle.close, candle.at)

    def holds(self, market: Market, quote: Quote) -> bool:
        """Whether a price is one of those, or older: it is decided on with them, and must not count again."""
        newest = self.trades.get(market, ())
        return bool(newest) and (quote.at < newest[-1].at or quote in newest)

    def newer(self, market: Market, quote: Quote) -> Quote:
        """A price that was heard, or the last trade that was read, where that is younger."""
        newest = self.trades.get(market, ())
        return newest[-1] if newest and newest[-1].at > quote.at else quote

    def forget(self, watched: Collection[Market]) -> None:
        """Markets that nobody watches any more."""
        for market in {*self.trades, *self.last} - {*watched}:
            self.trades.pop(market, None)
            self.last.pop(market, None)
