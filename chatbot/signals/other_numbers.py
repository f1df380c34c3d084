"""Numbers that are no prices: leverage, timeframes, dates, times, ratios, counts. Read, and taken out of the text."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.core.plan import MarginMode
from chatbot.core.reading import Unreadable, timeframe
from chatbot.core.timeframes import Timeframe
from chatbot.signals.vocabulary import LEVERAGE_MARK, OTHER_MARK, SYMBOL_MARK

NUMBER: Final = r"\d{1,4}(?:[.,]\d{1,2})?"
X: Final = r"(?: ?x(?![^\W\d_]))?"
MODE: Final = r"(?:cross(?:ed)?|isolated|кросс\w?|изолир\w+)(?: margin)?"
STATED: Final = re.compile(
    rf"(?<![^\W_])(?:leverage|lev|lvr?g|плеч\w{{1,2}})[.\"']?\s?[:=-]?\s?"
    rf"(?:{MODE}|max|up to|до|от|from)?\s?[:(\[-]?\s?x?\s?"
    rf"(?P<low>{NUMBER}){X}(?: ?(?:-|/|to|до) ?x?(?P<high>{NUMBER}){X})?(?![\d]|[.,]\d)",
    re.IGNORECASE,
)
BARE: Final = re.compile(
    rf"(?<![\w.,])(?:(?P<led>\d{{1,3}}) ?x? плеч(?:ом|ами)|"
    rf"x ?(?P<low>{NUMBER})|(?P<first>{NUMBER})(?: ?x)?(?: ?- ?(?P<second>{NUMBER}))? ?x)"
    r"(?: ?(?:-|/|to|до) ?x?(?P<high>\d{1,3}) ?x?)?(?![\w]|[.,]\d)",
    re.IGNORECASE,
)
MULTIPLE_BEFORE: Final = re.compile(
    r"(?:volume|vol|previous|last|another|gained|made|did|grew) (?:of )?$", re.IGNORECASE
)
MULTIPLE_AFTER: Final = re.compile(
    r" ?(?:the |more |its |of )?(?:average|avg|volume|usual|normal|gains?|profits?)(?!\w)", re.IGNORECASE
)
"""What makes a `2x` a comparison."""
CROSS: Final = re.compile(r"(?<!\w)(?:cross(?:ed)?|кросс\w?)(?!\w| (?:above|below|over|under))", re.IGNORECASE)
ISOLATED: Final = re.compile(r"(?<!\w)(?:isolated|изолир\w+)", re.IGNORECASE)
AMONG_LEVERAGE: Final = re.compile(
    rf"{SYMBOL_MARK}|(?<![^\W_])(?:long|short|buy|sell|лонг|шорт|покупка|продажа|entry|entries|sl|tp\d?|stop|target|вход|"
    r"стоп|цел[ьи]|тейк)",
    re.IGNORECASE,
)
NOTHING_ELSE: Final = re.compile(rf"(?:{MODE}|margin|mode|max|маржа|\W)*", re.IGNORECASE)
FRAME: Final = re.compile(
    r"(?<![\w.,])(?:(?P<count>\d{1,3}) ?(?P<unit>m|min|mins|minutes?|h|H|hr|hrs|hours?|d|D|day|W|w|M|ч|мин)"
    r"|(?P<turned>[MHD])(?P<times>\d{1,2}))(?![\w])"
)
FRAME_STATED: Final = re.compile(r"(?:time ?frame|tf|chart|interval|таймфрейм\w?|тф)[ :=(-]{0,3}$|на $", re.IGNORECASE)
FRAME_AFTER: Final = re.compile(r" ?(?:chart|tf|time ?frame|таймфрейм\w?|тф)\b", re.IGNORECASE)
CLOSE_AFTER: Final = re.compile(r" ?(?:candle )?(?:clos(?!es:? ?\d{1,3}(?:\D|$))|закрыт|свеч)", re.IGNORECASE)
OTHER_AFTER: Final = re.compile(r" ?(?:ago|volume|change|high|low|назад)\b", re.IGNORECASE)
MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
COUNTED: Final = (
    r"hours?|hrs?|minutes?|mins?|days?|weeks?|months?|years?|members|subscribers|people|traders|trades|signals|pips?|"
    r"points?|ticks?|bps|times|дн\w+|час\w*|минут\w*|недел\w+|пункт\w*|сделок|сигнал\w+|подписчик\w+"
)
DONE: Final = r"hit|reached|done|smashed|achieved|достигн\w+|взят\w*|выполнен\w*"
OTHERS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\d.,])(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2}(?:[T ]\d\d:\d\d(?::\d\d)?)?(?!\d)",
        r"(?<![\d.,])\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d(?!\d)",
        r"(?<![\d.,])(?:0[1-9]|[12]\d|3[01])([./-])0[1-9]\1\d\d(?![\d.,])",
        rf"(?<![\w.,])\d{{1,2}}(?:st|nd|rd|th)? {MONTH}(?:,? (?:19|20)\d\d)?(?!\w)",
        rf"(?<!\w){MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? (?:19|20)\d\d)?(?![\w.,]\d|\w)",
        r"(?<![\w.,:#])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?: ?[ap]m)?(?![\w.,:]\d|\w)",
        r"(?<!\w)(?:utc|gmt|msk)(?: ?[+-] ?\d{1,2})?(?!\w)",
        r"\( ?\d(?:[.,]\d+)? ?: ?\d+(?:[.,]\d+)? ?\)",
        r"(?<![\w.,])24/7(?!\w)",
        r"(?<=\n)\W{0,3}\d{1,2} (?=(?:targets?|tp|цель|тейк)(?!\w))",
        r"#\d{3,}(?!\w)",
        r"(?<![\w.,])\d+(?:[.,]\d+)? ?r(?!\w)",
        r"(?<![\w.,])\d{1,2}(?:st|nd|rd|th|-?[йяюео]|-?[ао]я)(?!\w)",
        rf"(?<![\w.,])\d{{1,4}}(?:[.,]\d+)?(?: ?- ?\d{{1,4}}(?:[.,]\d+)?)?\+? ?(?:{COUNTED})(?!\w)",
        rf"(?<!\w)(?:tp|target|тп|цел[ьи]|тейк) ?#?\d{{1,2}} (?:is |was |has been )?(?:{DONE})(?!\w)",
    )
)


@dataclass(frozen=True, slots=True)
class Leverage:
    """What a text says of leverage. `values`: all different ones; `ranged`: the value is the lower end of a range."""

    values: tuple[Decimal, ...]
    ranged: str | None
    mode: MarginMode | None
    both_modes: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What a text says of candles. `closing`: the length of the candle whose close is to count for the stop."""

    timeframe: Timeframe | None
    closing: str | None


