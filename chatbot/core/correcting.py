"""Which fill may turn out never to have been: one whose absence leaves a trade that makes sense."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from chatbot.core.events import Filled
from chatbot.core.money import ZERO
from chatbot.core.position import ENTRIES
from chatbot.core.state import PlanState


def may_take_back(state: PlanState, fill: int) -> bool:
    """Whether a fill may turn out never to have been: not tier 1's, which all else is measured by, nor after the end.

    Nor one whose absence leaves less bought than was closed.
    """
    if state.is_over or state.fills[fill - 1] == state.first_fill:
        return False
    left = tuple(known for number, known in enumerate(state.fills, 1) if number != fill)
    return net_of(left) >= 0


def net_of(fills: Iterable[Filled]) -> Decimal:
    """What was bought (or sold short) less what was closed."""
    return sum((fill.quantity if fill.kind in ENTRIES else -fill.quantity for fill in fills), ZERO)
