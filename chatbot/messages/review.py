"""The whole plan on one card before it is armed: quantities, risk, reward, liquidation estimate, findings."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Final, assert_never

from chatbot.core.figures import GAP
from chatbot.core.findings import Finding
from chatbot.core.liquidation import Maintenance, Source
from chatbot.core.market import FundingRate
from chatbot.core.money import HUNDRED, Side
from chatbot.core.plan import Plan, TriggerPrice
from chatbot.core.planned import PlanSummary
from chatbot.core.sizing import funding_per_8h
from chatbot.messages.findings import Wording, marked
from chatbot.messages.numbers import number, percent, ratio
from chatbot.messages.views import bold
from chatbot.messages.words import stop_rule_words, trigger_words

CROSS: Final = "No liquidation price: with cross margin it depends on the whole account."
RATE_PLACES: Final = 4
"""Funding rates are small: two decimals would show most of them as nothing."""


def review_text(
    plan: Plan,
    numbers: PlanSummary | None,
    findings: Sequence[Finding],
    wording: Wording,
    funding: FundingRate | None = None,
) -> str:
    """The plan as HTML. Without numbers (no price is known) only what was agreed is shown.

    `funding` is what holding the position costs now; None where it is not known.
    """
    blocks = [
        headline(plan),
        "\n".join(tier_lines(plan, numbers, wording)),
        f"4 Stop {bold(wording.price(plan.stop))}",
        "\n".join(target_lines(plan, wording)),
    ]
    if numbers is not None:
        costs = cost_lines(plan, numbers, wording, funding)
        blocks.append("\n".join([*number_lines(numbers, wording), *costs]))
    if findings:
        blocks.append("\n".join(marked(finding, wording) for finding in findings))
    return "\n\n".join(blocks)


def headline(plan: Plan) -> str:
    """What is traded, and how much."""
    market = f"{escape(plan.symbol, quote=False)} {plan.side.value} {number(plan.leverage)}x"
    return (
        f"{bold(f'Review · {market}')}\n{escape(plan.exchange, quote=False)} · {plan.margin_mode.value} margin · "
        f"{plan.timeframe.value} candles{watched_words(plan)}"
    )


def watched_words(plan: Plan) -> str:
    """Which price decides, where it is not the last one."""
    return " · decided by the mark price" if plan.trigger_price is TriggerPrice.MARK else ""


def tier_lines(plan: Plan, numbers: PlanSummary | None, wording: Wording) -> list[str]:
    """Allocation and entries."""
    quote = wording.money(plan.margin)
    lines = [f"1 Allocation {percent(plan.allocation_pct)} of {wording.money(plan.equity)} = {quote} margin"]
    lines.append("2–3 Tiers" if numbers is None else f"2–3 Tiers, {wording.money(numbers.notional)} in all")
    for number_, tier in enumerate(plan.tiers, 1):
        when = escape(trigger_words(tier.trigger, plan.tick_size), quote=False)
        size = ""
        if numbers is not None:
            planned = numbers.tiers[number_ - 1]
            size = f": {wording.quantity(planned.quantity)} near {wording.price(planned.price)}"
        lines.append(f"  T{number_} {percent(tier.weight_pct)} of the allocation{size}\n     {when}")
    return lines


def target_lines(plan: Plan, wording: Wording) -> list[str]:
    """Exits, each with its stop rule, and what is left to run."""
    lines = ["5–6 Targets"]
    for number_, target in enumerate(plan.targets, 1):
        share = f"close {percent(target.close_pct)} of the position"
        lines.append(f"  TP{number_} {wording.price(target.price)}: {share}, {stop_rule_words(target.stop_rule)}")
    runner = HUNDRED - sum(target.close_pct for target in plan.targets)
    if runner > 0:
        lines.append(f"  Runner {percent(runner)} of the position until the stop")
    resting = [
        name
        for name, rests in (
            ("entries", plan.resting.entries),
            ("stop", plan.resting.stop),
            ("targets", plan.resting.targets),
        )
        if rests
    ]
    lines.append(f"  Orders resting on the exchange: {', '.join(resting) or 'none'}")
    return lines


def number_lines(numbers: PlanSummary, wording: Wording) -> list[str]:
    """Average, risk and reward."""
    fees = f" + {wording.money(numbers.worst_fees)} fees" if numbers.worst_fees > 0 else ""
    return [
        f"If all tiers fill: {wording.quantity(numbers.quantity)}, average {wording.price(numbers.average)}",
        f"R: {wording.price(numbers.r)} in price = {wording.money(numbers.r_money)} at risk",
        f"Worst case: {wording.money(numbers.worst_case)}{fees}",
        f"Reward-to-risk: {ratio(numbers.reward_to_risk)} (from tier 1, runner not counted)",
        f"Break-even if all fill: {wording.price(numbers.break_even)}, fees included",
        liquidation_line(numbers, wording),
    ]


def liquidation_line(numbers: PlanSummary, wording: Wording) -> str:
    """Where the position would be liquidated, named an estimate, or why that is not shown."""
    first, full = numbers.liquidation_first, numbers.liquidation_full
    if first is None or full is None:
        return CROSS
    rate = maintenance_words(numbers.maintenance, numbers.notional)
    prices = " · ".join(
        f"{name} {wording.price(price) if price > 0 else 'none above 0'}"
        for name, price in (("tier 1", first), ("all tiers", full))
    )
    return f"Liquidation, estimate: {prices} ({rate})"


def maintenance_words(maintenance: Maintenance, notional: Decimal) -> str:
    """Which maintenance margin an estimate was made with, and where it is from."""
    rate = percent(maintenance.at(notional).rate * HUNDRED)
    match maintenance.source:
        case Source.PUBLISHED:
            return f"by the exchange's brackets, {rate} of notional at this size"
        case Source.ASSUMED:
            return f"assumes {rate} maintenance margin"
        case unknown:
            assert_never(unknown)


def cost_lines(plan: Plan, numbers: PlanSummary, wording: Wording, funding: FundingRate | None) -> list[str]:
    """What entering, leaving and holding the planned size costs, as far as it is known."""
    lines: list[str] = []
    if numbers.planned_fees > 0:
        taker = f"taker {percent(plan.taker_pct)} of notional each way"
        lines.append(f"Fees of the planned size: {wording.money(numbers.planned_fees)} in and out ({taker})")
    if funding is not None:
        notional = numbers.average * numbers.quantity
        lines.append(funding_line(plan.side, notional, funding, wording))
    return lines


def funding_line(side: Side, notional: Decimal, funding: FundingRate, wording: Wording) -> str:
    """`Funding per 8 h: you pay 0.5 USDT (0.01 % of notional)`."""
    cost = funding_per_8h(side, notional, funding)
    rate = f"{number(funding.per_8h_pct, RATE_PLACES)}{GAP}% of notional"
    who = "nobody pays" if cost == 0 else f"you {'pay' if cost > 0 else 'receive'} {wording.money(abs(cost))}"
    return f"Funding per 8{GAP}h at the present rate: {who} ({rate})"
