"""Holding past a target: asked about first, and after the first target only with a typed reason, as a breach."""

from __future__ import annotations

from chatbot.coach.awaiting import OUTDATED, Expected, expect, forget
from chatbot.coach.desk import Desk, Work
from chatbot.coach.trades import Trades
from chatbot.coach.typed import real_reason
from chatbot.core.evolve import history
from chatbot.core.inputs import CancelTarget
from chatbot.core.insisting import close_to_hold, is_ahead, is_greedy
from chatbot.core.state import Phase, PlanState
from chatbot.messages import replies
from chatbot.messages.holding import asks_hold, asks_hold_reason, nothing_to_hold
from chatbot.ports import Told
from chatbot.records import PlanRecord, User


class Holding:
    """Asks before a target is cancelled, and cancels it."""

    def __init__(self, desk: Desk, trades: Trades) -> None:
        self.desk, self.trades = desk, trades

    def pressed(self, work: Work, user: User, record: PlanRecord, target: int, *, certain: bool = False) -> Told:
        """A button; where a reason is needed it is asked for, whatever the button said."""
        state = history(record.plan, record.events)
        if not may_hold(state, target):
            return OUTDATED
        if certain and not is_greedy(state, target):
            return self.hold(work, record, target, "")
        self.ask(work, user, record, target)
        return Told()

    def told(self, work: Work, user: User, record: PlanRecord, target: int, reason: str) -> None:
        """A command: with a reason it counts at once, without one it is asked about."""
        state, view = history(record.plan, record.events), self.desk.view(record.row, record.plan)
        if not may_hold(state, target):
            self.desk.reply(work, user, nothing_to_hold(state, view, target))
        elif words := real_reason(reason):
            self.hold(work, record, target, words)
        else:
            self.ask(work, user, record, target)

    def ask(self, work: Work, user: User, record: PlanRecord, target: int) -> None:
        """The number, the rule, and what to do; nothing is cancelled yet."""
        state, view = history(record.plan, record.events), self.desk.view(record.row, record.plan)
        if is_greedy(state, target):
            expect(work, user, Expected(record.row.plan_id, 0, self.desk.wall(), target))
            self.desk.reply(work, user, asks_hold_reason(state, view, target))
        else:
            self.desk.reply(work, user, asks_hold(state, view, target))

    def typed(self, work: Work, user: User, record: PlanRecord, target: int, text: str) -> None:
        """The reason that was asked for; anything that is none changes nothing, and is still waited for."""
        reason = real_reason(text)
        if not may_hold(history(record.plan, record.events), target):
            forget(work, user)
            self.desk.reply(work, user, replies.not_understood(OUTDATED.toast))
        elif not reason:
            self.desk.reply(work, user, replies.no_reason(text, target))
        else:
            forget(work, user)
            self.hold(work, record, target, reason)

    def hold(self, work: Work, record: PlanRecord, target: int, reason: str) -> Told:
        """Cancel it; the core says whether that is a breach."""
        now = self.desk.clock()
        outcome = self.trades.move(work, record, lambda _: CancelTarget(target, reason, now))
        return Told("Noted.") if outcome.events else OUTDATED


def may_hold(state: PlanState, target: int) -> bool:
    """Whether the target of an open trade is still to come, or was reached and its close waits for an answer."""
    return state.phase is Phase.OPEN and (is_ahead(state, target) or close_to_hold(state, target) is not None)
