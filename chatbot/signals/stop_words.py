"""What a text says about moving the stop: the words of the common bots, of channel posts, and our own.

`Breakeven` goes to break-even at its trigger and stays. `Moving Target` follows one target behind, `Moving 2-Target`
two. `Percent Below Triggers` stands x % behind every target reached, `Percent Below Highest` behind the best price.
The trigger is the first target where none is named, the second for `Moving 2-Target`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from chatbot.core.plan import StopRule
from chatbot.core.reading import Unreadable
from chatbot.core.reading_rules import rule
from chatbot.signals.vocabulary import RULE_MARK


class Move(StrEnum):
    """How the stop is to move."""

    BREAK_EVEN = "break_even"
    MOVING_TARGET = "moving_target"
    MOVING_TWO = "moving_two"
    BELOW_TRIGGERS = "below_triggers"
    BELOW_HIGHEST = "below_highest"
    TO_TARGET = "to_target"
    TRAILING_TARGET = "trailing_target"
    WITHOUT = "without"


@dataclass(frozen=True, slots=True)
class StopWord:
    """A rule as the text says it: from which target on (None: not said), or from which gain in %, and how far."""

    text: str
    move: Move
    target: int | None = None
    gain_pct: Decimal | None = None
    distance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StopWords:
    """All that is said: rules in words, and rules written out one for each target."""

    said: tuple[StopWord, ...] = ()
    written: tuple[StopRule, ...] = ()


PCT: Final = r"\d{1,2}(?:[.,]\d{1,4})?"
NUMBERED: Final = r"(?:tps?|t|targets?|take[ -]?profits?|тп\w?|тейк\w{0,2}|цел[ьияе]\w?)"
ORDINAL: Final = r"(?:first|second|third|1st|2nd|3rd|перв\w+|втор\w+|треть\w+|1-?[йаояю]\w{0,2}|2-?[йаояю]\w{0,2})"
WHICH: Final = rf"(?:{NUMBERED} ?[#(]?(?P<target>\d{{1,2}})(?!\d)\)?|(?P<ordinal>{ORDINAL}) {NUMBERED}|{NUMBERED})"
TRIGGER: Final = (
    r"(?:\s?-?\s?trigger ?[:=]? ?\n?(?:target|tp|percent(?:age)?)? ?\(? ?"
    rf"(?:(?P<gain>{PCT}) ?%|#?(?P<target>\d{{1,2}})) ?\)?)?"
)
LEAD: Final = r"(?:(?:trailing )?stop(?:[ -]?loss)? ?[:=-] ?)?"
BREAK_EVEN: Final = r"(?:break ?-?even|be|b/e|entry(?: price| point)?|безубыт\w+|бу|б/у|точк\w входа)"
EVEN: Final = r"break ?-?even|be|b/e|безубыт\w+|бу|б/у"
THE_STOP: Final = r"(?:your |the |our )?(?:sl|stop[ -]?loss|stop|стоп\w{0,2}(?:[ -]?лосс?)?)"
SHIFT: Final = (
    r"(?:we |then )?(?:move|set|shift|put|bring|trail|raise|переносим|перенос|переставляем|двигаем|перевод\w*)"
)
PLACE: Final = rf"(?:(?P<even>{BREAK_EVEN})|{NUMBERED} ?#?(?P<to>\d)(?!\d))(?![^\W_])"
AFTER: Final = r"(?:after|once|when|from|at|on|upon|if|после|при|на)"
HIT: Final = r"(?: (?:is |has been |was )?(?:hit|reached|done|filled|достижени\w+|взяти\w+))?"
TOWARDS: Final = r"(?:to |at |in |в |на |= ?)(?:the )?"
REACHING: Final = r"(?:достижени\w+ |взяти\w+ )?"
PERCENT: Final = rf"{LEAD}percent(?:age)? (?:below|above)"
WIDTH: Final = rf"(?P<distance>{PCT}) ?%"
DISTANCE: Final = rf"[ -]{{0,3}}\(? ?{WIDTH} ?\)?"
START: Final = r"(?<![^\W_])"
END: Final = r"(?![^\W_])"

PHRASES: Final[tuple[tuple[Move, re.Pattern[str]], ...]] = tuple(
    (move, re.compile(pattern, re.IGNORECASE))
    for move, pattern in (
        (Move.BREAK_EVEN, rf"{START}{LEAD}break ?-?even{END}{TRIGGER.removesuffix('?')}"),
        (Move.MOVING_TWO, rf"{START}{LEAD}moving 2 ?-? ?targets?{END}{TRIGGER}"),
        (Move.MOVING_TARGET, rf"{START}{LEAD}moving targets?{END}{TRIGGER}"),
        (
            Move.BELOW_TRIGGERS,
            rf"{START}{PERCENT} triggers?{DISTANCE}{TRIGGER}",
        ),
        (
            Move.BELOW_HIGHEST,
            rf"{START}{PERCENT} (?:highest|lowest){DISTANCE}{TRIGGER}",
        ),
        (
            Move.TO_TARGET,
            rf"{START}{AFTER} (?:the )?{WHICH}{HIT}[,:-]? ?(?:{SHIFT} )?(?:{THE_STOP} )?{TOWARDS}{PLACE}",
        ),
        (
            Move.TO_TARGET,
            rf"{START}(?:{SHIFT} )?(?:{THE_STOP} )?{TOWARDS}{PLACE} {AFTER} (?:the )?{REACHING}{WHICH}{HIT}{END}",
        ),
        (Move.TO_TARGET, rf"{START}(?P<even>break ?-?even|be|b/e|безубыток|бу|б/у) {AFTER} (?:the )?{WHICH}{HIT}{END}"),
        (Move.TO_TARGET, rf"{START}{WHICH}{HIT}[ :=>-]{{1,3}}{SHIFT} {THE_STOP} (?:to|at|in|в|на) (?:the )?{PLACE}"),
        (
            Move.TO_TARGET,
            (
                rf"{START}{THE_STOP} ?(?:to|->|=>|>|в|на) (?:the )?"
                rf"(?:(?P<even>{EVEN}|entry)|{NUMBERED} ?#?(?P<to>\d)(?!\d))(?![^\W_]|[ :=]{{1,3}}\$?\d)"
            ),
        ),
        (
            Move.TO_TARGET,
            rf"(?<=[\dk%)])[ ,(\[=>-]{{1,4}}(?P<even>{EVEN})(?=[)\],;.\n]|$| ?(?:tp|t/p|sl|тп))",
        ),
        (Move.TO_TARGET, rf"{START}{SHIFT} {THE_STOP} (?:to|at|in|в|на) (?:the )?{PLACE}"),
        (
            Move.BELOW_HIGHEST,
            rf"{START}trail(?:ing)?(?: (?:stop(?:[ -]?loss)?|sl))? ?[:=(]? ?{WIDTH}(?: ?\))?(?: {AFTER} {WHICH})?",
        ),
        (Move.TRAILING_TARGET, rf"{START}(?:take-? ?profit|entry) ?[:=]? ?percent(?:age)? ?\( ?{WIDTH} ?\)"),
        (Move.WITHOUT, rf"{START}stop ?[:=]? ?without{END}"),
        (Move.BREAK_EVEN, rf"{START}stop(?:[ -]?loss)? ?[:=]? ?break ?-?even{END}"),
    )
)
BEHIND_TARGET: Final = re.compile(
    rf"{START}{NUMBERED} ?(?:#?(?P<target>\d{{1,2}})(?=[ :=@)-]))?[ :=@)-]{{0,4}}\$?\d[\d.,]*k?\$?"
    r"(?: ?\(?\d{1,3} ?%\)?)?[ ,;(\[=>-]*\Z",
    re.IGNORECASE,
)
"""A target with its price, right before a rule that names none."""
TARGET_PRICE: Final = re.compile(rf"{START}{NUMBERED} ?[:=@]? ?\$?\d", re.IGNORECASE)
HEADING: Final = re.compile(rf"{START}trailing (?:configuration|stop(?:[ -]?loss)?|config) ?:?", re.IGNORECASE)
RULES: Final = re.compile(rf"{START}(?:stop )?rules? ?:? ?(?P<rules>[^\n]{{2,160}})", re.IGNORECASE)
PIECES: Final = re.compile(r" ?/ ?")
ORDINALS: Final = {"1": 1, "f": 1, "п": 1, "2": 2, "s": 2, "в": 2, "3": 3, "t": 3, "т": 3}


def lift_stop_words(text: str) -> tuple[str, StopWords]:
    """The rules, and the text with a mark where they stood."""
    rest, ours = lift_ours(text)
    said: list[StopWord] = []
    for move, pattern in PHRASES:

        def lift(match: re.Match[str], move: Move = move) -> str:
            said.append(placed(word_of(match, move), match.string[: match.start()]))
            return f" {RULE_MARK} "

        rest = pattern.sub(lift, rest)
    return HEADING.sub(f" {RULE_MARK} ", rest), StopWords(tuple(said), ours)


def placed(word: StopWord, before: str) -> StopWord:
    """A rule that names no target belongs to the one whose price it stands behind."""
    found = BEHIND_TARGET.search(before) if word.target is None and word.gain_pct is None else None
    if found is None:
        return word
    return replace(word, target=int(found["target"] or len(TARGET_PRICE.findall(before))))


def lift_ours(text: str) -> tuple[str, tuple[StopRule, ...]]:
    """`rules break-even / lock 1R / trail 1%`, if every piece is a rule."""
    found = RULES.search(text)
    if found is None:
        return text, ()
    try:
        rules = tuple(rule(piece.strip()) for piece in PIECES.split(found["rules"].casefold()))
    except Unreadable:
        return text, ()
    return f"{text[: found.start()]} {RULE_MARK} {text[found.end() :]}", rules


def word_of(match: re.Match[str], move: Move) -> StopWord:
    """One phrase as a rule."""
    group = match.groupdict()
    ordinal = group.get("ordinal")
    which = group.get("target") or (ORDINALS[ordinal[0].lower()] if ordinal else None)
    target = None if which is None else int(which)
    text = " ".join(match[0].split())
    if move is Move.TO_TARGET and group.get("even"):
        return StopWord(text, Move.BREAK_EVEN, target)
    if move is Move.TO_TARGET:
        return StopWord(text, move, target, distance=Decimal(group["to"]))
    gain, distance = (decimal(group.get(name)) for name in ("gain", "distance"))
    return StopWord(text, move, target, gain, distance)


def decimal(text: str | None) -> Decimal | None:
    """A percentage as written."""
    return None if text is None else Decimal(text.replace(",", "."))
