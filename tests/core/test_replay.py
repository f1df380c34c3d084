"""Replay: when a plan is armed, which candles close when, what a gap does, and how moments are stamped."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chatbot.chart.indicators import indicate
from chatbot.core.candles import Candle
from chatbot.core.events import (
    CloseReason,
    Event,
    Filled,
    PlanArmed,
    PlanClosed,
    StopAdvised,
    StopHit,
    TargetHit,
    TierTriggered,
)
from chatbot.core.plan import Follow
from chatbot.core.plan_fields import iso
from chatbot.core.replay import bar_length_of, replay
from chatbot.core.timeframes import Timeframe
from tests.core.talking import MINUTE, plan

HOUR = 60 * MINUTE
MIDNIGHT = 1_722_816_000_000
D = Decimal


def bar(minute: int, *prices: int | str | Decimal) -> Candle:
    """A bar by its minute after midnight; one price for all four, or open, high, low, close."""
    opened, high, low, close = (D(price) for price in (prices * 4 if len(prices) == 1 else prices))
    return Candle(MIDNIGHT + minute * MINUTE, opened, high, low, close, D(1))


def told_in_full(bars: list[Candle], frame: Timeframe = Timeframe.M1, **changes: Any) -> list[Event]:
    """Every event of a replay."""
    return list(replay(plan(Follow.CONFIRMED, **changes), bars, frame, indicate))


def told(bars: list[Candle], frame: Timeframe = Timeframe.M1, **changes: Any) -> list[tuple[int, str]]:
    """What happened, each with its minute after midnight; fills left out."""
    events = told_in_full(bars, frame, **changes)
    return [((e.at - MIDNIGHT) // MINUTE, type(e).__name__) for e in events if not isinstance(e, Filled)]


def tiers(*triggers: dict[str, Any]) -> list[dict[str, Any]]:
    """Tiers of equal weight."""
    return [{"weight_pct": 100 // len(triggers), "trigger": trigger} for trigger in triggers]


def closes(level: int, timeframe: str, direction: str = "up") -> dict[str, Any]:
    return {"kind": "close_beyond", "timeframe": timeframe, "level": level, "direction": direction}


ONLY_LEVEL = tiers({"kind": "price", "level": 100, "direction": "down"})


def test_bars_before_arming_only_build_candles() -> None:
    """The level reached a minute early does not count; the bars of the candle that closes after arming do."""
    early = [bar(0, 99), bar(1, 101), bar(2, 101)]
    assert told(early, tiers=ONLY_LEVEL, armed_at=iso(MIDNIGHT + MINUTE)) == [(1, "PlanArmed")]
    beyond = [bar(0, 99), bar(1, 99), bar(2, 101)]
    candle = tiers(closes(100, "3m"))
    assert told(beyond, tiers=candle, armed_at=iso(MIDNIGHT + 2 * MINUTE)) == [(2, "PlanArmed"), (3, "TierTriggered")]


def test_a_plan_armed_within_a_bar_meets_the_candle_that_ends_with_it() -> None:
    """The bar itself began before and is not walked; its candle closes after the arming and counts."""
    hours = [Candle(MIDNIGHT, D(97), D(101), D(95), D(101), D(1)), bar(60, 101)]
    armed_at = iso(MIDNIGHT + HOUR // 2)
    assert told(hours, Timeframe.H1, tiers=tiers(closes(100, "1h")), armed_at=armed_at) == [
        (30, "PlanArmed"),
        (60, "TierTriggered"),
    ]


def test_a_candle_that_closes_at_the_instant_of_arming_does_not_count() -> None:
    """Only what closes later."""
    bars = [bar(0, 101), bar(1, 101)]
    armed_at = iso(MIDNIGHT + MINUTE)
    assert told(bars[:1], tiers=tiers(closes(100, "1m")), armed_at=armed_at) == [(1, "PlanArmed")]
    assert told(bars, tiers=tiers(closes(100, "1m")), armed_at=armed_at) == [(1, "PlanArmed"), (2, "TierTriggered")]


def test_a_plan_never_armed_tells_nothing() -> None:
    """Its moment lies beyond the tape."""
    assert told([bar(0, 100)], armed_at=iso(MIDNIGHT + HOUR)) == []


def test_a_plan_without_a_position_expires_at_the_first_price() -> None:
    """Before anything else at that price; the tape may have a gap there."""
    expires_at = iso(MIDNIGHT + 2 * MINUTE)
    assert told([bar(0, 101), bar(1, 101), bar(5, 100)], expires_at=expires_at) == [(0, "PlanArmed"), (5, "PlanClosed")]
    assert told([bar(0, 101), bar(1, 100), bar(5, 100)], expires_at=expires_at, tiers=ONLY_LEVEL) == [
        (0, "PlanArmed"),
        (1, "TierTriggered"),
    ]


def test_a_candles_close_is_a_price_too_at_expiry() -> None:
    """The candle ends at the expiry: expired there, although it would have triggered."""
    expires_at = iso(MIDNIGHT + 3 * MINUTE)
    bars = [bar(0, 99), bar(1, 99), bar(2, 101), bar(3, 101)]
    events = list(replay(plan(tiers=tiers(closes(100, "3m")), expires_at=expires_at), bars, Timeframe.M1, indicate))
    assert events[-1] == PlanClosed(CloseReason.EXPIRED, D(0), D(0), MIDNIGHT + 3 * MINUTE)


def test_a_gap_fills_at_the_price_behind_it() -> None:
    """The open beyond the stop: that is the price one gets."""
    events = list(replay(plan(tiers=ONLY_LEVEL), [bar(0, 100), bar(1, 90)], Timeframe.M1, indicate))
    hit = next(event for event in events if isinstance(event, StopHit))
    assert (hit.price, hit.at) == (D(90), MIDNIGHT + MINUTE)


def test_a_bar_is_walked_against_the_plan_first() -> None:
    """Stop and target in one bar: the stop, for a long by the low and for a short by the high."""
    wide = bar(1, 100, 120, 80, 100)
    assert told([bar(0, 100), wide], tiers=ONLY_LEVEL)[-2:] == [(1, "StopHit"), (1, "PlanClosed")]
    short: dict[str, Any] = {
        "side": "short",
        "stop": 104,
        "targets": [{"price": 95, "close_pct": 100}],
        "tiers": tiers({"kind": "price", "level": 100, "direction": "up"}),
    }
    assert told([bar(0, 100), wide], **short)[-2:] == [(1, "StopHit"), (1, "PlanClosed")]


def test_what_happens_inside_a_bar_is_stamped_with_its_open() -> None:
    """And at the price of its level, on the way."""
    events = list(replay(plan(tiers=ONLY_LEVEL), [bar(0, 103, 103, 99, 107)], Timeframe.M1, indicate))
    moments = [(e.at, e.price) for e in events if isinstance(e, TierTriggered | TargetHit)]
    assert moments == [(MIDNIGHT, D(100)), (MIDNIGHT, D(106))]


def test_candles_close_in_the_order_of_their_ends_smaller_first() -> None:
    """At minute 15 the 5m candle triggers tier 1 before the 15m candle is looked at; that one came too early for
    tier 2, which was armed at the same instant."""
    candles = tiers(closes(100, "5m"), closes(100, "15m"))
    bars = [bar(minute, 99) for minute in range(14)] + [bar(14, 101)] + [bar(minute, 101) for minute in range(15, 30)]
    assert told(bars, tiers=candles) == [
        (0, "PlanArmed"),
        (15, "TierTriggered"),
        (30, "TierTriggered"),
        (30, "StopAdvised"),
    ]


def test_a_candle_whose_last_minutes_are_missing_closes_with_the_next_bar() -> None:
    """Before that bar is applied, stamped with its own end; one that is not over never closes."""
    bars = [bar(0, 99), bar(1, 101)]
    assert told(bars, tiers=tiers(closes(100, "5m"))) == [(0, "PlanArmed")]
    assert told([*bars, bar(9, 102)], tiers=tiers(closes(100, "5m"))) == [(0, "PlanArmed"), (5, "TierTriggered")]


def test_a_candle_that_began_before_the_tape_counts_with_what_there_is() -> None:
    """The tape begins at minute 3 of 5."""
    assert told([bar(3, 99), bar(4, 101)], tiers=tiers(closes(100, "5m"))) == [(3, "PlanArmed"), (5, "TierTriggered")]


def test_hourly_bars_are_walked_like_minutes() -> None:
    """The same rules, candles of their own length included."""
    hours = [Candle(MIDNIGHT + n * HOUR, D(p), D(p) + 1, D(p) - 1, D(p), D(1)) for n, p in enumerate((101, 102, 99))]
    fired = told(hours, Timeframe.H1, tiers=tiers(closes(100, "1h", "down")))
    assert fired == [(0, "PlanArmed"), (180, "TierTriggered")]


def test_a_replay_assumes_its_fills() -> None:
    """However the plan would be followed live; and after its end nothing is read any more."""
    events = told_in_full([bar(0, 100), bar(1, 90), bar(2, 100)], tiers=ONLY_LEVEL)
    assert isinstance(events[0], PlanArmed)
    assert [event.assumed for event in events if isinstance(event, Filled)] == [True, True]
    assert isinstance(events[-1], PlanClosed)
    assert events[-1].at == MIDNIGHT + MINUTE


def test_the_length_of_bars_is_their_smallest_distance() -> None:
    """Gaps do not matter; one bar alone is a minute; a distance that no candle has is refused."""
    assert bar_length_of([bar(0, 1), bar(9, 1), bar(12, 1)]) is Timeframe.M3
    assert bar_length_of([bar(0, 1)]) is Timeframe.M1
    with pytest.raises(ValueError, match="420000 ms apart"):
        bar_length_of([bar(0, 1), bar(7, 1)])


def wobble(count: int) -> list[Candle]:
    """Bars around 100 with a true range of exactly 1 each, so that ATR is 1."""
    return [bar(n, "100.2", "100.5", "99.5", "100.2") for n in range(count)]


TRAIL = [{"price": 104, "close_pct": 50, "stop_rule": {"kind": "trail", "distance_atr": 2}}]


@pytest.mark.parametrize(
    ("bars", "distance"),
    [
        (wobble(30), 2),
        (wobble(14), 4),
        ([*wobble(30), *[replace(one, at=one.at + 31 * MINUTE) for one in wobble(14)]], 4),
    ],
    ids=["two ATR", "one R before ATR has a value", "one R soon after a hole"],
)
def test_a_trail_in_atr_is_measured_on_the_plans_timeframe(bars: list[Candle], distance: int) -> None:
    """Two ATR of 1 below the target's 104; where no value is at hand one R, which is 4."""
    minute = (bars[-1].at - MIDNIGHT) // MINUTE + 1
    rise = bar(minute, "100.2", 104, "100.2", 104)
    events = list(told_in_full([*bars, rise], tiers=ONLY_LEVEL, targets=TRAIL, timeframe="1m"))
    stops = [event.stop for event in events if isinstance(event, StopAdvised)]
    assert [round(float(stop), 6) for stop in stops] == [104 - distance]


