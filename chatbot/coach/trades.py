"""Everything that moves a plan: prices, candle closes, time, and what the user did. The only writer of plans.

State, events and the alerts that follow land in one transaction, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import structlog

from chatbot.breakage import described
from chatbot.coach.desk import Desk, Watched, Work, watched
from chatbot.coach.unwatched import Unwatched
from chatbot.core.engine import Outcome, process
from chatbot.core.events import EntryMissed, Event, Filled, PlanClosed, StopHit, TargetHit
from chatbot.core.evolve import history
from chatbot.core.inputs import Arm, ClockTick, Input
from chatbot.core.market import Quote
from chatbot.core.money import Millis
from chatbot.core.overdue import deadline
from chatbot.core.plan import Follow, Plan, TriggerPrice
from chatbot.core.quiet import quiet_interval
from chatbot.core.repeats import repeat_after
from chatbot.core.state import Action, ActionKind, PlanState
from chatbot.core.timeframes import Timeframe
from chatbot.messages.alerts import alerts
from chatbot.messages.late import Late, late_line
from chatbot.messages.values import Message
from chatbot.ports import DatabaseLost, PlanMoved
from chatbot.records import OutMessage, PlanRecord, PlanRow, Priority, Reminder, ReminderKind, User

Choose = Callable[[PlanState], Input | None]
Act = Callable[[Work, PlanRecord], object]
"""What is done with one plan inside a transaction."""
Atrs = Mapping[Timeframe, Decimal]
"""ATR(14) of one market at its last close, by timeframe, where a value is at hand."""
NO_ATR: Final[Atrs] = MappingProxyType({})
TOGETHER: Final = 200
ADVICE: Final = -1
"""The action number of what advises without asking for an answer: an exit overtakes it too."""
SAID_LATE_AFTER: Final[Millis] = 10_000
"""What is found longer than this after it happened says so."""
URGENT: Final = frozenset({Priority.STOP_MOVE, Priority.TARGET, Priority.ADD})
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """How the market told: live, or found after the fact, perhaps after a span in which nothing was seen.

    `price` is the market's price now, where it is known and not the one that was seen. `within`: it can't be longer ago
    than that; where it seems so, our clock and the exchange's disagree. `by_candle`: only the minute is known;
    `order_unknown`: nor what came first in it.
    """

    is_late: bool = False
    blind: tuple[Millis, Millis] | None = None
    price: Decimal | None = None
    within: Millis | None = None
    by_candle: bool = False
    order_unknown: bool = False


LIVE: Final = Seen()


class Trades:
    """Moves plans. Runs on the database thread."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.unwatched = Unwatched(desk)

    def arm(self, work: Work, user: User, plan: Plan, accepted: tuple[str, ...] = ()) -> PlanRow:
        """Store a plan and begin to watch it; `accepted` are the warnings its user knows of."""
        row = work.unit.plans.add(user, plan)
        record = work.unit.plans.record(row.plan_id)
        if record is None:
            raise LookupError(f"plan {row.plan_id} vanished while it was armed")
        self.move(work, record, lambda _: Arm(self.desk.clock(), accepted))
        return row

    def move(self, work: Work, record: PlanRecord, choose: Choose, seen: Seen | None = None) -> Outcome:
        """Give one input to a plan and write all that follows from it; `seen` where the market gave it."""
        before = history(record.plan, record.events)
        given = choose(before)
        outcome = Outcome(before, ()) if given is None else process(before, given)
        if outcome.events:
            self.write(work, record, before, outcome, seen)
        return outcome

    def write(
        self, work: Work, record: PlanRecord, before: PlanState, outcome: Outcome, seen: Seen | None = None
    ) -> PlanRecord:
        """State, events, alerts and reminders, together; gives back the plan as it is now."""
        after = outcome.state
        row = work.unit.plans.append(record.row, outcome.events, quiet_interval(after), after.phase, deadline(after))
        # Before the alerts of this change are queued: it must not take those back.
        work.unit.outbox.supersede_actions(row.plan_id, overtaken(record, before, outcome))
        self.tell(work, row, before, outcome, seen)
        self.remind(work, row, before, after)
        self.ask_anew(work, row, before, after)
        events = (*record.events, *outcome.events)
        work.changed.append(replace(watched(row, after, events[0].at), meets_standing=seen is None))
        return replace(record, row=row, events=events)

    def tell(self, work: Work, row: PlanRow, before: PlanState, outcome: Outcome, seen: Seen | None = None) -> None:
        """Queue the alerts of what happened."""
        view = self.desk.view(row, outcome.state.plan)
        first = before.sequence + 1
        for alert in alerts(before, outcome.state, outcome.events, view):
            hit = outcome.events[alert.sequence - first].at
            dedupe = f"plan:{row.plan_id}:{alert.sequence}:{alert.action}"
            advises = alert.priority in URGENT and outcome.state.plan.follow is Follow.CONFIRMED
            envelope = OutMessage(
                row.chat_id,
                "",
                alert.priority,
                dedupe,
                plan_id=row.plan_id,
                sequence=alert.sequence,
                action=alert.action or (ADVICE if advises else 0),
            )
            self.desk.post(work, *self.as_seen(alert.message, envelope, hit, seen))

    def as_seen(
        self, message: Message, envelope: OutMessage, hit: Millis, seen: Seen | None
    ) -> tuple[Message, OutMessage]:
        """What was seen live is timed from its print; what was found after the fact says when it was, and why."""
        if seen is None:
            return message, envelope
        now = self.desk.clock()
        can_be = seen.within is None or now - hit <= seen.within
        if not seen.is_late or not can_be or (now - hit <= SAID_LATE_AFTER and not seen.by_candle):
            return message, replace(envelope, seen_at=self.desk.wall() - max(0, now - hit if can_be else 0))
        line = late_line(Late(hit, now, seen.blind, seen.price, seen.order_unknown))
        return replace(message, text=f"{message.text}\n{line}"), envelope

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

    def ask_anew(self, work: Work, row: PlanRow, before: PlanState, after: PlanState) -> None:
        """An exit not sent yet names what was open before: it is said now with what is open since."""
        asked = after.pending(ActionKind.EXIT)
        if asked is None or after.position.quantity == before.position.quantity:
            return
        if before.action(asked.number) is not None and asked.number in work.unit.outbox.unsent_actions(row.plan_id):
            work.unit.outbox.supersede_actions(row.plan_id, (asked.number,))
            now = Reminder(ReminderKind.ACTION, row.plan_id, asked.number, row.user_id, self.desk.wall())
            work.unit.reminders.put(now)

    def keep(self, exchange: str, quotes: Sequence[Quote], trigger_price: TriggerPrice) -> None:
        """Remember prices, stamped with now: a market that does not trade for a minute still has a price of now."""
        at = self.desk.clock()
        with self.desk.work() as work:
            work.unit.quotes.put(exchange, [replace(quote, at=at) for quote in quotes], trigger_price)

    def due(self) -> Sequence[PlanRow]:
        """The plans that time alone moves now: expiries, and exits nobody answered for a day."""
        with self.desk.units() as unit:
            return unit.plans.due(self.desk.clock())

    def clock(self, plan_ids: Sequence[int]) -> None:
        """What time alone decides of these plans."""
        now = self.desk.clock()
        self.each(plan_ids, self.moving(lambda _: ClockTick(now)))

    def moving(self, choose: Choose, seen: Seen | None = None) -> Act:
        """Giving one input to whichever plan it is."""
        return lambda work, record: self.move(work, record, choose, seen)

    def each(self, plan_ids: Sequence[int], act: Act, last: Callable[[Work], None] | None = None) -> Sequence[int]:
        """The same to several plans, many in one transaction; those that failed are given back.

        `last` is done in the transaction of the last of them. The outermost place for a plan that can't be moved: it
        must not hold up anybody else's.
        """
        sound = [plan_id for plan_id in plan_ids if plan_id not in self.unwatched.failing]
        failed = [*self.one_by_one([plan_id for plan_id in plan_ids if plan_id in self.unwatched.failing], act)]
        batches = [sound[begin : begin + TOGETHER] for begin in range(0, len(sound), TOGETHER)] or [[]]
        for some in batches:
            ending = last if last is not None and some is batches[-1] else nothing_more
            try:
                self.together(some, act, ending)
            except DatabaseLost:
                raise
            except Exception as error:  # noqa: BLE001 -- the named outermost place
                log.warning("plans failed together", plans=len(some), error=described(error))
                failed += self.one_by_one(some, act)
                self.together((), act, ending)
        return failed

    def together(self, plan_ids: Sequence[int], act: Act, last: Callable[[Work], None]) -> None:
        """All of them, or none."""
        if not plan_ids and last is nothing_more:
            return
        with self.desk.work() as work:
            for plan_id in plan_ids:
                record = work.unit.plans.record(plan_id)
                if record is not None:
                    act(work, record)
            last(work)

    def one_by_one(self, plan_ids: Sequence[int], act: Act) -> Sequence[int]:
        """Each on its own, so that only the one that fails is left out; gives back which did."""
        failed = []
        for plan_id in plan_ids:
            try:
                self.together((plan_id,), act, nothing_more)
            except PlanMoved:
                # Whoever moved it was quicker; it is looked at again with the next price.
                log.warning("plan moved meanwhile", plan=plan_id)
                failed.append(plan_id)
            except DatabaseLost:
                raise
            except Exception as error:  # noqa: BLE001 -- the named outermost place of one plan
                self.unwatched.failed(plan_id, error)
                failed.append(plan_id)
            else:
                self.unwatched.failing.discard(plan_id)
        return failed

    def all_watched(self) -> list[Watched]:
        """Every plan to watch, at start. The outermost place for one that can't be read: the others are watched."""
        found: list[Watched] = []
        unreadable: list[tuple[int, Exception]] = []
        with self.desk.units() as unit:
            for row in unit.plans.watched():
                try:
                    record = unit.plans.record(row.plan_id)
                    found += [] if record is None else [as_watched(record)]
                except DatabaseLost:
                    raise
                except Exception as error:  # noqa: BLE001 -- the named outermost place
                    unreadable.append((row.plan_id, error))
        for plan_id, why in unreadable:
            self.unwatched.failed(plan_id, why)
        return found


def nothing_more(_: Work) -> None:
    """No last word in a transaction."""


def as_watched(record: PlanRecord) -> Watched:
    """A stored plan as the watcher needs it."""
    return watched(record.row, history(record.plan, record.events), record.events[0].at)


def overtaken(record: PlanRecord, before: PlanState, outcome: Outcome) -> Collection[int]:
    """The actions whose messages, as far as they were not sent, must not be sent any more."""
    if any(isinstance(event, StopHit | EntryMissed | PlanClosed) for event in outcome.events):
        # These speak for everything that was asked before, answered or not.
        return (ADVICE, *range(1, before.last_action + 1))
    gone = [action for action in before.actions if outcome.state.action(action.number) is None]
    return [action.number for action in gone if not tells_more(action, record.events, outcome.state)]


def tells_more(action: Action, told: Sequence[Event], after: PlanState) -> bool:
    """A stop move that was replaced, where its alert is also the one that tells of a fill or a target."""
    if action.kind is not ActionKind.MOVE_STOP or after.pending(ActionKind.MOVE_STOP) is None:
        return False
    return any(isinstance(event, Filled | TargetHit) and event.at == action.at for event in told)
