"""What all open plans commit together, as one short message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from html import escape
from typing import Final

from chatbot.core.cautions import MOST_OPEN_ALLOCATION
from chatbot.core.portfolio import Exposure, Portfolio, Stake, Together, portfolio_of
from chatbot.core.state import PlanState
from chatbot.messages.findings import WARNING
from chatbot.messages.fitting import Block, fitted
from chatbot.messages.numbers import money, percent
from chatbot.messages.values import Message
from chatbot.messages.views import PlanView

PortfolioRow = tuple[PlanState, PlanView]
ELSEWHERE: Final = "/status shows the rest"


def portfolio(rows: Sequence[PortfolioRow]) -> Message:
    """All open plans together: allocation, margin and risk first, then exposure by coin, then each plan."""
    if not rows:
        return Message("No open plan. /new begins one.")
    found = portfolio_of(state for state, _ in rows)
    numbers = [view.number for _, view in rows]
    plans = "1 open plan" if len(rows) == 1 else f"{len(rows)} open plans"
    blocks = [
        Block((allocation_line(found.allocation_pct), *(sum_line(one) for one in found.sums)), ELSEWHERE),
        Block(tuple(exposure_line(one, numbers) for one in found.exposures), ELSEWHERE),
        Block(tuple(plan_lines(found, numbers)), ELSEWHERE),
    ]
    return Message(fitted(f"Portfolio · {plans}", blocks))


def allocation_line(together: Decimal) -> str:
    """All allocations against the limit."""
    left = MOST_OPEN_ALLOCATION - together
    said = f"Allocated {percent(together)} of equity; {percent(MOST_OPEN_ALLOCATION)} is the most."
    return f"{said} Room for {percent(left)}." if left >= 0 else f"{WARNING} {said} Open nothing new."


def sum_line(sums: Together) -> str:
    """Margin and risk in one currency."""
    quote = escape(sums.quote, quote=False)
    unknown = f", {sums.unknown} without a price not counted" if sums.unknown else ""
    return (
        f"Margin {money(sums.margin, quote)} · at risk to the stops {money(sums.at_risk, quote)} now, "
        f"{money(sums.most_at_risk, quote)} if every tier comes{unknown}"
    )


def exposure_line(exposure: Exposure, numbers: Sequence[int]) -> str:
    """One side of a coin: what is in, what may come, and in which plans."""
    base, quote = escape(exposure.base, quote=False), escape(exposure.quote, quote=False)
    plans = ", ".join(str(numbers[place]) for place in exposure.places)
    named = f"plan {plans}" if len(exposure.places) == 1 else f"plans {plans}: one bet"
    return (
        f"{base} {exposure.side.value}: {money(exposure.open_notional, quote)} open, "
        f"{money(exposure.planned_notional, quote)} planned ({named})"
    )


def plan_lines(found: Portfolio, numbers: Sequence[int]) -> Iterator[str]:
    """One line a plan."""
    for number, stake in zip(numbers, found.stakes, strict=True):
        base, quote = escape(stake.base, quote=False), escape(stake.quote, quote=False)
        yield (
            f"Plan {number} · {base} {stake.side.value}: {percent(stake.allocation_pct)} of equity = "
            f"{money(stake.margin, quote)} margin · {risk_words(stake, quote)}"
        )


def risk_words(stake: Stake, quote: str) -> str:
    """What the stop of one plan loses."""
    if stake.most_at_risk is None:
        return "risk not known before the entry"
    if stake.at_risk == stake.most_at_risk:
        return f"at risk {money(stake.at_risk, quote)}"
    return f"at risk {money(stake.at_risk, quote)} now, {money(stake.most_at_risk, quote)} at most"
