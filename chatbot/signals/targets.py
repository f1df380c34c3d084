"""Targets in order, and what each closes: as written, or the usual shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from chatbot.core.money import HUNDRED, ZERO, Side
from chatbot.core.usual import usual_closes
from chatbot.signals.draft import ProblemCode
from chatbot.signals.notes import Notes
from chatbot.signals.numbers import shown
from chatbot.signals.settling import Level, distinct

MOST_TARGETS: Final = 6
SAME_GAIN: Final = Decimal("0.08")
"""A % behind a target that is within 8 % of its distance tells the gain, not the share."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """How a text says to leave. `written` are closes of their own section, `loose` may go to the allocation."""

    levels: tuple[Level, ...]
    written: tuple[Decimal, ...]
    allocated: bool
    leverage: Decimal | None


@dataclass(frozen=True, slots=True)
class Closes:
    """What each target closes, and a share that turned out to be the allocation."""

    shares: tuple[Decimal, ...]
    allocation: Decimal | None = None


def numbered(levels: Sequence[Level], what: str, notes: Notes) -> tuple[Level, ...]:
    """A list in the order of its own numbers; one that is missing or there twice is refused."""
    once = distinct(levels)
    indexes = [level.index for level in once if level.index is not None]
    wanted = set(range(1, len(set(indexes)) + 1))
    if len(indexes) != len(set(indexes)):
        twice = next(index for index in indexes if indexes.count(index) > 1)
        notes.refuse(ProblemCode.NUMBERING, f"{what} {twice} is there twice with different prices; keep one.")
    elif set(indexes) != wanted and any(level.index not in (None, place) for place, level in enumerate(once, 1)):
        missing = min(wanted - set(indexes))
        notes.refuse(
            ProblemCode.NUMBERING, f"{what} {missing} is missing, though {what.lower()} {max(indexes)} is there."
        )
    if len(once) < len(levels) and what == "Target":
        notes.assume("A target that is written twice counts once.")
    if len(indexes) < len(once):
        return once
    return tuple(sorted(once, key=lambda level: level.index or 0))


def ordered(levels: tuple[Level, ...], side: Side, notes: Notes) -> tuple[Level, ...]:
    """Nearest first; a list written the other way round is turned, any other disorder is refused."""
    forward = [side.sign * (b.price - a.price) > 0 for a, b in pairwise(levels)]
    if all(forward):
        return levels
    if not any(forward) and all(level.index is None for level in levels):
        notes.assume("Targets were written furthest first; the nearest is TP1.")
        return levels[::-1]
    told = ", ".join(shown(level.price) for level in levels)
    rises = "rise" if side is Side.LONG else "fall"
    notes.refuse(ProblemCode.TARGETS_UNORDERED, f"Targets {told} must {rises} one after the other for a {side.value}.")
    return levels


def limited(levels: tuple[Level, ...], notes: Notes) -> tuple[Level, ...]:
    """At most six; further ones are left out where nothing was to be closed there by the text."""
    if len(levels) <= MOST_TARGETS:
        return levels
    rest = ", ".join(shown(level.price) for level in levels[MOST_TARGETS:])
    if any(level.share for level in levels):
        sentence = f"{len(levels)} targets with shares are too many; use at most {MOST_TARGETS}."
        notes.refuse(ProblemCode.TOO_MANY_TARGETS, sentence)
    else:
        notes.assume(f"Only the first {MOST_TARGETS} targets are used; left out: {rest}.")
    return levels[:MOST_TARGETS]


def closes_of(leaving: Leaving, entry: Decimal | None, notes: Notes) -> Closes:
    """A share for each target."""
    levels = leaving.levels
    if leaving.written:
        return Closes(checked(leaving.written, len(levels), notes))
    shares = [level.share for level in levels]
    given = [share for share in shares if share is not None]
    if given and entry is not None and tells_gains(levels, entry, leaving.leverage):
        notes.assume("The % behind the targets are their gains, not what they close.")
        given = []
    elif len(given) == 1 and shares[-1] is not None and not shares[-1].tied and not leaving.allocated:
        return last_share(len(levels), shares[-1].pct, notes)
    if not given:
        return Closes(usual(len(levels), notes))
    if len(given) < len(shares):
        sentence = "Some targets say what they close and some do not; give every target its %, for example 61000 (25%)."
        notes.refuse(ProblemCode.CLOSES, sentence)
    return Closes(checked(tuple(share.pct if share else ZERO for share in shares), len(levels), notes))


def last_share(count: int, pct: Decimal, notes: Notes) -> Closes:
    """A lone % at the end of the targets: the allocation of a one-liner, unless there is only one target."""
    if count > 1:
        notes.assume(f"{shown(pct)} % was taken as the allocation, not as what TP{count} closes.")
        return Closes(usual(count, notes), pct)
    sentence = f"“{shown(pct)}%” can be the allocation or what the target closes; write allocation {shown(pct)}% or "
    notes.refuse(ProblemCode.AMBIGUOUS_NUMBER, f"{sentence}({shown(pct)}%) behind the target.")
    return Closes(usual(count, notes))


def tells_gains(levels: Sequence[Level], entry: Decimal, leverage: Decimal | None) -> bool:
    """Whether every % is the target's own distance, in % of price or of margin."""

    def tells(level: Level) -> bool:
        distance = abs(level.price - entry) * HUNDRED / entry
        told = level.share.pct if level.share else ZERO
        return any(abs(told - gain) <= gain * SAME_GAIN for gain in (distance, distance * (leverage or 1)))

    return all(tells(level) for level in levels if level.share)


def usual(count: int, notes: Notes) -> tuple[Decimal, ...]:
    """The usual closes, said to be assumed."""
    shares = usual_closes(count)
    notes.assume(f"Closes {'/'.join(shown(share) for share in shares)} %: the text gives none.")
    return shares


def checked(shares: tuple[Decimal, ...], count: int, notes: Notes) -> tuple[Decimal, ...]:
    """Closes that were written: as many as targets, together no more than everything."""
    told = "/".join(shown(share) for share in shares)
    total = sum(shares, ZERO)
    if len(shares) != count:
        notes.refuse(ProblemCode.CLOSES, f"{len(shares)} closes ({told}) for {count} targets; give one for each.")
    if total > HUNDRED:
        sentence = f"Closes {told} add up to {shown(total)} %, more than the position; expected at most 100."
        notes.refuse(ProblemCode.CLOSES_OVER_100, sentence)
    return (*shares, *([ZERO] * count))[:count]
