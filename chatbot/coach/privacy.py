"""What is held about a person, handed out to them, and deleted for good once they confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from chatbot.coach.awaiting import OUTDATED
from chatbot.coach.desk import Desk, Watched, Work
from chatbot.coach.listing import readable
from chatbot.core.money import Millis
from chatbot.core.repeats import MINUTE
from chatbot.core.state import Phase
from chatbot.messages.privacy import FORGOTTEN, asks_to_forget
from chatbot.messages.values import Press
from chatbot.ports import Told
from chatbot.records import PlanRecord, User

CONFIRM_WITHIN: Final[Millis] = 10 * MINUTE
DELETED: Final = Told(FORGOTTEN, show_alert=True)


@dataclass(frozen=True, slots=True)
class Everything:
    """All that is held, by table, and the plans that are over as far as they can be read."""

    held: Mapping[str, Sequence[Mapping[str, object]]]
    closed: tuple[PlanRecord, ...]


@dataclass(frozen=True, slots=True)
class Privacy:
    """Hands out and deletes."""

    desk: Desk

    def everything(self, work: Work, user: User) -> Everything:
        """All of it, of this user alone."""
        over = [row for row in work.unit.plans.all_of(user.user_id) if row.phase is Phase.CLOSED]
        found = [readable(work.unit, user, row.plan_id) for row in over]
        return Everything(work.unit.held.of(user), tuple(record for record in found if record is not None))

    def ask(self, work: Work, user: User) -> None:
        """What would be lost, and the button that deletes it."""
        open_plans = len(work.unit.plans.open_of(user.user_id))
        self.desk.reply(work, user, asks_to_forget(open_plans, self.desk.wall() + CONFIRM_WITHIN))

    def confirmed(self, work: Work, user: User, press: Press) -> Told:
        """Delete all of it, if the button still counts. Their plans are watched no more."""
        if self.desk.wall() > press.version * 1_000:
            return OUTDATED
        for row in work.unit.held.delete(user):
            work.changed.append(Watched(replace(row, phase=Phase.CLOSED)))
        return DELETED
