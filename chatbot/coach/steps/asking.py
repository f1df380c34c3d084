"""What every question has: its words, its answers as buttons, a reader that refuses with a sentence, help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.chart.values import Setup
from chatbot.coach.answers import DialogView, Entered
from chatbot.coach.stored import Answers
from chatbot.core.money import HUNDRED
from chatbot.core.plan import MoveTrigger, Trigger
from chatbot.core.planned import named_levels_of
from chatbot.core.reading import Unreadable
from chatbot.core.triggers import parts_of
from chatbot.messages.numbers import price

FAR: Final = Decimal(10)


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to tap: what the button says, the text it answers with, and why it is worth choosing (plain text).

    The reason stands on the card, where there is room for it, behind the label unless it `names` what it is about.
    Its further lines are details.
    """

    label: str
    text: str
    why: str = ""
    names: bool = False

    @property
    def reason(self) -> str:
        """The line on the card; empty without a reason."""
        return self.why if self.names or not self.why else f"{self.label}: {self.why}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question with a line on why or how, advice that comes before it, and rows of answers; all plain text."""

    question: str
    why: str
    choices: tuple[tuple[Choice, ...], ...] = ()
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """A step: `ask` puts the question, `read` gives the answers that change or raises Unreadable."""

    item: int
    help: str
    ask: Callable[[DialogView, Entered], Ask]
    read: Callable[[DialogView, Entered, str], Answers]


def reference(view: DialogView, given: Entered) -> Decimal | None:
    """Tier 1's planned price: the first level it names, else the market price."""
    first = given.trigger_of(1)
    named = None if first is None else next(named_levels_of(first), None)
    return view.market_price if named is None else named


def tier_price(view: DialogView, given: Entered, number: int) -> Decimal | None:
    """Where tier `number` is expected: at its first level or move, else where the tier before it is."""
    entry = reference(view, given)
    if entry is None:
        return None
    last = entry
    for tier in range(2, number + 1):
        trigger = given.trigger_of(tier)
        last = last if trigger is None else first_price(trigger, entry, given.chosen_side.sign) or last
    return last


def first_price(trigger: Trigger, entry: Decimal, sign: int) -> Decimal | None:
    """The first price a later tier's trigger names; a move is one from tier 1."""
    for part in parts_of(trigger):
        if isinstance(part, MoveTrigger):
            return entry * (1 + sign * part.pct / HUNDRED)
        level = next(named_levels_of(part), None)
        if level is not None:
            return level
    return None


def setup_of(view: DialogView, given: Entered, entry: Decimal, last_tier: Decimal | None = None) -> Setup:
    """What is agreed so far, as the chart looks for levels."""
    return Setup(
        side=given.chosen_side,
        entry=entry,
        tick=view.tick,
        stop=given.stop,
        first_target=given.targets[0] if given.targets else None,
        last_tier=last_tier,
    )


def plausible(value: Decimal, near: Decimal | None) -> bool:
    """Whether a price can be meant: within a factor of ten of one that is known."""
    return near is None or near / FAR <= value <= near * FAR


def near_market(value: Decimal, view: DialogView, example: str) -> Decimal:
    """The price, unless it is so far from the market that a digit or a mark must be wrong."""
    market = view.market_price
    if market is not None and not plausible(value, market):
        raise Unreadable(
            f"{price(value)} is far from the market price {price(market, view.tick)}: check the digits, "
            f"for example {example}."
        )
    return value
