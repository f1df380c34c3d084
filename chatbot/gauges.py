"""Reads how the running bot is, from those who know it; never raises and never waits long for the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, Protocol

import structlog

from chatbot.breakage import described
from chatbot.core.market import Market
from chatbot.core.money import Millis
from chatbot.ports import Clock, OnDatabase, Units
from chatbot.vitals import Feed, Job, Spans, Vitals

DATABASE_PATIENCE: Final = 5.0
"""Seconds; the database thread may have something long to do."""
log = structlog.get_logger(__name__)


class Heard(Protocol):
    """What the watch knows: when each watched market was last heard, by the steady clock."""

    @property
    def heard(self) -> Mapping[Any, Millis]: ...
    @property
    def plans(self) -> Mapping[int, Any]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom to ask. Those that have a default may be unknown."""

    watch: Heard
    jobs: Callable[[], Sequence[Job]]
    is_reached: Callable[[], bool]
    is_streamed: Callable[[Market], bool] = lambda _: False
    looked_until: Callable[[], Mapping[Market, Millis]] = dict
    """Up to when everything a market did was asked for and decided on."""
    latency: Callable[[], Mapping[str, Spans]] = dict
    sent: Callable[[], Mapping[str, int]] = dict
    logged: Callable[[], Mapping[tuple[str, str], int]] = dict


@dataclass(frozen=True, slots=True)
class Times:
    """`market` is the time of prices, `wall` ours, `steady` ours without jumps."""

    market: Clock
    wall: Clock
    steady: Clock


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database knows, and how long it took to say so (None: it did not)."""

    ping: Millis | None = None
    depth: int = 0
    oldest_at: Millis | None = None


class Gauges:
    """One for a running bot."""

    def __init__(self, sources: Sources, units: Units, on_database: OnDatabase, times: Times) -> None:
        self.sources, self.units, self.on_database, self.times = sources, units, on_database, times
        self.began_at = times.steady()
        self.version = own_version()

    async def look(self) -> Vitals:
        """The bot as it is now."""
        stored = await self.stored()
        sources, oldest = self.sources, stored.oldest_at
        waits = None if oldest is None else self.times.wall() - oldest
        return Vitals(
            version=self.version,
            uptime=self.times.steady() - self.began_at,
            telegram_reached=sources.is_reached(),
            feeds=self.feeds(sources.looked_until()),
            plans=len(sources.watch.plans),
            database_ping=stored.ping,
            outbox_depth=stored.depth,
            outbox_oldest=waits if waits is not None and waits >= 0 else None,
            jobs=sources.jobs(),
            latency=sources.latency(),
            sent=sources.sent(),
            logged=sources.logged(),
        )

    def feeds(self, marks: Mapping[Market, Millis]) -> tuple[Feed, ...]:
        """Every watched market."""
        now, market_now = self.times.steady(), self.times.market()
        heard = sorted((market_of(key), at) for key, at in self.sources.watch.heard.items())
        return tuple(
            Feed(market, now - at, self.sources.is_streamed(market), behind(marks.get(market), market_now))
            for market, at in heard
        )

    async def stored(self) -> Stored:
        """The outermost place for a database that fails: that it does is what is to be told."""
        began_at = self.times.steady()
        try:
            async with asyncio.timeout(DATABASE_PATIENCE):
                found = await self.on_database(self.read)
        except Exception as error:  # noqa: BLE001 -- the named outermost place
            log.warning("database does not answer", error=described(error))
            return Stored()
        return Stored(self.times.steady() - began_at, found.depth, found.oldest_at)

    def read(self) -> Stored:
        """On the database thread."""
        with self.units() as unit:
            return Stored(0, unit.outbox.depth(), unit.outbox.oldest_unsent())


def market_of(key: Any) -> Market:
    """The market of a key that may leave out which price is followed."""
    return Market(*key)


def behind(known_until: Millis | None, now: Millis) -> Millis | None:
    """How far a watermark lags."""
    return None if known_until is None else max(0, now - known_until)


def own_version() -> str:
    """The installed version; a checkout that was never installed has none."""
    try:
        return version("tierwise")
    except PackageNotFoundError:
        return "unknown"
