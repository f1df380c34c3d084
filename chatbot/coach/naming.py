"""Which plan a command is about: the one it names by its number, or the only one that is open."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from chatbot.coach.desk import Desk, Work
from chatbot.core.reading import Unreadable, number
from chatbot.messages import replies
from chatbot.messages.feeds import unreadable
from chatbot.ports import PlanUnreadable
from chatbot.records import PlanRecord, PlanRow, User

MOST_DIGITS: Final = 9


class Naming:
    """Finds the plan among the user's own, or asks which one is meant."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def open_of(self, work: Work, user: User) -> list[PlanRow]:
        """The user's open plans."""
        return list(work.unit.plans.open_of(user.user_id))

    def chosen(self, work: Work, user: User, named: list[str], example: str) -> PlanRecord | None:
        """The plan the user named by its number, or the only open one; else they are asked which."""
        rows = self.open_of(work, user)
        if not named and len(rows) != 1:
            self.desk.reply(work, user, replies.which_plan(rows, example) if rows else replies.no_open_plan())
            return None
        name = named[0] if named else str(rows[0].number)
        wanted = plan_number(name)
        try:
            record = None if wanted is None else work.unit.plans.of_user(user.user_id, wanted)
        except PlanUnreadable:
            self.desk.reply(work, user, unreadable(wanted or 0))
            return None
        if record is None:
            self.desk.reply(work, user, replies.no_such_plan(name, rows, example))
        return record

    def is_named(self, work: Work, user: User, words: list[str], counts: tuple[int, ...]) -> bool:
        """Whether the first of the words names the plan: it is one too many, or several are open, or it is no price."""
        if len(words) > max(counts):
            return True
        if len(words) <= min(counts):
            return False
        return len(self.open_of(work, user)) != 1 or self.is_number_of_plan(work, user, words)

    def is_number_of_plan(self, work: Work, user: User, words: list[str]) -> bool:
        """Whether of two numbers the first is a plan's and the second, nearer to its stop, the price."""
        wanted = plan_number(words[0])
        if wanted is None or words[0].startswith("#"):
            return wanted is not None
        try:
            record = work.unit.plans.of_user(user.user_id, wanted)
            stop = Decimal(wanted) if record is None else record.plan.stop
            return abs(number(words[1]) - stop) < abs(Decimal(wanted) - stop)
        except PlanUnreadable:
            return True
        except Unreadable:
            return False


def plan_number(word: str) -> int | None:
    """`2` or `#2` as a plan's number."""
    digits = word.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else None
