"""What a text says about moving the stop, as one rule for each target; nothing said means the usual rules.

Where a bot has a rule that a plan does not know, the nearest one is taken and said so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final, assert_never

from chatbot.core.money import HUNDRED
from chatbot.core.plan import BreakEven, Hold, LockR, PreviousTarget, StopRule, Trail
from chatbot.core.reading import plain
from chatbot.core.reading_rules import USUAL
from chatbot.core.reading_rules import rules as rules_read
from chatbot.signals.notes import Notes
from chatbot.signals.numbers import shown
from chatbot.signals.stop_words import Move, StopWord, StopWords

CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Ground:
    """The prices that a rule is measured by; the entry is None where it is the market's."""

    entry: Decimal | None
    stop: Decimal
    targets: tuple[Decimal, ...]

    def gain(self, target: int) -> Decimal | None:
        """A target's distance from the entry, in % of price."""
        return None if self.entry is None else abs(self.targets[target - 1] - self.entry) * HUNDRED / self.entry

    def lock(self, target: int) -> StopRule:
        """The stop near an earlier target, in R; where R is not known the stop stays."""
        if self.entry is None or self.entry == self.stop:
            return Hold()
        multiple = abs(self.targets[target - 1] - self.entry) / abs(self.entry - self.stop)
        r = plain(multiple.quantize(CENT, ROUND_DOWN)) if multiple >= CENT else CENT
        return LockR(r)


def rules_of(words: StopWords, ground: Ground, notes: Notes) -> tuple[StopRule, ...]:
    """A rule for each target."""
    count = len(ground.targets)
    if words.written:
        return written_out(words.written, count, notes)
    moves = [word for word in words.said if word.move is not Move.TRAILING_TARGET]
    for word in words.said:
        if word.move is Move.TRAILING_TARGET and word.distance:
            notes.assume(f"“{word.text}” is not followed: entries and targets are fixed prices.")
    if not moves:
        usual = " / ".join(USUAL[:count])
        notes.assume(f"Stop rules {usual}: the text gives none.")
        return rules_read(usual, count)
    rules: list[StopRule] = [Hold()] * count
    for word in moves:
        apply(word, rules, ground, notes)
    held = [f"TP{place}" for place, one in enumerate(rules, 1) if one == Hold()]
    if held:
        notes.assume(f"After {', '.join(held)} the stop is left as it is: the text gives no rule.")
    return tuple(rules)


def written_out(rules: Sequence[StopRule], count: int, notes: Notes) -> tuple[StopRule, ...]:
    """Rules written one for each target; missing ones leave the stop."""
    if len(rules) != count:
        notes.assume(f"{len(rules)} stop rules are written for {count} targets; missing ones leave the stop as it is.")
    return (*rules, *([Hold()] * count))[:count]


def apply(word: StopWord, rules: list[StopRule], ground: Ground, notes: Notes) -> None:
    """One thing that was said."""
    start = start_of(word, rules, ground, notes)
    if start > len(rules):
        notes.assume(f"“{word.text}” waits for target {start}, which is not there.")
        return
    match word.move:
        case Move.BREAK_EVEN:
            rules[start - 1] = BreakEven()
        case Move.MOVING_TARGET:
            follow(rules, start, lambda target: PreviousTarget() if target > 1 else BreakEven())
        case Move.MOVING_TWO:
            follow(rules, max(start, 2), two_behind(ground, word, notes))
        case Move.BELOW_TRIGGERS | Move.BELOW_HIGHEST:
            rules[start - 1] = trailing(word, notes)
        case Move.TO_TARGET:
            rules[start - 1] = to_target(word, start, ground, notes)
        case Move.WITHOUT | Move.TRAILING_TARGET:
            pass
        case unknown:
            assert_never(unknown)


def start_of(word: StopWord, rules: Sequence[StopRule], ground: Ground, notes: Notes) -> int:
    """The target a rule waits for."""
    if word.target is not None:
        return max(word.target, 1)
    if word.gain_pct is not None:
        reached = (n for n in range(1, len(ground.targets) + 1) if (ground.gain(n) or HUNDRED) >= word.gain_pct)
        start = next(reached, len(ground.targets))
        notes.assume(f"“{word.text}” waits for a gain of {shown(word.gain_pct)} % of price; it is taken at TP{start}.")
        return start
    if word.move is Move.WITHOUT:
        return 1
    free = next((place for place, one in enumerate(rules, 1) if one == Hold()), len(rules))
    start = {Move.TO_TARGET: int(word.distance or 1) + 1, Move.MOVING_TWO: 2, Move.BELOW_HIGHEST: free}.get(
        word.move, 1
    )
    notes.assume(f"“{word.text}” names no target; it is taken at TP{start}.")
    return start


def follow(rules: list[StopRule], start: int, rule_at: Callable[[int], StopRule]) -> None:
    """The same rule at every target from one on."""
    for target in range(start, len(rules) + 1):
        rules[target - 1] = rule_at(target)


def two_behind(ground: Ground, word: StopWord, notes: Notes) -> Callable[[int], StopRule]:
    """Break-even at TP2, then two targets back, which only a multiple of R can express."""

    def rule_at(target: int) -> StopRule:
        if target == 2:
            return BreakEven()
        notes.assume(f"“{word.text}”: after TP{target} the stop goes near TP{target - 2}, as a multiple of R.")
        return ground.lock(target - 2)

    return rule_at


def trailing(word: StopWord, notes: Notes) -> StopRule:
    """A trail; one that only moves at targets is followed in between as well."""
    if not word.distance:
        notes.assume(f"“{word.text}” has no distance; the stop is left as it is.")
        return Hold()
    also = ", and also between targets" if word.move is Move.BELOW_TRIGGERS else ""
    notes.assume(f"“{word.text}”: the stop trails {shown(word.distance)} % of price behind{also}.")
    return Trail(distance_pct=plain(word.distance))


def to_target(word: StopWord, start: int, ground: Ground, notes: Notes) -> StopRule:
    """The stop to a named earlier target."""
    to = int(word.distance or 0)
    if to == start - 1:
        return PreviousTarget() if to else BreakEven()
    if 0 < to < start:
        notes.assume(f"“{word.text}”: the stop goes near TP{to}, as a multiple of R.")
        return ground.lock(to)
    notes.assume(f"“{word.text}” would put the stop at a target not reached yet; it is left as it is.")
    return Hold()
