"""Puts people and plans into the database while the bot is down, as the bot itself would: through its own use case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from chatbot.app import signing_key
from chatbot.coach.desk import Desk, MarketsUnknown
from chatbot.coach.trades import Trades
from chatbot.core.market import Instrument, Resolution
from chatbot.core.money import Millis
from chatbot.core.plan import Plan
from chatbot.market.feed import wall_clock
from chatbot.records import PlanRow, SendState, User
from storage.database import open_database
from storage.lock import alone
from storage.tables import OUTBOX


class NoInstruments:
    """Nothing is known of any market, as when an exchange was not asked yet."""

    def get(self, exchange: str, symbol: str) -> Instrument | None:  # noqa: ARG002 -- the desk asks so
        return None

    def resolve(self, exchange: str, text: str, /) -> Resolution:  # noqa: ARG002 -- the desk asks so
        raise MarketsUnknown(exchange)


def arm(database_url: str, wanted: Sequence[tuple[int, Plan]]) -> list[tuple[PlanRow, Millis]]:
    """Arms plans for users by their ids, in one transaction; the bot must be down, or this raises DatabaseRefused.

    Gives back each with the moment from which prices count for it.
    """
    with alone(database_url), open_database(database_url) as database:
        desk = Desk(database.units, wall_clock, wall_clock, signing_key(database.units), NoInstruments())
        trades = Trades(desk)
        rows = []
        with desk.work() as work:
            for user_id, plan in wanted:
                user = work.unit.users.get(user_id) or User(user_id, user_id)
                work.unit.users.put(user)
                row = trades.arm(work, user, replace(plan, armed_at=wall_clock()))
                record = work.unit.plans.record(row.plan_id)
                assert record is not None
                rows.append((row, record.events[0].at))
        return rows


def gave_way(database_url: str) -> set[tuple[int, int]]:
    """The alerts that were taken off the queue because something more urgent spoke for them: plan id and event."""
    found = select(OUTBOX.c.dedupe).where(OUTBOX.c.state == SendState.SUPERSEDED.value)
    with open_database(database_url) as database, database.engine.connect() as connection:
        names = [str(name).split(":") for name in connection.execute(found).scalars()]
    return {(int(name[1]), int(name[2])) for name in names if name[0] == "plan"}
