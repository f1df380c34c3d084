"""What the checks found, as sentences: what is wrong, with the number, and what would pass.

Every code has its words in one table; a plan's own texts never get here, so the sentences are safe in HTML as long as
the names in the wording are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.core.findings import Code, Finding, Severity
from chatbot.core.money import ONE, ZERO
from chatbot.messages import numbers
from chatbot.messages.checklist import BEFORE
from chatbot.messages.numbers import number, percent, ratio

BLOCK: Final = "⛔"
WARNING: Final = "⚠"


@dataclass(frozen=True, slots=True)
class Wording:
    """How the plan's prices, quantities and money are written; base and quote are safe in HTML."""

    base: str
    quote: str
    tick: Decimal | None = None
    contract_size: Decimal = ONE

    def price(self, value: Decimal) -> str:
        return numbers.price(value, self.tick)

    def quantity(self, value: Decimal) -> str:
        return numbers.quantity(value, self.base, self.contract_size)

    def money(self, value: Decimal) -> str:
        return numbers.money(value, self.quote)


@dataclass(frozen=True, slots=True)
class Told:
    """A finding's numbers as a sentence uses them; what is not set is 0, or an empty text."""

    finding: Finding
    wording: Wording

    @property
    def index(self) -> int:
        return self.finding.index or 0

    @property
    def value(self) -> Decimal:
        return self.finding.value or ZERO

    @property
    def limit(self) -> Decimal:
        return self.finding.limit or ZERO

    @property
    def nearest(self) -> Decimal:
        return self.finding.nearest or ZERO

    @property
    def at(self) -> str:
        """The wrong price."""
        return self.wording.price(self.value)

    @property
    def against(self) -> str:
        """The price it was measured against."""
        return self.wording.price(self.limit)

    @property
    def closest(self) -> str:
        """A sentence with the price that would pass, or nothing where none is known."""
        return "" if self.finding.nearest is None else f" Closest that works: {self.wording.price(self.nearest)}."


def marked(finding: Finding, wording: Wording) -> str:
    """The sentence behind its sign."""
    sign = BLOCK if finding.severity is Severity.BLOCK else WARNING
    return f"{sign} {finding_sentence(finding, wording)}"


def finding_sentence(finding: Finding, wording: Wording) -> str:
    """One finding as a sentence or two, with the closest value that would pass."""
    return WORDS[finding.code](Told(finding, wording))


def not_positive(told: Told) -> str:
    which = f"{told.finding.kind} {told.index}" if told.index else told.finding.kind
    return f"{which.capitalize()} is {number(told.value)}; it must be above 0."


def liquidated(told: Told) -> str:
    position = "tier 1 alone" if told.index == 1 else "the full position"
    said = f"Liquidation of {position} (estimate {told.at}) comes before the stop {told.against}"
    if told.finding.nearest is None:
        return f"{said}: bring the stop closer, no leverage is low enough."
    return f"{said}. Highest leverage that is safe: {number(told.nearest)}x."


def too_small(told: Told) -> str:
    planned, least = told.wording.quantity(told.value), told.wording.quantity(told.limit)
    return (
        f"Tier {told.index} would be {planned}; the least order is {least}. It takes an allocation of "
        f"{percent(told.nearest)} of equity, more weight or more leverage."
    )


def too_large(told: Told) -> str:
    planned, most = told.wording.quantity(told.value), told.wording.quantity(told.limit)
    said = f"Tier {told.index} would be {planned}; the largest order is {most}."
    if told.finding.nearest is None:
        return f"{said} Give it less weight, or the plan less leverage."
    return f"{said} An allocation of {percent(told.nearest)} of equity would do."


def closes_nothing(told: Told) -> str:
    tiers = "only tier 1 is in" if told.value == 1 else f"{number(told.value)} tiers are in"
    said = (
        f"Target {told.index} closes nothing while {tiers}: its share is less than {told.wording.quantity(told.limit)}"
    )
    if told.finding.nearest is None:
        return f"{said}, and there is no more to close."
    return f"{said}. {percent(told.nearest)} of the position or more would close something."


def reward_low(told: Told) -> str:
    said = f"Blended reward-to-risk is {ratio(told.value)}; a trade should offer {number(told.limit)} or more"
    if told.finding.nearest is None:
        return f"{said}."
    return f"{said}: with target {told.index} at {told.wording.price(told.nearest)} it does."


def tier_count(told: Told) -> str:
    tiers = "1 tier is" if told.value == 1 else f"{number(told.value)} tiers are"
    return f"{tiers} planned; 3 or 4 make a scale-in. Closest: {number(told.nearest)}."


def risk_high(told: Told) -> str:
    mended = "A nearer stop would do: one lot alone risks more."
    if told.finding.nearest is not None:
        mended = f"An allocation of {percent(told.nearest)} of equity would do."
    return (
        f"{percent(told.value)} of equity is at risk when the trade starts; up to {told.wording.money(told.limit)} "
        f"(2\u00a0%) is usual. {mended}"
    )


def open_allocations(told: Told) -> str:
    room = "" if told.finding.nearest is None else f" There is room for {percent(told.nearest)}."
    return f"All open plans together commit {percent(told.value)} of equity; {percent(told.limit)} is the most.{room}"


