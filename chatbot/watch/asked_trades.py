"""The trades of a market's minutes: asked for while they may come, and once for each minute, however often it is gone
through before it is decided.

Must never keep a minute waiting for ever: where trades stay away, its candle decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chatbot.core.candles import Candle
from chatbot.core.market import Final as GiveUp
from chatbot.core.market import Market, MarketError, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from chatbot.core.timeframes import MINUTE
from chatbot.core.way import Minute, Print, Step
from chatbot.watch.watcher import Watcher

TRADES_WAIT: Final[Millis] = 15_000
"""How long a minute waits for trades that an exchange fails to give, by the steady clock; less than its prices do."""


class AskedTrades:
    """What was asked for and given, by market. Lives on the event loop."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.lacking: dict[Market, tuple[Millis, Millis]] = {}
        """When trades were first not given, and until when they were to be left alone, by the steady clock."""
        self.given: dict[Market, dict[Candle, Sequence[Step]]] = {}
        """What minutes were gone through by, as long as they are not decided."""

    async def of_minute(self, market: Market, candle: Candle) -> Sequence[Step]:
        """A minute's trades where they can be had and reach what its candle reached, else the candle.

        Raises MarketError for a while.
        """
        given = self.given.setdefault(market, {})
        if candle not in given:
            given[candle] = steps_of(candle, await self.between(market, candle.at, candle.at + MINUTE) or ())
        return given[candle]

    async def between(self, market: Market, since: Millis, until: Millis) -> Sequence[Quote] | None:
        """The trades of a span; None where they can't be had, which stops nothing. Raises MarketError for a while."""
        if market.trigger_price is not TriggerPrice.LAST:
            return None
        try:
            found = await self.watcher.source.trades(market.exchange, market.symbol, since, until)
        except MarketError as error:
            # Logged where it arose; the minute's candle decides, or will.
            if self.may_come(market, error):
                raise
            return None
        self.lacking.pop(market, None)
        return found

    def may_come(self, market: Market, error: MarketError) -> bool:
        """Whether trades that were not given this time are worth waiting for: they tell more than a candle."""
        if isinstance(error.remedy, GiveUp):
            return False
        now = self.watcher.steady()
        first, alone_until = self.lacking.get(market, (now, now))
        # A failure of long ago, after which nobody needed trades, is none of this row.
        first = first if now - alone_until < TRADES_WAIT else now
        self.lacking[market] = (first, now + error.remedy.after)
        return now - first < TRADES_WAIT

    def keep_none(self, market: Market) -> None:
        """What was given is decided."""
        self.given.pop(market, None)

    def forget(self) -> None:
        """Markets that nobody watches any more."""
        for kept in (self.lacking, self.given):
            for market in kept.keys() - self.watcher.indexes.keys():
                del kept[market]


def steps_of(candle: Candle, trades: Sequence[Quote]) -> Sequence[Step]:
    """A minute by its trades; by its candle where they do not reach what that reached."""
    prices = [trade.price for trade in trades]
    if not prices or min(prices) > candle.low or max(prices) < candle.high:
        return [Minute(candle)]
    return [Print(trade.price, trade.at) for trade in trades]
