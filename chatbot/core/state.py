"""Where a plan stands: a value derived from the plan and its events, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chatbot.core.events import BlockReason, BreachRecorded, CloseReason, Filled, FillKind, MissCause
from chatbot.core.money import HUNDRED, ONE, ZERO, Millis
from chatbot.core.plan import Plan, Target, Tier
from chatbot.core.position import Position


class Phase(StrEnum):
    """The life of a plan."""

    DRAFT = "draft"
    WAITING = "waiting"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class TierPhase(StrEnum):
    """The life of a tier."""

    WAITING = "waiting"
    ARMED = "armed"
    PENDING = "pending"
    WITHDRAWN = "withdrawn"
    FILLED = "filled"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TierState:
    """`price` and `quantity` are those of the trigger; `level` is where a withdrawn tier is armed again.

    `paused_until` is when the pause after the last entry is over, 0 where there is none: no price counts before.
    """

    phase: TierPhase = TierPhase.WAITING
    armed_at: Millis = 0
    paused_until: Millis = 0
    price: Decimal = ZERO
    quantity: Decimal = ZERO
    level: Decimal = ZERO
    asked: bool = False
    blocked: BlockReason | None = None


class ActionKind(StrEnum):
    """What the user is asked to do."""

    ADD = "add"
    CLOSE = "close"
    MOVE_STOP = "move_stop"
    EXIT = "exit"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing asked of the user. `index` is the tier or target; `price` is the stop for MOVE_STOP."""

    number: int
    kind: ActionKind
    index: int
    price: Decimal
    quantity: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class Trailing:
    """An active trail, both distances in % of price."""

    distance_pct: Decimal
    step_pct: Decimal


@dataclass(frozen=True, slots=True)
class Miss:
    """What overtook an unconfirmed entry, and where."""

    cause: MissCause
    price: Decimal
    at: Millis


@dataclass(frozen=True, slots=True)
class PlanState:
    """Derived by folding events over the plan (`evolve`); two equal histories give equal states."""

    plan: Plan
    phase: Phase
    tiers: tuple[TierState, ...]
    stop: Decimal
    position: Position
    fills: tuple[Filled, ...] = ()
    targets_hit: int = 0
    cancelled_targets: frozenset[int] = frozenset()
    trailing: Trailing | None = None
    reassessed: bool = False
    actions: tuple[Action, ...] = ()
    last_action: int = 0
    exchange_stop: Decimal | None = None
    missed: Miss | None = None
    exit_price: Decimal | None = None
    closing_since: Millis | None = None
    close_reason: CloseReason | None = None
    broken: tuple[BreachRecorded, ...] = ()
    accepted: tuple[str, ...] = ()
    sequence: int = 0

    @property
    def breaches(self) -> int:
        """How often a rule was broken on purpose."""
        return len(self.broken)

    @property
    def entry(self) -> Decimal | None:
        """`E1`: tier 1's real fill price."""
        first = self.first_fill
        return None if first is None else first.price

    @property
    def first_fill(self) -> Filled | None:
        """Tier 1's fill, the first of the trade."""
        return next((f for f in self.fills if f.kind is FillKind.TIER and f.index == 1), None)

    @property
    def r(self) -> Decimal:
        """`R` in price: the distance from tier 1's fill to the initial stop; 0 before the entry."""
        entry = self.entry
        return ZERO if entry is None else abs(entry - self.plan.stop)

    @property
    def r_money(self) -> Decimal:
        """`R` in money: what was at risk when the trade started."""
        first = self.first_fill
        return ZERO if first is None else self.r * first.quantity

    @property
    def filled_weight(self) -> Decimal:
        """% of the allocation that is in; a tier filled in part counts with that part."""
        return sum((self.weight_in(number) for number in range(1, len(self.tiers) + 1)), ZERO)

    def weight_in(self, number: int) -> Decimal:
        """The part of tier `number`'s weight that is filled."""
        tier, planned = self.plan.tiers[number - 1], self.tiers[number - 1].quantity
        got = sum((f.quantity for f in self.fills if f.kind is FillKind.TIER and f.index == number), ZERO)
        if got == 0 or planned == 0:
            return ZERO
        return tier.weight_pct * min(ONE, got / planned)

    @property
    def tiers_filled(self) -> int:
        """How many tiers are in."""
        return sum(tier.phase is TierPhase.FILLED for tier in self.tiers)

    def tier_in(self, phase: TierPhase) -> int | None:
        """The number of the tier in this phase, if any (at most one is armed, pending or withdrawn)."""
        return next((n for n, tier in enumerate(self.tiers, 1) if tier.phase is phase), None)

    def action(self, number: int) -> Action | None:
        """The pending action with this number."""
        return next((a for a in self.actions if a.number == number), None)

    def pending(self, kind: ActionKind) -> Action | None:
        """The oldest pending action of a kind."""
        return next((a for a in self.actions if a.kind is kind), None)

    @property
    def next_target(self) -> int | None:
        """The number of the next target not reached and not cancelled, if any."""
        numbers = range(self.targets_hit + 1, len(self.plan.targets) + 1)
        return next((n for n in numbers if n not in self.cancelled_targets), None)

    def target(self, number: int) -> Target:
        """Target `number`, from 1."""
        return self.plan.targets[number - 1]

    def tier(self, number: int) -> Tier:
        """Tier `number`, from 1."""
        return self.plan.tiers[number - 1]

    def closes_up_to(self, target: int) -> Decimal:
        """The sum of the closes up to and with `target`, in % of all that was entered."""
        return sum((t.close_pct for t in self.plan.targets[:target]), ZERO)

    @property
    def r_multiple(self) -> Decimal:
        """The realised result in R; 0 where nothing was entered."""
        return self.position.realised / self.r_money if self.r_money else ZERO

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen."""
        return self.phase is Phase.CLOSED


def fresh(plan: Plan) -> PlanState:
    """A plan before it is armed."""
    return PlanState(
        plan=plan,
        phase=Phase.DRAFT,
        tiers=tuple(TierState() for _ in plan.tiers),
        stop=plan.stop,
        position=Position(),
    )


def full_weight(weight: Decimal) -> bool:
    """Whether all tiers are in."""
    return weight >= HUNDRED
