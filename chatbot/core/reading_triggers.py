"""When to take a tier, as people type it: `>60500`, `+0.5%`, `close above 60900 1h`, `bounce 60000 15m`.

Conditions are joined with `or` (any fires) or with `and` (all hold at one candle's close). Where no direction is
written it stays open until a reference price decides it: a level above is reached upwards, else downwards. A bounce is
different: off a level it can only mean away from it in the trade's favour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeGuard, assert_never

from chatbot.core.money import Side
from chatbot.core.plan import (
    USUAL_TOLERANCE_PCT,
    AllOf,
    AnyOf,
    Bounce,
    CloseBeyond,
    Direction,
    MacdTrigger,
    ManualTrigger,
    MoveTrigger,
    MovingAverageRetest,
    Part,
    PriceTrigger,
    RsiTrigger,
    Trigger,
)
from chatbot.core.reading import Unreadable, cleaned, number, percent, quoted, timeframe
from chatbot.core.reading_indicators import (
    DraftRetest,
    indicator,
    written_indicator,
    written_tolerance,
)
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import parts_of

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
WITHIN: Final = re.compile(r"\s+(?:within|tolerance)\s+(?P<pct>[\d.,]+)\s*%", re.IGNORECASE)
JOINED_QUESTION: Final = re.compile(r"(?:\band|&)\s*manual\b", re.IGNORECASE)
OR: Final = re.compile(r"\s+or\s+|\s*\|\|\s*", re.IGNORECASE)
AND: Final = re.compile(r"\s+and\s+|\s*&&?\s*", re.IGNORECASE)


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
    tolerance_pct: Decimal = USUAL_TOLERANCE_PCT


DraftPart = DraftLevel | DraftRetest | MoveTrigger | RsiTrigger | MacdTrigger | ManualTrigger


@dataclass(frozen=True, slots=True)
class DraftTrigger:
    """One condition, or several of which any fires, or all have to hold `together`."""

    parts: tuple[DraftPart, ...]
    together: bool = False


def trigger(text: str, default: Timeframe = Timeframe.M15) -> DraftTrigger:
    """The text as conditions; `default` is the timeframe of candles that name none."""
    words = cleaned(text, LONGEST)
    if JOINED_QUESTION.search(words):
        raise asked_together(text)
    found = MANUAL.search(words)
    asked = (manual(words[found.end() :]),) if found else ()
    others = words[: found.start()].strip() if found else words
    pieces, together = split(others, text) if others or not asked else ([], False)
    if together and asked:
        raise asked_together(text)
    parts = (*(part(piece.strip(), default) for piece in pieces), *asked)
    if len(parts) > MOST_PARTS:
        raise Unreadable(f"{quoted(text)} has {len(parts)} conditions; at most {MOST_PARTS} can be joined, {EXAMPLES}.")
    if not together:
        return DraftTrigger(parts)
    # A timeframe written once is meant for all that is tested at the same close.
    written = frames_of(parts) - {default}
    shared = tuple(part(piece.strip(), *written) for piece in pieces) if len(written) == 1 else parts
    return DraftTrigger(on_one_timeframe(shared, text), together=True)


def asked_together(text: str) -> Unreadable:
    """The refusal of a question among what has to hold together."""
    return Unreadable(
        f"{quoted(text)} wants an answer together with other conditions; only what a candle shows can be joined with "
        "“and”: write the question alone, or after or, for example >60500 or manual: is the range broken?"
    )


def split(words: str, text: str) -> tuple[list[str], bool]:
    """The conditions, and whether all of them have to hold."""
    together, apart = AND.split(words), OR.split(words)
    if len(together) > 1 and len(apart) > 1:
        raise Unreadable(f"{quoted(text)} mixes “and” with “or”; use one of them, for example rsi above 50 and >60500.")
    return (together, True) if len(together) > 1 else (apart, False)


def on_one_timeframe(parts: tuple[DraftPart, ...], text: str) -> tuple[DraftPart, ...]:
    """Conditions that have to hold together are tested at one candle's close. Raises Unreadable for others."""
    frames = frames_of(parts)
    if len(frames) != 1:
        found = f"candles of {', '.join(sorted(frames))}" if frames else "no candle"
        raise Unreadable(
            f"{quoted(text)} has {found}; what is joined with “and” is tested at the close of one timeframe's candle, "
            "for example close above 60900 1h and rsi above 50 1h."
        )
    return parts


