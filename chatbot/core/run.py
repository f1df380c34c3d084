"""A decision under way: the state so far and the events that led there."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from chatbot.core.events import CloseReason, Event, Filled, FillKind, PlanClosed
from chatbot.core.evolve import evolve
from chatbot.core.money import Millis
from chatbot.core.plan import Follow, Plan
from chatbot.core.state import PlanState


@dataclass(slots=True)
class Run:
    """Collects events and folds each into the state at once, so the next decision sees it."""

    state: PlanState
    events: list[Event] = field(default_factory=list)

    @property
    def plan(self) -> Plan:
        """The plan being decided on."""
        return self.state.plan

    @property
    def assumed(self) -> bool:
        """Whether every event fills in full at its own price."""
        return self.state.plan.follow is Follow.ASSUMED

    def emit(self, event: Event) -> None:
        """One more fact."""
        self.state = evolve(self.state, event)
        self.events.append(event)

    def next_action(self) -> int:
        """The number of the next thing asked of the user; 0 where nothing is asked."""
        return 0 if self.assumed else self.state.last_action + 1

    def assume_filled(self, kind: FillKind, index: int, price: Decimal, quantity: Decimal, at: Millis) -> None:
        """In assumed mode the event's own fill follows it at once."""
        if self.assumed and quantity > 0:
            self.emit(Filled(kind, index, price, quantity, 0, at, assumed=True))

    def close(self, reason: CloseReason, at: Millis, *, assumed: bool = False) -> None:
        """The plan is over, with its result."""
        state = self.state
        self.emit(PlanClosed(reason, state.position.realised, state.r_multiple, at, assumed))
