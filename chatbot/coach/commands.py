"""The everyday commands: what is open, what is unconfirmed, and reporting what the bot did not ask for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from chatbot.coach.desk import Desk, Work
from chatbot.coach.people import set_daily
from chatbot.coach.trades import Trades
from chatbot.coach.typed import (
    MOST_OF_PLAN,
    expected_prices,
    most_of_fill,
    sane_price,
    sane_quantity,
    whole_quantity,
)
from chatbot.core.evolve import history
from chatbot.core.inputs import Abandon, CorrectFill, Input, ReportAdd, ReportExit
from chatbot.core.reading import Unreadable, number, plain
from chatbot.core.state import ActionKind, Phase, PlanState
from chatbot.messages import replies
from chatbot.messages.checklist import checklist, rules
from chatbot.messages.status import plan_card, plan_list, status
from chatbot.messages.values import Message
from chatbot.ports import PlanRecord, User

LARGEST_NUMBER = 10**9


@dataclass(frozen=True, slots=True)
class Form:
    """What stands after a command, its plan aside: how many numbers, an example, and what they say."""

    counts: tuple[int, ...]
    example: str
    given: Callable[[PlanState, list[Decimal]], Input]
    zero: bool = False


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
                view, price = self.desk.priced_view(work, row, record.plan)
                shown.append((history(record.plan, record.events), view, price))
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
            view, price = self.desk.priced_view(work, record.row, record.plan)
            self.desk.reply(work, user, plan_card(state, view, price))

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
        """Stop following a plan; with a position open, or maybe open, first ask how it was left."""
        record = self.chosen(work, user, text.split()[:1], "/cancel_plan 2")
        if record is None:
            return
        state, view = history(record.plan, record.events), self.desk.view(record.row, record.plan)
        entry = state.pending(ActionKind.ADD)
        if state.is_over:
            self.desk.reply(work, user, replies.plan_is_over(record.row.number))
        elif state.position.quantity:
            self.desk.reply(work, user, replies.how_was_it_left(state, view))
        elif entry is not None:
            self.desk.reply(work, user, replies.were_you_filled(state, view, entry))
        else:
            now = self.desk.clock()
            self.trades.move(work, record, lambda _: Abandon(now))

    def exited(self, work: Work, user: User, text: str, *, by_stop: bool = False) -> None:
        """`/exited [plan] price [quantity]`: out by hand, or by the stop order."""
        name = "/stopped" if by_stop else "/exited"
        example = f"{name} 60100 (all of it) or {name} 2 60100 0.01 (plan 2, a part)"

        def given(state: PlanState, numbers: list[Decimal]) -> Input:
            expected = self.expected(work, state)
            price = sane_price(numbers[0], expected, f"{name} {expected[0]:f}")
            quantity = numbers[1] if len(numbers) > 1 else None
            if quantity is not None and quantity > state.position.quantity:
                raise Unreadable(f"{quantity:f} is more than the {state.position.quantity:f} open; try {example}")
            return ReportExit(price, self.desk.clock(), quantity, by_stop)

        self.report(work, user, text, Form((1, 2), example, given))

    def added(self, work: Work, user: User, text: str) -> None:
        """`/added [plan] price quantity`: an add outside the plan, judged like any other."""

        def given(state: PlanState, numbers: list[Decimal]) -> Input:
            expected = self.expected(work, state)
            whole = whole_quantity(state.plan, expected[0])
            price = sane_price(numbers[0], expected, f"/added {expected[0]:f} {whole:f}")
            whole = whole_quantity(state.plan, price)
            quantity = sane_quantity(numbers[1], MOST_OF_PLAN * whole, f"/added {price:f} {whole:f}")
            return ReportAdd(price, quantity, self.desk.clock())

        self.report(work, user, text, Form((2,), "/added 60300 0.01 or /added 2 60300 0.01", given))

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
            price, quantity = self.corrected(work, state, int(fill), numbers[1:])
            return CorrectFill(int(fill), price, quantity, self.desk.clock())

        self.report(work, user, text, Form((3,), "/correct 1 60010 0.02 (fill 1 was 0.02 at 60010)", given, zero=True))

    def corrected(self, work: Work, state: PlanState, fill: int, numbers: list[Decimal]) -> tuple[Decimal, Decimal]:
        """Price and quantity of a fill as it can have been. Raises Unreadable."""
        known_price, known_quantity = plain(state.fills[fill - 1].price), plain(state.fills[fill - 1].quantity)
        example = f"/correct {fill} {known_price:f} {known_quantity:f}"
        price = sane_price(numbers[0], (known_price, *self.expected(work, state)), example)
        most = plain(most_of_fill(state, fill, price))
        quantity = sane_quantity(numbers[1], most, f"/correct {fill} {price:f} {min(known_quantity, most):f}")
        if quantity == 0:
            least = state.plan.lot_size or known_quantity
            raise Unreadable(
                "A fill can't have been 0. If there was none, /cancel_plan stops following the plan; to go on with it, "
                f"leave the smallest quantity, for example /correct {fill} {price:f} {least:f}"
            )
        return price, quantity

    def expected(self, work: Work, state: PlanState) -> tuple[Decimal, ...]:
        """What a reported price may be near, the likeliest first."""
        return expected_prices(state, self.desk.price_now(work, state.plan))

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

    def report(self, work: Work, user: User, text: str, form: Form) -> None:
        """Read `[plan] numbers…`, find the plan, and hand it what the user did."""
        words = text.split()
        named = words[:1] if self.is_named(work, user, words, form.counts) else []
        try:
            numbers = numbers_in(words[len(named) :], form)
            record = self.chosen(work, user, named, form.example)
            if record is None:
                return
            told = form.given(history(record.plan, record.events), numbers)
        except Unreadable as error:
            self.desk.reply(work, user, replies.not_understood(str(error)))
            return
        if not self.trades.move(work, record, lambda _: told).events:
            self.desk.reply(work, user, replies.nothing_to_change(record.row.number))

    def is_named(self, work: Work, user: User, words: list[str], counts: tuple[int, ...]) -> bool:
        """Whether the first of the words names the plan: it is one too many, or several are open, or it is no price."""
        if len(words) > max(counts):
            return True
        if len(words) <= min(counts):
            return False
        return len(work.unit.plans.open_of(user.user_id)) != 1 or self.is_number_of_plan(work, user, words)

    def is_number_of_plan(self, work: Work, user: User, words: list[str]) -> bool:
        """Whether of two numbers the first is a plan's and the second, nearer to its stop, the price."""
        name = words[0].removeprefix("#")
        if not (name.isascii() and name.isdigit()) or int(name) >= LARGEST_NUMBER:
            return False
        record = work.unit.plans.of_user(user.user_id, int(name))
        if record is None or words[0] != name:
            return words[0] != name
        stop = record.plan.stop
        try:
            return abs(number(words[1]) - stop) < abs(Decimal(name) - stop)
        except Unreadable:
            return False

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


def numbers_in(words: list[str], form: Form) -> list[Decimal]:
    """As many numbers as a report takes. Raises Unreadable."""
    if len(words) not in form.counts:
        raise Unreadable(f"I can't use “{' '.join(words)[:60]}” here; expected for example {form.example}")
    return [number(word, "a number", form.example, zero=form.zero) for word in words]