def frames_of(parts: tuple[DraftPart, ...]) -> set[Timeframe]:
    """The timeframes of the candles the conditions look at."""
    return {one.timeframe for one in parts if has_candle(one)}


def has_candle(draft: DraftPart) -> TypeGuard[DraftLevel | DraftRetest | RsiTrigger | MacdTrigger]:
    """Whether the condition is tested at a candle's close."""
    if isinstance(draft, DraftLevel):
        return draft.kind is not LevelKind.PRICE
    return isinstance(draft, DraftRetest | RsiTrigger | MacdTrigger)


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
    within = WITHIN.search(text)
    if within:
        return touching(text[: within.start()] + text[within.end() :], within["pct"], default)
    named = indicator(text, default, USUAL_TOLERANCE_PCT)
    if named is not None:
        return named
    if found := MOVE.fullmatch(text):
        return move(found, text)
    if found := CANDLE.fullmatch(text):
        return candle(found, default)
    if found := PRICE.fullmatch(text):
        return DraftLevel(
            LevelKind.PRICE, number(found["level"], "a trigger", EXAMPLES[12:]), direction(found), default
        )
    raise Unreadable(f"{quoted(text)} can't be read as a trigger, {EXAMPLES}.")


def touching(text: str, written: str, default: Timeframe) -> DraftPart:
    """A bounce or a retest with a tolerance of its own, in % of price."""
    tolerance, read = percent(written, "a tolerance", "0.2%", zero=True), part(text, default)
    is_touch = isinstance(read, DraftRetest) or (isinstance(read, DraftLevel) and read.kind is LevelKind.BOUNCE)
    if not isinstance(read, DraftRetest | DraftLevel) or not is_touch or tolerance >= 100:
        raise Unreadable(f"{quoted(text)} takes no such tolerance; for example bounce 60000 15m within 0.2%.")
    return replace(read, tolerance_pct=tolerance)


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
    if draft.together:
        return AllOf(parts)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def fixed_part(draft: DraftPart, side: Side, reference: Decimal | None) -> Part:
    """One condition with its direction decided."""
    if isinstance(draft, DraftRetest):
        away = draft.direction or favourable(side)
        return MovingAverageRetest(draft.timeframe, draft.average, draft.period, away, draft.tolerance_pct)
    if not isinstance(draft, DraftLevel):
        return draft
    way = draft.direction or implied(draft, side, reference)
    match draft.kind:
        case LevelKind.PRICE:
            return PriceTrigger(draft.level, way)
        case LevelKind.CLOSE:
            return CloseBeyond(draft.timeframe, draft.level, way)
        case LevelKind.BOUNCE:
            return Bounce(draft.timeframe, draft.level, way, draft.tolerance_pct)
        case unknown:
            assert_never(unknown)


def implied(draft: DraftLevel, side: Side, reference: Decimal | None) -> Direction:
    """The direction a level has where none was written."""
    if draft.kind is LevelKind.BOUNCE:
        return favourable(side)
    if reference is None:
        level = f"{draft.level:f}"
        raise Unreadable(
            f"The market price isn't known right now, so say from which side {level} is reached: "
            f"write above {level} or below {level}, for example below {level}."
        )
    return Direction.UP if draft.level > reference else Direction.DOWN


def favourable(side: Side) -> Direction:
    """Where a touched level is left to in the trade's favour."""
    return Direction.UP if side is Side.LONG else Direction.DOWN


def written(trigger: Trigger) -> str:
    """The text that reads back as this trigger, its directions included."""
    joint = " and " if isinstance(trigger, AllOf) else " or "
    return joint.join(written_part(one) for one in parts_of(trigger))


def written_part(part: Part) -> str:
    """One condition as text."""
    match part:
        case PriceTrigger(level=level, direction=way):
            return f"{WAYS[way]} {level:f}"
        case MoveTrigger(pct=pct):
            return f"+{pct:f}%"
        case CloseBeyond(timeframe=frame, level=level, direction=way):
            return f"close {WAYS[way]} {level:f} {frame}"
        case Bounce(timeframe=frame, level=level, direction=way):
            return f"bounce {way} {level:f} {frame}{written_tolerance(part.tolerance_pct)}"
        case ManualTrigger(question=question):
            return f"manual: {question}"
        case RsiTrigger() | MacdTrigger() | MovingAverageRetest():
            return written_indicator(part)
        case unknown:
            assert_never(unknown)
