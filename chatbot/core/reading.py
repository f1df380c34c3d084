"""What people type, as values: numbers, percentages, leverage, timeframes. Never guesses what can mean two things.

How a number is read: spaces, `'` and `_` group digits by three. Where `,` and `.` both occur, the last one is the
decimal mark. Several of one kind group by three. A single `.` is a decimal mark; a single `,` is one as well, unless
exactly three digits follow it and one to three (not 0) stand before it: `60,123` is 60123, `0,5` is 0.5, `1,5` is 1.5.
What stays open (`60.000`, `60,123k`) is refused, with both readings.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

from chatbot.core.money import Side
from chatbot.core.timeframes import MINUTES, Timeframe

LONGEST: Final = 64
LARGEST: Final = Decimal(10) ** 15
MOST_DECIMALS: Final = 12
SHOWN: Final = 40
FACTORS: Final = {"": Decimal(1), "k": Decimal(1000), "m": Decimal(1_000_000)}
MARKS_OF_MINUS: Final = str.maketrans(dict.fromkeys("−–—‐‑‒", "-") | {"’": "'", "×": "x", "٫": ".", "٬": ","})
CHANGED_MEANING: Final = ("<super>", "<sub>", "<fraction>", "<circle>")
NUMERALS: Final = ("No", "Nl")
"""Numbers that are no decimal digits: raised, circled, with a dot or in brackets, fractions, Roman ones."""
CURRENCY: Final = r"(?:usdt|usdc|usd|\$|€)"
NUMBER: Final = re.compile(rf"(?P<sign>[+-]?)\s*{CURRENCY}?\s*(?P<body>[\d.,'_ ]*\d)\s*(?P<factor>[km]?)\s*{CURRENCY}?")
EXPONENT: Final = re.compile(r"(?P<sign>[+-]?)(?P<body>\d+(?:\.\d+)?e[+-]?\d{1,3})")
GROUPED: Final = re.compile(r"\d{1,3}(?P<mark>[ '_])\d{3}(?:(?P=mark)\d{3})*(?!\d)")
RANGE: Final = re.compile(r"[^-]*\d[\dkm.,%]*\s*(?:-|\.\.\.?|to)\s*\$?\d[^-]*")
LEVERAGE: Final = re.compile(r"x?\s*(?P<number>[^x]+?)\s*x?")
TIMEFRAME: Final = re.compile(
    r"(?P<count>\d{1,4})\s*(?P<unit>m|min|mins|minutes?|h|hr|hrs|hours?|d|days?)", re.IGNORECASE
)
MINUTES_OF: Final = {"m": 1, "h": 60, "d": 1440}
MONTHS: Final = frozenset({"1M", "3M"})
SIDES: Final = {
    "long": Side.LONG,
    "buy": Side.LONG,
    "l": Side.LONG,
    "short": Side.SHORT,
    "sell": Side.SHORT,
    "s": Side.SHORT,
}


class Unreadable(Exception):
    """What was wrong with a text, what was expected, and an example: one sentence or two, plain text."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def quoted(text: str) -> str:
    """The user's words as a sentence can carry them."""
    words = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return f"“{words if len(words) <= SHOWN else words[: SHOWN - 1] + '…'}”"


def cleaned(text: str, longest: int = LONGEST) -> str:
    """One line of ordinary characters: wide, Arabic and other digits become 0-9, every dash a minus."""
    if len(text) > longest:
        raise Unreadable(f"That is {len(text)} characters long; at most {longest} are read. For example: 60000")
    if any(is_another(c) for c in text):
        raise Unreadable(f"{quoted(text)} has small or circled digits in it; write plain ones, for example 60000.")
    plain = "".join(digit(c) for c in unicodedata.normalize("NFKC", text)).translate(MARKS_OF_MINUS)
    words = " ".join("".join(c for c in plain if c.isprintable() or c.isspace()).split())
    if len(words) > longest:
        raise Unreadable(f"{quoted(text)} is too long. For example: 60000")
    return words


def is_another(character: str) -> bool:
    """Whether a character is raised, circled, or a number but no digit: written plainly, it means something else."""
    changed = unicodedata.decomposition(character).startswith(CHANGED_MEANING)
    return changed or unicodedata.category(character) in NUMERALS


def digit(character: str) -> str:
    """Any script's decimal digit as 0-9; everything else as it is."""
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def number(text: str, what: str = "a number", example: str = "60000", *, zero: bool = False) -> Decimal:
    """One number above 0 (or from 0 on). `what` and `example` go into the sentence that refuses."""
    words = cleaned(text).casefold()
    expected = f"{what}, for example {example}"
    if not words:
        raise Unreadable(f"Nothing is written there; expected {expected}.")
    match = EXPONENT.fullmatch(words) or NUMBER.fullmatch(words)
    if match is None:
        if RANGE.fullmatch(words):
            raise Unreadable(f"{quoted(text)} looks like a range; give one value: {expected}.")
        raise Unreadable(f"{quoted(text)} can't be read as {expected}.")
    factor = match.groupdict().get("factor") or ""
    value = decimal_of(match["body"].strip(), factor, text, expected) * FACTORS[factor]
    if match["sign"] == "-" and value:
        raise Unreadable(f"{quoted(text)} is below 0; expected {expected}.")
    return sized(value, text, expected, zero=zero)


