"""Maintenance brackets out of ccxt's leverage tiers; a table that can't be true is refused as a whole, never mended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from chatbot.core.market import Bracket
from chatbot.core.money import HUNDRED, ONE, ZERO
from chatbot.market.decimals import decimal_of, plain
from chatbot.market.errors import BadPayloadError

ROUNDED: Final = Decimal("0.001")
"""How far a published amount may be from the exact one, as a share of it: exchanges round theirs."""


@dataclass(frozen=True, slots=True)
class Step:
    """One tier as it was sent: the floor in the exchange's own unit, the amount where one was."""

    floor: Decimal
    rate: Decimal
    max_leverage: Decimal | None
    amount: Decimal | None


def brackets_of(rows: Any, floor_worth: Decimal) -> tuple[Bracket, ...]:
    """Brackets by rising floor; `floor_worth` is what one unit of a floor is worth in quote currency.

    None where the exchange lists tiers without rates for this market, or by a rule that ccxt does not know. Raises
    BadPayloadError for a table that can't be true: no number, not from 0 on, floors that don't rise, rates that fall,
    rates above what the leverage leaves.
    """
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise BadPayloadError("the leverage tiers are not a list")
    if all(row.get("maintenanceMarginRate") is None for row in rows) or any(has_other_steps(row) for row in rows):
        return ()
    steps = fractions(sorted((step_of(row) for row in rows), key=lambda step: step.floor))
    if steps[0].floor != 0 or any(later.floor <= one.floor or later.rate < one.rate for one, later in pairwise(steps)):
        raise BadPayloadError("the leverage tiers do not rise from 0")
    if any(step.rate <= 0 or step.rate * (step.max_leverage or ONE) >= ONE for step in steps):
        raise BadPayloadError("the maintenance rates do not fit the leverage")
    return tuple(with_amounts(steps, floor_worth))


def has_other_steps(row: Mapping[str, Any]) -> bool:
    """Whether a tier was made from equal steps, while MEXC says that the first one, or all of them, are others."""
    info = row.get("info")
    if not isinstance(info, Mapping):
        return False
    first, step = decimal_of(info.get("riskBaseVol")), decimal_of(info.get("riskIncrVol"))
    by_steps = info.get("riskLimitType", "BY_VOLUME") == "BY_VOLUME" and info.get("riskLimitMode") != "CUSTOM"
    return not by_steps or (first is not None and first != step)


def step_of(row: Mapping[str, Any]) -> Step:
    """One tier. Raises BadPayloadError where it has no floor or no rate."""
    floor, rate = decimal_of(row.get("minNotional")), decimal_of(row.get("maintenanceMarginRate"))
    if floor is None or rate is None:
        raise BadPayloadError("a leverage tier has no floor or no rate")
    info = row.get("info")
    deduction = info.get("mmDeduction") if isinstance(info, Mapping) else None
    return Step(floor, rate, decimal_of(row.get("maxLeverage")), decimal_of(deduction))


def fractions(steps: Sequence[Step]) -> list[Step]:
    """Rates as fractions: less is to be kept than was paid in, 1 / leverage of it; a rate above that is in percent."""
    if all(step.rate * (step.max_leverage or ONE) < ONE for step in steps):
        return list(steps)
    return [Step(step.floor, step.rate / HUNDRED, step.max_leverage, step.amount) for step in steps]


def with_amounts(steps: Iterable[Step], floor_worth: Decimal) -> list[Bracket]:
    """The amounts that let the brackets join without a jump; a published one must be that, but for rounding."""
    found: list[Bracket] = []
    for step in steps:
        floor = step.floor * floor_worth
        exact = found[-1].amount + floor * (step.rate - found[-1].rate) if found else ZERO
        given = exact if step.amount is None else step.amount
        if abs(given - exact) > max(ONE, exact * ROUNDED):
            raise BadPayloadError("the maintenance amounts do not fit the rates")
        found.append(Bracket(plain(floor), plain(step.rate), plain(given)))
    return found
