"""A crowd of plans whose levels lie all over a recording, so that whatever can happen to a plan happens to some."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter
from random import Random
from typing import Final

from chatbot.core.money import HUNDRED, Millis, Side
from chatbot.core.plan import (
    AnyOf,
    BreakEven,
    Direction,
    Follow,
    Guards,
    Hold,
    LockR,
    MoveTrigger,
    Plan,
    PreviousTarget,
    PriceTrigger,
    Resting,
    StopRule,
    Target,
    Tier,
    Trail,
    Trigger,
)
from chatbot.sandbox.exchange.listing import Listing
from chatbot.sandbox.exchange.sources import Point

USERS: Final = (1001, 1002, 1003, 1004, 1005, 1006)
TAPPING: Final = (1007, 1008)
"""Those who say what they did, each with a plan of their own."""
EXCHANGE: Final = "binanceusdm"
MINUTE: Final[Millis] = 60_000
WEIGHTS: Final = ((25, 25, 30, 20), (20, 30, 25, 25), (40, 35, 25))
CLOSES: Final = ((25, 35, 30), (35, 35, 20), (30, 30, 40))
EXPIRING: Final = 0.2
moment = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Entry:
    """A plan, whose it is, and when it is armed."""

    user_id: int
    armed_at: Millis
    plan: Plan


@dataclass(slots=True)
class Maker:
    """Makes plans for one market: `width` is how far its price goes between two of its waves."""

    listing: Listing
    width: Decimal
    random: Random

    def plan(self, price: Decimal, armed_at: Millis, wave: Millis) -> Plan:
        """A plan for the moment at which the market stands at `price`."""
        side = self.random.choice(tuple(Side))
        entry = self.beyond(price, side.sign * self.random.choice((-1, 1)), "0.02", "0.25")
        worst, best = sorted((price, entry), key=lambda level: side.sign * level)
        stop = self.beyond(worst, -side.sign, "0.2", "0.9")
        return Plan(
            exchange=EXCHANGE,
            symbol=self.listing.symbol,
            side=side,
            leverage=Decimal(10),
            equity=Decimal(100_000),
            allocation_pct=Decimal(5),
            tiers=self.tiers(side, price, entry, stop),
            stop=stop,
            targets=self.targets(side, best),
            guards=self.guards(entry, stop),
            taker_pct=self.random.choice((Decimal("0.005"), Decimal("0.04"))),
            tick_size=self.listing.tick_size,
            lot_size=self.listing.lot_size,
            armed_at=armed_at,
            expires_at=self.expiry(armed_at, wave),
            follow=Follow.ASSUMED,
        )

    def beyond(self, start: Decimal, sign: int, least: str, most: str) -> Decimal:
        """A level between so many widths away."""
        low, high = float(least), float(most)
        return self.listing.on_grid(start + sign * self.width * Decimal(f"{self.random.uniform(low, high):.4f}"))

    def tiers(self, side: Side, price: Decimal, entry: Decimal, stop: Decimal) -> tuple[Tier, ...]:
        """Three or four entries: the first at a level, the others by any kind of price."""
        first = PriceTrigger(entry, Direction.UP if entry > price else Direction.DOWN)
        weights = self.random.choice(WEIGHTS)
        triggers: list[Trigger] = [first]
        far = entry
        for _ in weights[1:]:
            far = self.beyond(far, side.sign, "0.03", "0.2")
            triggers.append(self.later(side, entry, stop, far))
        return tuple(Tier(Decimal(weight), trigger) for weight, trigger in zip(weights, triggers, strict=True))

    def later(self, side: Side, entry: Decimal, stop: Decimal, far: Decimal) -> Trigger:
        """A later tier: farther in the trade's favour, or a dip against it, at times deeper than the guard likes."""
        ahead, behind = (Direction.UP, Direction.DOWN)[:: side.sign]
        move = MoveTrigger((HUNDRED * abs(far - entry) / entry).quantize(Decimal("0.0001")))
        share = Decimal(f"{self.random.uniform(0.1, 0.8):.3f}")
        dip = PriceTrigger(self.listing.on_grid(entry + (stop - entry) * share), behind)
        level = PriceTrigger(far, ahead)
        return self.random.choice((move, level, level, dip, AnyOf((level, dip)), AnyOf((move, level))))

    def targets(self, side: Side, best: Decimal) -> tuple[Target, ...]:
        """Three targets with all kinds of stop rules."""
        rules: tuple[StopRule, ...] = (
            self.random.choice((BreakEven(), LockR(Decimal("0.5")), Hold())),
            self.random.choice((LockR(), PreviousTarget(), self.trail())),
            self.random.choice((self.trail(), self.trail(), Hold())),
        )
        made, price = [], best
        for close, rule in zip(self.random.choice(CLOSES), rules, strict=True):
            price = self.beyond(price, side.sign, "0.15", "0.5")
            made.append(Target(price, Decimal(close), rule))
        return tuple(made)

    def trail(self) -> Trail:
        """A trail a little tighter or wider than the market's usual way."""
        share = Decimal(f"{self.random.uniform(0.1, 0.5):.3f}")
        pct = (HUNDRED * self.width * share / self.listing.price).quantize(Decimal("0.0001"))
        return self.random.choice((Trail(distance_pct=pct), Trail(distance_r=share)))

    def guards(self, entry: Decimal, stop: Decimal) -> Guards:
        """Mostly the usual ones."""
        structure = self.listing.on_grid(entry + (stop - entry) * Decimal("0.3"))
        return Guards(
            structure_level=structure if self.random.random() < 0.2 else None,
            add_after_first_target=self.random.random() < 0.3,
        )

    def expiry(self, armed_at: Millis, wave: Millis) -> Millis | None:
        """Some plans don't wait for long."""
        return armed_at + int(wave * self.random.uniform(0.1, 1)) if self.random.random() < EXPIRING else None


