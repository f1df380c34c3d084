"""No wick missed: after every minute, gap and start, what a market did is read from its watermark on and decided.

A market that is behind is caught up with before any price of it decides: what came first is decided first, at its
own price. Not for ever, though, where prices come but their past is not to be had: an alert out of order is better
than none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, assert_never

import structlog

from chatbot.core.market import Final as GiveUp
from chatbot.core.market import Market, MarketError, Pause, Remedy, Retry
from chatbot.core.money import Millis
from chatbot.records import PlanRow
from chatbot.watch.past import Past
from chatbot.watch.telling import tell_broken
from chatbot.watch.watcher import GIVEN_UP_FOR, Watcher

HOLD_FOR: Final[Millis] = 20_000
"""How long prices wait for what their market did before, by the steady clock, from the first that has to."""
LOOK_AGAIN_FOR: Final[Millis] = 2_000
"""The same where nothing was missed, and only what a late decision armed is to be looked at once more."""
LOOK_UP_WITHIN: Final = 5.0
"""How many seconds a poll waits for it; the next poll brings a price again."""
TIME_WAITS: Final[Millis] = 3_600_000
"""How long an expiry waits for a market that is not to be looked up, by the steady clock: an entry before it counts."""
AT_ONCE: Final = 8
"""Markets of one exchange that are read together."""
ASK_AGAIN: Final[Millis] = 1_000
HELD_AGAIN: Final[Millis] = 4_000
"""How soon at the latest it is asked for again while prices wait. Where the exchange wants a pause, none is sent."""
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Behind:
    """A market that is being caught up with: since when it was not seen, and since when a price of it waits."""

    since: Millis | None
    held_at: Millis | None = None
    again: bool = False
    """Something more may have been missed while it was being read."""
    hold_for: Millis = HOLD_FOR


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
        self.blind: dict[Market, Millis | None] = {}
        """Since when those were not seen that were caught up with last."""
        self.overdue: dict[int, Millis] = {}
        """Plans that time alone would move, each since when, by the steady clock."""
        self.on_ready: Callable[[Market], None] = lambda _: None
        """Called when a market's live prices may be looked at."""
        self.is_deciding: Callable[[Market], bool] = lambda _: False
        """Whether prices of a market are there that are not decided on yet."""
        watcher.before, watcher.on_gap, watcher.is_looked_up = self.first, self.seen_again, past.is_looked_up
        past.on_found = watcher.look_again = self.look_again
        watcher.newer, past.has_gap = past.read_back.newer, self.has_gap
        watcher.silence.is_caught_up = self.is_caught_up

    async def load(self) -> None:
        """At the start every market is behind."""
        await self.past.load()
        for market in self.watcher.markets():
            self.fall_behind(market, self.watcher.silence.since.get(market))

    def holds(self, market: Market) -> bool:
        """Whether a price of a market that is there now has to wait."""
        found = self.behind.get(market)
        if found is None:
            return False
        if found.held_at is None:
            found.held_at = self.watcher.steady()
        return self.watcher.steady() < found.held_at + found.hold_for

    def ready(self, due: Sequence[PlanRow]) -> Sequence[int]:
        """Of the plans that time alone would move, those that no earlier price can move any more.

        Not for ever, though, where a market is not to be looked up: that its users do not see it they know by then.
        """
        now = self.watcher.steady()
        self.overdue = {row.plan_id: self.overdue.get(row.plan_id, now) for row in due}
        over = {plan_id for plan_id, since in self.overdue.items() if now - since >= TIME_WAITS}
        return [row.plan_id for row in due if row.plan_id in over or self.is_known(row)]

    def is_known(self, row: PlanRow) -> bool:
        """Whether all that a plan's market did until time alone moves it is decided on."""
        market, due_at = row.market, row.due_at or 0
        if market not in self.watcher.indexes or self.past.is_looked_up(market, due_at):
            return True
        if not self.watcher.is_live(market) or market in self.behind:
            return False
        return self.past.has_settled(due_at) and not self.is_deciding(market)

    def is_caught_up(self, market: Market) -> bool:
        """Whether all that a market did until a moment ago is decided on."""
        return market not in self.behind and not self.past.is_due(market) and self.past.is_sure(market)

    def fall_behind(self, market: Market, since: Millis | None, hold_for: Millis = HOLD_FOR) -> None:
        """Something of a market may have been missed, since then: that comes before live prices decide again."""
        known = self.behind.get(market)
        if known is None:
            self.behind[market] = Behind(since, again=market in self.under_way, hold_for=hold_for)
            self.away_until.pop(market, None)
            self.start(market)
            return
        known.since = since if known.since is None else known.since
        known.hold_for = max(known.hold_for, hold_for)
        # What is being read answers only for what was before.
        known.again = known.again or market in self.under_way

    def seen_again(self, market: Market, since: Millis | None) -> None:
        """Its exchange answers: whatever went wrong before is over, and what was missed is asked for at once."""
        self.fall_behind(market, since)
        if self.away_until.pop(market, None) is not None:
            self.start(market)

    def look_again(self, market: Market) -> None:
        """A plan was moved late: what its market did since then was looked at as if it had not been.

        Nothing was missed, so prices wait for that only a moment.
        """
        if market not in self.behind and self.watcher.is_live(market):
            self.fall_behind(market, None, LOOK_AGAIN_FOR)

    async def first(self, market: Market) -> bool:
        """What a market did up to now comes first; whether a price of now may be decided on then."""
        self.seen_again(market, None)
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_UP_WITHIN):
                while market in self.behind and (task := self.under_way.get(market)) is not None:
                    await asyncio.wait({task})
                    self.start(market)
        return not self.holds(market)

    async def begin(self) -> None:
        """Ask for every minute that is over, and for all that is to be caught up with, without waiting for it."""
        for market in self.watcher.markets():
            if market in self.behind or self.past.is_due(market):
                self.start(market)
        for market in tuple(self.behind):
            # What waits for it may have waited long enough.
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
            if market in self.behind or await self.safely(market, self.read):
                # A gap that showed meanwhile is not left for later.
                await self.fill(market)
        finally:
            del self.under_way[market]

    async def fill(self, market: Market) -> None:
        """All that a market did up to now: its closed minutes and, as far as trades tell, the one that runs."""
        while (found := self.behind.get(market)) is not None:
            found.again = False
            if not await self.safely(market, self.read_to_now):
                return
            if not found.again and self.behind.pop(market, None) is not None:
                if found.since is not None or self.past.is_sure(market):
                    self.blind[market] = found.since
                self.on_ready(market)

    def has_gap(self, market: Market) -> bool:
        """Whether something of a market may have been missed since it began to be read."""
        found = self.behind.get(market)
        return found is not None and found.again

    async def read(self, market: Market) -> None:
        """The closed minutes; where prices are only looked at, also one that does not show yet. Raises MarketError."""
        await self.past.read(market, self.blind_since(market))
        if self.past.is_short(market) and not self.watcher.is_live(market):
            await self.past.read_running(market, self.blind_since(market))
        self.past.was_read(market)

    async def read_to_now(self, market: Market) -> None:
        """The closed minutes, and the one that runs. Raises MarketError."""
        await self.past.read(market, self.blind_since(market))
        await self.past.read_running(market, self.blind_since(market))
        self.past.was_read(market)

    def blind_since(self, market: Market) -> Millis | None:
        """Since when a market was not seen, while it is being caught up with after that."""
        found = self.behind.get(market)
        if found is not None:
            return found.since
        return None if self.past.is_sure(market) else self.blind.get(market)

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
            if self.past.is_due(market):
                # A minute that is not there yet: asked for again, less and less often.
                self.away_until[market] = self.watcher.steady() + max(ASK_AGAIN, self.past.late())
            return True
        return False

    def put_off(self, market: Market, wait: Millis, why: str) -> None:
        """Not before then, or soon again where a price waits for it; said once until it works again."""
        found = self.behind.get(market)
        soon = found is not None and found.held_at is not None
        self.away_until[market] = self.watcher.steady() + (min(wait, HELD_AGAIN) if soon else wait)
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
            self.blind.pop(market, None)
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
