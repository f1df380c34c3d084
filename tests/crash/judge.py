"""Compares what users received with what must be told: lost, invented, repeated, and whether each repeat said so."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tests.crash.happenings import ARMED, Due

SEPARATOR: Final = "\n──────────\n"
"""Between alerts that left as one message."""
NUMERAL: Final = re.compile(r"^[①-⑳㉑-㉟㊱-㊿] ")
"""What leads from such an alert to its buttons."""
REPEAT: Final = "🔁 Repeat"
TITLE: Final = re.compile(r"Plan (\d+) · \S+ (?:long|short)\b")
MOVE: Final = re.compile(r"[Mm]ove stop (\S[^→]*?) → (.+?)(?=: |\. |\.?$)", re.MULTILINE)
REMINDER: Final = "Still open: "
NOTES: Final = (
    re.compile(r"Tierwise coaches you"),
    re.compile(r"⚠ No price of "),
    re.compile(r"✅ I see prices again\. I was blind "),
)
"""What may be said beside the alerts: the beginnings of such messages."""
Key = tuple[int, str, str]
"""Chat, title of the plan, headline."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it reached somebody, or the `part` of it that is an alert of its own."""

    chat_id: int
    version: int
    text: str
    part: int = 0

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands among all that its reader sees."""
        return self.version, self.part

    @property
    def is_marked(self) -> bool:
        return REPEAT in self.text

    @property
    def words(self) -> str:
        """For whoever reads what went wrong."""
        return f"chat {self.chat_id}, version {self.version}: {self.text!r}"


@dataclass(frozen=True, slots=True)
class Block:
    """One alert inside a message: the plan it names and the lines above that name."""

    message: Received
    title: str
    lines: tuple[str, ...]

    @property
    def moves(self) -> tuple[tuple[str, str], ...]:
        """The moves of the stop that its message tells."""
        return tuple((found[1], found[2]) for found in MOVE.finditer(self.message.text))


@dataclass(slots=True)
class Verdict:
    """What is wrong, in words; and how often users were told again."""

    dues: int = 0
    lost: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    repeats: int = 0
    overtaken: int = 0

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.invented or self.unmarked or self.disordered)

    @property
    def problems(self) -> Iterator[str]:
        """Each difference, on a line of its own."""
        for what in ("lost", "invented", "unmarked", "disordered"):
            yield from (f"{what}: {words}" for words in getattr(self, what))


@dataclass(slots=True)
class Judge:
    """Hears both sides as the run goes on, and can be asked at any time."""

    dues: list[Due] = field(default_factory=list)
    blocks: dict[Key, list[Block]] = field(default_factory=lambda: defaultdict(list))
    plans: dict[tuple[int, str], list[Block]] = field(default_factory=lambda: defaultdict(list))
    strays: list[Received] = field(default_factory=list)
    waiting: list[Due] = field(default_factory=list)
    given_up: list[Due] = field(default_factory=list)
    chains: dict[tuple[int, str], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    """For each plan its trailing stops, numbered in their order."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by everything that is told."""

    def expect(self, due: Due) -> None:
        """Something happened that must be told."""
        self.dues.append(due)
        self.waiting.append(due)
        chain = self.chains[due.chat_id, due.title]
        for stop in due.step or ():
            chain.setdefault(stop, len(chain))

    def hear(self, message: Received) -> None:
        """Something was told, perhaps several things at once."""
        for part in parts_of(message):
            self.take(part)
        self.news.set()

    def take(self, message: Received) -> None:
        """One of them."""
        found = list(blocks_in(message))
        for block in found:
            self.plans[message.chat_id, block.title].append(block)
            for line in block.lines:
                self.blocks[message.chat_id, block.title, line].append(block)
        if not found and not is_note(message.text):
            self.strays.append(message)

    async def told(self, enough: Callable[[], bool]) -> None:
        """Waits for what makes it enough."""
        while not enough():
            self.news.clear()
            await self.news.wait()

    def untold(self) -> list[Due]:
        """What must be told and was not yet."""
        self.waiting = self.still_untold(self.waiting)
        return self.waiting

    def still_untold(self, dues: Sequence[Due]) -> list[Due]:
        """Those of the newest dues that were not told yet."""
        asked = Counter(map(key_of, self.dues)) - Counter(map(key_of, dues))
        return [due for due in dues if not self.is_told(due, asked)]

    def give_up(self) -> list[Due]:
        """Nobody waits any more for what is still untold: it counts as lost, unless it comes after all."""
        gone, self.waiting = self.untold(), []
        self.given_up += gone
        return gone

    def is_told(self, due: Due, before: Counter[Key]) -> bool:
        """Whether it reached its user: as often as the same words were due, or within a longer move of the stop."""
        key = key_of(due)
        before[key] += 1
        if len(self.blocks.get(key, ())) >= before[key]:
            return True
        before[key] -= 1
        return due.step is not None and any(self.spans(block, due.step) for block in self.plans[key[:2]])

    def spans(self, block: Block, step: tuple[str, str]) -> bool:
        """Whether a message moves the stop over this step."""
        chain = self.chains[block.message.chat_id, block.title]
        low, high = chain[step[0]], chain[step[1]]
        return any(chain.get(a, high) <= low and chain.get(b, low) >= high for a, b in block.moves)

    def verdict(self, overtaken: frozenset[tuple[int, int, int]] = frozenset()) -> Verdict:
        """Both sides compared. `overtaken`: (chat, plan, event) whose message gave way to its plan's exit."""
        made = Verdict(len(self.dues), invented=[stray.words for stray in self.strays])
        stops = {(d.chat_id, d.title): d.sequence for d in self.dues if d.priority is d.priority.STOP}
        for due in [*self.still_untold(self.given_up), *self.untold()]:
            gave_way = (due.chat_id, due.number, due.sequence) in overtaken
            if gave_way and due.sequence < stops.get((due.chat_id, due.title), 0):
                made.overtaken += 1
            else:
                made.lost.append(due.words)
        self.count(made)
        made.disordered = [due.words for due in self.disordered()]
        return made

    def count(self, made: Verdict) -> None:
        """Every block belongs to something due; what is told more often than due is a repeat, and must say so."""
        due = Counter(map(key_of, self.dues))
        claimed: set[int] = set()
        for key, wanted in due.items():
            found = self.blocks.get(key, [])
            claimed |= {id(block) for block in found}
            more = max(0, len(found) - wanted)
            marked = sum(block.message.is_marked for block in found)
            made.repeats += more
            made.unmarked += [f"{block.message.words}" for block in found[len(found) - max(0, more - marked) :]]
        self.count_others([b for bs in self.plans.values() for b in bs if id(b) not in claimed], made)

    def count_others(self, blocks: Sequence[Block], made: Verdict) -> None:
        """Blocks that are no alert of their own: several steps of a stop in one message, or reminders."""
        told: Counter[tuple[int, str, str]] = Counter()
        for block in blocks:
            if any(line.startswith(REMINDER) for line in block.lines):
                continue
            merged = next((line for line in block.lines if self.is_merged(block, line)), None)
            if merged is None:
                made.invented.append(block.message.words)
                continue
            key = (block.message.chat_id, block.title, merged)
            told[key] += 1
            again = told[key] > 1 or self.is_known(block)
            made.repeats += again
            if again and not block.message.is_marked:
                made.unmarked.append(block.message.words)

    def is_known(self, block: Block) -> bool:
        """Whether every step that a longer move spans was also told in a message of its own."""
        chat_id, title = block.message.chat_id, block.title
        steps = (due for due in self.dues if (due.chat_id, due.title) == (chat_id, title) and due.step is not None)
        spanned = [due for due in steps if due.step is not None and self.spans(block, due.step)]
        return all(self.blocks.get(key_of(due)) for due in spanned)

    def is_merged(self, block: Block, line: str) -> bool:
        """Whether a headline moves the stop over several known steps."""
        found = MOVE.match(line)
        chain = self.chains[block.message.chat_id, block.title]
        return found is not None and chain.get(found[1], len(chain)) < chain.get(found[2], -1)

    def disordered(self) -> Iterator[Due]:
        """Alerts told before an earlier one of their plan that was at least as urgent."""
        told: dict[tuple[int, str], list[tuple[Due, tuple[int, int]]]] = defaultdict(list)
        nth: Counter[Key] = Counter()
        for due in self.dues:
            key, found = key_of(due), self.blocks.get(key_of(due), ())
            if nth[key] < len(found):
                place = found[nth[key]].message.place
                if any(before > place and one.priority <= due.priority for one, before in told[key[:2]]):
                    yield due
                told[key[:2]].append((due, place))
            nth[key] += 1


def key_of(due: Due) -> Key:
    """What an alert is recognised by."""
    return due.chat_id, due.title, due.headline


def parts_of(message: Received) -> Iterator[Received]:
    """The alerts of a message that were put together because Telegram took no more, each as if it had come alone."""
    for part, text in enumerate(message.text.split(SEPARATOR)):
        yield replace(message, text=NUMERAL.sub("", text), part=part)


def blocks_in(message: Received) -> Iterator[Block]:
    """The alerts in a message: each names its plan on a line below its headline, or in the headline itself."""
    lines: list[str] = []
    for line in message.text.splitlines():
        found = TITLE.match(line)
        if found is None:
            lines.append(line)
        elif line.endswith(ARMED):
            yield Block(message, found[0], (line,))
            lines = []
        else:
            yield Block(message, found[0], tuple(lines))
            lines = []


def is_note(text: str) -> bool:
    """Whether this is one of the things that may be said beside the alerts."""
    said = text.removeprefix(text.splitlines()[0] + "\n") if text.startswith(REPEAT) else text
    return any(note.match(said) for note in NOTES)
