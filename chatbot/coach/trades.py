"""Everything that moves a plan: prices, candle closes, time, and what the user did. The only writer of plans.

State, events and the alerts that follow land in one transaction, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final

import structlog

from chatbot.coach.desk import Desk, Watched, Work, watched
from chatbot.core.candles import Candle
from chatbot.core.engine import Outcome, process
from chatbot.core.events import PlanClosed, StopHit
from chatbot.core.evolve import history
from chatbot.core.inputs import Arm, CandleClosed, ClockTick, Input, Jump
from chatbot.core.market import Quote
from chatbot.core.money import Millis
from chatbot.core.plan import Plan
from chatbot.core.quiet import quiet_interval
from chatbot.core.repeats import repeat_after
from chatbot.core.reports import deadline
from chatbot.core.state import ActionKind, PlanState
from chatbot.core.timeframes import Timeframe
from chatbot.messages.alerts import alerts
from chatbot.ports import OutMessage, PlanRecord, PlanRow, Priority, Reminder, ReminderKind, User

Choose = Callable[[PlanState], Input | None]
TOGETHER: Final = 200
log = structlog.get_logger(__name__)


class Trades:
    """Moves plans. Runs on the database thread."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def arm(self, work: Work, user: User, plan: Plan) -> PlanRow:
        """Store a plan and begin to watch it."""
        row = work.unit.plans.add(user, plan)
        record = work.unit.plans.record(row.plan_id)
        if record is None:
            raise LookupError(f"plan {row.plan_id} vanished while it was armed")
        self.move(work, record, lambda _: Arm(self.desk.clock()))
        return row

    def move(self, work: Work, record: PlanRecord, choose: Choose) -> Outcome:
        """Give one input to a plan and write all that follows from it."""
        before = history(record.plan, record.events)
        given = choose(before)
        outcome = Outcome(before, ()) if given is None else process(before, given)
        if outcome.events:
            self.write(work, record, before, outcome)
        return outcome

    def write(self, work: Work, record: PlanRecord, before: PlanState, outcome: Outcome) -> None:
        """State, events, alerts and reminders, together."""
        after = outcome.state
        row = work.unit.plans.append(record.row, outcome.events, quiet_interval(after), after.phase, deadline(after))
        if any(isinstance(event, StopHit | PlanClosed) for event in outcome.events):
            work.unit.outbox.supersede(row.plan_id, Priority.ADD)
        self.tell(work, row, before, outcome)
        self.remind(work, row, before, after)
        work.changed.append(watched(row, after))

    def tell(self, work: Work, row: PlanRow, before: PlanState, outcome: Outcome) -> None:
        """Queue the alerts of what happened."""
        view = self.desk.view(row, outcome.state.plan)
        for alert in alerts(before, outcome.state, outcome.events, view):
            dedupe = f"plan:{row.plan_id}:{alert.sequence}:{alert.action}"
            envelope = OutMessage(row.chat_id, "", alert.priority, dedupe, plan_id=row.plan_id, sequence=alert.sequence)
            self.desk.post(work, alert.message, envelope)

    def remind(self, work: Work, row: PlanRow, before: PlanState, after: PlanState) -> None:
        """What is newly asked will be repeated; what is settled will not."""
        asked, known = {a.number for a in after.actions}, {a.number for a in before.actions}
        for number in known - asked:
            work.unit.reminders.drop(ReminderKind.ACTION, row.plan_id, number)
        overtaken = after.missed is not None and before.missed is None
        for action in after.actions:
            wait = repeat_after(ActionKind.EXIT if overtaken else action.kind, 0)
            if (overtaken or action.number not in known) and wait is not None:
                due = self.desk.wall() + wait
                reminder = Reminder(ReminderKind.ACTION, row.plan_id, action.number, row.user_id, due)
                work.unit.reminders.put(reminder)

    def prices(self, exchange: str, quotes: Sequence[Quote], touched: Mapping[str, Sequence[int]]) -> None:
        """New prices of an exchange: keep them, and give them to the plans whose quiet interval they left.

        `touched` names those plans by symbol. Prices of one call are of one moment.
        """
        at = self.desk.clock()
        with self.desk.work() as work:
            work.unit.quotes.put(exchange, quotes)
        for quote in quotes:
            self.each(touched.get(quote.symbol, ()), jump_to(quote.price, at))

    def candle(self, timeframe: Timeframe, candle: Candle, plan_ids: Sequence[int]) -> None:
        """A candle closed: the plans that wait for it decide."""
        at = candle.at + timeframe.millis
        self.each(plan_ids, lambda _: CandleClosed(timeframe, candle, at))

    def clock(self) -> None:
        """What time alone decides: expiries, and exits nobody answered for a day."""
        now = self.desk.clock()
        with self.desk.units() as unit:
            due = [row.plan_id for row in unit.plans.due(now)]
        self.each(due, lambda _: ClockTick(now))

    def each(self, plan_ids: Sequence[int], choose: Choose) -> None:
        """The same input to several plans, many in one transaction.

        The outermost place for a plan that can't be moved: it must not hold up anybody else's.
        """
        for begin in range(0, len(plan_ids), TOGETHER):
            some = plan_ids[begin : begin + TOGETHER]
            try:
                self.together(some, choose)
            except Exception as error:  # noqa: BLE001 -- the named outermost place
                log.error("plans failed together", plans=len(some), error=type(error).__name__)  # noqa: TRY400 -- told below
                self.one_by_one(some, choose)

    def together(self, plan_ids: Sequence[int], choose: Choose) -> None:
        """All of them, or none."""
        with self.desk.work() as work:
            for plan_id in plan_ids:
                record = work.unit.plans.record(plan_id)
                if record is not None:
                    self.move(work, record, choose)

    def one_by_one(self, plan_ids: Sequence[int], choose: Choose) -> None:
        """Each on its own, so that only the one that fails is left out."""
        for plan_id in plan_ids:
            try:
                self.together((plan_id,), choose)
            except Exception:
                log.exception("plan failed", plan=plan_id)

    def all_watched(self) -> list[Watched]:
        """Every plan to watch, at start."""
        with self.desk.units() as unit:
            records = [unit.plans.record(row.plan_id) for row in unit.plans.watched()]
            return [watched(r.row, history(r.plan, r.events)) for r in records if r is not None]


def jump_to(price: Decimal, at: Millis) -> Choose:
    """The price is `price` now."""
    return lambda _: Jump(price, at)
