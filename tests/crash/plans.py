"""Plans for the scripted market: long and short, all of a price range that it crosses within a minute."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Final

from chatbot.core.money import Side
from chatbot.core.plan import (
    BreakEven,
    Direction,
    Follow,
    LockR,
    Plan,
    PriceTrigger,
    Resting,
    StopRule,
    Target,
    Tier,
    Trail,
)
from chatbot.sandbox.exchange.listing import Listing

EXCHANGE: Final = "binanceusdm"
BY_HAND: Final = Resting(entries=False, stop=False, targets=False)
WEIGHTS: Final = (25, 25, 30, 20)
CLOSES: Final = (25, 35, 30)


def plan_near(price: Decimal, listing: Listing, follow: Follow, random: Random) -> Plan:
    """A plan around this price, none of whose levels stands at it."""
    side = random.choice((Side.LONG, Side.SHORT))
    grid = Grid(price, listing, side.sign, random)
    entry = grid.step * random.choice((-1, 1)) * random.randint(4, 12)
    direction = Direction.UP if entry * side.sign > 0 else Direction.DOWN
    onward = Direction.UP if side is Side.LONG else Direction.DOWN
    adds = (entry + grid.step * (10 * number + random.randint(0, 4)) for number in (1, 2, 3))
    triggers = ((entry, direction), *((add, onward) for add in adds))
    tiers = (
        Tier(Decimal(weight), PriceTrigger(grid.at(away), way))
        for weight, (away, way) in zip(WEIGHTS, triggers, strict=True)
    )
    rules: tuple[StopRule, ...] = (BreakEven(), LockR(), Trail(distance_pct=Decimal("0.1")))
    targets = (
        Target(grid.at(entry + grid.step * (40 + 25 * number + random.randint(0, 9))), Decimal(close), rule)
        for number, (close, rule) in enumerate(zip(CLOSES, rules, strict=True))
    )
    stop = grid.at(entry - grid.step * random.randint(30, 40))
    return Plan(
        EXCHANGE,
        listing.symbol,
        side,
        leverage=Decimal(10),
        equity=Decimal(100_000),
        allocation_pct=Decimal(5),
        tiers=tuple(tiers),
        stop=stop,
        targets=tuple(targets),
        taker_pct=Decimal("0.04"),
        tick_size=listing.tick_size,
        lot_size=listing.lot_size,
        follow=follow,
        resting=BY_HAND,
    )


class Grid:
    """Prices at so many small steps in a trade's favour from where the market stands."""

    def __init__(self, price: Decimal, listing: Listing, sign: int, random: Random) -> None:
        self.price, self.listing, self.sign = price, listing, sign
        self.step = Decimal(random.randint(80, 120)) / 100

    def at(self, steps: Decimal) -> Decimal:
        """A step is about 0.01 % of the price."""
        return self.listing.on_grid(self.price * (1 + self.sign * steps / 10_000))
