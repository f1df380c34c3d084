"""How a running bot is, as numbers: what it hears, what waits to be sent, what works and what has failed. No words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from chatbot.core.market import Market
from chatbot.core.money import Millis

MINUTE: Final[Millis] = 60_000
SILENT_AFTER: Final[Millis] = 5 * MINUTE
BEHIND_AFTER: Final[Millis] = 10 * MINUTE
STUCK_AFTER: Final[Millis] = 5 * MINUTE
UNREACHED_AFTER: Final[Millis] = 5 * MINUTE
MISSED_RUNS: Final = 3
"""A job that has not run for so many of its intervals, and for a minute, does not run."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One watched market: how long ago it was heard, and how far behind now its minutes are known (or None)."""

    market: Market
    heard_ago: Millis
    is_streamed: bool = False
    behind: Millis | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One scheduled job: how long ago it last ended (or was begun with), and how late its last run began."""

    name: str
    every: Millis
    ended_ago: Millis
    late: Millis = 0
    runs: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Spans:
    """A histogram: how many took at most so many milliseconds, each bucket with all quicker ones; None is no bound."""

    buckets: Sequence[tuple[Millis | None, int]]
    count: int
    sum_ms: Millis
    max_ms: Millis


@dataclass(frozen=True, slots=True)
class Vitals:
    """The bot at one moment. Spans are in milliseconds."""

    version: str
    uptime: Millis
    telegram_reached: bool
    feeds: Sequence[Feed] = ()
    plans: int = 0
    database_ping: Millis | None = 0
    """How long the database took to answer; None where it did not."""
    outbox_depth: int = 0
    outbox_oldest: Millis | None = None
    """How long the oldest message waits that could leave; None where none waits."""
    jobs: Sequence[Job] = ()
    latency: Mapping[str, Spans] = field(default_factory=dict)
    """From a print to its delivered alert, by urgency."""
    sent: Mapping[str, int] = field(default_factory=dict)
    """What became of messages since the start."""
    logged: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Warnings and errors since the start, by level and kind."""


class TroubleKind(StrEnum):
    """What can stay wrong."""

    FEED = "feed"
    BEHIND = "behind"
    OUTBOX = "outbox"
    DATABASE = "database"
    JOB = "job"
    TELEGRAM = "telegram"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong: what it is about, and for how long."""

    kind: TroubleKind
    about: str = ""
    lasts: Millis = 0

    @property
    def key(self) -> str:
        """The same trouble has the same key, however long it lasts."""
        return f"{self.kind} {self.about}".strip()


def troubles_of(vitals: Vitals) -> tuple[Trouble, ...]:
    """Everything that is wrong; empty where the bot is well."""
    found = [
        *(
            Trouble(TroubleKind.FEED, name_of(f.market), f.heard_ago)
            for f in vitals.feeds
            if f.heard_ago > SILENT_AFTER
        ),
        *(
            Trouble(TroubleKind.BEHIND, name_of(f.market), f.behind)
            for f in vitals.feeds
            if f.behind is not None and f.behind > BEHIND_AFTER
        ),
        *(Trouble(TroubleKind.JOB, job.name, job.ended_ago) for job in vitals.jobs if is_standing(job)),
    ]
    if vitals.outbox_oldest is not None and vitals.outbox_oldest > STUCK_AFTER:
        found.append(Trouble(TroubleKind.OUTBOX, lasts=vitals.outbox_oldest))
    if vitals.database_ping is None:
        found.append(Trouble(TroubleKind.DATABASE))
    if not vitals.telegram_reached and vitals.uptime > UNREACHED_AFTER:
        found.append(Trouble(TroubleKind.TELEGRAM, lasts=vitals.uptime))
    return tuple(found)


def is_standing(job: Job) -> bool:
    """Whether a job should have run by now, several times."""
    return job.ended_ago > max(MISSED_RUNS * job.every, MINUTE)


def name_of(market: Market) -> str:
    """`binanceusdm BTC/USDT:USDT`, and `mark` where that price is meant."""
    return " ".join((market.exchange, market.symbol, *(["mark"] if market.trigger_price == "mark" else [])))
