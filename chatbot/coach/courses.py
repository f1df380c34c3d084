"""Taking plans along prices: those that arrive, those that are asked for, the closes of candles, and the way a market
went that is found after the fact.

A plan that can't be moved holds up nobody else's. How far a market is known is written with what was decided by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from chatbot.coach.desk import Work
from chatbot.coach.trades import LIVE, NO_ATR, Atrs, Seen, Trades
from chatbot.core.inputs import CandleClosed, Input
from chatbot.core.market import Market, Quote
from chatbot.core.money import Millis
from chatbot.core.plan import TriggerPrice
from chatbot.core.state import PlanState
from chatbot.core.undecided import undecided
from chatbot.core.way import Minute, Print, Standing, Step, is_two_sided, standing, take
from chatbot.ports import PlanUnreadable
from chatbot.records import PlanRecord

NOBODY: Final[Mapping[int, int]] = MappingProxyType({})
AT_ONCE: Final[Millis] = 2_000
"""A price that arrives within this of its own time was not held up."""


@dataclass(frozen=True, slots=True)
class Course:
    """The way a market went, found after the fact, for the plans it may concern; `line` are prices after it, not one of
    which was decided on.

    Where `known_until` is given, the market is known and decided on up to there with this.
    """

    market: Market
    way: Sequence[Step]
    plan_ids: Sequence[int]
    seen: Seen
    known_until: Millis | None = None
    line: Sequence[Print] = ()


@dataclass(frozen=True, slots=True)
class Courses:
    """Runs on the database thread."""

    trades: Trades

    def watermarks(self) -> Mapping[Market, Millis]:
        """Up to when each market is known."""
        with self.trades.desk.units() as unit:
            return unit.watermarks.all()

    def records(self, plan_ids: Sequence[int]) -> dict[int, PlanRecord]:
        """Plans as they are now; one that can't be read is left out, and told of when it is to be moved."""
        found: dict[int, PlanRecord] = {}
        with self.trades.desk.units() as unit:
            for plan_id in plan_ids:
                with suppress(PlanUnreadable):
                    record = unit.plans.record(plan_id)
                    found |= {} if record is None else {plan_id: record}
        return found

    def prints(
        self, market: Market, quotes: Sequence[Quote], plan_ids: Sequence[int], atrs: Atrs = NO_ATR
    ) -> Sequence[int]:
        """Prices of one market as they happened, in order, for plans whose quiet interval some of them left.

        Those that could not be moved are given back.
        """

        def keep(work: Work) -> None:
            self.keep(work, market, quotes[-1].price)

        return self.trades.each(plan_ids, lambda work, record: self.by_prints(work, record, quotes, atrs), keep)

    def standing(
        self, quote: Quote, plan_ids: Sequence[int], atrs: Atrs = NO_ATR, moved: Mapping[int, int] = NOBODY
    ) -> Collection[int]:
        """The last price, for plans whose quiet interval it left: it counts from when it is of.

        It may be older than what a plan waits for. For those that their users `moved` last, each named with the event
        at which it stood then, it is the price at that moment (RULES 2). Gives back those that a price this far out
        leaves where they are, and those that could not be moved.
        """
        idle = set[int]()

        def act(work: Work, record: PlanRecord) -> None:
            moved_at = record.events[-1].at
            # What happened in the future happened before a clock was set back.
            is_moved = moved.get(record.row.plan_id) == record.row.sequence
            stands_then = is_moved or moved_at > self.trades.desk.clock()
            last = replace(quote, at=max(quote.at, moved_at)) if stands_then else quote
            stands = standing(record.plan, record.events)
            if not self.at_price(work, record, stands, last, atrs) and stands.is_met_in_full(last.price, last.at):
                idle.add(record.row.plan_id)

        return idle.union(self.trades.each(plan_ids, act))

    def at_price(self, work: Work, record: PlanRecord, stands: Standing, quote: Quote, atrs: Atrs) -> bool:
        """One price, at its own time; whether it moved the plan."""
        outcome = take(stands, Print(quote.price, quote.at), atrs.get(record.plan.timeframe))
        if outcome.events:
            self.trades.write(work, record, stands.state, outcome, LIVE)
        return bool(outcome.events)

    def candle(
        self, closed: CandleClosed, plan_ids: Sequence[int], atrs: Atrs = NO_ATR, now: Quote | None = None
    ) -> Sequence[int]:
        """A candle closed: the plans that wait for it decide. Those that could not are given back.

        Of one that is found late, what the price of now decides comes first: a plan that it ends offers no entry.
        """

        def act(work: Work, record: PlanRecord) -> None:
            if now is not None and record.plan.trigger_price is TriggerPrice.LAST:
                self.at_price(work, record, standing(record.plan, record.events), now, atrs)

        failed = () if now is None else self.trades.each(plan_ids, act)
        left = [plan_id for plan_id in plan_ids if plan_id not in failed]
        told = closed if now is None else replace(closed, market=now.price)

        def close(state: PlanState) -> Input:
            # Candles are made of last prices.
            is_own = state.plan.trigger_price is TriggerPrice.LAST
            return replace(told, atr=atrs.get(state.plan.timeframe), is_own=is_own)

        return [*failed, *self.trades.each(left, self.trades.moving(close, LIVE))]

    def keep(self, work: Work, market: Market, price: Decimal) -> None:
        """The price of now, with what it decided: what is asked for at a price is not answered at an older one."""
        quote = Quote(market.symbol, price, self.trades.desk.clock())
        work.unit.quotes.put(market.exchange, (quote,), market.trigger_price)

    def by_prints(self, work: Work, record: PlanRecord, quotes: Sequence[Quote], atrs: Atrs) -> None:
        """One plan, price by price; what lies in its quiet interval is passed over."""
        stands, atr = standing(record.plan, record.events), atrs.get(record.plan.timeframe)
        for quote in quotes:
            if stands.quiet.holds(quote.price):
                continue
            outcome = take(stands, Print(quote.price, self.moment(quote, record)), atr)
            if outcome.events:
                record = self.trades.write(work, record, stands.state, outcome, LIVE)
                stands = stands.after(outcome.events)

    def moment(self, quote: Quote, record: PlanRecord) -> Millis:
        """When a price counts: our clock and the exchange's never quite agree, so what arrives at once is of now.

        What was held up on its way is of its own time, and no news for what was armed since.
        """
        is_fresh = abs(self.trades.desk.clock() - quote.at) <= AT_ONCE
        return max(quote.at, record.events[-1].at) if is_fresh else quote.at

    def along(self, course: Course, atrs: Atrs = NO_ATR) -> Sequence[int]:
        """Take plans along a way that was found after the fact, each threshold from when it was armed on.

        How far the market is known is written with what was decided. Those that could not be moved are given back:
        their user is told, and nobody waits for them.
        """
        known_until = course.known_until

        def mark(work: Work) -> None:
            if known_until is not None:
                work.unit.watermarks.put(course.market, known_until)
            if course.seen.price is not None:
                self.keep(work, course.market, course.seen.price)

        return self.trades.each(course.plan_ids, lambda work, record: self.by_way(work, record, course, atrs), mark)

    def by_way(self, work: Work, record: PlanRecord, course: Course, atrs: Atrs) -> None:
        """One plan along a way."""
        stands, atr = standing(record.plan, record.events), atrs.get(record.plan.timeframe)
        for step in (*undecided(course.way, record.plan, record.events, atr), *course.line):
            if stands.state.is_over:
                return
            outcome = take(stands, step, atr)
            if outcome.events:
                by_candle = isinstance(step, Minute)
                unknown = isinstance(step, Minute) and is_two_sided(stands, step.candle)
                seen = replace(course.seen, by_candle=by_candle, order_unknown=unknown)
                record = self.trades.write(work, record, stands.state, outcome, seen)
                stands = stands.after(outcome.events)
