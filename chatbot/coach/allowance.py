"""How much one person may have the bot watch where anybody may come in. A plan that is too much stays a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chatbot.coach.answers import Refused
from chatbot.coach.desk import Work
from chatbot.core.plan import Plan
from chatbot.core.triggers import parts_of
from chatbot.messages.limits import too_many_levels, too_many_plans
from chatbot.records import User


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most so many active plans a person, and levels a plan. The owner has no limits."""

    plans: int = 20
    levels: int = 15
    applies: bool = False

    def passed(self, work: Work, user: User, plan: Plan | Refused) -> Plan | Refused:
        """The plan, unless it is one too many, or too large."""
        if isinstance(plan, Refused) or not self.applies or user.is_owner:
            return plan
        if len(work.unit.plans.open_of(user.user_id)) >= self.plans:
            return Refused(too_many_plans(self.plans))
        found = levels_of(plan)
        return Refused(too_many_levels(found, self.levels)) if found > self.levels else plan


UNLIMITED: Final = Allowance()


def levels_of(plan: Plan) -> int:
    """What is watched for one plan: each part of each trigger, the stop, each target, and the structure level."""
    parts = sum(len(parts_of(tier.trigger)) for tier in plan.tiers)
    return parts + 1 + len(plan.targets) + (plan.guards.structure_level is not None)
