"""The everyday commands: what is open, what is unconfirmed, and reporting what the bot did not ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from chatbot.coach.desk import Desk, Work
from chatbot.coach.people import set_daily
from chatbot.coach.trades import Trades
from chatbot.core.evolve import history
from chatbot.core.inputs import Abandon, CorrectFill, Input, ReportAdd, ReportExit
from chatbot.core.reading import Unreadable, number
from chatbot.core.state import Phase, PlanState
from chatbot.messages import replies
from chatbot.messages.checklist import checklist, rules
from chatbot.messages.status import plan_card, plan_list, status
from chatbot.messages.values import Message
from chatbot.ports import PlanRecord, User

LARGEST_NUMBER = 10**9


class Commands:
    """Answers commands. Every plan is looked up by its user and its number."""

    def __init__(self, desk: Desk, trades: Trades) -> None:
        self.desk, self.trades = desk, trades

    def status(self, work: Work, user: User) -> None:
        """Every open plan."""
        shown = []
        for row in work.unit.plans.open_of(user.user_id):
            record = work.unit.plans.record(row.plan_id)
            if record is not None:
                price = self.desk.last_price(work, record.plan)
                shown.append((history(record.plan, record.events), self.desk.view(row, record.plan), price))
        self.desk.reply(work, user, status(shown) if shown else replies.no_open_plan())

    def plans(self, work: Work, user: User) -> None:
        """All plans, the newest first."""
        rows = work.unit.plans.all_of(user.user_id)
        self.desk.reply(work, user, plan_list(rows) if rows else replies.no_open_plan())

    def plan(self, work: Work, user: User, text: str) -> None:
        """One plan in full."""
        record = self.chosen(work, user, text.split()[:1], "/plan 2")
        if record is not None:
            state = history(record.plan, record.events)
            price = self.desk.last_price(work, record.plan)
            self.desk.reply(work, user, plan_card(state, self.desk.view(record.row, record.plan), price))

    def checklist(self, work: Work, user: User, before: Message | None) -> None:
        """The checklist of each open plan; `before` is that of a plan being built."""
        rows = work.unit.plans.open_of(user.user_id)
        if before is not None:
            self.desk.reply(work, user, before)
        for row in rows:
            record = work.unit.plans.record(row.plan_id)
            if record is not None:
                state = history(record.plan, record.events)
                self.desk.reply(work, user, checklist(state, self.desk.view(row, record.plan)))
        if before is None and not rows:
            self.desk.reply(work, user, rules())

    def cancel_plan(self, work: Work, user: User, text: str) -> None:
        """Stop following a plan; with a position open, first ask how it was left."""
        record = self.chosen(work, user, text.split()[:1], "/cancel_plan 2")
        if record is None:
            return
        state = history(record.plan, record.events)
        if state.is_over:
            self.desk.reply(work, user, replies.plan_is_over(record.row.number))
        elif state.position.quantity:
            self.desk.reply(work, user, replies.how_was_it_left(state, self.desk.view(record.row, record.plan)))
        else:
            now = self.desk.clock()
            self.trades.move(work, record, lambda _: Abandon(now))

    def exited(self, work: Work, user: User, text: str, *, by_stop: bool = False) -> None:
        """`/exited [plan] price [quantity]`: out by hand, or by the stop order."""
        name = "/stopped" if by_stop else "/exited"
        example = f"{name} 60100 (all of it) or {name} 2 60100 0.01 (plan 2, a part)"

        def given(state: PlanState, numbers: list[Decimal]) -> Input:
            quantity = numbers[1] if len(numbers) > 1 else None
            if quantity is not None and quantity > state.position.quantity:
                raise Unreadable(f"{quantity:f} is more than the {state.position.quantity:f} open; try {example}")
            return ReportExit(numbers[0], self.desk.clock(), quantity, by_stop)

        self.report(work, user, text, (1, 2), example, given)

    def added(self, work: Work, user: User, text: str) -> None:
        """`/added [plan] price quantity`: an add outside the plan, judged like any other."""

        def given(_: PlanState, numbers: list[Decimal]) -> Input:
            return ReportAdd(numbers[0], numbers[1], self.desk.clock())

        self.report(work, user, text, (2,), "/added 60300 0.01 or /added 2 60300 0.01", given)

    def correct(self, work: Work, user: User, text: str) -> None:
        """`/correct [plan] fill price quantity`: a fill as it really was; without numbers, the fills to choose from."""
        if len(text.split()) < 3:
            record = self.chosen(work, user, text.split()[:1], "/correct 2")
            if record is not None:
                state = history(record.plan, record.events)
                self.desk.reply(work, user, replies.fills(state, self.desk.view(record.row, record.plan)))
            return

        def given(state: PlanState, numbers: list[Decimal]) -> Input:
            fill = numbers[0]
            if fill != int(fill) or not 1 <= fill <= len(state.fills):
                raise Unreadable(f"There is no fill {fill:f}; this plan has {len(state.fills)}: see /correct")
            return CorrectFill(int(fill), numbers[1], numbers[2], self.desk.clock())

        self.report(work, user, text, (3,), "/correct 1 60010 0.02 (fill 1 was 0.02 at 60010)", given)

    def daily(self, work: Work, user: User, text: str) -> None:
        """`/daily hour`: when the daily checklist comes, UTC."""
        hour = text.strip()
        if not hour.isascii() or not hour.isdigit() or int(hour) > 23:
            sentence = f"{hour or 'Nothing'} is no hour; expected 0 to 23 (UTC), for example /daily 8"
            self.desk.reply(work, user, replies.not_understood(sentence))
            return
        changed = replace(user, daily_hour=int(hour))
        work.unit.users.put(changed)
        set_daily(work, changed, self.desk.wall())
        self.desk.reply(work, user, replies.daily_at(int(hour)))

    def report(
        self,
        work: Work,
        user: User,
        text: str,
        counts: tuple[int, ...],
        example: str,
        given: Callable[[PlanState, list[Decimal]], Input],
    ) -> None:
        """Read `[plan] numbers…`, find the plan, and hand it what the user did."""
        words = text.split()
        named = words[:1] if len(words) > max(counts) or self.many_open(work, user, len(words), counts) else []
        try:
            numbers = numbers_in(words[len(named) :], counts, example)
            record = self.chosen(work, user, named, example)
            if record is None:
                return
            told = given(history(record.plan, record.events), numbers)
        except Unreadable as error:
            self.desk.reply(work, user, replies.not_understood(str(error)))
            return
        if not self.trades.move(work, record, lambda _: told).events:
            self.desk.reply(work, user, replies.nothing_to_change(record.row.number))

    def many_open(self, work: Work, user: User, words: int, counts: tuple[int, ...]) -> bool:
        """Whether the first of the words has to name the plan because several are open."""
        return words > min(counts) and len(work.unit.plans.open_of(user.user_id)) > 1

    def chosen(self, work: Work, user: User, named: list[str], example: str) -> PlanRecord | None:
        """The plan the user named by its number, or the only open one; else they are asked which."""
        rows = [row for row in work.unit.plans.open_of(user.user_id) if row.phase is not Phase.CLOSED]
        if not named:
            if len(rows) == 1:
                return work.unit.plans.record(rows[0].plan_id)
            self.desk.reply(work, user, replies.which_plan(rows, example) if rows else replies.no_open_plan())
            return None
        number = named[0].removeprefix("#")
        record = None
        if number.isascii() and number.isdigit() and int(number) < LARGEST_NUMBER:
            record = work.unit.plans.of_user(user.user_id, int(number))
        if record is None:
            self.desk.reply(work, user, replies.no_such_plan(named[0], rows, example))
        return record


def numbers_in(words: list[str], counts: tuple[int, ...], example: str) -> list[Decimal]:
    """As many numbers as a report takes. Raises Unreadable."""
    if len(words) not in counts:
        raise Unreadable(f"I can't use “{' '.join(words)[:60]}” here; expected for example {example}")
    return [number(word, "a number", example) for word in words]