def test_a_trail_in_atr_of_a_smaller_timeframe_than_the_bars_is_one_r() -> None:
    """Hourly bars know nothing of a 15m plan's ATR."""
    hours = [replace(one, at=MIDNIGHT + n * HOUR) for n, one in enumerate(wobble(30))]
    rise = replace(bar(0, "100.2", 104, "100.2", 104), at=MIDNIGHT + 30 * HOUR)
    events = told_in_full([*hours, rise], Timeframe.H1, tiers=ONLY_LEVEL, targets=TRAIL)
    assert [event.stop for event in events if isinstance(event, StopAdvised)] == [D(100)]


def rsi(timeframe: str) -> dict[str, Any]:
    return {"kind": "rsi", "timeframe": timeframe, "period": 2, "level": 50, "direction": "up", "on": "state"}


def test_an_indicator_begins_anew_after_a_hole() -> None:
    """The RSI of 2 needs three candles: after a missing minute it has none until three more are there."""
    rising = [bar(n, 98 + n) for n in range(5)]
    assert told(rising, tiers=tiers(rsi("1m")))[1] == (3, "TierTriggered")
    holed = [one for n, one in enumerate(rising) if n != 2]
    assert told([*holed, bar(5, 103)], tiers=tiers(rsi("1m")))[1] == (6, "TierTriggered")


def test_each_timeframe_has_its_own_indicator() -> None:
    """The RSI of 3m candles comes with their closes, from bars of a minute."""
    rising = [bar(n, D("98") + D(n) / 10) for n in range(12)]
    assert told(rising, tiers=tiers(rsi("3m")))[1] == (9, "TierTriggered")
