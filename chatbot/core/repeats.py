"""When what was not answered is said again (RULES 5), counted from the moment it was asked."""

from __future__ import annotations

from typing import Final, assert_never

from chatbot.core.money import Millis
from chatbot.core.state import ActionKind

SECOND: Final[Millis] = 1000
MINUTE: Final[Millis] = 60 * SECOND
EXIT_AFTER: Final = (30 * SECOND, 1 * MINUTE, 2 * MINUTE, 5 * MINUTE)
EXIT_EVERY: Final = 15 * MINUTE
ORDER_AFTER: Final = (1 * MINUTE, 5 * MINUTE, 15 * MINUTE)
DRAFT_AFTER: Final = (30 * MINUTE, 24 * 60 * MINUTE)
SNOOZE: Final = 5 * MINUTE


def repeat_after(kind: ActionKind, count: int) -> Millis | None:
    """How long after it was asked an action is repeated for the time numbered `count` (from 0); None: no more.

    Exits are repeated for as long as they are open; adds and questions go stale and never are.
    """
    match kind:
        case ActionKind.EXIT:
            late = count - len(EXIT_AFTER) + 1
            return EXIT_AFTER[count] if late <= 0 else EXIT_AFTER[-1] + late * EXIT_EVERY
        case ActionKind.CLOSE | ActionKind.MOVE_STOP:
            return ORDER_AFTER[count] if count < len(ORDER_AFTER) else None
        case ActionKind.ADD | ActionKind.ANSWER:
            return None
        case unknown:
            assert_never(unknown)


def draft_reminder_after(count: int) -> Millis | None:
    """How long after its last answer an unfinished draft is brought up for the time numbered `count`."""
    return DRAFT_AFTER[count] if count < len(DRAFT_AFTER) else None
