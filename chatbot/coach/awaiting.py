"""What a user was asked to type, if anything: a price, a stop, or a reason. Stored, so a restart loses nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from chatbot.coach.desk import Work
from chatbot.core.money import Millis
from chatbot.core.repeats import MINUTE
from chatbot.ports import Told
from chatbot.records import User

OUTDATED: Final = Told("This was answered already, or the plan has moved on: nothing was changed.", show_alert=True)
FOREIGN: Final = Told("This button is not yours or no longer valid: nothing was changed.", show_alert=True)
PATIENCE: Final[Millis] = 10 * MINUTE
"""How long an answer is waited for: later it may mean anything."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The number a user was asked to type, for which action, and when by our own time.

    With a `target` it is the reason for holding past it that is waited for.
    """

    plan_id: int
    action: int
    at: Millis = 0
    target: int = 0


def expect(work: Work, user: User, expected: Expected) -> None:
    """The next text of this user is the answer."""
    asked = [expected.plan_id, expected.action, expected.at, expected.target]
    work.unit.settings.put(expectation(user), json.dumps(asked))


def expectation(user: User) -> str:
    """Where it is kept that a user was asked to type something."""
    return f"expected:{user.user_id}"


def awaited(work: Work, user: User, now: Millis) -> Expected | None:
    """What the user was asked to type and has not been waited for too long."""
    stored = work.unit.settings.get(expectation(user))
    asked = None if stored is None else Expected(*json.loads(stored))
    return None if asked is None or now - asked.at > PATIENCE else asked


def forget(work: Work, user: User) -> None:
    """Nothing is waited for any more: the next number means something else."""
    work.unit.settings.drop(expectation(user))
