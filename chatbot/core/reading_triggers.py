"""When to take a tier, as people type it: `>60500`, `+0.5%`, `close above 60900 1h`, `bounce 60000 15m`, `a or b`.

Where no direction is written it stays open until a reference price decides it: a level above is reached upwards, else
downwards. A bounce is different: off a level it can only mean away from it in the trade's favour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, assert_never

from chatbot.core.money import Side
from chatbot.core.plan import (
    AnyOf,
    Bounce,
    CloseBeyond,
    Direction,
    ManualTrigger,
    MoveTrigger,
    Part,
    PriceTrigger,
    Trigger,
)
from chatbot.core.reading import Unreadable, cleaned, number, percent, quoted, timeframe
from chatbot.core.timeframes import Timeframe

LONGEST: Final = 400
LONGEST_QUESTION: Final = 200
MOST_PARTS: Final = 4
EXAMPLES: Final = "for example 60000, >60500, +0.5% or close above 60900 1h"
UP: Final = r">=?|above|over|up"
DOWN: Final = r"<=?|below|under|down"
FRAME: Final = r"\d{1,4}\s?(?:m|min|h|d)"
MANUAL: Final = re.compile(r"(?:^|\bor\s+)manual\b\s*:?\s*", re.IGNORECASE)
MOVE: Final = re.compile(r"(?:(?P<word>move)\s+)?(?P<sign>[+-]?)\s*(?P<pct>[\d.,]+)\s*%", re.IGNORECASE)
CANDLE: Final = re.compile(
    rf"(?:(?P<before>{FRAME})\s+)?(?:candle\s+)?(?P<kind>closes?|bounces?)\s*"
    rf"(?:(?:off|of|at|from|beyond)\s+)?(?:(?P<up>{UP})|(?P<down>{DOWN}))?\s*"
    rf"(?P<level>[^\s<>].*?)(?:\s+(?:on\s+)?(?P<after>{FRAME}))?",
    re.IGNORECASE,
)
PRICE: Final = re.compile(
    rf"(?:price\s+|at\s+)?(?:(?P<up>{UP})|(?P<down>{DOWN}))?\s*(?P<level>[^\s<>].*)", re.IGNORECASE
)
WAYS: Final = {Direction.UP: "above", Direction.DOWN: "below"}
LATER: Final = re.compile(r"\b(rsi|macd|ema|sma|ma|retest|and)\b|&", re.IGNORECASE)


class LevelKind(StrEnum):
    """How a level is tested."""

    PRICE = "price"
    CLOSE = "close"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True)
class DraftLevel:
    """A condition at a level, its direction perhaps still open."""

    kind: LevelKind
    level: Decimal
    direction: Direction | None
    timeframe: Timeframe


DraftPart = DraftLevel | MoveTrigger | ManualTrigger


@dataclass(frozen=True, slots=True)
class DraftTrigger:
    """One condition, or several of which any fires."""

    parts: tuple[DraftPart, ...]


def trigger(text: str, default: Timeframe = Timeframe.M15) -> DraftTrigger:
    """The text as conditions; `default` is the timeframe of candles that name none."""
    words = cleaned(text, LONGEST)
    found = MANUAL.search(words)
    asked = (manual(words[found.end() :]),) if found else ()
    others = words[: found.start()].strip() if found else words
    pieces = re.split(r"\s+or\s+|\s*\|\|\s*", others, flags=re.IGNORECASE) if others or not asked else []
    parts = (*(part(piece.strip(), default) for piece in pieces), *asked)
    if len(parts) > MOST_PARTS:
        raise Unreadable(f"{quoted(text)} has {len(parts)} conditions; at most {MOST_PARTS} can be joined, {EXAMPLES}.")
    return DraftTrigger(parts)


def manual(question: str) -> ManualTrigger:
    """A condition only the user can judge."""
    words = question.strip(" :?")
    if not words or len(words) > LONGEST_QUESTION:
        raise Unreadable(
            "A manual trigger needs the question you will be asked, "
            f"in at most {LONGEST_QUESTION} characters, for example manual: is the range broken?"
        )
    return ManualTrigger(f"{words[:1].upper()}{words[1:]}?")


def part(text: str, default: Timeframe) -> DraftPart:
    """One condition."""
    later = LATER.search(text)
    if later:
        raise Unreadable(
            f"{quoted(text)} uses “{later[0]}”, which can't be watched yet: name a price, a move, a close or a bounce, "
            f"{EXAMPLES}."
        )
    if found := MOVE.fullmatch(text):
        return move(found, text)
    if found := CANDLE.fullmatch(text):
        return candle(found, default)
    if found := PRICE.fullmatch(text):
        return DraftLevel(
            LevelKind.PRICE, number(found["level"], "a trigger", EXAMPLES[12:]), direction(found), default
        )
    raise Unreadable(f"{quoted(text)} can't be read as a trigger, {EXAMPLES}.")


def move(found: re.Match[str], text: str) -> MoveTrigger:
    """`+0.5%`: the sign says that it is a move in favour, and not a share of something."""
    pct = percent(found["pct"], "a move", "+0.5%")
    if found["sign"] == "-":
        raise Unreadable(
            f"{quoted(text)} is a move against the trade; tiers are added in its favour, for example +{pct:f}%, "
            "or name a price, for example 59800."
        )
    if not found["sign"] and not found["word"]:
        raise Unreadable(f"{quoted(text)} needs a + to be a move in the trade's favour, for example +{pct:f}%.")
    return MoveTrigger(pct)


def candle(found: re.Match[str], default: Timeframe) -> DraftLevel:
    """`close above 60900 1h`, `15m bounce 60000`."""
    kind = LevelKind.CLOSE if found["kind"].casefold().startswith("close") else LevelKind.BOUNCE
    written = found["before"] or found["after"]
    frame = timeframe(written) if written else default
    level = number(found["level"], "the level of a candle", "close above 60900 1h")
    return DraftLevel(kind, level, direction(found), frame)


def direction(found: re.Match[str]) -> Direction | None:
    """The direction that was written, if any."""
    if found["up"]:
        return Direction.UP
    return Direction.DOWN if found["down"] else None


def fixed(draft: DraftTrigger, side: Side, reference: Decimal | None) -> Trigger:
    """The trigger with every direction decided."""
    parts = tuple(fixed_part(one, side, reference) for one in draft.parts)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def fixed_part(draft: DraftPart, side: Side, reference: Decimal | None) -> Part:
    """One condition with its direction decided."""
    if not isinstance(draft, DraftLevel):
        return draft
    way = draft.direction or implied(draft, side, reference)
    match draft.kind:
        case LevelKind.PRICE:
            return PriceTrigger(draft.level, way)
        case LevelKind.CLOSE:
            return CloseBeyond(draft.timeframe, draft.level, way)
        case LevelKind.BOUNCE:
            return Bounce(draft.timeframe, draft.level, way)
        case unknown:
            assert_never(unknown)


def implied(draft: DraftLevel, side: Side, reference: Decimal | None) -> Direction:
    """The direction a level has where none was written."""
    if draft.kind is LevelKind.BOUNCE:
        return Direction.UP if side is Side.LONG else Direction.DOWN
    if reference is None:
        level = f"{draft.level:f}"
        raise Unreadable(
            f"The market price isn't known right now, so say from which side {level} is reached: "
            f"write above {level} or below {level}, for example below {level}."
        )
    return Direction.UP if draft.level > reference else Direction.DOWN


def written(trigger: Trigger) -> str:
    """The text that reads back as this trigger, its directions included; only what can be typed is ever written."""
    parts = trigger.of if isinstance(trigger, AnyOf) else (trigger,)
    return " or ".join(written_part(one) for one in parts)


def written_part(part: Trigger) -> str:
    """One condition as text."""
    match part:
        case PriceTrigger(level=level, direction=way):
            return f"{WAYS[way]} {level:f}"
        case MoveTrigger(pct=pct):
            return f"+{pct:f}%"
        case CloseBeyond(timeframe=frame, level=level, direction=way):
            return f"close {WAYS[way]} {level:f} {frame}"
        case Bounce(timeframe=frame, level=level, direction=way):
            return f"bounce {way} {level:f} {frame}"
        case ManualTrigger(question=question):
            return f"manual: {question}"
        case _:
            raise ValueError(f"no text reads as {part}")
