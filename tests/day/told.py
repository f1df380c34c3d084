"""What a chat's transcript says happened to each plan, read from the words alone, as its owner would."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from chatbot.core.events import (
    Event,
    PlanArmed,
    PlanClosed,
    ReassessAdvised,
    StopHit,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.sandbox.telegram.person import Shown

REPEAT: Final = "🔁"
PLAN: Final = re.compile(r"Plan (\d+)(?: ·| closed)")
HEADLINES: Final = (
    ("armed", re.compile(r"^Plan \d+ · .* is armed")),
    ("tier", re.compile(r"^Add tier (\d+)|^Tier (\d+) reached")),
    ("blocked", re.compile(r"^Do not add tier (\d+)")),
    ("reassess", re.compile(r"^Reassess or exit tier 1")),
    ("target", re.compile(r"^Close .* at TP(\d+)|^TP(\d+) .* reached")),
    ("stop", re.compile(r"^Exit now|^Stop .* reached")),
    ("closed", re.compile(r"^Plan \d+ closed")),
)


@dataclass(frozen=True, slots=True)
class Said:
    """One alert: what it tells, `tier 2`, and whether it says that it may be a repeat."""

    what: str
    repeated: bool


def said_of(transcript: Iterable[Shown]) -> dict[int, list[Said]]:
    """Every alert about a plan, by the plan's number, oldest first."""
    found: dict[int, list[Said]] = {}
    for shown in transcript:
        plan, what = PLAN.search(shown.text), headline(shown.text)
        if shown.from_bot and plan is not None and what:
            found.setdefault(int(plan.group(1)), []).append(Said(what, REPEAT in shown.text))
    return found


def headline(text: str) -> str:
    """What an alert is about: the first line that is a headline."""
    for line in text.splitlines():
        for name, pattern in HEADLINES:
            if match := pattern.search(line):
                return " ".join((name, *(number for number in match.groups() if number)))
    return ""


def to_tell(events: Sequence[Event]) -> list[str]:
    """What has to be told of these events. Stop moves ride along with what they follow and are looked at apart."""
    told = list(named(events))
    # The end of a plan that a refused tier 1 brings is told with it, in one message.
    return [what for what, then in zip(told, [*told[1:], ""], strict=True) if (what, then) != ("blocked 1", "closed")]


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
