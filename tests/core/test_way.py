"""A way found after the fact: each threshold counts from when it was armed on, nothing twice, nothing missed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.candles import Candle
from chatbot.core.engine import process
from chatbot.core.events import Event, PlanClosed, StopHit, TargetHit, TierTriggered
from chatbot.core.evolve import history
from chatbot.core.inputs import Arm, Jump
from chatbot.core.money import Side
from chatbot.core.plan import Direction, Follow, Plan, PriceTrigger, Tier
from chatbot.core.state import fresh
from chatbot.core.timeframes import MINUTE
from chatbot.core.way import Minute, Print, Standing, Step, is_two_sided, standing, take
from tests.core import strategies as make
from tests.core.planning import at, plan

D = Decimal
START = 100 * MINUTE


def armed(made: Plan, when: int = START) -> tuple[Event, ...]:
    return process(fresh(made), Arm(when)).events


def along(made: Plan, events: Sequence[Event], way: Sequence[Step]) -> tuple[Event, ...]:
    """All that happened, with what this way adds."""
    stands, told = standing(made, events), [*events]
    for step in way:
        found = take(stands, step).events
        stands = stands.after(found)
        told += found
    return tuple(told)


def live(made: Plan, events: Sequence[Event], prints: Sequence[Print]) -> tuple[Event, ...]:
    """The same prices, seen as they happened."""
    state, told = history(made, events), [*events]
    for seen in prints:
        outcome = process(state, Jump(seen.price, seen.at))
        state = outcome.state
        told += outcome.events
    return tuple(told)


def minute(number: int, *prices: str | int) -> Candle:
    """The candle of a minute after START: open, high, low, close."""
    opened, high, low, close = (D(price) for price in prices)
    return Candle(START + number * MINUTE, opened, high, low, close, D(1))


def names(events: Sequence[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


@given(make.plans(st.just(Follow.ASSUMED)), st.data())
def test_trades_found_later_decide_what_they_would_have_decided_live(made: Plan, data: st.DataObject) -> None:
    """Nothing was seen of them: taken along all of them in order, a plan ends where it would have, event for event."""
    begun = armed(made)
    prints = list[Print]()
    for number in range(data.draw(st.integers(1, 12))):
        state = history(made, live(made, begun, prints))
        prints.append(Print(data.draw(make.prices_near(state)), START + 1 + number * 7))
    assert along(made, begun, prints) == live(made, begun, prints)


@given(make.plans(st.just(Follow.ASSUMED)), st.data())
def test_a_way_taken_twice_decides_once(made: Plan, data: st.DataObject) -> None:
    """After a crash between what was decided and the watermark, the same trades are read again: nothing happens."""
    begun, prints = armed(made), list[Print]()
    for number in range(data.draw(st.integers(1, 8))):
        state = history(made, live(made, begun, prints))
        prints.append(Print(data.draw(make.prices_near(state)), START + 1 + number * 7))
    once = along(made, begun, prints)
    assert along(made, once, prints) == once


@given(make.plans(st.just(Follow.ASSUMED)), make.bars())
def test_candles_taken_twice_decide_once(made: Plan, bars: list[Candle]) -> None:
    """The same for minutes of which only the candle is known."""
    begun = armed(made, bars[0].at)
    way = [Minute(bar) for bar in bars]
    once = along(made, begun, way)
    assert along(made, once, way[-1:]) == once


def test_a_price_of_before_a_threshold_was_armed_says_nothing_about_it() -> None:
    """Tier 1 fills at 14:03:30; a trade of 14:03:10 at tier 2's level is none for tier 2, one of 14:03:40 is."""
    made = plan()
    events = live(made, armed(made), [Print(D(60000), START + 30_000)])
    before, after = Print(D(60300), START + 10_000), Print(D(60300), START + 40_000)
    assert along(made, events, [before]) == events
    found = along(made, events, [before, after])[len(events) :]
    assert [event.tier for event in found if isinstance(event, TierTriggered)] == [2]


def test_a_threshold_that_stood_all_along_is_met_though_another_is_younger() -> None:
    """Tier 2's fill moved the stop at 14:03:30; the first target, unchanged, was traded at 14:03:10 unseen."""
    made = plan()
    events = live(made, armed(made), [Print(D(60000), START - MINUTE), Print(D(60300), START + 30_000)])
    found = along(made, events, [Print(at(Side.LONG, 1000), START + 10_000)])[len(events) :]
    assert [event.target for event in found if isinstance(event, TargetHit)] == [1]


def test_a_trade_beyond_old_and_young_meets_only_the_old() -> None:
    """A crash at 14:03:10 passed the stop; the reassess level, armed together with it, is as old: the stop speaks."""
    made = plan(Side.SHORT)
    events = live(made, armed(made), [Print(D(60000), START)])
    found = along(made, events, [Print(at(Side.SHORT, -1000), START + 1)])[len(events) :]
    assert names(found)[0] == "StopHit"


def test_of_a_trade_beyond_young_thresholds_too_the_old_are_met_at_their_own_price() -> None:
    """Tier 3 is armed after the trade: the target behind it is hit at its own price, tier 3 later by nothing."""
    made = plan()
    first = live(made, armed(made), [Print(D(60000), START - MINUTE), Print(D(60300), START + 30_000)])
    found = along(made, first, [Print(D(61050), START + 10_000)])[len(first) :]
    hits = [event for event in found if isinstance(event, TargetHit)]
    assert [(hit.target, hit.price) for hit in hits] == [(1, D(61000))]


