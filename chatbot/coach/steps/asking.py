"""What every question has: its words, its default answers as buttons, a reader that refuses with a sentence, help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.coach.answers import Answers, DialogView, Entered
from chatbot.core.planned import named_levels_of
from chatbot.core.reading import Unreadable
from chatbot.messages.numbers import price

FAR: Final = Decimal(10)


@dataclass(frozen=True, slots=True)
class Choice:
    """A default answer: what the button says, and the text it answers with."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One question with a line on why or how (plain text), and rows of default answers."""

    question: str
    why: str
    choices: tuple[tuple[Choice, ...], ...] = ()


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
