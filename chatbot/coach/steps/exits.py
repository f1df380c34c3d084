"""How to scale out: targets, what each closes, what the stop does then, and which orders rest (items 5 and 6)."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from chatbot.coach.answers import Answers, DialogView, Entered, exact
from chatbot.coach.steps.asking import Ask, Asking, Choice, near_market, plausible, reference
from chatbot.core.money import HUNDRED, ZERO, percent_of, round_towards_market
from chatbot.core.reading import Unreadable, cleaned, quoted
from chatbot.core.reading_lists import LONGEST_LIST, Amount, Numbers, Unit, amount
from chatbot.core.reading_lists import numbers as read_numbers
from chatbot.core.reading_rules import USUAL, rules
from chatbot.messages.numbers import number, price

R_CHOICES: Final = ("1R 2.5R 4R", "1.5R 3R 5R")
MOST_TARGETS: Final = 6
CLOSES: Final = {1: "90", 2: "40/50", 3: "25/35/30"}
RUNNER_PCT: Final = Decimal(10)
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
MEASURED: Final = re.compile(r"\d\s*(?:r\b|%)", re.IGNORECASE)


def ask_targets(view: DialogView, given: Entered) -> Ask:
    """Multiples of R, with the prices they come to."""
    rows = tuple((Choice(target_label(view, given, text), text),) for text in R_CHOICES)
    return Ask(
        "Where are the targets?",
        "One to three prices, nearest first (61k 62.5k 64k), or multiples of R (1R 2.5R 4R).",
        rows,
    )


def target_label(view: DialogView, given: Entered, text: str) -> str:
    """`1R 2.5R 4R: 61 000 · 62 500 · 64 000`."""
    if reference(view, given) is None:
        return text
    prices = (measured(view, given, amount(piece)) for piece in text.split())
    return f"{text}: {' · '.join(price(value, view.tick) for value in prices)}"


def read_targets(view: DialogView, given: Entered, text: str) -> Answers:
    """Prices in favour of tier 1, each further than the one before."""
    example = example_targets(view, given)
    if MEASURED.search(text):
        words = cleaned(text, LONGEST_LIST).strip(" /;,")
        pieces = re.split(r"\s*[/;|]\s*|,\s+|(?<=[rR%])\s+", words)
        targets = tuple(measured(view, given, amount(piece, "a target", "2.5R")) for piece in pieces)
    else:
        targets = read_numbers(
            text, "target prices", example, lambda read: all(plausible(value, view.market_price) for value in read)
        )
    check_targets(view, given, targets, example)
    return {"targets": [exact(target) for target in targets]}


def measured(view: DialogView, given: Entered, read: Amount) -> Decimal:
    """A target in R or in % of price from tier 1, on the tick."""
    entry, side = reference(view, given), given.chosen_side
    if read.unit not in (Unit.R, Unit.PERCENT):
        raise Unreadable("Some targets are prices and some are not; write all the same way, for example 1R 2.5R 4R.")
    if entry is None or given.stop is None:
        raise Unreadable(
            "The market price isn't known right now: write the targets as prices, for example 61000 62500."
        )
    if read.sign and read.sign != side.sign and read.unit is Unit.PERCENT:
        raise Unreadable(f"That is the losing side of a {side.value}; write the distance alone, for example 2%.")
    away = read.value * abs(entry - given.stop) if read.unit is Unit.R else percent_of(entry, read.value)
    return round_towards_market(entry + side.sign * away, view.tick, side)


def check_targets(view: DialogView, given: Entered, targets: Numbers, example: str) -> None:
    """Not too many, near enough, in favour, in order."""
    entry, side = reference(view, given), given.chosen_side
    if len(targets) > MOST_TARGETS:
        raise Unreadable(f"{len(targets)} targets are too many; three are usual, for example {example}.")
    last = entry
    for position, target in enumerate(targets, 1):
        near_market(target, view, example) if target > 0 else refuse_zero(example)
        if last is not None and side.sign * (target - last) <= 0:
            where = "above" if side.sign > 0 else "below"
            before = f"tier 1 at {price(last)}" if position == 1 else f"the target before it, {price(last)}"
            raise Unreadable(
                f"Target {position} at {price(target)} must lie {where} {before} for a {side.value}, "
                f"for example {example}."
            )
        last = target


def refuse_zero(example: str) -> None:
    """A short can't be measured below the price 0."""
    raise Unreadable(f"That target would be a price of 0 or less; bring it closer, for example {example}.")


def example_targets(view: DialogView, given: Entered) -> str:
    """Targets a person might type here."""
    return "61k 62.5k 64k" if reference(view, given) is None or given.stop is None else "1R 2.5R 4R"


def ask_closes(_view: DialogView, given: Entered) -> Ask:
    count = len(given.targets)
    default = default_closes(count)
    even = "/".join([exact((HUNDRED / count).to_integral_value(ROUND_FLOOR))] * count)
    return Ask(
        "How much of the position does each target close?",
        "In % of all that was entered; what is left is the runner, and leaves with the stop.",
        (tuple(Choice(f"{text} %", text) for text in dict.fromkeys((default, even))),),
    )


def default_closes(count: int) -> str:
    """The usual closes; a runner of 10 % stays."""
    even = ((HUNDRED - RUNNER_PCT) / count).to_integral_value(ROUND_FLOOR)
    return CLOSES.get(count, "/".join([exact(even)] * count))


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
    default = default_rules(len(given.targets))
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


TARGETS_STEP: Final = Asking(
    5,
    "Type prices, nearest first (61k 62.5k 64k), multiples of R (1R 2.5R 4R) or % of price from tier 1 (+2% +4%). "
    "Reaching the first target ends the scale-in.",
    ask_targets,
    read_targets,
)
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
