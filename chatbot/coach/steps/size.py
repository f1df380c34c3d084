"""How much: equity, and the share of it committed to this trade (item 1 of the checklist)."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from chatbot.coach.answers import Answers, DialogView, Entered, exact
from chatbot.coach.steps.asking import Ask, Asking, Choice
from chatbot.core.money import HUNDRED, ZERO, percent_of
from chatbot.core.reading import Unreadable, money, quoted
from chatbot.core.reading_lists import Unit, amount
from chatbot.messages import numbers
from chatbot.messages.numbers import percent

EQUITIES: Final = (Decimal(10000), Decimal(5000), Decimal(1000))
ALLOCATIONS: Final = (Decimal(5), Decimal(3), Decimal(2))
FINE: Final = Decimal("0.000001")


def quote_of(view: DialogView) -> str:
    """The currency money is counted in."""
    return "USDT" if view.instrument is None else view.instrument.quote


def ask_equity(view: DialogView, given: Entered) -> Ask:
    """The last plan's equity is the first choice."""
    values = dict.fromkeys(([given.remembered] if given.remembered else []) + list(EQUITIES))
    return Ask(
        f"How much equity do you trade with, in {quote_of(view)}?",
        "All you have on this account for futures; the allocation is a share of it.",
        (tuple(Choice(numbers.number(value), exact(value)) for value in list(values)[:3]),),
    )


def read_equity(_view: DialogView, _given: Entered, text: str) -> Answers:
    value = money(text, "your equity", "10000")
    return {"equity": exact(value)}


def ask_allocation(view: DialogView, given: Entered) -> Ask:
    equity, quote = given.equity or ZERO, quote_of(view)
    choices = (
        Choice(f"{percent(value)} = {numbers.money(percent_of(equity, value), quote)}", f"{exact(value)}%")
        for value in ALLOCATIONS
    )
    return Ask(
        "Which part of your equity is the margin of this trade, all tiers together?",
        "Up to 5 % of equity is usual. Type 5% or an amount such as 500 USDT.",
        tuple((choice,) for choice in choices),
    )


def read_allocation(_view: DialogView, given: Entered, text: str) -> Answers:
    """A share of equity, or an amount that becomes one."""
    read = amount(text, "an allocation", "5% or 500 USDT")
    if read.sign < 0 or read.unit is Unit.R:
        raise Unreadable(f"{quoted(text)} is no allocation; give a share of equity, for example 5%.")
    share = read.value
    if read.unit is Unit.MONEY:
        equity = given.equity or read.value
        share = (read.value / equity * HUNDRED).quantize(FINE, ROUND_HALF_EVEN)
    if not 0 < share <= HUNDRED:
        raise Unreadable(
            f"{quoted(text)} is {numbers.number(share, 2)} % of your equity; it must be above 0 and at most 100, "
            "for example 5%, or 500 USDT for an amount."
        )
    return {"allocation": exact(share)}


EQUITY: Final = Asking(
    1,
    "Type the amount: 10000, 10,000 or 10k. It is remembered for your next plan, and never leaves this bot.",
    ask_equity,
    read_equity,
)
ALLOCATION: Final = Asking(
    1,
    "Type a share of your equity (5%) or an amount (500 USDT). It is the margin of all tiers together; margin times "
    "leverage is the size. Small allocations keep one bad trade small.",
    ask_allocation,
    read_allocation,
)
