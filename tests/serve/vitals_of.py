"""A bot as it may be, for tests of what is told of it."""

from __future__ import annotations

from typing import Any

from chatbot.core.market import Market
from chatbot.core.plan import TriggerPrice
from chatbot.vitals import Feed, Job, Spans, Vitals

BTC = Market("binanceusdm", "BTC/USDT:USDT")
ETH = Market("binanceusdm", "ETH/USDT:USDT", TriggerPrice.MARK)


def vitals_of(**changes: Any) -> Vitals:
    """A well bot, with some of everything."""
    well: dict[str, Any] = {
        "version": "1.2.3",
        "uptime": 3_600_000,
        "telegram_reached": True,
        "feeds": (Feed(BTC, 1_500, is_streamed=True, behind=62_000), Feed(ETH, 4_000)),
        "plans": 3,
        "database_ping": 2,
        "outbox_depth": 1,
        "outbox_oldest": 700,
        "jobs": (Job("clock", 1_000, 400, late=12, runs=3_600, failures=1),),
        "latency": {"stop": Spans(((50, 1), (1_000, 3), (None, 4)), 4, 9_250, 8_000)},
        "sent": {"sent": 4, "dead": 0},
        "logged": {("warning", 'message "waits"'): 2},
    }
    return Vitals(**{**well, **changes})
