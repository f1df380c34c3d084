"""A user's open plans as they can be read: one that can't be is named, and holds up none of the others."""

from __future__ import annotations

from dataclasses import dataclass

from chatbot.coach.desk import Work
from chatbot.ports import PlanUnreadable, Unit
from chatbot.records import PlanRecord, User


@dataclass(frozen=True, slots=True)
class Listing:
    """The plans in the order of their numbers, and the numbers of those that can't be read."""

    records: tuple[PlanRecord, ...]
    unreadable: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.records or self.unreadable)


def readable(unit: Unit, user: User, plan_id: int) -> PlanRecord | None:
    """One of the user's plans, unless what is stored of it can't be read: the others are there all the same."""
    try:
        return unit.plans.record_of(user, plan_id)
    except PlanUnreadable:
        return None


def open_plans(work: Work, user: User) -> Listing:
    """Every open plan of the user."""
    records: list[PlanRecord] = []
    unreadable: list[int] = []
    for row in work.unit.plans.open_of(user.user_id):
        try:
            record = work.unit.plans.record_of(user, row.plan_id)
        except PlanUnreadable:
            unreadable.append(row.number)
            continue
        if record is not None:
            records.append(record)
    return Listing(tuple(records), tuple(unreadable))