def sized(value: Decimal, text: str, expected: str, *, zero: bool) -> Decimal:
    """The value, if it is of a size that can be meant."""
    if value == 0 and not zero:
        raise Unreadable(f"{quoted(text)} is 0; expected {expected}.")
    if value > LARGEST:
        raise Unreadable(f"{quoted(text)} is too large; expected {expected}.")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_DECIMALS:
        raise Unreadable(f"{quoted(text)} has more than {MOST_DECIMALS} decimals; expected {expected}.")
    return plain(value)


def plain(value: Decimal) -> Decimal:
    """The same value without trailing zeros and without an exponent."""
    trimmed = value.normalize()
    exponent = trimmed.as_tuple().exponent
    return trimmed.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else trimmed


def decimal_of(body: str, factor: str, text: str, expected: str) -> Decimal:
    """Digits with their marks as a decimal."""
    grouped = GROUPED.match(body)
    if grouped:
        body = re.sub(r"[ '_]", "", grouped[0]) + body[grouped.end() :]
    commas, dots = body.count(","), body.count(".")
    if commas and dots:
        written = both_marks(body)
    elif commas > 1 or dots > 1:
        written = groups_of_three(body, "," if commas else ".")
    elif commas and not grouped:
        written = single_comma(body, factor, text)
    elif dots and not grouped:
        written = single_dot(body, factor, text)
    else:
        written = body.replace(",", ".")
    if written is None or not re.fullmatch(r"\d*\.?\d+(?:e[+-]?\d+)?", written):
        raise Unreadable(f"{quoted(text)} can't be read as {expected}.")
    return Decimal(written)


def both_marks(body: str) -> str | None:
    """`60,000.5` and `60.000,5`: the last mark is the decimal one and occurs once, the other groups."""
    decimal = max(",.", key=body.rindex)
    other = "." if decimal == "," else ","
    whole, _, fraction = body.rpartition(decimal)
    grouped = groups_of_three(whole, other)
    return None if decimal in whole or grouped is None else f"{grouped}.{fraction}"


def groups_of_three(body: str, mark: str) -> str | None:
    """`1,234,567` without its marks; None where the groups are not of three."""
    return body.replace(mark, "") if re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+", body) else None


def single_comma(body: str, factor: str, text: str) -> str:
    """Thousands where exactly three digits follow one to three others, else a decimal mark."""
    if not re.fullmatch(r"[1-9]\d{0,2},\d{3}", body):
        return body.replace(",", ".")
    if factor:
        raise two_readings(text, body.replace(",", "."), body.replace(",", ""), factor)
    return body.replace(",", "")


def single_dot(body: str, factor: str, text: str) -> str:
    """A decimal mark; only three zeros behind it may as well be thousands."""
    if re.fullmatch(r"[1-9]\d{0,2}\.000", body):
        whole = body.partition(".")[0]
        raise two_readings(text, whole, f"{whole}000", factor)
    return body


def two_readings(text: str, small: str, large: str, factor: str = "") -> Unreadable:
    """The refusal of what can mean two numbers."""
    first, second = small + factor, large + factor
    return Unreadable(f"{quoted(text)} can mean {first} or {second}; write the one you mean, for example {second}.")


def money(text: str, what: str = "an amount", example: str = "10000") -> Decimal:
    """A sum of money: as `number`, but `12.500` is refused, since nobody writes tenths of a cent."""
    words = cleaned(text).casefold().strip("$€ usdtc")
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", words):
        raise two_readings(text, words, words.replace(".", ""))
    return number(text, what, example)


def percent(text: str, what: str = "a percentage", example: str = "0.5%", *, zero: bool = False) -> Decimal:
    """`0,5%`, `5 percent`, `5`: the number before the sign."""
    words = re.sub(r"\s*(?:%|percent|pct)$", "", cleaned(text).casefold())
    return number(words, what, example, zero=zero)


def leverage(text: str) -> Decimal:
    """`10x`, `x10`, `10`."""
    match = LEVERAGE.fullmatch(cleaned(text).casefold())
    value = number(match["number"] if match else text, "a leverage", "10x")
    if value < 1:
        raise Unreadable(f"{quoted(text)} is below 1; expected a leverage of 1 or more, for example 10x.")
    return value


def timeframe(text: str) -> Timeframe:
    """`1h`, `60m`, `4H`; a bare number is refused, since it may be minutes or hours."""
    words = cleaned(text)
    example = "for example 15m or 1h"
    if words in MONTHS:
        raise Unreadable(f"{quoted(text)} means months on most charts; write minutes with a small m, {example}.")
    if words.isdigit():
        raise Unreadable(f"{quoted(text)} has no unit: minutes or hours? Write it with one, {example}.")
    match = TIMEFRAME.fullmatch(words)
    minutes = int(match["count"]) * MINUTES_OF[match["unit"][0].casefold()] if match else 0
    found = next((frame for frame, length in MINUTES.items() if length == minutes), None)
    if found is None:
        raise Unreadable(f"{quoted(text)} is no timeframe; use one of {', '.join(Timeframe)}, {example}.")
    return found


def side(text: str) -> Side:
    """`long`, `short`, `buy`, `sell`."""
    found = SIDES.get(cleaned(text).casefold())
    if found is None:
        raise Unreadable(f"{quoted(text)} is no side; write long or short, for example long.")
    return found
