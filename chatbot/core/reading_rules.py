"""What the stop does after each target, as people type it: `break-even / lock 1R / trail 1%`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from chatbot.core.money import HUNDRED
from chatbot.core.plan import BreakEven, Hold, LockR, PreviousTarget, StopRule, Trail
from chatbot.core.reading import Unreadable, cleaned, number, percent, quoted

LONGEST: Final = 160
USUAL: Final = ("break-even", "lock 1R", "trail 1%", "hold", "hold", "hold")
EXAMPLE: Final = f"for example {' / '.join(USUAL[:3])}"
WORDS: Final[dict[str, StopRule]] = {
    "be": BreakEven(),
    "breakeven": BreakEven(),
    "entry": BreakEven(),
    "previous": PreviousTarget(),
    "prev": PreviousTarget(),
    "previoustarget": PreviousTarget(),
    "hold": Hold(),
    "keep": Hold(),
    "none": Hold(),
    "lock": LockR(),
}
LOCK: Final = re.compile(r"lock\s*(?P<r>.+?)\s*r")
TRAIL: Final = re.compile(
    r"trail(?:ing)?\s*(?P<distance>[^a-z%]+?)\s*(?P<unit>%|r|atr)(?:\s*step\s*(?P<step>[^a-z%]+?)\s*%)?"
)


def rules(text: str, count: int) -> tuple[StopRule, ...]:
    """One rule for each of `count` targets."""
    words = cleaned(text, LONGEST).casefold()
    read = tuple(rule(piece) for piece in re.split(r"\s*[/;|]\s*|,\s+", words))
    if len(read) != count:
        raise Unreadable(
            f"{quoted(text)} has {len(read)} rule(s) for {count} target(s); give one for each, with a / between, "
            f"for example {' / '.join(USUAL[:count])}."
        )
    return read


def rule(text: str) -> StopRule:
    """One rule."""
    known = WORDS.get(re.sub(r"[\s-]", "", text))
    if known is not None:
        return known
    if found := LOCK.fullmatch(text):
        return LockR(number(found["r"], "a multiple of R", "lock 1R"))
    if found := TRAIL.fullmatch(text):
        return trail(found)
    raise Unreadable(f"{quoted(text)} is no stop rule; use break-even, lock 1R, trail 1%, previous or hold, {EXAMPLE}.")


def trail(found: re.Match[str]) -> Trail:
    """`trail 1% step 0.25%`, `trail 2R`, `trail 3 ATR`."""
    distance = number(found["distance"], "a distance", "trail 1%")
    step = None if found["step"] is None else below_whole(percent(found["step"], "a step", "trail 1% step 0.25%"))
    match found["unit"]:
        case "%":
            return Trail(distance_pct=below_whole(distance), step_pct=step)
        case "r":
            return Trail(distance_r=distance, step_pct=step)
        case _:
            return Trail(distance_atr=distance, step_pct=step)


def below_whole(value: Decimal) -> Decimal:
    """A % of price a stop can keep."""
    if value >= HUNDRED:
        raise Unreadable(f"{value:f} % of price is all of it; trail closer, for example trail 1%.")
    return value
