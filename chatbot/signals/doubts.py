"""Texts that read like a plan and must not become one: reports of a running trade, numbers that ran together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chatbot.signals.draft import Problem, ProblemCode

UNNUMBERED: Final = re.compile(
    r"(?<![\d.,])(?P<number>\d+(?:[.,]\d+)*)(?: ?[).:])?[ \n]?"
    r"(?:(?:targets?|take[ -]?profits?|цел[ьи]|тейк(?:[ -]профит)?)(?= ?[:=@-]? ?\$?\.?\d)|"
    r"(?:tp|тп)(?= ?[:=] ?\$?\.?\d))"
    r"(?! ?[:=@-]? ?\d{1,2} ?[):])",
    re.IGNORECASE,
)
"""A number right before a target word that has no number of its own behind it."""
DONE: Final = r"(?:is |are |was |were |has been |already |just ){0,3}(?:hit|reached|done|smashed|achieved|filled)"
REPORT: Final = re.compile(
    r"(?<![^\W_])(?:(?:tp|targets?|take[ -]?profits?(?: targets?)?|sl|stop(?:[ -]?(?:loss|target))?) ?#?\d{0,2} "
    rf"{DONE}|"
    r"stopped out|(?:тп|тейк\w*|цел[ьи]|стоп) ?\d{0,2} (?:достигнут\w*|взят\w*|выполнен\w*|сработал\w*|выбил\w*)|"
    r"(?:trade|position|signal) (?:is |was )?closed|"
    r"closed (?:at|in|with) (?:a |some )?(?:profit|loss|break))(?![^\W_])",
    re.IGNORECASE,
)
ENDED: Final = re.compile(
    r"^\W*(?:(?:signal|trade|setup|idea|position|order|сигнал|сделка|ордер)s? )?(?:is |was |has been )?(?:"
    r"cancel\w*|closed(?! (?:group|channel|club|chat))|invalidated|expired|отмен\w+|закрыл\w*|закрыт[аоы]?)(?![^\W_])",
    re.IGNORECASE,
)
"""The first words of a text that takes a signal back."""
ELSEWHERE: Final = re.compile(
    r"(?<![^\W_])(?:previous|last|earlier|yesterday|past|recent|results?|accuracy|all|every|if|when|once|after|until|till|"
    r"as soon as|before|unless|предыдущ\w+|прошл\w+|вчера|если|когда|после|при|как только|все)(?![^\W_])",
    re.IGNORECASE,
)
"""A line with one of these speaks of other trades, or of what is to come."""


def doubts(text: str) -> Iterator[Problem]:
    """Reasons not to read a cleaned text, from which rules for the stop were taken, as a plan."""
    number = run_together(text)
    if number is not None:
        sentence = f"“{number}” may end in the number of the target behind it; put every target on a line of its own."
        yield Problem(ProblemCode.AMBIGUOUS_NUMBER, sentence)
    report = reported(text)
    if report is not None:
        sentence = f"“{report}” reports on a trade that is running or over; expected a new plan, entry to targets."
        yield Problem(ProblemCode.REPORT, sentence)


def run_together(text: str) -> str | None:
    """`1 Target: 14.52 Target: 15`: numbers that all end like the number of the target behind them."""
    before = [found["number"] for found in UNNUMBERED.finditer(text)]
    numbered = len(before) > 1 and all(number.endswith(str(place)) for place, number in enumerate(before, 1))
    longer = [number for place, number in enumerate(before, 1) if number != str(place)]
    return longer[0] if numbered and longer else None


def reported(text: str) -> str | None:
    """The words that tell of a target or stop that was reached, or of a signal that was taken back."""
    ended = ENDED.search(text)
    if ended is not None:
        return ended[0].strip()
    for line in text.splitlines():
        found = REPORT.search(line)
        if found is not None and not ELSEWHERE.search(line):
            return found[0].strip()
    return None
