"""Conditions on indicators as people type them: `rsi crosses above 50 1h`, `macd crosses up`, `ema20 retest 15m`.

`above` means that the indicator stands there, `crosses` that it has just come there. A retest without a direction can
only mean away from the average in the trade's favour.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.core.plan import (
    USUAL_TOLERANCE_PCT,
    Average,
    Direction,
    MacdTrigger,
    MovingAverageRetest,
    Occasion,
    RsiTrigger,
)
from chatbot.core.reading import Unreadable, number, quoted, timeframe
from chatbot.core.timeframes import Timeframe
from chatbot.core.watchable import LONGEST, in_reach

UP: Final = r">=?|above|over|up|positive|bullish"
DOWN: Final = r"<=?|below|under|down|negative|bearish"
FRAME: Final = r"\d{1,4}\s?(?:m|min|h|d)\b"
PERIOD: Final = r"\(?\s*(?P<period>\d{1,3})(?!\s?(?:\d|m|min|h|d)\b)\s*\)?"
BEFORE: Final = rf"(?:(?P<before>{FRAME})\s+)?"
WHEN: Final = rf"\s*(?:(?:on\s+)?(?P<middle>{FRAME}))?\s*"
AFTER: Final = rf"(?:\s+(?:on\s+)?(?P<after>{FRAME}))?"
CROSSES: Final = r"(?P<cross>cross(?:es|ing|ed)?|turns?|goes)?\s*(?:is\s+)?(?:back\s+)?"
SIDES: Final = rf"(?:(?P<up>{UP})|(?P<down>{DOWN}))"
RSI: Final = re.compile(
    rf"{BEFORE}rsi\s*(?:{PERIOD})?{WHEN}{CROSSES}{SIDES}\s*(?P<level>\d[\d.,]*){AFTER}", re.IGNORECASE
)
MACD: Final = re.compile(
    rf"{BEFORE}macd\s*(?:\(?\s*(?P<fast>\d{{1,3}})\s*[,/]\s*(?P<slow>\d{{1,3}})\s*[,/]\s*(?P<signal>\d{{1,3}})\s*\)?)?"
    rf"(?:\s*histogram)?{WHEN}{CROSSES}{SIDES}(?:\s*(?:0|zero))?{AFTER}",
    re.IGNORECASE,
)
RETEST: Final = re.compile(
    rf"{BEFORE}(?P<first>retests?|bounces?)?\s*(?:(?:of|off|at|from)\s+)?(?:the\s+)?(?P<average>ema|sma)\s*{PERIOD}"
    rf"\s*(?P<last>retests?|bounces?)?\s*(?:(?P<up>up|above)|(?P<down>down|below))?{AFTER}",
    re.IGNORECASE,
)
NAMED: Final = re.compile(r"\b(rsi|macd|ema|sma|ma)(?=\d|\b)", re.IGNORECASE)
EXAMPLES: Final = {
    "rsi": "rsi crosses above 50 15m or rsi(14) above 50 1h",
    "macd": "macd crosses up 1h or macd above 0 1h",
    "ema": "ema20 retest 15m",
    "sma": "sma50 retest 1h",
    "ma": "ema20 retest 15m or sma20 retest 15m",
}
WAYS: Final = {Direction.UP: "above", Direction.DOWN: "below"}


@dataclass(frozen=True, slots=True)
class DraftRetest:
    """A moving average touched and left again, its direction perhaps still open."""

    timeframe: Timeframe
    average: Average
    period: int
    direction: Direction | None
    tolerance_pct: Decimal


Indicator = DraftRetest | RsiTrigger | MacdTrigger


def indicator(text: str, default: Timeframe, tolerance_pct: Decimal) -> Indicator | None:
    """The condition, None where the text names no indicator. Raises Unreadable where it can't be read."""
    named = NAMED.search(text)
    if named is None:
        return None
    if found := RSI.fullmatch(text):
        return rsi(found, default)
    if found := MACD.fullmatch(text):
        return macd(found, default)
    found = RETEST.fullmatch(text)
    if found and (found["first"] or found["last"]):
        frame, period = frame_of(found, default), period_of(found["period"], text)
        return DraftRetest(frame, Average(found["average"].casefold()), period, way(found), tolerance_pct)
    example = EXAMPLES[named[1].casefold()]
    raise Unreadable(f"{quoted(text)} can't be read as a condition on {named[1].upper()}; for example {example}.")


def rsi(found: re.Match[str], default: Timeframe) -> RsiTrigger:
    """`rsi crosses above 50`."""
    level = number(found["level"], "the level of an RSI", EXAMPLES["rsi"])
    if level >= 100:
        raise Unreadable(f"RSI runs from 0 to 100, so it never passes {level:f}; for example {EXAMPLES['rsi']}.")
    period = period_of(found["period"] or "14", found[0])
    return RsiTrigger(frame_of(found, default), level, settled(found), period, occasion(found))


def macd(found: re.Match[str], default: Timeframe) -> MacdTrigger:
    """`macd crosses up`; `macd up` alone is a cross as well."""
    written = (found["fast"] or "12", found["slow"] or "26", found["signal"] or "9")
    fast, slow, signal = (period_of(length, found[0]) for length in written)
    if fast >= slow:
        raise Unreadable(f"{quoted(found[0])} has a fast average that is not shorter than the slow one; use 12,26,9.")
    side = (found["up"] or found["down"]).casefold()
    on = Occasion.CROSS if side in ("up", "down") else occasion(found)
    return MacdTrigger(frame_of(found, default), settled(found), fast, slow, signal, on)


def period_of(digits: str, text: str) -> int:
    """How many candles an indicator looks back."""
    period = int(digits)
    if not in_reach(period):
        raise Unreadable(
            f"{quoted(text)} looks back over {period} candles; 2 to {LONGEST} are possible, for example 14."
        )
    return period


def frame_of(found: re.Match[str], default: Timeframe) -> Timeframe:
    """The timeframe, wherever it was written."""
    groups = found.groupdict()
    written = groups["before"] or groups.get("middle") or groups["after"]
    return timeframe(written) if written else default


def occasion(found: re.Match[str]) -> Occasion:
    """Whether it has to come there, or only to stand there."""
    return Occasion.CROSS if found["cross"] else Occasion.STATE


def way(found: re.Match[str]) -> Direction | None:
    """The direction that was written, if any."""
    if found["up"]:
        return Direction.UP
    return Direction.DOWN if found["down"] else None


def settled(found: re.Match[str]) -> Direction:
    """The direction of a condition that always names one."""
    return Direction.UP if found["up"] else Direction.DOWN


def written_indicator(part: RsiTrigger | MacdTrigger | MovingAverageRetest) -> str:
    """The text that reads back as this condition."""
    if isinstance(part, MovingAverageRetest):
        words = f"{part.average}({part.period}) retest {part.direction} {part.timeframe}"
        return f"{words}{written_tolerance(part.tolerance_pct)}"
    crossing = "crosses " if part.on is Occasion.CROSS else ""
    if isinstance(part, RsiTrigger):
        return f"rsi({part.period}) {crossing}{WAYS[part.direction]} {part.level:f} {part.timeframe}"
    return f"macd({part.fast},{part.slow},{part.signal}) {crossing}{WAYS[part.direction]} 0 {part.timeframe}"


def written_tolerance(tolerance_pct: Decimal) -> str:
    """How near a touch has to come, where that is not as usual."""
    return "" if tolerance_pct == USUAL_TOLERANCE_PCT else f" within {tolerance_pct:f}%"
