"""What every use case works with: the store, the clocks, the signing key, the instruments, and who is to be told.

A use case runs inside one `Work`: one transaction. Watchers and the sender hear of it only after it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from chatbot.coach.buttons import Seal, rows
from chatbot.core.inputs import CandleClosed
from chatbot.core.liquidation import maintenance_of
from chatbot.core.market import Instrument, Quote, Resolution
from chatbot.core.money import ONE, Millis
from chatbot.core.plan import MarginMode, Plan, Trail, Trigger
from chatbot.core.state import Phase, PlanState, TierPhase
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import IndicatorKey, fires_at_close, keys_of, timeframes_of
from chatbot.messages.values import Message
from chatbot.messages.views import FRESH, PlanView
from chatbot.ports import Clock, Unit, Units, current_update
from chatbot.records import OutMessage, PlanRow, Priority, User


class Instruments(Protocol):
    """The markets known right now, without asking an exchange."""

    def get(self, exchange: str, symbol: str) -> Instrument | None: ...
    def resolve(self, exchange: str, text: str, /) -> Resolution:
        """The market a person means. Raises MarketsUnknown while the exchange was not asked for its list."""
        ...


class MarketsUnknown(Exception):
    """An exchange's list of markets is needed first: prepare it and try again. Nothing was written."""

    def __init__(self, exchange: str) -> None:
        super().__init__(f"the markets of {exchange} are not loaded")
        self.exchange = exchange


Looks = tuple[tuple[Timeframe, frozenset[IndicatorKey]], ...]
"""The timeframes whose closes are looked at, each with the indicators to be read there."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the armed tier waits for; `entry` is tier 1's fill, where there is one."""

    plan: Plan
    trigger: Trigger
    entry: Decimal | None


@dataclass(frozen=True, slots=True)
class Watched:
    """A plan as the watcher needs it: its row, and what its armed tier looks at when candles close after `armed_at`.

    `waiting` is that tier's condition, where candles decide it. `atr` is the timeframe whose ATR a target that may be
    hit next measures its trail by; None where none does. `begun_at` is when the plan was armed. `meets_standing`: its
    user armed or moved it just now, no price did, so the price at that moment counts for what that armed (RULES 2).
    """

    row: PlanRow
    looks: Looks = ()
    armed_at: Millis = 0
    atr: Timeframe | None = None
    waiting: Waiting | None = None
    begun_at: Millis = 0
    meets_standing: bool = False

    def is_fired_by(self, closed: CandleClosed) -> bool:
        """Whether a close fires what the armed tier waits for: the question that the plan itself would ask."""
        if self.waiting is None or self.armed_at >= closed.at:
            return False
        plan, trigger, entry = self.waiting.plan, self.waiting.trigger, self.waiting.entry
        return fires_at_close(plan, trigger, closed.timeframe, closed.candle, closed.indicators, entry)


@dataclass(slots=True)
class Work:
    """One transaction under way."""

    unit: Unit
    changed: list[Watched] = field(default_factory=list)
    replies: int = 0


