"""How much: equity, and the share of it committed to this trade, as such or by the risk it takes (checklist item 1)."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final

from chatbot.coach.answers import DialogView, Entered
from chatbot.coach.steps.asking import Ask, Asking, Choice
from chatbot.coach.stored import Answers, exact
from chatbot.core.money import HUNDRED, ZERO, percent_of
from chatbot.core.reading import Unreadable, cleaned, money, quoted
from chatbot.core.reading_lists import Unit, amount
from chatbot.core.sizing import FirstTier, allocation_for_risk
from chatbot.messages import numbers
from chatbot.messages.numbers import percent

EQUITIES: Final = (Decimal(10000), Decimal(5000), Decimal(1000))
ALLOCATIONS: Final = (Decimal(5), Decimal(3), Decimal(2))
RISKS: Final = (Decimal(1), Decimal("0.5"))
FINE: Final = Decimal("0.000001")
RISK: Final = re.compile(r"(?:risk(?:ing)?|lose|loss)\s*(?:of\s*)?(?P<after>.+)|(?P<before>.+?)\s*(?:at\s+)?risk")


def quote_of(view: DialogView) -> str:
    """The currency money is counted in."""
    return "USDT" if view.instrument is None else view.instrument.quote


def allocation_of(given: Entered, entry: Decimal | None) -> Decimal | None:
    """The allocation in % of equity: as answered, or as the risk asks for once entry, stop and leverage are known."""
    if given.risk is None:
        return given.allocation
    if entry is None or given.stop is None or given.leverage is None or not given.weights or entry == given.stop:
        return None
    return allocation_for_risk(given.risk, FirstTier(entry, given.stop, given.leverage, given.weights[0]))


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
    """Shares of equity, and losses that decide the share."""
    equity, quote = given.equity or ZERO, quote_of(view)

    def worth(share: Decimal) -> str:
        return f"{percent(share)} of equity = {numbers.money(percent_of(equity, share), quote)}"

    shares = (Choice(worth(value), f"{exact(value)}%") for value in ALLOCATIONS)
    risks = (Choice(f"Risk {worth(value)}", f"risk {exact(value)}%") for value in RISKS)
    return Ask(
        "Which part of your equity is the margin of this trade, all tiers together?",
        "Up to 5 % of equity is usual: 5% or 500 USDT. Or let the risk decide: risk 1% loses at most 1 % of equity if "
        "tier 1's stop is hit.",
        tuple((choice,) for choice in (*shares, *risks)),
    )


def read_allocation(_view: DialogView, given: Entered, text: str) -> Answers:
    """A share of equity, an amount that becomes one, or the risk it follows from."""
    risk = RISK.fullmatch(cleaned(text).casefold())
    if risk is not None:
        return {"allocation": None, "risk": exact(risk_share(given, text, risk["after"] or risk["before"]))}
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
    return {"allocation": exact(share), "risk": None}


def risk_share(given: Entered, text: str, written: str) -> Decimal:
    """The loss in % of equity; money is rounded down, so it is never exceeded."""
    read = amount(written, "a risk", "risk 1% or risk 100 USDT")
    if read.sign < 0 or read.unit is Unit.R:
        raise Unreadable(f"{quoted(text)} is no risk; give the loss as a share of equity, for example risk 1%.")
    share = read.value
    if read.unit is Unit.MONEY:
        share = (read.value / (given.equity or read.value) * HUNDRED).quantize(FINE, ROUND_FLOOR)
    if not 0 < share <= HUNDRED:
        raise Unreadable(
            f"{quoted(text)} is {numbers.number(share, 2)} % of your equity; a risk is above 0 and at most all of it, "
            "for example risk 1%."
        )
    return share


EQUITY: Final = Asking(
    1,
    "Type the amount: 10000, 10,000 or 10k. It is remembered for your next plan, and never leaves this bot.",
    ask_equity,
    read_equity,
)
ALLOCATION: Final = Asking(
    1,
    "Type a share of your equity (5%) or an amount (500 USDT). It is the margin of all tiers together; margin times "
    "leverage is the size. Small allocations keep one bad trade small. Or type the loss you accept if tier 1's stop is "
    "hit (risk 1%, risk 100 USDT): the allocation follows from it once the stop is known, rounded down.",
    ask_allocation,
    read_allocation,
)