def test_a_minute_in_which_nothing_was_armed_goes_as_replay_goes() -> None:
    """Open, adverse extreme, favourable extreme, close; stamped with the end of the minute."""
    made = plan()
    events = armed(made)
    found = along(made, events, [Minute(minute(1, 60100, 61100, 59990, 60900))])[len(events) :]
    assert [event.tier for event in found if isinstance(event, TierTriggered)] == [1, 2, 3, 4]
    assert [event.target for event in found if isinstance(event, TargetHit)] == [1]
    assert {event.at for event in found} == {START + 2 * MINUTE - 1}


def test_in_the_minute_of_arming_only_what_is_older_counts() -> None:
    """Tier 1 filled within it: the extremes may have been before, so tier 2 waits for later ones; the stop does not."""
    made = plan()
    events = live(made, armed(made), [Print(D(60000), START + 30_000)])
    assert along(made, events, [Minute(minute(0, 60400, 60500, 59990, 60100))]) == events
    stopped = along(made, events, [Minute(minute(0, 60400, 60500, 58990, 60100))])[len(events) :]
    assert names(stopped) == ["StopHit", "Filled", "PlanClosed"]


def test_a_minute_that_touches_nothing_decides_nothing() -> None:
    """Neither before nor in the trade."""
    made = plan()
    events = armed(made)
    assert along(made, events, [Minute(minute(1, 60100, 60200, 60050, 60100))]) == events


def test_an_old_candle_beyond_several_thresholds_meets_them_pessimistically() -> None:
    """Tier 1 filled within the minute whose extremes reach the stop and the first target: the stop is taken first."""
    made = plan()
    events = live(made, armed(made, START - MINUTE), [Print(D(60000), START + 30_000)])
    found = along(made, events, [Minute(minute(0, 60400, 61100, 58900, 60400))])[len(events) :]
    assert [(type(event).__name__, event.price) for event in found if isinstance(event, TargetHit | StopHit)] == [
        ("StopHit", D(59000))
    ]


def test_a_candle_that_reaches_both_sides_does_not_tell_the_order() -> None:
    """Stop and target, or entry and target; one side alone is clear."""
    made = plan()
    stands = standing(made, live(made, armed(made), [Print(D(60000), START - 1)]))
    assert is_two_sided(stands, minute(0, 60100, 61100, 58900, 60100))
    assert not is_two_sided(stands, minute(0, 60100, 61100, 59900, 60100))
    assert not is_two_sided(stands, minute(-1, 60100, 61100, 58900, 60100))


def test_an_expired_plan_ends_at_the_first_price_after_its_time() -> None:
    """Found late as well: before anything else at that price, whether a trade or a candle tells it."""
    made = plan(expires_at=START + 90_000)
    events = armed(made)
    for step in (Print(D(60000), START + 90_000), Minute(minute(2, 60000, 60100, 59990, 60000))):
        found = along(made, events, [step])[len(events) :]
        assert [event.reason.value for event in found if isinstance(event, PlanClosed)] == ["expired"]
    assert along(made, events, [Print(D(60200), START + 89_999)]) == events


def test_a_tier_armed_later_is_not_met_on_the_way_to_an_older_threshold() -> None:
    """59 400 was there before tier 2 waited at 59 700: the older advice at 59 500 is given, the tier left alone."""
    tier = Tier(D(25), PriceTrigger(D(59700), Direction.DOWN))
    first, _, *others = plan(follow=Follow.ASSUMED).tiers
    made = plan(follow=Follow.ASSUMED, tiers=(first, tier, *others))
    stands = standing(made, live(made, armed(made), [Print(D(60000), START + 5)]))
    younger = {level: START + 100 if level.price == D(59700) else since for level, since in stands.since.items()}
    assert names(take(Standing(stands.state, younger, stands.quiet), Print(D(59400), START + 50)).events) == [
        "ReassessAdvised"
    ]
    assert "TierBlocked" in names(take(stands, Print(D(59400), START + 50)).events)


def test_what_the_minute_of_an_expiry_reached_came_before_it() -> None:
    """Nobody knows when in that minute it was; an entry that is called off wrongly leaves a position unguarded."""
    made = plan(expires_at=START + 90_000)
    events = armed(made)
    found = along(made, events, [Minute(minute(1, 60100, 60200, 59990, 60100))])[len(events) :]
    assert names(found)[0] == "TierTriggered"
    assert found[0].at == START + 89_999
    assert along(made, events, [Minute(minute(1, 60100, 60200, 60050, 60100))]) == events


def test_what_one_decision_takes_away_and_puts_back_counted_all_along() -> None:
    """The stop's threshold is as old as the plan, whatever else was decided with tier 1."""
    made = plan()
    stands = standing(made, live(made, armed(made), [Print(D(60000), START + 5)]))
    ages = {level.price: since for level, since in stands.since.items()}
    assert ages[D(59000)] == START
    assert ages[D(61000)] == START
    assert ages[D("60300")] == START + 5
    assert Standing(fresh(made)).since == {}


def test_where_a_plan_stands_it_knows_what_is_quiet() -> None:
    """The interval of its state; without news it is the very same standing."""
    made = plan()
    stands = standing(made, armed(made))
    assert (stands.quiet.low, stands.quiet.high) == (D(60000), D(61000))
    assert stands.after(()) is stands