@dataclass(slots=True)
class Desk:
    """`clock` is the market's time, which plans live by; `wall` is ours, which people and sending live by.

    A price of the market that is older than `fresh` decides nothing, and is shown with its time.
    """

    units: Units
    clock: Clock
    wall: Clock
    key: bytes
    instruments: Instruments
    on_plans: Callable[[Sequence[Watched]], None] = lambda _: None
    on_messages: Callable[[], None] = lambda: None
    fresh: Millis = FRESH

    @contextmanager
    def work(self) -> Iterator[Work]:
        """A transaction; listeners are told once it is committed."""
        with self.units() as unit:
            work = Work(unit)
            yield work
        if work.changed:
            self.on_plans(work.changed)
        self.on_messages()

    def view(self, row: PlanRow, plan: Plan) -> PlanView:
        """How messages call and quote this plan."""
        base, quote = base_and_quote(plan.symbol)
        known = self.instruments.get(plan.exchange, plan.symbol)
        maintenance = maintenance_of(base, known) if plan.margin_mode is MarginMode.ISOLATED else None
        size = ONE if known is None else known.contract_size
        return PlanView(row.plan_id, row.number, base, quote, maintenance, self.clock(), contract_size=size)

    def seal(self, user_id: int, chat_id: int) -> Seal:
        """What the buttons of this user in this chat are signed with."""
        return Seal(self.key, user_id, chat_id)

    def post(self, work: Work, message: Message, outgoing: OutMessage) -> None:
        """Queue a message with its keyboard signed for whoever's chat it is; in nobody's chat no button works."""
        reader = work.unit.users.in_chat(outgoing.chat_id) if message.keyboard else None
        seal = self.seal(0 if reader is None else reader.user_id, outgoing.chat_id)
        signed = OutMessage(
            chat_id=outgoing.chat_id,
            text=message.text,
            priority=outgoing.priority,
            dedupe=outgoing.dedupe,
            keyboard=rows(message, seal),
            plan_id=outgoing.plan_id,
            sequence=outgoing.sequence,
            slot=outgoing.slot,
            fresh=outgoing.fresh,
            not_before=outgoing.not_before,
            action=outgoing.action,
            seen_at=outgoing.seen_at,
        )
        work.unit.outbox.add(signed, self.wall())

    def reply(self, work: Work, user: User, message: Message, *, slot: str | None = None, fresh: bool = False) -> None:
        """Answer what the user just did; the same update never answers twice."""
        work.replies += 1
        update = current_update.get()
        dedupe = f"reply:{user.chat_id}:{update or self.wall()}:{work.replies}"
        self.post(work, message, OutMessage(user.chat_id, "", Priority.REPLY, dedupe, slot=slot, fresh=fresh))

    def last_quote(self, work: Work, plan: Plan) -> Quote | None:
        """The newest price seen of the plan's market, however old."""
        return work.unit.quotes.get(plan.exchange, plan.symbol, plan.trigger_price)

    def priced_view(self, work: Work, row: PlanRow, plan: Plan) -> tuple[PlanView, Decimal | None]:
        """How messages call this plan, with the newest price of its market; an old one with when it was seen."""
        quote, view = self.last_quote(work, plan), self.view(row, plan)
        if quote is None:
            return view, None
        return (view if self.is_fresh(quote) else replace(view, seen_at=quote.at)), quote.price

    def price_now(self, work: Work, plan: Plan) -> Decimal | None:
        """The market's price, if it is fresh: nothing is decided by an older one."""
        quote = self.last_quote(work, plan)
        return quote.price if quote is not None and self.is_fresh(quote) else None

    def is_fresh(self, quote: Quote) -> bool:
        """Whether a price can be taken for that of now."""
        return self.clock() - quote.at <= self.fresh


def base_and_quote(symbol: str) -> tuple[str, str]:
    """`BTC/USDT:USDT` → BTC and USDT."""
    base, _, rest = symbol.partition("/")
    return base, rest.partition(":")[0]


def watched(row: PlanRow, state: PlanState, begun_at: Millis) -> Watched:
    """What the watcher needs of a plan in this state."""
    atr = state.plan.timeframe if may_trail_by_atr(state) else None
    number = state.tier_in(TierPhase.ARMED)
    if number is None:
        return Watched(row, atr=atr, begun_at=begun_at)
    trigger = state.tier(number).trigger
    looks = tuple((timeframe, keys_of(trigger, timeframe)) for timeframe in sorted(timeframes_of(trigger)))
    waiting = Waiting(state.plan, trigger, state.entry) if looks else None
    return Watched(row, looks, state.tiers[number - 1].armed_at, atr, waiting, begun_at)


def may_trail_by_atr(state: PlanState) -> bool:
    """Whether a target of the open trade that is still ahead measures its trail in ATR."""
    if state.phase is not Phase.OPEN:
        return False
    ahead = (n for n in range(state.targets_hit + 1, len(state.plan.targets) + 1) if n not in state.cancelled_targets)
    rules = (state.target(number).stop_rule for number in ahead)
    return any(isinstance(rule, Trail) and rule.distance_atr is not None for rule in rules)
