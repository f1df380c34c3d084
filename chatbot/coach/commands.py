"""The everyday commands that show: what is open, what is unconfirmed, one plan in full, all of them together."""

from __future__ import annotations

from dataclasses import replace

from chatbot.coach.calculator import Calculator
from chatbot.coach.desk import Desk, Work
from chatbot.coach.listing import open_plans
from chatbot.coach.naming import Naming
from chatbot.coach.people import set_daily
from chatbot.coach.reported import Reported
from chatbot.coach.trades import Trades
from chatbot.core.evolve import history
from chatbot.core.inputs import Abandon
from chatbot.core.state import ActionKind
from chatbot.messages import replies
from chatbot.messages.checklist import checklist, rules
from chatbot.messages.feeds import unreadable
from chatbot.messages.portfolio import portfolio
from chatbot.messages.status import plan_card, plan_list, status
from chatbot.messages.values import Message
from chatbot.records import User


class Commands:
    """Answers commands. Every plan is looked up by its user and its number."""

    def __init__(self, desk: Desk, trades: Trades) -> None:
        self.desk, self.trades = desk, trades
        self.naming = Naming(desk)
        self.reported = Reported(desk, trades, self.naming)
        self.calculator = Calculator(desk)

    def status(self, work: Work, user: User) -> None:
        """Every open plan; where there are several, what they commit together first."""
        listing = open_plans(work, user)
        shown = []
        for record in listing.records:
            view, price = self.desk.priced_view(work, record.row, record.plan)
            shown.append((history(record.plan, record.events), view, price))
        self.desk.reply(work, user, status(shown, listing.unreadable) if listing else replies.no_open_plan())

    def portfolio(self, work: Work, user: User) -> None:
        """What all open plans commit together; those that can't be read are named."""
        listing = open_plans(work, user)
        for number in listing.unreadable:
            self.desk.reply(work, user, unreadable(number))
        rows = [(history(r.plan, r.events), self.desk.view(r.row, r.plan)) for r in listing.records]
        if rows or not listing:
            self.desk.reply(work, user, portfolio(rows) if rows else replies.no_open_plan())

    def plans(self, work: Work, user: User) -> None:
        """All plans, the newest first."""
        rows = work.unit.plans.all_of(user.user_id)
        self.desk.reply(work, user, plan_list(rows) if rows else replies.no_open_plan())

    def plan(self, work: Work, user: User, text: str) -> None:
        """One plan in full."""
        record = self.naming.chosen(work, user, text.split()[:1], "/plan 2")
        if record is not None:
            state = history(record.plan, record.events)
            view, price = self.desk.priced_view(work, record.row, record.plan)
            self.desk.reply(work, user, plan_card(state, view, price))

    def checklist(self, work: Work, user: User, before: Message | None) -> None:
        """The checklist of each open plan; `before` is that of a plan being built."""
        listing = open_plans(work, user)
        if before is not None:
            self.desk.reply(work, user, before)
        for number in listing.unreadable:
            self.desk.reply(work, user, unreadable(number))
        for record in listing.records:
            state = history(record.plan, record.events)
            self.desk.reply(work, user, checklist(state, self.desk.view(record.row, record.plan)))
        if before is None and not listing:
            self.desk.reply(work, user, rules())

    def cancel_plan(self, work: Work, user: User, text: str) -> None:
        """Stop following a plan; with a position open, or maybe open, first ask how it was left."""
        record = self.naming.chosen(work, user, text.split()[:1], "/cancel_plan 2")
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
