"""The newest price seen per market: from here on, prices are news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select

from chatbot.core.market import Quote
from chatbot.core.plan import TriggerPrice
from storage.tables import QUOTES
from storage.work import Work


@dataclass(frozen=True, slots=True)
class SqlQuotes:
    """Quotes, by exchange, symbol and which of its two prices."""

    work: Work

    def put(self, exchange: str, quotes: Sequence[Quote], trigger_price: TriggerPrice = TriggerPrice.LAST) -> None:
        """Keep the prices that are not older than those already kept."""
        if not quotes:
            return
        statement = self.work.insert(QUOTES)
        new = statement.excluded
        newer = statement.on_conflict_do_update(
            index_elements=[QUOTES.c.exchange, QUOTES.c.symbol, QUOTES.c.trigger_price],
            set_={"price": new["price"], "at": new["at"]},
            where=QUOTES.c.at <= new["at"],
        )
        which = {"exchange": exchange, "trigger_price": trigger_price.value}
        self.work.run(newer, [{**which, **asdict(quote)} for quote in quotes])

    def get(self, exchange: str, symbol: str, trigger_price: TriggerPrice = TriggerPrice.LAST) -> Quote | None:
        which = (
            QUOTES.c.exchange == exchange,
            QUOTES.c.symbol == symbol,
            QUOTES.c.trigger_price == trigger_price.value,
        )
        row = self.work.run(select(QUOTES.c.price, QUOTES.c.at).where(*which)).first()
        return None if row is None else Quote(symbol, row.price, row.at)
