"""Where a user says their stop stands: read, and refused where it loosens the plan's without a reason (RULES 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chatbot.coach.typed import stop_and_reason
from chatbot.core.reading import Unreadable, plain
from chatbot.core.state import PlanState
from chatbot.messages.holding import looser_stop
from chatbot.messages.views import PlanView


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, the market's price if it is known, what the stop may be near, and what stands before examples."""

    text: str
    market: Decimal | None
    expected: Sequence[Decimal]
    lead: str = ""


def own_stop(state: PlanState, view: PlanView, typed: Typed) -> tuple[Decimal, str]:
    """The stop and the reason, one that would not be hit at once. A looser one has a reason. Raises Unreadable."""
    if not typed.text.strip():
        likely = f"{typed.lead}{typed.expected[0]:f}"
        raise Unreadable(f"No price is written there; expected that of your stop, for example {likely}.")
    stop, reason = stop_and_reason(typed.text, typed.expected, typed.lead)
    if typed.market is not None and state.plan.touched(typed.market, stop):
        raise Unreadable(
            f"A stop at {stop:f} would be hit at once, the price is {typed.market:f}; expected the price at which your "
            f"stop stands, for example {typed.lead}{plain(state.stop):f}."
        )
    known = (state.stop, state.exchange_stop)
    if stop not in known and state.plan.favours(state.stop, stop) and not reason:
        raise Unreadable(looser_stop(state, view, stop, typed.lead))
    return stop, reason