def crowd(listing: Listing, trades: Sequence[Point], waves: int, each: int, seed: int) -> list[Entry]:
    """So many plans in each of so many waves, armed at moments at which nothing is traded."""
    begin, end = trades[0].at, trades[-1].at
    wave = (end - begin) // waves
    random = Random(f"{seed}:{listing.id}")
    maker = Maker(listing, width_of(trades, wave), random)
    made: list[Entry] = []
    for number in range(waves):
        armed_at = quiet_moment(trades, begin + number * wave + 1)
        price = trades[bisect_right(trades, armed_at, key=moment) - 1].price
        for _ in range(each):
            user_id = USERS[len(made) % len(USERS)]
            made.append(Entry(user_id, armed_at, maker.plan(price, armed_at, wave)))
    return made


def tapping(entries: Sequence[Entry]) -> list[Entry]:
    """Plans as in the crowd, of people who confirm each action by hand: the first of each wave that is taken."""
    first = {entry.armed_at: entry for entry in reversed(entries)}
    chosen = [first[at] for at in sorted(first)][: len(TAPPING)]
    by_hand = Resting(entries=False, stop=False, targets=False)
    return [
        Entry(user_id, entry.armed_at, replace(entry.plan, follow=Follow.CONFIRMED, resting=by_hand))
        for user_id, entry in zip(TAPPING, chosen, strict=False)
    ]


def quiet_moment(trades: Sequence[Point], at: Millis) -> Millis:
    """The first millisecond from then on in which nothing is traded: nobody can doubt what came before the arming."""
    index = bisect_right(trades, at - 1, key=moment)
    while index < len(trades) and trades[index].at == at:
        at += 1
        index = bisect_right(trades, at - 1, key=moment)
    return at


def width_of(trades: Sequence[Point], wave: Millis) -> Decimal:
    """How far the price usually goes in a wave."""
    begin, ranges = trades[0].at, list[Decimal]()
    while begin < trades[-1].at:
        first, last = bisect_right(trades, begin - 1, key=moment), bisect_right(trades, begin + wave, key=moment)
        prices = [trade.price for trade in trades[first:last]]
        ranges += [max(prices) - min(prices)] if prices else []
        begin += wave
    return sorted(ranges)[len(ranges) // 2]
