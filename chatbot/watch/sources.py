"""Where prices come from, as the watch needs it: asked for (PriceSource), and told as they happen (PriceStream)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol

from chatbot.core.candles import Candle
from chatbot.core.market import Market, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice


class PriceSource(Protocol):
    """Asks an exchange. All of it raises MarketError."""

    async def quotes(
        self, exchange: str, symbols: frozenset[str], trigger_price: TriggerPrice = TriggerPrice.LAST
    ) -> Mapping[str, Quote]: ...

    async def candles(
        self,
        exchange: str,
        symbol: str,
        timeframe: str,
        since: Millis | None = None,
        limit: int = 498,
        trigger_price: TriggerPrice = TriggerPrice.LAST,
    ) -> list[Candle]:
        """Closed candles in order: the first `limit` from `since` on, or without it the last."""
        ...

    async def minutes(
        self, exchange: str, symbol: str, since: Millis, limit: int, trigger_price: TriggerPrice
    ) -> tuple[Sequence[Candle], Sequence[Candle]]:
        """The first `limit` minutes from `since` on that are over, and of those after, what is not known to be over."""
        ...

    async def trades(self, exchange: str, symbol: str, since: Millis, until: Millis) -> Sequence[Quote] | None:
        """Every trade in [since, until), in the exchange's order; None where they can't be had without a gap."""
        ...


class Listener(Protocol):
    """Who is told by a stream. Called on the event loop; must return at once and never raise."""

    def arrived(self, market: Market, quotes: Sequence[Quote]) -> None:
        """Prices, each once, in the exchange's order."""
        ...

    def came(self, market: Market) -> None:
        """From now on every price of this market arrives; what was before has to be caught up."""
        ...

    def went(self, market: Market) -> None:
        """Prices of this market may be missing from now on: it has to be polled until it comes again."""
        ...


class PriceStream(Protocol):
    """Tells a listener of every price of the markets it follows, and honestly when it can't."""

    listener: Listener

    def follow(self, exchange: str, markets: frozenset[Market]) -> None:
        """Follow these markets of the exchange, and no others, from now on. Returns at once."""
        ...

    def is_live(self, market: Market) -> bool:
        """Whether every price of this market arrives right now."""
        ...

    def note_traded(self, market: Market, at: Millis, price: Decimal) -> None:
        """What the exchange says when asked: a trade that never arrived here shows that the stream is dead."""
        ...

    async def aclose(self) -> None: ...
