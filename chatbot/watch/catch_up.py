"""No wick missed: after every minute, gap and start, what a market did is read from its watermark on and decided.

A market that is behind is caught up with before anything live of it decides; not for ever, though, where its
exchange does not give what is needed: a late order is better than no alert.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, assert_never

import structlog

from chatbot.core.market import Final as GiveUp
from chatbot.core.market import Market, MarketError, Pause, Remedy, Retry
from chatbot.core.money import Millis
from chatbot.watch.past import Past
from chatbot.watch.telling import tell_broken
from chatbot.watch.watcher import GIVEN_UP_FOR, Watcher

HOLD_FOR: Final[Millis] = 5_000
"""How long live prices wait for a market that is behind, by the steady clock."""
AT_ONCE: Final = 8
"""Markets of one exchange that are read together."""
ASK_AGAIN: Final[Millis] = 1_000
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Behind:
    """A market that is being caught up with: how long live prices wait, and since when it was not seen."""

    until: Millis
    since: Millis | None


class CatchUp:
    """Says which market is read when. Lives on the event loop."""

    def __init__(self, watcher: Watcher, past: Past) -> None:
        self.watcher, self.past = watcher, past
        self.behind: dict[Market, Behind] = {}
        self.away_until: dict[Market, Millis] = {}
        """By the steady clock: nothing is to be had before."""
        self.locks: dict[Market, asyncio.Lock] = {}
        self.turns: dict[str, asyncio.Semaphore] = {}
        self.under_way: dict[Market, asyncio.Task[None]] = {}
        self.failing: set[Market] = set()
        self.on_ready: Callable[[Market], None] = lambda _: None
        """Called when a market's live prices may be looked at."""
        watcher.before, watcher.on_gap, watcher.is_looked_up = self.first, self.fall_behind, past.is_looked_up
        watcher.silence.is_caught_up = self.is_caught_up

    async def load(self) -> None:
        """At the start every market is behind."""
        await self.past.load()
        for market in self.watcher.markets():
            self.fall_behind(market, self.watcher.silence.since.get(market))

    def is_behind(self, market: Market) -> bool:
        """Whether live prices of a market have to wait."""
        found = self.behind.get(market)
        return found is not None and self.watcher.steady() < found.until

    def held(self) -> Collection[Market]:
        """The markets whose past comes first."""
        return {market for market in self.behind if self.is_behind(market)}

    def is_caught_up(self, market: Market) -> bool:
        """Whether all that a market did until a moment ago is decided on."""
        return market not in self.behind and not self.past.is_due(market)

    def fall_behind(self, market: Market, since: Millis | None) -> None:
        """Something of a market may have been missed, since then: that comes before live prices decide again."""
        if market not in self.behind:
            self.behind[market] = Behind(self.watcher.steady() + HOLD_FOR, since)
            self.away_until.pop(market, None)
            self.start(market)

    async def first(self, market: Market) -> None:
        """What a market did up to now, before a price of it is decided on; no longer than a price can wait."""
        self.fall_behind(market, None)
        if self.away_until.pop(market, None) is not None:
            # It answered just now: whatever went wrong before is over.
            self.start(market)
        with suppress(TimeoutError):
            async with asyncio.timeout(HOLD_FOR / 1_000):
                while market in self.behind and (task := self.under_way.get(market)) is not None:
                    await asyncio.wait({task})
                    self.start(market)

    async def begin(self) -> None:
        """Ask for every minute that is over, and for all that is to be caught up with, without waiting for it."""
        for market in self.watcher.markets():
            if market in self.behind or self.past.is_due(market):
                self.start(market)
        for market in [market for market in self.behind if not self.is_behind(market)]:
            self.on_ready(market)
        self.forget()

    async def look(self) -> None:
        """The same, and wait for it."""
        await self.begin()
        while self.under_way:
            await asyncio.wait(self.under_way.values())

    async def stop(self) -> None:
        """What is under way is cut off: it is taken up again at the next start."""
        tasks = list(self.under_way.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def start(self, market: Market) -> None:
        """Begin with a market, unless that is being done, or nothing is to be had yet."""
        if market not in self.under_way and self.watcher.steady() >= self.away_until.get(market, 0):
            self.under_way[market] = asyncio.create_task(self.one(market))

    async def one(self, market: Market) -> None:
        """A market's turn."""
        try:
            await (self.fill(market) if market in self.behind else self.safely(market, self.read))
        finally:
            del self.under_way[market]

    async def fill(self, market: Market) -> None:
        """All that a market did up to now: its closed minutes and, as far as trades tell, the one that runs."""
        if await self.safely(market, self.read_to_now) and self.behind.pop(market, None) is not None:
            self.on_ready(market)

    async def read(self, market: Market) -> None:
        """The closed minutes. Raises MarketError."""
        await self.past.read(market, self.blind_since(market))

    async def read_to_now(self, market: Market) -> None:
        """The closed minutes, and the one that runs. Raises MarketError."""
        await self.past.read(market, self.blind_since(market))
        await self.past.read_running(market, self.blind_since(market))

    def blind_since(self, market: Market) -> Millis | None:
        """Since when a market was not seen, while it is being caught up with after that."""
        found = self.behind.get(market)
        return None if found is None else found.since

    async def safely(self, market: Market, work: Callable[[Market], Awaitable[None]]) -> bool:
        """Whether it was done. The outermost place for what goes wrong with one market: logged, and tried again."""
        lock = self.locks.setdefault(market, asyncio.Lock())
        try:
            async with lock, self.turns.setdefault(market.exchange, asyncio.Semaphore(AT_ONCE)):
                await work(market)
        except MarketError as error:
            self.put_off(market, wait_after(error.remedy), type(error.remedy).__name__)
        except Exception as error:  # noqa: BLE001 -- the named outermost place
            tell_broken("catching up broke", error, exchange=market.exchange, symbol=market.symbol)
            self.put_off(market, ASK_AGAIN, "broke")
        else:
            self.failing.discard(market)
            return True
        return False

    def put_off(self, market: Market, wait: Millis, why: str) -> None:
        """Not before then; said once until it works again."""
        self.away_until[market] = self.watcher.steady() + wait
        if market not in self.failing:
            self.failing.add(market)
            log.warning("minutes failed", exchange=market.exchange, symbol=market.symbol, remedy=why, wait_ms=wait)

    def forget(self) -> None:
        """Markets that nobody watches any more."""
        self.past.forget()
        watched = self.watcher.markets()
        gone = {*self.behind, *self.away_until, *self.locks} - watched - self.under_way.keys()
        for market in gone:
            self.behind.pop(market, None)
            self.away_until.pop(market, None)
            self.locks.pop(market, None)
        self.failing &= watched


def wait_after(remedy: Remedy) -> Millis:
    """How long to leave it alone."""
    match remedy:
        case Retry(after=after) | Pause(after=after):
            return max(after, ASK_AGAIN)
        case GiveUp():
            return GIVEN_UP_FOR
        case unknown:
            assert_never(unknown)
