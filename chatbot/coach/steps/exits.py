"""What each target closes, what the stop does then, and which orders rest (items 5 and 6 of the checklist)."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR
from typing import Final

from chatbot.coach.answers import DialogView, Entered
from chatbot.coach.steps.asking import Ask, Asking, Choice
from chatbot.coach.stored import Answers, exact
from chatbot.core.money import HUNDRED, ZERO
from chatbot.core.reading import Unreadable, cleaned, quoted
from chatbot.core.reading_lists import LONGEST_LIST
from chatbot.core.reading_lists import numbers as read_numbers
from chatbot.core.reading_rules import USUAL, rules
from chatbot.core.usual import usual_closes
from chatbot.messages.numbers import number

WORDS_OF: Final = {
    "entry": "entries", "entries": "entries", "tiers": "entries",
    "stop": "stop", "stops": "stop",
    "target": "targets", "targets": "targets", "tp": "targets",
}  # fmt: skip
RESTING: Final = {
    "default": ["stop", "targets"],
    "all": ["entries", "stop", "targets"],
    "none": [],
}


def ask_closes(view: DialogView, given: Entered) -> Ask:
    """The closes that fit the market's volatility first, where they fit the number of targets."""
    count, preset = len(given.targets), view.known.preset
    default = default_closes(count)
    even = "/".join([exact((HUNDRED / count).to_integral_value(ROUND_FLOOR))] * count)
    fits = preset is not None and len(preset.closes) == count
    fitting = ("/".join(exact(close) for close in preset.closes),) if preset is not None and fits else ()
    return Ask(
        "How much of the position does each target close?",
        "In % of all that was entered; what is left is the runner, and leaves with the stop.",
        tuple((Choice(f"{text} %", text),) for text in dict.fromkeys((*fitting, default, even))),
        (preset.advice,) if preset is not None and fits else (),
    )


def default_closes(count: int) -> str:
    """The usual closes, as they are typed."""
    return "/".join(exact(share) for share in usual_closes(count))


def read_closes(_view: DialogView, given: Entered, text: str) -> Answers:
    """One share for each target, together no more than everything."""
    count = len(given.targets)
    example = default_closes(count)
    closes = read_numbers(
        text, "closes in %", example, lambda read: len(read) == count and sum(read, ZERO) <= HUNDRED, zero=True
    )
    if len(closes) != count:
        raise Unreadable(f"{quoted(text)} has {len(closes)} closes for {count} targets; for example {example}.")
    total = sum(closes, ZERO)
    if total > HUNDRED:
        raise Unreadable(f"{quoted(text)} adds up to {number(total)} %, more than the position; for example {example}.")
    return {"closes": [exact(close) for close in closes]}


def ask_rules(_view: DialogView, given: Entered) -> Ask:
    default = default_rules(len(given.targets)).replace("1%", "1\u00a0% of price")
    held = " / ".join(["hold"] * len(given.targets))
    return Ask(
        "What does the stop do after each target?",
        "Break-even, lock 1R, trail 1% of price, previous (target) or hold, one for each target.",
        ((Choice(f"Default: {default}", "default"),), (Choice("Leave the stop: hold", held),)),
    )


def default_rules(count: int) -> str:
    """Break-even, lock 1R, trail; targets after that leave the trail alone."""
    return " / ".join(USUAL[:count])


def read_rules(_view: DialogView, given: Entered, text: str) -> Answers:
    """One rule for each target."""
    count = len(given.targets)
    words = cleaned(text, LONGEST_LIST).casefold()
    settled = default_rules(count) if words in ("default", "defaults") else words
    rules(settled, count)
    return {"rules": " / ".join(re.split(r"\s*[/;|]\s*|,\s+", settled))}


def ask_resting(_view: DialogView, _given: Entered) -> Ask:
    return Ask(
        "Which orders will rest on the exchange?",
        "What rests fills by itself, and I ask whether it did; the rest you do by hand when I tell you.",
        (
            (Choice("Stop and targets rest, entries by hand", "default"),),
            (Choice("All of them", "all"), Choice("None", "none")),
        ),
    )


def read_resting(_view: DialogView, _given: Entered, text: str) -> Answers:
    """Names of what rests, or one of three usual choices."""
    words = cleaned(text).casefold()
    if words in RESTING:
        return {"resting": RESTING[words]}
    names = [word for word in re.split(r"[\s,/+&;]+|\band\b", words) if word and word != "and"]
    if not names or any(name not in WORDS_OF for name in names):
        raise Unreadable(
            f"{quoted(text)} names no orders; write default, all, none or some of entries, stop, targets, "
            "for example stop, targets."
        )
    return {"resting": sorted({WORDS_OF[name] for name in names})}


CLOSES_STEP: Final = Asking(
    5,
    "Type one % of the position for each target: 25/35/30. Below 100 together, the remainder stays as a runner.",
    ask_closes,
    read_closes,
)
RULES_STEP: Final = Asking(
    6,
    "Type one rule for each target with a / between: break-even / lock 1R / trail 1%. Also: trail 1% step 0.25%, "
    "trail 2R, trail 3 ATR, previous, hold. Or type default.",
    ask_rules,
    read_rules,
)
RESTING_STEP: Final = Asking(
    6,
    "Type default (stop and targets), all, none, or a list: stop, targets. I never place an order myself; "
    "this only decides how I ask.",
    ask_resting,
    read_resting,
)
