"""Forgets messages that were sent, or never will be, once nobody can need them any more, and invites that expired."""

from __future__ import annotations

from typing import Final

from chatbot.coach.desk import Desk
from chatbot.core.money import Millis

KEPT: Final[Millis] = 30 * 24 * 60 * 60 * 1_000


def tidy(desk: Desk) -> int:
    """Forget some of what is older than 30 days, in one transaction. How many messages there were."""
    with desk.units() as unit:
        unit.invites.tidy(desk.wall())
        return unit.outbox.tidy(desk.wall() - KEPT)
