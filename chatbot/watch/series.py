"""What is known, and what is still to be decided, of one market's closes on one timeframe.

It asks nobody and tells nobody: it says from when on candles are to be fetched, and who may decide on which. A close
before which candles are missing is decided on by no indicator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from chatbot.core.candles import Candle
from chatbot.core.money import Millis
from chatbot.core.triggers import NOTHING, Indicate, IndicatorKey, Indicators
from chatbot.watch.needs import ATR, Group
from chatbot.watch.window import Window

SPARE: Final = 50
"""Candles fetched at first beyond what a decision needs."""
READ_AGAIN: Final = 2
"""Candles known already that are fetched again with a new one: exchanges revise the last ones."""
MOST_MISSED: Final = 480
ASK_AGAIN: Final[Millis] = 1_000
QUICK_TRIES: Final = 5
LONGEST_WAIT: Final[Millis] = 15_000
PATIENCE_SHARE: Final = 100
"""Of a long candle, the share of its length that passes at most between two requests for what stays missing."""

Mark = tuple[int, Millis]
"""The depth of a group, and when a candle began."""
Place = tuple[Sequence[Candle], int]
"""A stretch of candles without a hole, and where in it a candle stands."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A candle for a group to decide on; without `indicators` only what the candle itself shows is decided."""

    candle: Candle
    group: Group
    indicators: Indicators | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Candles that are missing from `at` on; or `at` is where a market begins that is too young."""

    young: bool
    at: Millis


@dataclass(slots=True)
class Series:
    """`due` is the close that was last asked about; `decided` and `seen`: what was handed over, in full or blind."""

    window: Window
    groups: tuple[Group, ...] = ()
    due: Millis = 0
    settled: bool = False
    ask_at: Millis = 0
    tries: int = 0
    stuck_on: Millis | None = None
    seen: set[Mark] = field(default_factory=set)
    decided: set[Mark] = field(default_factory=set)
    atr: tuple[Millis, Decimal] | None = None
    """When the candle closed at which ATR(14) was read, and its value."""
    told: Trouble | None = None
    """What was said of missing candles last."""
    failures: dict[Mark, int] = field(default_factory=dict)
    """How often plans of a group could not take a candle."""
    failure: str | None = None
    """What was said last of an exchange that does not give the candles; None once it does."""
    away_until: Millis = 0
    """By the steady clock: nothing is to be had before."""

    @property
    def length(self) -> Millis:
        """How long a candle is."""
        return self.window.timeframe.millis

    @property
    def newest(self) -> Millis:
        """When the last candle that is over began."""
        return self.due - self.length

    def begin(self, groups: tuple[Group, ...], due: Millis) -> None:
        """Look at the closes up to `due` for these groups; what nobody needs any more is forgotten."""
        self.groups, self.due = groups, due
        first = min((self.first(group) for group in groups), default=due)
        self.seen = {mark for mark in self.seen if mark[1] >= first}
        self.decided = {mark for mark in self.decided if mark[1] >= first}
        deepest = max((group.depth for group in groups), default=0)
        self.window.forget_before(min(first, self.newest) - (deepest + SPARE + READ_AGAIN) * self.length)

    def first(self, group: Group) -> Millis:
        """The candle in which the first of the group was armed, within reason."""
        if group.armed_at is None:
            return self.due
        reasonable = max(group.armed_at, self.due - MOST_MISSED * self.length)
        return min(self.window.timeframe.start_of(reasonable), self.due)

    def undecided(self, group: Group) -> list[Millis]:
        """The candles on which a group has still to decide."""
        return [at for at in range(self.first(group), self.due, self.length) if (group.depth, at) not in self.decided]

    def lacking(self) -> list[Millis]:
        """The candles that are not known, and that somebody can't decide without."""
        places = self.places()
        found: set[Millis] = set()
        for group in self.groups:
            wanted = self.undecided(group) + ([self.newest] if group.depth else [])
            unready = [at for at in wanted if not self.is_ready(places, at, group.depth)]
            for at in unready[:1]:
                found.update(self.window.missing(at - group.depth * self.length, unready[-1] + self.length))
        return sorted(found)

    def places(self) -> dict[Millis, Place]:
        """Where each candle stands."""
        return {
            candle.at: (stretch, index) for stretch in self.window.stretches() for index, candle in enumerate(stretch)
        }

    def is_ready(self, places: Mapping[Millis, Place], at: Millis, depth: int) -> bool:
        """Whether a candle is known, and enough before it."""
        return at in places and (not depth or self.window.is_whole(*places[at], depth))

    def fetch_from(self) -> Millis | None:
        """From when on candles are to be asked for; None where nothing is to be asked."""
        deepest = max((group.depth for group in self.groups), default=0)
        lacking = self.lacking()
        if not lacking:
            return min((at for group in self.groups for at in self.undecided(group)), default=None)
        if not deepest:
            return lacking[0]
        spare = 0 if self.window.candles else SPARE * self.length
        return min(lacking[0] - spare, self.newest - READ_AGAIN * self.length)

    def offers(self, indicate: Indicate) -> list[Offer]:
        """Who may decide on which candle now, oldest first; the newest ATR is read on the way."""
        readings = self.readings(indicate)
        self.keep_atr(readings)
        pairs = sorted(
            ((at, group) for group in self.groups if group.plan_ids for at in self.undecided(group)),
            key=lambda pair: (pair[0], pair[1].depth),
        )
        made = (self.offer(at, group, readings) for at, group in pairs)
        return [offer for offer in made if offer is not None]

    def offer(self, at: Millis, group: Group, readings: Mapping[Mark, Indicators]) -> Offer | None:
        """What a group may decide on a candle; behind a hole only what needs no indicator, once."""
        candle, mark = self.window.candles.get(at), (group.depth, at)
        if candle is None:
            return None
        if not group.depth or mark in readings:
            return Offer(candle, group, readings.get(mark, {}))
        return None if mark in self.seen else Offer(candle, group, None)

    def readings(self, indicate: Indicate) -> dict[Mark, Indicators]:
        """The indicators at every close still to be decided on, computed once for all groups that have enough."""
        keys = frozenset[IndicatorKey]().union(*(group.keys for group in self.groups))
        found: dict[Mark, Indicators] = {}
        for stretch in self.window.stretches() if keys else ():
            if stretch[-1].at >= min(self.newest, *(self.first(group) for group in self.groups)):
                values = indicate(stretch, keys)
                found |= {mark: values[index] for mark, index in self.ready_in(stretch)}
        return found

    def ready_in(self, stretch: Sequence[Candle]) -> Iterator[tuple[Mark, int]]:
        """The closes in a stretch on which a group can decide, and the newest."""
        places = {candle.at: (stretch, index) for index, candle in enumerate(stretch)}
        for group in self.groups:
            for at in {*self.undecided(group), self.newest} if group.depth else ():
                if self.is_ready(places, at, group.depth):
                    yield (group.depth, at), places[at][1]

    def keep_atr(self, readings: Mapping[Mark, Indicators]) -> None:
        """Remember the ATR of the newest close, where somebody needs it."""
        for group in self.groups:
            value = readings.get((group.depth, self.newest), {}).get(ATR, NOTHING).current
            if value is not None:
                self.atr = (self.due, Decimal(value))

    def mark(self, offer: Offer) -> None:
        """Handed over; with indicators, or where none are needed, it is decided.

        Behind a close that is whole again, what a hole still hides is too old to be told of.
        """
        depth, at = offer.group.depth, offer.candle.at
        self.seen.add((depth, at))
        if offer.indicators is None:
            return
        begin = self.first(offer.group) if depth else at
        self.decided |= {(depth, earlier) for earlier in range(begin, at + 1, self.length)}

    def rest(self, now: Millis) -> Sequence[Millis]:
        """After a look: what is lacking is asked for again, and less and less often while it stays the same."""
        lacking = self.lacking()
        self.settled = not lacking and not any(self.undecided(group) for group in self.groups)
        self.try_later(now, lacking[0] if lacking else None, self.longest_wait)
        return lacking

    @property
    def longest_wait(self) -> Millis:
        """How long at most what is missing is not asked for."""
        return max(LONGEST_WAIT, self.length // PATIENCE_SHARE)

    def try_later(self, now: Millis, stuck_on: Millis | None, longest: Millis = LONGEST_WAIT) -> None:
        """Say when to ask again."""
        self.tries = self.tries + 1 if stuck_on == self.stuck_on else 1
        self.stuck_on = stuck_on
        self.ask_at = now + min(ASK_AGAIN * 2 ** min(max(0, self.tries - QUICK_TRIES), 10), longest)

    def trouble(self, lacking: Sequence[Millis]) -> Trouble | None:
        """What is to be said of missing candles; the newest may take a moment to arrive."""
        known = min(self.window.candles, default=None)
        if known is not None and lacking and lacking[-1] < known:
            return Trouble(young=True, at=known)
        missing = [at for at in lacking if known is None or at > known]
        if not missing or (missing == [self.newest] and self.tries < 2):
            return None
        return Trouble(young=False, at=missing[0])

    def try_again(self, offer: Offer, tries: int) -> bool:
        """Whether a candle that a plan could not take is handed over once more; a plan that never can stops nobody."""
        mark = (offer.group.depth, offer.candle.at)
        self.failures = {known: times for known, times in self.failures.items() if known[1] >= offer.candle.at}
        self.failures[mark] = self.failures.get(mark, 0) + 1
        return self.failures[mark] < tries
