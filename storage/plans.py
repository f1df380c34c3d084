"""Plans and their events: a row that says where a plan stands, and the facts that brought it there.

Events are only ever added, each under the next number; who read an older number learns it by PlanMoved.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, Row, func, insert, select, update

from chatbot.breakage import described
from chatbot.core.codec import event_from_json, event_name, event_to_json, plan_from_json, plan_to_json
from chatbot.core.events import Event, FillCorrected, Filled, FillKind
from chatbot.core.market import Market
from chatbot.core.money import Millis
from chatbot.core.plan import Plan, TriggerPrice
from chatbot.core.quiet import Interval
from chatbot.core.state import Phase
from chatbot.ports import PlanMoved, PlanUnreadable
from chatbot.records import PlanRecord, PlanRow, User
from storage.tables import FILLS, PLAN_EVENTS, PLANS
from storage.work import Work

WATCHED: Final = (Phase.WAITING.value, Phase.OPEN.value, Phase.CLOSING.value)
ROW: Final = tuple(column for column in PLANS.columns if column is not PLANS.c.agreed)
"""The columns of a PlanRow, in no need of decoding."""
LAST_NUMBER: Final = 2**31 - 1
PRICES: Final[Mapping[str, TriggerPrice]] = {price.value: price for price in TriggerPrice}
PHASES: Final[Mapping[str, Phase]] = {phase.value: phase for phase in Phase}
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SqlPlans:
    """Plans: for people by user, and for the machinery that moves them by their id alone."""

    work: Work

    def add(self, user: User, plan: Plan) -> PlanRow:
        """A new plan without events, numbered within its user from 1."""
        newest = select(func.max(PLANS.c.number)).where(PLANS.c.user_id == user.user_id)
        number = (self.work.run(newest).scalar() or 0) + 1
        values = {
            "user_id": user.user_id,
            "number": number,
            "chat_id": user.chat_id,
            "exchange": plan.exchange,
            "symbol": plan.symbol,
            "phase": Phase.DRAFT.value,
            "sequence": 0,
            "agreed": compact(plan_to_json(plan)),
            "trigger_price": plan.trigger_price.value,
        }
        plan_id = self.work.insert_one(PLANS, values)
        whose = (plan_id, number, user.user_id, user.chat_id)
        stands = (Phase.DRAFT, 0, Interval(None, None), None)
        return PlanRow(*whose, plan.exchange, plan.symbol, *stands, plan.trigger_price)

    def append(
        self,
        record: PlanRow,
        events: Sequence[Event],
        interval: Interval,
        phase: Phase,
        due_at: Millis | None,
    ) -> PlanRow:
        """Add events after `record.sequence` and update the row, if it is still its user's; else raises PlanMoved."""
        sequence = record.sequence + len(events)
        unmoved = (PLANS.c.plan_id == record.plan_id) & (PLANS.c.user_id == record.user_id)
        unmoved &= PLANS.c.sequence == record.sequence
        changes = {
            "sequence": sequence,
            "phase": phase.value,
            "low": interval.low,
            "high": interval.high,
            "due_at": due_at,
        }
        if not self.work.run(update(PLANS).where(unmoved).values(changes)).rowcount:
            raise PlanMoved(f"Plan {record.plan_id} is no longer at event {record.sequence}.")
        if events:
            self.work.run(insert(PLAN_EVENTS), list(event_rows(record, events)))
            self.project(record.plan_id, events)
        return replace(record, sequence=sequence, phase=phase, interval=interval, due_at=due_at)

    def project(self, plan_id: int, events: Sequence[Event]) -> None:
        """Bring the table of fills up to date."""
        told = [event for event in events if isinstance(event, Filled | FillCorrected)]
        if not told:
            return
        number = self.work.run(select(func.count()).where(FILLS.c.plan_id == plan_id)).scalar_one()
        for event in told:
            if isinstance(event, Filled):
                number += 1
                self.work.run(insert(FILLS).values(fill_values(plan_id, number, event)))
            else:
                this = (FILLS.c.plan_id == plan_id) & (FILLS.c.number == event.fill)
                self.work.run(update(FILLS).where(this).values(price=event.price, quantity=event.quantity))

    def record(self, plan_id: int) -> PlanRecord | None:
        """Whoever's plan it is: for the machinery alone."""
        return self.recorded(PLANS.c.plan_id == plan_id)

    def record_of(self, user: User, plan_id: int) -> PlanRecord | None:
        """As `record`, if the plan is this user's and lives in their chat: another's is as one there is not."""
        theirs = (PLANS.c.user_id == user.user_id) & (PLANS.c.chat_id == user.chat_id)
        return self.recorded(theirs & (PLANS.c.plan_id == plan_id))

    def of_user(self, user_id: int, number: int) -> PlanRecord | None:
        if not 0 < number <= LAST_NUMBER:
            # People type what they like, and a database refuses numbers beyond its own.
            return None
        return self.recorded((PLANS.c.user_id == user_id) & (PLANS.c.number == number))

    def recorded(self, which: ColumnElement[bool]) -> PlanRecord | None:
        """The one plan of which this is true, with its events; raises PlanUnreadable where they can't be read."""
        row = self.work.run(select(*ROW, PLANS.c.agreed).where(which)).first()
        if row is None:
            return None
        mine = select(PLAN_EVENTS.c.payload).where(PLAN_EVENTS.c.plan_id == row.plan_id)
        payloads = self.work.run(mine.order_by(PLAN_EVENTS.c.sequence)).scalars().all()
        try:
            events = tuple(event_from_json(json.loads(payload)) for payload in payloads)
            return PlanRecord(plan_row(row[:-1]), plan_from_json(json.loads(row.agreed)), events)
        except ValueError as error:
            raise PlanUnreadable(f"Plan {row.plan_id} can't be read: {error}") from error

    def open_of(self, user_id: int) -> Sequence[PlanRow]:
        """The user's plans that are armed and not over, in the order of their numbers."""
        return self.rows(PLANS.c.user_id == user_id, PLANS.c.phase.in_(WATCHED))

    def all_of(self, user_id: int) -> Sequence[PlanRow]:
        """All of the user's plans, in the order of their numbers."""
        return self.rows(PLANS.c.user_id == user_id)

    def watched(self) -> Sequence[PlanRow]:
        """Every plan that is armed and not over, of all users."""
        return self.rows(PLANS.c.phase.in_(WATCHED))

    def due(self, now: Millis) -> Sequence[PlanRow]:
        """Plans armed and not over whose `due_at` has come."""
        return self.rows(PLANS.c.phase.in_(WATCHED), PLANS.c.due_at <= now)

    def rows(self, *which: ColumnElement[bool]) -> list[PlanRow]:
        """Rows without their plan, oldest first."""
        return [plan_row(row) for row in self.work.run(select(*ROW).where(*which).order_by(PLANS.c.plan_id))]

    def happened(self, market: Market, since: Millis) -> Sequence[tuple[PlanRow, Event]]:
        """What happened to a market's plans from a moment on, over or not, in order of time.

        What can't be read is left out and logged.
        """
        mine = (
            PLANS.c.exchange == market.exchange,
            PLANS.c.symbol == market.symbol,
            PLANS.c.trigger_price == market.trigger_price.value,
        )
        joined = select(*ROW, PLAN_EVENTS.c.sequence.label("event"), PLAN_EVENTS.c.payload)
        rows = self.work.run(
            joined.join_from(PLAN_EVENTS, PLANS)
            .where(*mine, PLAN_EVENTS.c.at >= since)
            .order_by(PLAN_EVENTS.c.at, PLAN_EVENTS.c.plan_id, PLAN_EVENTS.c.sequence)
        )
        read = ((row, readable(row.plan_id, row.event, row.payload)) for row in rows)
        return [(plan_row(row[:-2]), event) for row, event in read if event is not None]

    def fills(self, plan_id: int) -> Sequence[Filled]:
        """The fills as they are believed now, in the order they were recorded."""
        rows = self.work.run(select(FILLS).where(FILLS.c.plan_id == plan_id).order_by(FILLS.c.number))
        return [filled(row) for row in rows]


