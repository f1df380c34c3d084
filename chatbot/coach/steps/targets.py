"""Where to scale out (item 5 of the checklist): levels of the chart, multiples of R, or prices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from chatbot.chart.targets import measured_targets, targets
from chatbot.chart.values import TargetsProposal
from chatbot.coach.answers import DialogView, Entered
from chatbot.coach.steps.asking import Ask, Asking, Choice, near_market, plausible, reference, setup_of, tier_price
from chatbot.coach.stored import Answers, exact
from chatbot.core.figures import GAP
from chatbot.core.money import ONE, percent_of, round_towards_market
from chatbot.core.reading import Unreadable, cleaned
from chatbot.core.reading_lists import LONGEST_LIST, Amount, Numbers, Unit, amount
from chatbot.core.reading_lists import numbers as read_numbers
from chatbot.messages.numbers import number, price

R_CHOICES: Final = ("1R 2.5R 4R", "1.5R 3R 5R", "2R 4R 6R", "3R 5R 8R", "5R 8R 12R")
MOST_R_CHOICES: Final = 2
MOST_TARGETS: Final = 6
MEASURED: Final = re.compile(r"\d\s*(?:r\b|%)", re.IGNORECASE)


def ask_targets(view: DialogView, given: Entered) -> Ask:
    """What the chart shows, then multiples of R with the prices they come to."""
    proposed = tuple(charted(view, given))
    offered = (*proposed, *multiples(view, given, 1 if proposed else MOST_R_CHOICES))
    return Ask(
        "Where are the targets?",
        "One to three prices, nearest first (61k 62.5k 64k), or multiples of R (1R 2.5R 4R).",
        tuple((choice,) for choice in offered),
    )


def charted(view: DialogView, given: Entered) -> Iterator[Choice]:
    """The sets of targets the chart proposes, stretched to its volatility, each target with what it is.

    Those that leave every tier its turn come first.
    """
    chart, entry, preset = view.known.chart, reference(view, given), view.known.preset
    if chart is None or entry is None or given.stop is None or entry == given.stop:
        return
    setup, factor = setup_of(view, given, entry), ONE if preset is None else preset.target_factor
    found = targets(chart, setup, factor) or measured_targets(chart, setup, factor)
    ahead = [proposal for proposal in found if not is_passed(view, given, proposal.targets[0].price)]
    for proposal in sorted(ahead, key=lambda one: bool(too_late(view, given, one.targets[0].price))):
        label = " · ".join(price(target.price, view.tick) for target in proposal.targets)
        text = "/".join(exact(target.price) for target in proposal.targets)
        late = too_late(view, given, proposal.targets[0].price)
        yield Choice(label, text, "\n".join((proposal.why, *details(proposal, entry, given.stop), *late)))


def details(proposal: TargetsProposal, entry: Decimal, stop: Decimal) -> Iterator[str]:
    """Each target's distance in R, and what is there."""
    for position, target in enumerate(proposal.targets, 1):
        away = f"{number(abs(target.price - entry) / abs(entry - stop), 1)}R"
        said = "" if away == target.why.replace(GAP, "") else f", {target.why}"
        yield f"TP{position} {away}{said}"


def is_passed(view: DialogView, given: Entered, first: Decimal) -> bool:
    """Whether the market stands at or beyond a first target already: such a plan would end before it began."""
    market = view.market_price
    return market is not None and given.chosen_side.sign * (market - first) >= 0


def too_late(view: DialogView, given: Entered, first: Decimal) -> tuple[str, ...]:
    """That a first target comes before a tier, which then is never added; nothing where it leaves all their turn."""
    prices = ((number, tier_price(view, given, number)) for number in range(2, len(given.weights) + 1))
    sign = given.chosen_side.sign
    late = [number for number, expected in prices if expected is not None and sign * (expected - first) >= 0]
    return (f"TP1 comes before tier {late[0]}, which is not added any more then",) if late else ()


def multiples(view: DialogView, given: Entered, most: int) -> Iterator[Choice]:
    """Multiples of R, nearest first, beyond all tiers and the market as far as there are such."""
    if reference(view, given) is None:
        yield from (Choice(text, text) for text in R_CHOICES[:most])
        return
    firsts = {text: measured(view, given, amount(text.split()[0])) for text in R_CHOICES}
    ahead = [text for text in R_CHOICES if not is_passed(view, given, firsts[text])] or list(R_CHOICES)
    for text in sorted(ahead, key=lambda one: bool(too_late(view, given, firsts[one])))[:most]:
        yield Choice(target_label(view, given, text), text)


def target_label(view: DialogView, given: Entered, text: str) -> str:
    """`1R 2.5R 4R: 61 000 · 62 500 · 64 000`."""
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


TARGETS_STEP: Final = Asking(
    5,
    "Type prices, nearest first (61k 62.5k 64k), multiples of R (1R 2.5R 4R) or % of price from tier 1 (+2% +4%). "
    "Reaching the first target ends the scale-in.",
    ask_targets,
    read_targets,
)
