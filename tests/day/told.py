"""What a chat's transcript says happened to each plan, read from the words alone, as its owner would."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from chatbot.core.events import (
    Event,
    Filled,
    PlanArmed,
    PlanClosed,
    ReassessAdvised,
    StopAdvised,
    StopHit,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.core.money import Millis
from chatbot.sandbox.telegram.person import Shown

REPEAT: Final = "🔁"
MERGED: Final = re.compile(r"\n─+\n")
"""What stands between alerts that left as one message."""
NUMERAL: Final = re.compile(r"^[①-⓿㉑-㊿] ")
PLAN: Final = re.compile(r"Plan (\d+)(?: ·| closed)")
STOP: Final = re.compile(r"stop [\d\s.]+ → (\d[\d\s.]*\d|\d)(?!\d)")
HEADLINES: Final = (
    ("armed", re.compile(r"^Plan \d+ · .* is armed")),
    ("tier", re.compile(r"^Add tier (\d+)|^Tier (\d+) reached")),
    ("blocked", re.compile(r"^Do not add tier (\d+)")),
    ("reassess", re.compile(r"^Reassess or exit tier 1")),
    ("target", re.compile(r"^Close .* at TP(\d+)|^TP(\d+) .* reached")),
    ("stop", re.compile(r"^Exit now|^Stop .* reached")),
    ("closed", re.compile(r"^Plan \d+ closed")),
    ("move", re.compile(r"^Move stop ")),
)


@dataclass(frozen=True, slots=True)
class Said:
    """One alert: what it tells, `tier 2`, whether it says that it may be a repeat, and where it puts the stop."""

    what: str
    repeated: bool
    stop: Decimal | None = None


def said_of(transcript: Iterable[Shown]) -> dict[int, list[Said]]:
    """Every alert about a plan, by the plan's number, oldest first."""
    found: dict[int, list[Said]] = {}
    for text in (part for shown in transcript if shown.from_bot for part in MERGED.split(shown.text)):
        plan, what = PLAN.search(text), headline(text)
        if plan is not None and what:
            found.setdefault(int(plan.group(1)), []).append(Said(what, REPEAT in text, stop_in(text)))
    return found


def stop_in(text: str) -> Decimal | None:
    """Where an alert says that the stop goes."""
    match = STOP.search(text)
    return None if match is None else Decimal("".join(match.group(1).split()))


def headline(text: str) -> str:
    """What an alert is about: the first line that is a headline, behind its numeral if it has one."""
    for line in text.splitlines():
        for name, pattern in HEADLINES:
            if match := pattern.search(NUMERAL.sub("", line)):
                return " ".join((name, *(number for number in match.groups() if number)))
    return ""


def to_tell(events: Sequence[Event], withdrawn: Collection[int] = ()) -> list[str]:
    """What has to be told of these events, stop moves left out: they may ride along with others (`stops_to_tell`).

    `withdrawn` are the numbers of the events whose message was taken back before it was sent.
    """
    # The end of a plan that a refused tier 1 brings is told with it, in one message.
    pairs = pairwise((*named(without_superseded(events, withdrawn)), ""))
    return [what for what, then in pairs if (what, then) != ("blocked 1", "closed")]


def without_superseded(events: Sequence[Event], withdrawn: Collection[int]) -> list[Event]:
    """All but the adds whose message was taken back because what takes them off is told instead."""
    superseded = {
        number
        for number, event in enumerate(events, start=1)
        if number in withdrawn and isinstance(event, TierTriggered) and is_taken_off(event, events[number:])
    }
    return [event for number, event in enumerate(events, start=1) if number not in superseded]


def is_taken_off(add: TierTriggered, later: Sequence[Event]) -> bool:
    """Whether an add was refused after all, or its scale-in ended by a target, the stop or the plan's end, unanswered.

    What is still to be told then says so in its place.
    """
    for event in later:
        if isinstance(event, TargetHit | StopHit | PlanClosed) or is_refusal(event, add.tier):
            return add.action > 0
        if isinstance(event, Filled) and event.action == add.action:
            return False
    return False


def is_refusal(event: Event, tier: int) -> bool:
    """Whether an event says not to add a tier."""
    return isinstance(event, TierBlocked) and event.tier == tier


def stops_to_tell(events: Sequence[Event], decided: Sequence[Millis]) -> list[Decimal]:
    """Where the stop has to be told to go: the last of moves that follow each other, unless an exit came with it.

    Of the moves that one trade brings, an add between them included, the last.
    """
    told = list[Decimal]()
    rest = [(event, at) for event, at in zip(events, decided, strict=True) if not isinstance(event, Filled)]
    for index, ((event, at), (then, then_at)) in enumerate(pairwise((*rest, (None, 0)))):
        overtaken = isinstance(then, StopHit | StopAdvised | TargetHit) and then_at == at
        if isinstance(event, StopAdvised) and not overtaken and not is_replaced(event, at, rest[index + 1 :]):
            told.append(event.stop)
    return told


def is_replaced(move: StopAdvised, decided: Millis, later: Sequence[tuple[Event, Millis]]) -> bool:
    """Whether the same trade moved the stop once more, in the same decision."""
    return any(isinstance(event, StopAdvised) and (event.at, at) == (move.at, decided) for event, at in later)


def named(events: Sequence[Event]) -> Iterator[str]:
    """Events as a headline names them."""
    for event in events:
        match event:
            case PlanArmed():
                yield "armed"
            case TierTriggered(tier=tier):
                yield f"tier {tier}"
            case TierBlocked(tier=tier):
                yield f"blocked {tier}"
            case ReassessAdvised():
                yield "reassess"
            case TargetHit(target=target):
                yield f"target {target}"
            case StopHit():
                yield "stop"
            case PlanClosed():
                yield "closed"
            case _:
                pass
