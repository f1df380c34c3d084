"""What all open plans commit together: allocations, exposure on one side of a coin, margin, money at risk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from chatbot.core.entries import tier_quantity
from chatbot.core.evolve import OPEN_TIERS
from chatbot.core.money import ZERO, Side, percent_of
from chatbot.core.planned import first_price
from chatbot.core.state import Phase, PlanState
from chatbot.core.stops import held_risk

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Stake:
    """What one plan commits, in its quote currency.

    `open_notional` is what is in, at its average; `planned_notional` what may still come. `at_risk` is what the stop
    loses now, `most_at_risk` what it loses if every tier comes; None where the price of tier 1 is not known.
    """

    base: str
    quote: str
    side: Side
    allocation_pct: Decimal
    margin: Decimal
    open_notional: Decimal
    planned_notional: Decimal
    at_risk: Decimal
    most_at_risk: Decimal | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """All plans on one side of a coin, by the places of their stakes in the portfolio."""

    base: str
    quote: str
    side: Side
    open_notional: Decimal
    planned_notional: Decimal
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Together:
    """Sums in one quote currency; `unknown` counts the plans whose most at risk is not known."""

    quote: str
    margin: Decimal
    at_risk: Decimal
    most_at_risk: Decimal
    unknown: int


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The open plans as stakes, in the order they were given, and what they come to."""

    stakes: tuple[Stake, ...]
    exposures: tuple[Exposure, ...]
    sums: tuple[Together, ...]

    @property
    def allocation_pct(self) -> Decimal:
        """All allocations together, in % of equity."""
        return sum((stake.allocation_pct for stake in self.stakes), ZERO)


def portfolio_of(states: Iterable[PlanState]) -> Portfolio:
    """The portfolio of these open plans."""
    stakes = tuple(stake_of(state) for state in states)
    sides = places_by((stake.base, stake.quote, stake.side) for stake in stakes)
    quotes = places_by(stake.quote for stake in stakes)
    return Portfolio(
        stakes,
        tuple(exposure_of(stakes, places) for places in sides.values()),
        tuple(together([stakes[place] for place in places]) for places in quotes.values()),
    )


def stake_of(state: PlanState) -> Stake:
    """What a plan commits."""
    plan, position = state.plan, state.position
    base, _, rest = plan.symbol.partition("/")
    at_risk = max(ZERO, held_risk(state))
    return Stake(
        base=base,
        quote=rest.partition(":")[0],
        side=plan.side,
        allocation_pct=plan.allocation_pct,
        margin=plan.margin,
        open_notional=position.quantity * position.average,
        planned_notional=percent_of(plan.notional, open_weight(state)),
        at_risk=at_risk,
        most_at_risk=most_at_risk(state, at_risk),
    )


def open_weight(state: PlanState) -> Decimal:
    """% of the allocation in tiers that may still come; none once the plan is closing."""
    if state.phase not in (Phase.WAITING, Phase.OPEN):
        return ZERO
    planned = zip(state.plan.tiers, state.tiers, strict=True)
    return sum((tier.weight_pct for tier, now in planned if now.phase in OPEN_TIERS), ZERO)


def most_at_risk(state: PlanState, at_risk: Decimal) -> Decimal | None:
    """What the stop loses at most: no add raises it above R (money), which is planned while nothing is in."""
    if not open_weight(state):
        return at_risk
    return max(at_risk, state.r_money) if state.first_fill is not None else planned_r_money(state)


def planned_r_money(state: PlanState) -> Decimal | None:
    """R (money) if tier 1 fills where it is planned; None where it names no price."""
    entry = first_price(state.plan, None)
    return None if entry is None else abs(entry - state.plan.stop) * tier_quantity(state, 1, entry)


def exposure_of(stakes: tuple[Stake, ...], places: tuple[int, ...]) -> Exposure:
    """The stakes at these places, all on one side of a coin, as one."""
    chosen = [stakes[place] for place in places]
    return Exposure(
        base=chosen[0].base,
        quote=chosen[0].quote,
        side=chosen[0].side,
        open_notional=sum((stake.open_notional for stake in chosen), ZERO),
        planned_notional=sum((stake.planned_notional for stake in chosen), ZERO),
        places=places,
    )


def together(stakes: list[Stake]) -> Together:
    """The sums of stakes in one currency."""
    known = [stake.most_at_risk for stake in stakes if stake.most_at_risk is not None]
    return Together(
        quote=stakes[0].quote,
        margin=sum((stake.margin for stake in stakes), ZERO),
        at_risk=sum((stake.at_risk for stake in stakes), ZERO),
        most_at_risk=sum(known, ZERO),
        unknown=len(stakes) - len(known),
    )


def places_by(keys: Iterable[Key]) -> dict[Key, tuple[int, ...]]:
    """The places at which each key stands, the keys in the order of their first place."""
    found: dict[Key, tuple[int, ...]] = {}
    for place, key in enumerate(keys):
        found[key] = (*found.get(key, ()), place)
    return found
