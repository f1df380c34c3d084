"""The newest price seen per market: from here on, prices are news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select

from chatbot.core.market import Quote
from storage.tables import QUOTES
from storage.work import Work


@dataclass(frozen=True, slots=True)
class SqlQuotes:
    """Quotes, by exchange and symbol."""

    work: Work

    def put(self, exchange: str, quotes: Sequence[Quote]) -> None:
        """Keep the prices that are not older than those already kept."""
        if not quotes:
            return
        statement = self.work.insert(QUOTES)
        new = statement.excluded
        newer = statement.on_conflict_do_update(
            index_elements=[QUOTES.c.exchange, QUOTES.c.symbol],
            set_={"price": new["price"], "at": new["at"]},
            where=QUOTES.c.at <= new["at"],
        )
        self.work.run(newer, [{"exchange": exchange, **asdict(quote)} for quote in quotes])

    def get(self, exchange: str, symbol: str) -> Quote | None:
        statement = select(QUOTES.c.price, QUOTES.c.at)
        row = self.work.run(statement.where(QUOTES.c.exchange == exchange, QUOTES.c.symbol == symbol)).first()
        return None if row is None else Quote(symbol, row.price, row.at)