def readable(plan_id: int, sequence: int, payload: str) -> Event | None:
    """A stored event; None, with a word in the log, where it makes none."""
    try:
        return event_from_json(json.loads(payload))
    except ValueError as error:
        log.warning("event can't be read", plan=plan_id, sequence=sequence, error=described(error))
        return None


def plan_row(row: Sequence[Any]) -> PlanRow:
    """The value of the columns `ROW`, taken by position: there may be very many of them."""
    plan_id, user_id, number, chat_id, exchange, symbol, phase, sequence, low, high, due_at, price = row
    where = (PHASES[phase], sequence, Interval(low, high), due_at, PRICES[price])
    return PlanRow(plan_id, number, user_id, chat_id, exchange, symbol, *where)


def event_rows(record: PlanRow, events: Sequence[Event]) -> Iterator[dict[str, Any]]:
    """Each event under its number."""
    for sequence, event in enumerate(events, record.sequence + 1):
        payload = compact(event_to_json(event))
        name = event_name(event)
        yield {"plan_id": record.plan_id, "sequence": sequence, "name": name, "at": event.at, "payload": payload}


def fill_values(plan_id: int, number: int, event: Filled) -> dict[str, Any]:
    """A fill as a row."""
    return {
        "plan_id": plan_id,
        "number": number,
        "kind": event.kind.value,
        "index": event.index,
        "price": event.price,
        "quantity": event.quantity,
        "action": event.action,
        "at": event.at,
        "assumed": event.assumed,
    }


def filled(row: Row[Any]) -> Filled:
    """A row as a fill, by column names: a row is a tuple and has a method `index`."""
    values = row._mapping  # noqa: SLF001 -- SQLAlchemy's public name for a row by column names
    names = ("index", "price", "quantity", "action", "at", "assumed")
    return Filled(FillKind(values["kind"]), **{name: values[name] for name in names})


def compact(stored: Mapping[str, Any]) -> str:
    """JSON without spaces."""
    return json.dumps(stored, separators=(",", ":"), ensure_ascii=False)
