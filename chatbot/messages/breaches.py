"""Rules broken on purpose, told where the plan is shown and at its end: which rule, and why in the user's words."""

from __future__ import annotations

from typing import Final

from chatbot.core.events import BlockReason, BreachKind, BreachRecorded
from chatbot.core.state import PlanState
from chatbot.messages.numbers import utc_stamp
from chatbot.messages.views import said

NAMES: Final = {
    BreachKind.LOOSENED_STOP: "looser stop",
    BreachKind.GREEDY_HOLD: "held past a target",
    BreachKind.OUTSIDE_ADD: "added outside the plan",
}
GUARDS: Final = {
    BlockReason.SIZE: "too small",
    BlockReason.AVERAGING_DOWN: "averaging down",
    BlockReason.STRUCTURE: "beyond structure",
    BlockReason.RISK: "over R",
}
SHORT: Final = 80


def guard_of(breach: BreachRecorded) -> BlockReason | None:
    """The guard that would have refused an add outside the plan."""
    first = breach.note.split("; ", 1)[0] if breach.kind is BreachKind.OUTSIDE_ADD else ""
    return next((reason for reason in BlockReason if reason.value == first), None)


def reason_of(breach: BreachRecorded) -> str:
    """The user's own words, not yet escaped; empty where there are none."""
    return breach.note if guard_of(breach) is None else breach.note.partition("; ")[2]


def breach_words(breach: BreachRecorded) -> str:
    """`held past a target: moon`."""
    guard, reason = guard_of(breach), reason_of(breach)
    named = NAMES[breach.kind] if guard is None else f"{NAMES[breach.kind]} ({GUARDS[guard]})"
    short = reason if len(reason) <= SHORT else f"{reason[: SHORT - 1]}…"
    return f"{named}: {said(short)}" if short else named


def breaches_line(state: PlanState) -> str:
    """All of them on one line; empty where there are none."""
    told = " · ".join(breach_words(breach) for breach in state.broken)
    return f"Breaches: {state.breaches} ({told})" if told else ""


def breach_lines(state: PlanState) -> tuple[str, ...]:
    """One line each, with its moment."""
    return tuple(f"Breach {utc_stamp(breach.at)} · {breach_words(breach)}" for breach in state.broken)
