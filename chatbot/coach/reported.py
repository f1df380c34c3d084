"""What users report unasked: exits, adds, corrections, where their stop stands, and that they hold past a target."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from chatbot.coach.desk import Desk, Work
from chatbot.coach.holding import Holding
from chatbot.coach.naming import Naming, plan_number
from chatbot.coach.own_stop import Typed, own_stop
from chatbot.coach.trades import Trades
from chatbot.coach.typed import (
    MOST_OF_PLAN,
    expected_prices,
    most_of_fill,
    sane_price,
    sane_quantity,
    whole_quantity,
)
from chatbot.core.correcting import may_take_back
from chatbot.core.evolve import history
from chatbot.core.inputs import CorrectFill, Input, InsistStop, ReportAdd, ReportExit
from chatbot.core.reading import Unreadable, number, plain, quoted
from chatbot.core.state import Phase, PlanState
from chatbot.messages import replies
from chatbot.records import PlanRecord, User

TARGET: Final = re.compile(r"(?:tp\s*)?([1-9])", re.IGNORECASE)
HOLD_EXAMPLE: Final = "/hold 2 (TP2), /hold 3 2 (TP2 of plan 3), or /hold 2 with your reason after it"


@dataclass(frozen=True, slots=True)
class Form:
    """What stands after a command, its plan aside: how many numbers, an example, and what they say."""

    counts: tuple[int, ...]
    example: str
    given: Callable[[PlanState, list[Decimal]], Input]
    zero: bool = False


class Reported:
    """Reads a report, finds its plan, and hands it what the user did. What can't be read changes nothing."""

    def __init__(self, desk: Desk, trades: Trades, naming: Naming) -> None:
        self.desk, self.trades, self.naming = desk, trades, naming
        self.holding = Holding(desk, trades)

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
            record = self.naming.chosen(work, user, text.split()[:1], "/correct 2")
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
        """Price and quantity of a fill as it can have been; 0 takes it back. Raises Unreadable."""
        known_price, known_quantity = plain(state.fills[fill - 1].price), plain(state.fills[fill - 1].quantity)
        example = f"/correct {fill} {known_price:f} {known_quantity:f}"
        price = sane_price(numbers[0], (known_price, *self.expected(work, state)), example)
        most = plain(most_of_fill(state, fill, price))
        quantity = sane_quantity(numbers[1], most, f"/correct {fill} {price:f} {min(known_quantity, most):f}")
        if quantity == 0 and not may_take_back(state, fill):
            raise Unreadable(refused_at_zero(state, fill, f"/correct {fill} {price:f}"))
        return price, quantity

    def stop(self, work: Work, user: User, text: str) -> None:
        """`/stop [plan] price [reason]`: where the stop stands now, at any time."""
        words = [word.rstrip(":,;") for word in text.split()]
        named = words[:1] if len(words) > 1 and self.naming.is_number_of_plan(work, user, words[:2]) else []
        record = self.naming.chosen(work, user, named, "/stop 2 59500")
        if record is None:
            return
        state, view = history(record.plan, record.events), self.desk.view(record.row, record.plan)
        if state.phase is not Phase.OPEN:
            self.desk.reply(work, user, replies.nothing_to_change(record.row.number))
            return
        lead = f"/stop {record.row.number} "
        market = self.desk.price_now(work, record.plan)
        likely = (plain(state.stop), *self.expected(work, state))
        try:
            stop, reason = own_stop(state, view, Typed(text.removeprefix(" ".join(named)), market, likely, lead))
        except Unreadable as error:
            self.desk.reply(work, user, replies.not_understood(error.sentence))
            return
        now = self.desk.clock()
        if not self.trades.move(work, record, lambda _: InsistStop(stop, reason, now)).events:
            self.desk.reply(work, user, replies.stop_known(record.row.number, stop))

    def hold(self, work: Work, user: User, text: str) -> None:
        """`/hold [plan] target [reason]`: hold past a target; without the reason it needs, it is asked about."""
        words = text.split()
        named = words[:1] if self.names_plan(work, user, words) else []
        rest = words[len(named) :]
        target = TARGET.fullmatch(rest[0]) if rest else None
        if target is None:
            sentence = f"{quoted(text)} names no target; expected its number, for example {HOLD_EXAMPLE}."
            self.desk.reply(work, user, replies.not_understood(sentence))
            return
        record = self.naming.chosen(work, user, named, f"/hold 2 {target[1]}")
        if record is not None:
            self.holding.told(work, user, record, int(target[1]), " ".join(rest[1:]))

    def names_plan(self, work: Work, user: User, words: list[str]) -> bool:
        """Whether a plan is named before the target: `#3 2`, or `3 2` where 3 is open or nothing else can be meant."""
        if len(words) < 2 or plan_number(words[0]) is None or TARGET.fullmatch(words[1]) is None:
            return False
        opened = [row.number for row in self.naming.open_of(work, user)]
        return words[0].startswith("#") or len(opened) != 1 or plan_number(words[0]) in opened

    def expected(self, work: Work, state: PlanState) -> tuple[Decimal, ...]:
        """What a reported price may be near, the likeliest first."""
        return expected_prices(state, self.desk.price_now(work, state.plan))

    def report(self, work: Work, user: User, text: str, form: Form) -> None:
        """Read `[plan] numbers…`, find the plan, and hand it what the user did."""
        words = text.split()
        named = words[:1] if self.naming.is_named(work, user, words, form.counts) else []
        try:
            numbers = numbers_in(words[len(named) :], form)
            record = self.naming.chosen(work, user, named, form.example)
            if record is None:
                return
            told = form.given(history(record.plan, record.events), numbers)
        except Unreadable as error:
            self.desk.reply(work, user, replies.not_understood(str(error)))
            return
        self.hand(work, user, record, told)

    def hand(self, work: Work, user: User, record: PlanRecord, told: Input) -> None:
        """Give it to the plan; where that changes nothing, say so."""
        if not self.trades.move(work, record, lambda _: told).events:
            self.desk.reply(work, user, replies.nothing_to_change(record.row.number))


def numbers_in(words: list[str], form: Form) -> list[Decimal]:
    """As many numbers as a report takes. Raises Unreadable."""
    if len(words) not in form.counts:
        raise Unreadable(f"I can't use “{' '.join(words)[:60]}” here; expected for example {form.example}")
    return [number(word, "a number", form.example, zero=form.zero) for word in words]


def refused_at_zero(state: PlanState, fill: int, example: str) -> str:
    """Why this fill can't be taken back, and what to do instead."""
    least = state.plan.lot_size or plain(state.fills[fill - 1].quantity)
    if state.is_over:
        return f"The plan is over and not followed any more: correct a fill, for example {example} {least:f}"
    if state.fills[fill - 1] == state.first_fill:
        return (
            "Tier 1 can't have been 0: everything else is measured by it. If it never was, /cancel_plan stops "
            f"following the plan; to go on with it, leave the smallest quantity, for example {example} {least:f}"
        )
    return "More was closed since than would have been bought without this fill: correct the close first, see /correct"