def lift_leverage(text: str) -> tuple[str, Leverage]:
    """The leverage, the number that is said to be one before any `10x`; without them the text."""
    found = list(STATED.finditer(text))
    rest = STATED.sub(f" {LEVERAGE_MARK} ", text)
    bare = [one for one in BARE.finditer(rest) if at_home(rest, one)]
    for one in reversed(bare):
        rest = f"{rest[: one.start()]} {LEVERAGE_MARK} {rest[one.end() :]}"
    read = [bounds(one) for one in (found or bare)]
    ranges = [f"{low:f}-{high:f}x" for low, high in read if low != high]
    cross, isolated = bool(CROSS.search(text)), bool(ISOLATED.search(text))
    mode = None if cross == isolated else MarginMode.CROSS if cross else MarginMode.ISOLATED
    lowest = tuple(dict.fromkeys(low for low, _ in read))
    return rest, Leverage(lowest, ranges[0] if ranges else None, mode, cross and isolated)


def bounds(found: re.Match[str]) -> tuple[Decimal, Decimal]:
    """The lower and the higher end of what was written."""
    ends = [Decimal(text.replace(",", ".")) for text in found.groupdict().values() if text]
    return min(ends), max(ends)


def at_home(text: str, found: re.Match[str]) -> bool:
    """Whether a `10x` stands among the words of a trade, and not in a name or a boast."""
    start = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    around = text[start : found.start()] + " " + text[found.end() : end if end >= 0 else len(text)]
    compared = MULTIPLE_BEFORE.search(text, 0, found.start()) or MULTIPLE_AFTER.match(text, found.end())
    return not compared and bool(AMONG_LEVERAGE.search(around) or NOTHING_ELSE.fullmatch(around))


def lift_others(text: str) -> tuple[str, Frame]:
    """The text without what is no price, and the timeframe it names."""
    for pattern in OTHERS[:7]:
        text = pattern.sub(f" {OTHER_MARK} ", text)
    stated, mentioned, closing = [], [], None
    for found in FRAME.finditer(text):
        after, before = text[found.end() : found.end() + 16], text[max(0, found.start() - 16) : found.start()]
        frame = frame_of(found)
        if CLOSE_AFTER.match(after):
            closing = found[0]
        elif frame is not None and (FRAME_STATED.search(before) or FRAME_AFTER.match(after)):
            stated.append(frame)
        elif frame is not None and not OTHER_AFTER.match(after) and at_home(text, found):
            mentioned.append(frame)
    rest = FRAME.sub(f" {OTHER_MARK} ", text)
    for pattern in OTHERS[7:]:
        rest = pattern.sub(f" {OTHER_MARK} ", rest)
    named = dict.fromkeys(stated or mentioned)
    return rest, Frame(next(iter(named)) if len(named) == 1 else None, closing)


def frame_of(found: re.Match[str]) -> Timeframe | None:
    """The timeframe of `15m` or `H4`, if candles of that length exist."""
    unit = found["unit"] or found["turned"].lower()
    count = found["count"] or found["times"]
    letter = {"ч": "h", "мин": "m"}.get(unit, unit)
    with suppress(Unreadable):
        return timeframe(f"{count}{letter}")
    return None
