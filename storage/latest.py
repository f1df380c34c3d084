"""How far the market's time has come in a database: what comes later must not be older."""

from __future__ import annotations

from sqlalchemy import func, select

from chatbot.core.money import Millis
from storage.database import open_database
from storage.tables import PLAN_EVENTS, QUOTES


def latest_moment(url: str) -> Millis | None:
    """The newest price or event, if there is any; a database that is not there is created. Raises DatabaseRefused."""
    with open_database(url) as database, database.engine.begin() as connection:
        columns = (QUOTES.c.at, PLAN_EVENTS.c.at)
        found = [connection.execute(select(func.max(column))).scalar() for column in columns]
    return max((at for at in found if at is not None), default=None)
