"""One exchange: asks it within its budget, keeps away while it wants to be left alone, sorts what goes wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Final, TypeVar

import structlog

from chatbot.core.market import MarketError, Pause
from chatbot.core.money import Millis
from chatbot.market.budget import SHARE_USED, Budget
from chatbot.market.errors import OUTSIDE, BadPayloadError, Circumstances, remedy_of
from chatbot.market.exchanges import Venue, open_exchange
from chatbot.market.instruments import Catalogue, catalogue_of, may_replace
from chatbot.market.session import RoutedSession
from chatbot.ports import Clock

Answer = TypeVar("Answer")
RELOAD_AFTER: Final[Millis] = 3_300_000
"""A little less than an hour: whoever asks by the hour gets a new list each time."""
RELOAD_AGAIN_AFTER: Final[Millis] = 300_000
COUNTS_SLEEP: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux has a clock of its own for that; macOS's monotonic clock goes on anyway."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Manners:
    """How long to wait for an answer, and whether to keep to the weight budget (a sandbox may be asked freely)."""

    timeout_ms: int = 10_000
    budgeted: bool = True


class Connection:
    """A ccxt exchange, its markets and its state of health."""

    def __init__(
        self,
        venue: Venue,
        session: RoutedSession,
        random: Random,
        manners: Manners,
        clock: Clock | None = None,
        pauses: Clock | None = None,
    ) -> None:
        self.venue = venue
        self.clock = clock
        self.steady = pauses or steady
        self.session = session
        self.random = random
        self.timeout_ms = manners.timeout_ms
        self.client = open_exchange(venue, session, manners.timeout_ms, clock)
        self.budget = Budget(venue.costs.a_minute if manners.budgeted else None)
        self.failures = 0
        self.failed_at: Millis | None = None
        self.paused_until: Millis = 0
        self.known: Catalogue | None = None
        self.reload_at: Millis = 0
        self.kept: tuple[Millis, Any] | None = None
        """The last list of prices and when it came, where asking for it is dear."""
        self.loading = asyncio.Lock()

    async def ask(
        self,
        weight: int,
        request: Callable[[], Awaitable[Any]],
        read: Callable[[Any], Answer],
        client: Any = None,
        share: float = SHARE_USED,
    ) -> Answer:
        """Send a request and read its answer. Raises MarketError with what to do."""
        self.keep_away(weight, share)
        sent_at = self.steady()
        try:
            answer = read(await request())
        except OUTSIDE as error:
            raise self.sorted(error, client or self.client, sent_at) from error
        self.failures = 0
        return answer

    def keep_away(self, weight: int, share: float) -> None:
        """Raises MarketError while the exchange is paused or the budget is spent; else counts the weight."""
        now = self.steady()
        if now < self.paused_until:
            raise MarketError(self.venue.id, Pause(self.paused_until - now, "the exchange asked for a pause"))
        if wait := self.budget.wait(weight, now, share):
            raise MarketError(self.venue.id, Pause(wait, "the request budget of this minute is spent"))
        self.budget.spend(weight, now)

    def sorted(self, error: Exception, client: Any, sent_at: Millis) -> MarketError:
        """An error as what to do; a pause is kept from now on, whoever asks next."""
        known = Circumstances(
            exchange=self.venue.name,
            failures=self.failures_before(sent_at),
            headers=client.last_response_headers or {},
            now=int(time.time() * 1_000),
            usual_pause=self.venue.usual_pause,
        )
        remedy = remedy_of(error, known, self.random)
        if isinstance(remedy, Pause):
            self.paused_until = self.steady() + remedy.after
        # By kind alone: a remedy's reason is what the exchange said, which may be anything.
        kinds = {"error": type(error).__name__, "remedy": type(remedy).__name__}
        log.warning("exchange_failed", exchange=self.venue.id, **kinds)
        return MarketError(self.venue.id, remedy)

    def failures_before(self, sent_at: Millis) -> int:
        """The failures in a row before that of a request sent then, which is counted: once for each incident.

        Whatever was sent before the last failure that counts had come belongs to the same incident.
        """
        if self.failed_at is None or sent_at > self.failed_at:
            self.failed_at = self.steady()
            self.failures += 1
        return max(0, self.failures - 1)

    async def catalogue(self) -> Catalogue:
        """What is listed, at most an hour old where the exchange answers. Raises MarketError if it never did."""
        async with self.loading:
            if self.known is None or self.steady() >= self.reload_at:
                await self.refresh()
            if self.known is None:
                raise AssertionError("a refresh either loads or raises")
            return self.known

    async def listed(self) -> Catalogue:
        """What is known to be listed; a price or a candle does not wait for that to be loaded anew.

        Raises MarketError if the exchange never answered.
        """
        return await self.catalogue() if self.known is None else self.known

    async def refresh(self) -> None:
        """Load the markets; where that fails or makes no sense, those known already stay."""
        try:
            await self.load()
            self.reload_at = self.steady() + RELOAD_AFTER
        except MarketError as error:
            if self.known is None:
                raise
            log.warning("markets_kept", exchange=self.venue.id, error=str(error))
            self.reload_at = self.steady() + RELOAD_AGAIN_AFTER

    async def load(self) -> None:
        """Load into a second instance, because ccxt takes a garbled answer for an empty list of markets."""
        fresh = open_exchange(self.venue, self.session, self.timeout_ms, self.clock)
        try:
            loaded = await self.ask(self.venue.costs.markets, fresh.load_markets, self.believable, fresh)
            self.client.set_markets_from_exchange(fresh)
            self.known = loaded
        finally:
            await fresh.close()

    def believable(self, markets: Any) -> Catalogue:
        """The markets, sorted. Raises BadPayloadError for none, or for far fewer than are known."""
        found = catalogue_of(self.venue.id, markets.values(), amounts_in_base=self.venue.amounts_in_base)
        if not found.instruments:
            raise BadPayloadError("the list of markets holds no linear perpetual")
        if self.known is not None and not may_replace(self.known, found):
            raise BadPayloadError(f"only {len(found.instruments)} of {len(self.known.instruments)} are listed")
        return found

    async def close(self) -> None:
        """Let go of the client; the session belongs to the feed."""
        await self.client.close()


def steady() -> Millis:
    """A clock that never jumps and goes on while the machine sleeps; real time even where the market's is not."""
    return time.clock_gettime_ns(COUNTS_SLEEP) // 1_000_000
