"""Up to when every minute of a market's price is known and decided on. It only ever moves forward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select

from chatbot.core.market import Market
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from storage.tables import WATERMARKS
from storage.work import Work


@dataclass(frozen=True, slots=True)
class SqlWatermarks:
    """Watermarks, by market."""

    work: Work

    def get(self, market: Market) -> Millis | None:
        return self.work.run(select(WATERMARKS.c.known_until).where(this(market))).scalar()

    def all(self) -> Mapping[Market, Millis]:
        rows = self.work.run(select(WATERMARKS))
        return {Market(row.exchange, row.symbol, TriggerPrice(row.trigger_price)): row.known_until for row in rows}

    def put(self, market: Market, known_until: Millis) -> None:
        """Only ever forward: an older moment than the one kept changes nothing."""
        statement = self.work.insert(WATERMARKS)
        new = statement.excluded
        forward = statement.on_conflict_do_update(
            index_elements=list(WATERMARKS.primary_key.columns),
            set_={"known_until": new["known_until"]},
            where=WATERMARKS.c.known_until < new["known_until"],
        )
        self.work.run(forward, [{**names(market), "known_until": known_until}])

    def drop(self, market: Market) -> None:
        self.work.run(delete(WATERMARKS).where(this(market)))


def names(market: Market) -> dict[str, Any]:
    """The columns that name a market."""
    return {
        "exchange": market.exchange,
        "symbol": market.symbol,
        "trigger_price": market.trigger_price.value,
    }


def this(market: Market) -> ColumnElement[bool]:
    """The row of one market."""
    return and_(*(WATERMARKS.c[name] == value for name, value in names(market).items()))
