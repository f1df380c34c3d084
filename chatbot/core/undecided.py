"""What of a way, gone once more, a plan has not decided on yet, where several trades share a millisecond.

What an event armed is not met by the trades before it, though they bear the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Final

from chatbot.core.events import (
    Event,
    ReassessAdvised,
    StopAdvised,
    StopHit,
    StopReason,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.core.plan import Plan
from chatbot.core.way import Print, Standing, Step, standing, take

PRICED: Final = (TierTriggered, TierBlocked, ReassessAdvised, TargetHit, StopHit)
"""What the price of a print brings about, with that price."""


def undecided(way: Sequence[Step], plan: Plan, events: Sequence[Event], atr: Decimal | None = None) -> Sequence[Step]:
    """The way without the prints that, in the millisecond of an event, came before the one that brought it."""
    times = {event.at for event in events}
    if not any(isinstance(step, Print) and step.at in times for step in way):
        return way
    found, before = list[Step](), Before(plan, events)
    for at, together in groupby(way, key=lambda step: step.at if isinstance(step, Print) else None):
        steps = list(together)
        prints = [step for step in steps if isinstance(step, Print)]
        found += steps[how_many_decided(prints, before, atr) :] if at in times else steps
    return found


@dataclass(slots=True)
class Before:
    """A plan and its events, and where it stood before one of them: the events are gone through once."""

    plan: Plan
    events: Sequence[Event]
    upto: int = 0
    stood: Standing = field(init=False)

    def __post_init__(self) -> None:
        self.stood = standing(self.plan, ())

    def standing(self, first: int) -> Standing:
        """Where the plan stood before this event."""
        if first < self.upto:
            self.upto, self.stood = 0, standing(self.plan, ())
        self.stood, self.upto = self.stood.after(self.events[self.upto : first]), first
        return self.stood


def how_many_decided(prints: Sequence[Print], before: Before, atr: Decimal | None) -> int:
    """Of the prints of one millisecond, in which something happened, how many led to that."""
    events, at = before.events, prints[0].at
    first = next(index for index, event in enumerate(events) if event.at == at)
    told = [event for event in events[first:] if event.at == at]
    stands, left = before.standing(first), told if first else []
    for number, step in enumerate(prints, 1):
        brought = list(take(stands, step, atr).events) if left else []
        if brought and brought == left[: len(brought)]:
            stands, left = stands.after(brought), left[len(brought) :]
            if not left:
                return number
    return by_their_prices(prints, told)


def by_their_prices(prints: Sequence[Print], told: Sequence[Event]) -> int:
    """The same where these prints alone don't bring that about: up to the last price that is named, or all of them."""
    if any(isinstance(event, StopAdvised) and event.reason is StopReason.TRAIL for event in told):
        # A step of a trailing stop names no price.
        return len(prints)
    prices = [step.price for step in prints]
    named = {event.price for event in told if isinstance(event, PRICED)} & {*prices}
    return max((prices.index(price) + 1 for price in named), default=0)
