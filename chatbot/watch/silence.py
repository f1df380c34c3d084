"""Markets that fell silent: their users are told once, and told when they are seen again and all is looked up.

One report for all markets of an exchange that come back together, even where nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from chatbot.coach.outages import SILENCE, Outages
from chatbot.core.market import Market
from chatbot.core.money import Millis
from chatbot.ports import Clock, OnDatabase

REPORT_WITHIN: Final[Millis] = 10_000
"""How long a report waits for the other markets of its exchange."""
LOOKED_UP_WITHIN: Final[Millis] = 60_000
"""How long it waits for what was missed to be looked up."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """`market` is the market's time; `steady` never jumps: pauses and silence are measured with it."""

    market: Clock
    steady: Clock


class Silence:
    """Notices who was not heard for a minute. Lives on the event loop."""

    def __init__(self, outages: Outages, on_database: OnDatabase, clocks: Clocks) -> None:
        self.outages, self.on_database = outages, on_database
        self.clock, self.steady = clocks.market, clocks.steady
        self.since: dict[Market, Millis] = {}
        """Markets that are not seen, or whose users are still to be told that they are again, since when."""
        self.back: dict[Market, Millis] = {}
        """Of those, the ones that are heard again: since when, by the steady clock."""
        self.untold: set[Market] = set()
        """Of those, the ones that were not seen because the bot was not there: nobody was told."""
        self.left: set[Market] = set()
        """Silent markets whose last plan is over: still stored as silent, and to be forgotten."""
        self.is_caught_up: Callable[[Market], bool] = lambda _: True

    async def load(self, watched: frozenset[Market]) -> None:
        """What was silent when the bot stopped, and what it did not see because it was not there."""
        silent = await self.on_database(self.outages.silent)
        away = await self.on_database(partial(self.outages.was_away, watched))
        self.left = silent.keys() - watched
        self.since = {market: at for market, at in {**away, **silent}.items() if market in watched}
        self.untold = away.keys() - silent.keys()
        await self.forget_left()

    def forget(self, market: Market) -> None:
        """A market that nobody watches any more."""
        self.back.pop(market, None)
        self.untold.discard(market)
        if self.since.pop(market, None) is not None:
            self.left.add(market)

    async def notice(self, heard: Mapping[Market, Millis], seen: Collection[Market]) -> None:
        """`heard` is when each watched market of an exchange was last heard, by the steady clock, or first watched.

        `seen` are those of which there was a price at all.
        """
        for market in sorted(heard):
            silent_for = self.steady() - heard[market]
            if silent_for > SILENCE:
                self.back.pop(market, None)
                await self.fell_silent(market, silent_for)
            elif market in self.since and market in seen:
                self.back.setdefault(market, self.steady())
        await self.report({market: at for market, at in self.back.items() if market in heard})

    async def fell_silent(self, market: Market, silent_for: Millis) -> None:
        """Users are told, once."""
        if market not in self.since or market in self.untold:
            since = self.since.get(market, self.clock() - silent_for)
            await self.on_database(partial(self.outages.fell_silent, market, since))
            self.since[market] = since
            self.untold.discard(market)

    async def report(self, back: Mapping[Market, Millis]) -> None:
        """Markets that are seen again, in one report."""
        now = self.steady()
        ready = [market for market, at in back.items() if self.is_caught_up(market) or now - at > LOOKED_UP_WITHIN]
        if not ready or (len(ready) < len(back) and now - min(back.values()) <= REPORT_WITHIN):
            return
        spells = {market: self.since[market] for market in sorted(ready)}
        unknown = frozenset(market for market in spells if not self.is_caught_up(market))
        await self.on_database(partial(self.outages.are_back, spells, unknown))
        for market in spells:
            self.since.pop(market, None)
            self.back.pop(market, None)
            self.untold.discard(market)

    async def forget_left(self) -> None:
        """Who comes to such a market later was never told that it was silent."""
        left = frozenset(self.left - self.since.keys())
        if left:
            await self.on_database(partial(self.outages.forget, left))
        self.left -= left | self.since.keys()
