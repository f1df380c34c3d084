"""Orders that rest on the exchange, and candles: what is offered, and at which price."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.core.candles import Candle
from chatbot.core.engine import process
from chatbot.core.events import (
    StopHit,
    TierTriggered,
    TierWithdrawn,
)
from chatbot.core.inputs import (
    CandleClosed,
)
from chatbot.core.plan import Resting
from chatbot.core.quiet import Interval, quiet_interval
from chatbot.core.timeframes import Timeframe
from tests.core.talking import ADD, CLOSE, EXIT, START, Talk, names, plan

D = Decimal


def test_resting_orders_do_not_change_what_is_decided(talk: Talk) -> None:
    """At the levels themselves only the wording of what is asked depends on where the orders are."""
    other = Talk(replace(talk.plan, resting=Resting(entries=True, stop=False, targets=False)))
    for price in ("100", "102", "106", "95"):
        assert talk.price(price) == other.price(price)


def test_a_resting_entry_filled_at_its_own_level(talk: Talk) -> None:
    """Price was seen beyond the level: the order was there before, and is not chased when price runs on."""
    resting = Talk(replace(talk.plan, resting=Resting(entries=True)))
    resting.price("99")
    assert resting.pending(ADD).price == D(100)
    assert resting.price("104") == ()
    resting.done(ADD)
    assert resting.state.entry == D(100)


def test_a_resting_target_filled_at_its_own_price(entered: Talk) -> None:
    """Seen at 107, the close that rests at 106 filled at 106; one done by hand fills where the price is."""
    entered.price("107")
    assert entered.pending(CLOSE).price == D(106)
    by_hand = Talk(replace(entered.plan, resting=Resting(targets=False)))
    by_hand.price("100")
    by_hand.done(ADD)
    by_hand.price("107")
    assert by_hand.pending(CLOSE).price == D(107)


def test_a_resting_stop_filled_where_the_exchange_holds_it(entered: Talk) -> None:
    """Seen at 95, the stop that rests at 96 filled about there; the event keeps the price that was seen."""
    events = entered.price("95")
    assert isinstance(events[0], StopHit)
    assert (events[0].price, entered.pending(EXIT).price) == (D(95), D(96))


def test_a_last_close_starts_no_trail() -> None:
    """Nothing stays open after it, so there is nothing to trail and no stop to move."""
    last = {"price": 106, "close_pct": 100, "stop_rule": {"kind": "trail", "distance_pct": 1}}
    talk = Talk(plan(targets=[last]))
    talk.price("100")
    talk.done(ADD)
    assert names(talk.price("106", "109")) == ["TargetHit"]


def test_a_candle_offers_a_tier_and_its_close_is_a_price() -> None:
    """A close beyond the level triggers; an old candle, or one while nothing waits for it, does not."""
    candle = {"kind": "close_beyond", "timeframe": "1m", "level": 100, "direction": "up"}
    talk = Talk(plan(tiers=[{"weight_pct": 100, "trigger": candle}]))
    closed = Candle(START, D(100), D(101), D(100), D(101), D(1))
    assert process(talk.state, CandleClosed(Timeframe.M1, closed, START)).events == ()
    events = talk.give(CandleClosed, Timeframe.M1, closed)
    assert isinstance(events[0], TierTriggered)
    assert events[0].evidence == "1m close 101 above 100, candle closed 00:01 UTC"
    assert talk.give(CandleClosed, Timeframe.M1, closed) == ()
    talk.skip(ADD)
    assert talk.give(CandleClosed, Timeframe.M1, closed) == ()


def test_a_candle_found_late_is_judged_at_the_price_of_now() -> None:
    """What its close offered is gone: near enough, the tier is offered at the market; too far, it is not chased."""
    candle = {"kind": "close_beyond", "timeframe": "1m", "level": 100, "direction": "up"}
    closed = Candle(START, D(100), D(101), D(100), D(101), D(1))
    for market, event in ((D(102), TierTriggered), (D(104), TierWithdrawn)):
        talk = Talk(plan(tiers=[{"weight_pct": 100, "trigger": candle}]))
        events = talk.give(CandleClosed, Timeframe.M1, closed, market=market)
        assert isinstance(events[0], event)
        assert events[0].price == market


def test_a_resting_entry_that_waits_has_no_price_to_be_chased_at(talk: Talk) -> None:
    """Only the stop and the first target bound its quiet interval."""
    resting = Talk(replace(talk.plan, resting=Resting(entries=True)))
    resting.price("100")
    assert quiet_interval(resting.state) == Interval(D(96), D(106))
