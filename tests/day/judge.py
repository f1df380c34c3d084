"""Compares what was decided and told with what the trades did, plan by plan; every difference is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Final

from chatbot.core.events import (
    CloseReason,
    Event,
    PlanClosed,
    ReassessAdvised,
    StopAdvised,
    StopHit,
    StopReason,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.core.money import Millis
from chatbot.core.plan import Plan
from tests.day.told import Said, stops_to_tell, to_tell, without_superseded

EXPIRY_GRACE: Final[Millis] = 120_000
LEVELS: Final = (TierTriggered, TierBlocked, ReassessAdvised, TargetHit, StopHit)
UNENTERED: Final = (CloseReason.INVALIDATED, CloseReason.EXPIRED)


@dataclass(frozen=True, slots=True)
class Case:
    """One plan: what had to happen, what was stored, when each stored event was decided, and what was told.

    `withdrawn` are the numbers of the stored events whose message was superseded before it was sent.
    """

    name: str
    plan: Plan
    expected: tuple[Event, ...]
    stored: tuple[Event, ...]
    decided: Sequence[Millis]
    said: Sequence[Said]
    withdrawn: Collection[int] = ()


@dataclass(slots=True)
class Verdict:
    """The figures of a run, and its differences one by one."""

    plans: int = 0
    touched: int = 0
    alerted: int = 0
    missed: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    inexact: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    repeats: int = 0
    withdrawn: int = 0
    """Adds that were taken back before they were sent: what takes them off was told instead."""
    late: list[Millis] = field(default_factory=list)

    @property
    def differences(self) -> list[str]:
        """All that is not as it should be."""
        named = {
            "missed": self.missed,
            "invented": self.invented,
            "inexact": self.inexact,
            "not told": self.untold,
            "told out of order": self.misplaced,
            "told twice, unmarked": self.unmarked,
        }
        return [f"{name}: {row}" for name, rows in named.items() for row in rows]

    def line(self) -> str:
        """The figures on one line."""
        late = sorted(self.late)
        middle, last = (late[len(late) // 2], late[-1]) if late else (0, 0)
        return (
            f"{self.plans} plans, thresholds touched {self.touched}, alerted {self.alerted}"
            f" and withdrawn {self.withdrawn}, missed {len(self.missed)}, invented {len(self.invented)},"
            f" inexact {len(self.inexact)}, not told {len(self.untold)}, out of order {len(self.misplaced)},"
            f" unmarked repeats {len(self.unmarked)}, marked repeats {self.repeats};"
            f" decided after {middle} ms in the middle, {last} ms at most"
        )

    def table(self) -> str:
        """The line and every difference."""
        return "\n".join((self.line(), *self.differences))


def judged(cases: Sequence[Case]) -> Verdict:
    """The verdict over all plans."""
    verdict = Verdict()
    for case in cases:
        verdict.plans += 1
        compare(verdict, case)
        listen(verdict, case)
    return verdict


def is_touch(event: Event) -> bool:
    """Whether an event is what a touched threshold brings about, and not a consequence of another event."""
    if isinstance(event, StopAdvised):
        return event.reason is StopReason.TRAIL
    return isinstance(event, LEVELS) or (isinstance(event, PlanClosed) and event.reason in UNENTERED)


def name_of(event: Event) -> str:
    """An event without its numbers, but for which of its kind it is."""
    parts = (getattr(event, name, None) for name in ("tier", "target", "reason", "kind", "index"))
    return " ".join((type(event).__name__, *(str(part) for part in parts if part is not None)))


def compare(verdict: Verdict, case: Case) -> None:
    """Stored events against those that had to happen: the same, in the same order, with the same numbers."""
    verdict.touched += sum(is_touch(event) for event in case.expected)
    wanted, found = ([name_of(event) for event in events] for events in (case.expected, case.stored))
    matcher = SequenceMatcher(None, wanted, found, autojunk=False)
    for operation, first, last, begin, end in matcher.get_opcodes():
        if operation == "equal":
            for offset in range(last - first):
                match(verdict, case, first + offset, begin + offset)
        else:
            verdict.missed += [f"{case.name}: {event}" for event in case.expected[first:last]]
            verdict.invented += [f"{case.name}: {event}" for event in case.stored[begin:end]]


def match(verdict: Verdict, case: Case, expected: int, stored: int) -> None:
    """An event that happened: its numbers, and how long after the trade it was decided."""
    wanted, found = case.expected[expected], case.stored[stored]
    if not is_same(case.plan, wanted, found):
        verdict.inexact.append(f"{case.name}: expected {wanted}\n    found {found}")
    if is_touch(wanted):
        verdict.late.append(max(0, case.decided[stored] - wanted.at))


def is_same(plan: Plan, wanted: Event, found: Event) -> bool:
    """Equal, digit for digit; an expiry may also be told by the clock, before the next trade comes or soon after."""
    if isinstance(wanted, PlanClosed) and wanted.reason is CloseReason.EXPIRED and plan.expires_at is not None:
        in_time = plan.expires_at <= found.at <= wanted.at + EXPIRY_GRACE
        return in_time and found == replace(wanted, at=found.at)
    return wanted == found


def listen(verdict: Verdict, case: Case) -> None:
    """What was told against what was stored: each once, in order, and again only where it is marked."""
    verdict.repeats += sum(said.repeated for said in case.said)
    wanted = to_tell(case.stored, case.withdrawn)
    unheard = Counter(stops_to_tell(case.stored, case.decided)) - Counter(said.stop for said in case.said if said.stop)
    verdict.untold += [f"{case.name}: stop to {stop}" for stop in unheard.elements()]
    verdict.alerted -= unheard.total()
    once, marked = list[str](), Counter[str]()
    for said in case.said:
        if said.what == "move":
            continue
        if said.repeated and said.what in once:
            marked[said.what] += 1
        else:
            once.append(said.what)
    missing, extra = Counter(wanted) - Counter(once), Counter(once) - Counter(wanted)
    taken_back = len(case.stored) - len(without_superseded(case.stored, case.withdrawn))
    verdict.withdrawn += taken_back
    verdict.alerted += sum(is_touch(event) for event in case.stored) - sum(missing.values()) - taken_back
    verdict.untold += [f"{case.name}: {what}" for what in missing.elements()]
    verdict.unmarked += [f"{case.name}: {what}" for what in extra.elements()]
    if not missing and not extra and not is_in_order(once, wanted):
        verdict.misplaced.append(f"{case.name}: expected {wanted}, told {once}")


def is_in_order(told: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether alerts came as things happened; a stop may pass what still waits of its plan, and nothing passes it."""
    if "stop" not in wanted:
        return told == wanted
    others, rest = ([what for what in some if what != "stop"] for some in (told, wanted))
    return others == rest and told.index("stop") <= wanted.index("stop")
