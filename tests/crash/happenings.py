"""What must be told: the core folded over the market's own trades, knowing nothing of the bot's database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from chatbot.core.engine import process
from chatbot.core.events import StopAdvised, StopReason
from chatbot.core.inputs import Arm, Input
from chatbot.core.money import Millis
from chatbot.core.plan import Plan
from chatbot.core.state import Phase, PlanState, fresh
from chatbot.deliver.forms import plain
from chatbot.messages.alerts import Alert, alerts
from chatbot.messages.numbers import price
from chatbot.messages.views import PlanView
from chatbot.records import Priority

ARMED: Final = " is armed"


@dataclass(frozen=True, slots=True)
class Due:
    """One alert that a user must get: what it says first, and which plan it names.

    `step` is set where it only moves a trailing stop: the stop before and after. Steps may be told as one.
    """

    chat_id: int
    number: int
    sequence: int
    title: str
    headline: str
    priority: Priority
    at: Millis
    step: tuple[str, str] | None = None

    @property
    def words(self) -> str:
        """For whoever reads what went wrong."""
        return f"chat {self.chat_id}, event {self.sequence} of {self.title}: {self.headline!r}"


@dataclass(frozen=True, slots=True)
class Whose:
    """A plan's place: its user's chat, its number there, its id in the database."""

    chat_id: int
    number: int
    plan_id: int


@dataclass(slots=True)
class Followed:
    """One plan as it must stand now, if every trade and every answer so far is decided on."""

    whose: Whose
    state: PlanState
    expect: Callable[[Due], None]
    stops: list[str] = field(default_factory=list)
    """Every stop the plan had, in order, as messages write it."""

    @classmethod
    def armed(cls, whose: Whose, plan: Plan, at: Millis, expect: Callable[[Due], None]) -> Followed:
        """From the moment it is watched."""
        made = cls(whose, fresh(plan), expect, [written(plan, plan.stop)])
        made.give(Arm(at))
        return made

    @property
    def is_over(self) -> bool:
        return self.state.phase is Phase.CLOSED

    @property
    def title(self) -> str:
        """How messages call it."""
        plan = self.state.plan
        return f"Plan {self.whose.number} · {plan.symbol.partition('/')[0]} {plan.side.value}"

    def give(self, given: Input) -> bool:
        """One price or answer; whether the user must hear of it."""
        outcome = process(self.state, given)
        view = PlanView(self.whose.plan_id, self.whose.number, *names(self.state.plan), None, given.at)
        told = alerts(self.state, outcome.state, outcome.events, view)
        first = self.state.sequence + 1
        self.stops += [written(self.state.plan, e.stop) for e in outcome.events if isinstance(e, StopAdvised)]
        self.state = outcome.state
        for alert in told:
            self.expect(self.due(alert, outcome.events[alert.sequence - first], given.at))
        return bool(told)

    def due(self, alert: Alert, head: object, at: Millis) -> Due:
        """An alert as what its reader can recognise it by."""
        headline = plain(alert.message.text.splitlines()[0])
        trails = isinstance(head, StopAdvised) and head.reason is StopReason.TRAIL
        step = self.step_to(written(self.state.plan, head.stop)) if isinstance(head, StopAdvised) and trails else None
        whose = (self.whose.chat_id, self.whose.number, alert.sequence)
        return Due(*whose, self.title, headline, alert.priority, at, step)

    def step_to(self, stop: str) -> tuple[str, str]:
        """The stop before this one, and this one."""
        index = self.stops.index(stop)
        return self.stops[index - 1], stop


def names(plan: Plan) -> tuple[str, str]:
    """Base and quote of a linear perpetual."""
    base, _, rest = plan.symbol.partition("/")
    return base, rest.partition(":")[0]


def written(plan: Plan, stop: Decimal) -> str:
    """A stop as messages write it."""
    return price(stop, plan.tick_size)
