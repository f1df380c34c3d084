"""All that is wrong or risky with a plan, at once (RULES 7)."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.core import blocks, cautions, limits
from chatbot.core.blocks import Facts
from chatbot.core.findings import Finding, Severity
from chatbot.core.plan import Plan
from chatbot.core.planned import CheckContext, PlanSummary, summary
from chatbot.core.trigger_rules import triggers

__all__ = ["CheckContext", "Finding", "PlanSummary", "Severity", "check", "summary"]


def check(plan: Plan, context: CheckContext) -> tuple[Finding, ...]:
    """Every finding, blocks first, each kind in the order of the checklist."""
    facts = Facts(plan, context, summary(plan, context))
    return (*blocking(facts), *warning(facts))


def blocking(facts: Facts) -> Iterator[Finding]:
    """What keeps the plan from being armed."""
    yield from blocks.missing(facts)
    yield from blocks.not_positive(facts)
    yield from limits.leverage(facts)
    yield from blocks.weights(facts)
    yield from triggers(facts.plan)
    yield from blocks.no_price(facts)
    yield from blocks.adverse_tiers(facts)
    yield from blocks.stop_side(facts)
    yield from blocks.targets(facts)
    yield from blocks.closes(facts)
    yield from limits.quantities(facts)
    yield from limits.liquidation(facts)


def warning(facts: Facts) -> Iterator[Finding]:
    """What the user has to know before arming."""
    yield from cautions.sizes(facts)
    yield from cautions.tiers(facts)
    if facts.numbers is not None:
        yield from cautions.risk(facts, facts.numbers)
        yield from cautions.near_market(facts, facts.numbers)
        yield from cautions.near_liquidation(facts, facts.numbers)
        yield from cautions.reward(facts, facts.numbers)
        yield from cautions.late_tiers(facts, facts.numbers)
        yield from cautions.rounding(facts, facts.numbers)
    yield from cautions.runner(facts)
    yield from cautions.manual(facts)
    yield from cautions.moment(facts)