WORDS: Final[Mapping[Code, Callable[[Told], str]]] = {
    Code.MISSING_ITEM: lambda t: f"Item {t.index} of the checklist is missing: {BEFORE[t.index - 1]}.",
    Code.NOT_POSITIVE: not_positive,
    Code.NO_PRICE: lambda _: (
        "Tier 1 names no price and the market price isn't known right now: give it a level, or try again later."
    ),
    Code.WEIGHTS_SUM: lambda t: f"The weights add up to {percent(t.value)}, not {percent(t.limit)}.",
    Code.WEIGHT_ZERO: lambda t: f"Tier {t.index} has a weight of {percent(t.value)}: give it a share or leave it out.",
    Code.STOP_WRONG_SIDE: lambda t: f"The stop {t.at} is on the wrong side of tier 1 at {t.against}.{t.closest}",
    Code.TIER_BEYOND_STOP: lambda t: f"Tier {t.index} at {t.at} lies at or beyond the stop {t.against}.{t.closest}",
    Code.TARGET_NOT_FAVOURABLE: lambda t: (
        f"Target {t.index} at {t.at} brings nothing against tier 1 at {t.against}.{t.closest}"
    ),
    Code.TARGETS_UNORDERED: lambda t: (
        f"Target {t.index} at {t.at} must lie further than the one before it, {t.against}.{t.closest}"
    ),
    Code.TIER_TOO_ADVERSE: lambda t: (
        f"Tier {t.index} at {t.at} is more than {number(t.limit)}R worse than tier 1: "
        f"that is averaging down.{t.closest}"
    ),
    Code.UNWATCHABLE: lambda t: (
        f"Tier {t.index} waits for {t.finding.kind}, which can't be watched: an indicator looks back over 2 to 200 "
        "candles, and a MACD's fast average is the shorter one."
    ),
    Code.MOVE_IN_FIRST_TIER: lambda t: (
        f"Tier {t.index} can't be a move of {percent(t.value)} of price: moves are measured from tier 1's fill."
    ),
    Code.MOVE_NOT_POSITIVE: lambda t: (
        f"Tier {t.index} waits for a move of {percent(t.value)} of price; it must be above 0, for example 0.5\u00a0%."
    ),
    Code.COMBINATION_EMPTY: lambda t: f"Tier {t.index} combines no conditions: give it at least one.",
    Code.COMBINATION_NESTED: lambda t: f"Tier {t.index} holds a combination inside a combination: use one level only.",
    Code.ALL_WITH_MANUAL: lambda t: (
        f"Tier {t.index} joins your own answer with other conditions: let it stand alone, or join them with “or”."
    ),
    Code.ALL_WITHOUT_CANDLE: lambda t: (
        f"Tier {t.index} joins conditions without a candle one: nothing says when to judge them."
    ),
    Code.ALL_MIXED_TIMEFRAMES: lambda t: (
        f"Tier {t.index} joins candles of different timeframes ({t.finding.kind}): use one."
    ),
    Code.TRAIL_NOT_POSITIVE: lambda t: (
        f"Target {t.index} trails by {number(t.value)}; give a distance above 0 and below the price, "
        "for example 1\u00a0% of price."
    ),
    Code.CLOSES_OVER: lambda t: (
        f"The closes add up to {percent(t.value)} of the position; there is {percent(t.limit)}."
    ),
    Code.LIQUIDATED_FIRST: liquidated,
    Code.QUANTITY_TOO_SMALL: too_small,
    Code.QUANTITY_TOO_LARGE: too_large,
    Code.LEVERAGE_OVER_MAX: lambda t: (
        f"{number(t.value)}x is more than this market allows. Highest: {number(t.limit)}x."
    ),
    Code.ALLOCATION_HIGH: lambda t: (
        f"{percent(t.value)} of equity goes into one trade; up to {percent(t.limit)} is usual."
    ),
    Code.WEIGHT_DOMINANT: lambda t: (
        f"Tier {t.index} is {percent(t.value)} of the allocation, the smallest {percent(t.limit)}: "
        f"at most {percent(t.nearest)} is balanced."
    ),
    Code.TIER_COUNT: tier_count,
    Code.RISK_HIGH: risk_high,
    Code.SECOND_TARGET_CLOSE: lambda t: f"Target 2 at {t.at} is closer than 1R to tier 1.{t.closest}",
    Code.CLOSE_ROUNDS_TO_ZERO: closes_nothing,
    Code.REWARD_LOW: reward_low,
    Code.STOP_INSIDE_ATR: lambda t: (
        f"The stop {t.at} is nearer to tier 1 than 1 ATR(14), {t.against}: an ordinary swing reaches it.{t.closest}"
    ),
    Code.STOP_NEAR_LIQUIDATION: lambda t: (
        f"The stop {t.at} is more than half-way to liquidation (estimate {t.against}).{t.closest}"
    ),
    Code.ONLY_MANUAL: lambda _: "Every trigger is manual: nothing objective decides when to enter.",
    Code.NO_RUNNER: lambda t: (
        f"The targets close {percent(t.value)} of the position: no runner stays for a long move. "
        f"{percent(t.nearest)} would keep the usual one."
    ),
    Code.OPEN_ALLOCATIONS: open_allocations,
    Code.COOL_DOWN: lambda _: (
        "A stop on this market and side was hit in the last 30 minutes: is this a new setup, or the old one again?"
    ),
    Code.MARKET_BEYOND_PLAN: lambda t: (
        f"The market at {t.at} stands at or beyond the {t.finding.kind} {t.against}: the plan would end at once."
    ),
    Code.TIER_BEYOND_TARGET: lambda t: (
        f"Tier {t.index} at {t.at} is not nearer than target 1 at {t.against}, which ends the scale-in: "
        f"it would not be added.{t.closest}"
    ),
}
