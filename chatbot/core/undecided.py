"""What of a way, gone once more, a plan has not decided on yet, where several trades share a millisecond.

What an event armed is not met by the trades before it, though they bear the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from chatbot.core.way import Print, Step, standing, take

PRICED: Final = (TierTriggered, TierBlocked, ReassessAdvised, TargetHit, StopHit)
"""What the price of a print brings about, with that price."""


def undecided(way: Sequence[Step], plan: Plan, events: Sequence[Event], atr: Decimal | None = None) -> Sequence[Step]:
    """The way without the prints that, in the millisecond of an event, came before the one that brought it."""
    times = {event.at for event in events}
    if not any(isinstance(step, Print) and step.at in times for step in way):
        return way
    found = list[Step]()
    for at, together in groupby(way, key=lambda step: step.at if isinstance(step, Print) else None):
        steps = list(together)
        prints = [step for step in steps if isinstance(step, Print)]
        found += steps[how_many_decided(prints, plan, events, atr) :] if at in times else steps
    return found


def how_many_decided(prints: Sequence[Print], plan: Plan, events: Sequence[Event], atr: Decimal | None) -> int:
    """Of the prints of one millisecond, in which something happened, how many led to that."""
    first = next(index for index, event in enumerate(events) if event.at == prints[0].at)
    told = [event for event in events[first:] if event.at == prints[0].at]
    stands, left = standing(plan, events[:first]), told if first else []
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
