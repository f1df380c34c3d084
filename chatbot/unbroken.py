"""Our own time as people wait by it: it never runs backwards, whoever sets the computer's clock.

Messages and reminders are stored with the moment they are due. Were the clock set back by two hours, everything that
waits would wait two hours more. The market's time is another one, and follows the computer's clock wherever it goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chatbot.core.money import Millis
from chatbot.ports import Clock, Units

BELIEVED: Final[Millis] = 24 * 60 * 60_000
"""What was stored further ahead than this comes from a clock that was wrong, not from one that was set."""


@dataclass(slots=True)
class Unbroken:
    """The wall clock; where that is set back, time goes on from where it was, at the pace of the steady clock."""

    wall: Clock
    steady: Clock
    ahead: Millis
    """By how much it is ahead of the steady clock; never less than it ever was."""

    def __call__(self) -> Millis:
        now = self.steady()
        self.ahead = max(self.ahead, self.wall() - now)
        return now + self.ahead


def unbroken(wall: Clock, steady: Clock, units: Units) -> Unbroken:
    """Goes on from the newest message that was ever queued: the clock may have been set while nothing ran."""
    now = wall()
    with units() as unit:
        reached = unit.outbox.newest() or now
    begin = reached if now < reached <= now + BELIEVED else now
    return Unbroken(wall, steady, begin - steady())
