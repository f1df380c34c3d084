"""The pause between adds: a tier counts only so many minutes after the entry before it, live and in replay."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chatbot.chart.indicators import indicate
from chatbot.core.candles import Candle
from chatbot.core.engine import process
from chatbot.core.events import QuestionAsked, TierTriggered
from chatbot.core.inputs import CandleClosed, ClockTick, CorrectFill, Jump, ReportAdd
from chatbot.core.overdue import deadline
from chatbot.core.plan import Follow
from chatbot.core.quiet import quiet_interval
from chatbot.core.replay import replay
from chatbot.core.state import ActionKind, TierPhase
from chatbot.core.timeframes import Timeframe
from tests.core.talking import MINUTE, START, Talk, names, plan

D = Decimal
PAUSE: dict[str, Any] = {"min_pause_minutes": 15}


def paused(follow: Follow = Follow.ASSUMED, **changes: Any) -> Talk:
    """A plan with a pause of 15 minutes, tier 1 in at 100."""
    talk = Talk(plan(follow, guards=PAUSE, **changes))
    talk.price(100)
    return talk


def offered(talk: Talk, price: int, minutes: int) -> list[int]:
    """The tiers that trigger at a price so many minutes after tier 1 was in."""
    entered_at = talk.state.fills[0].at
    outcome = process(talk.state, Jump(D(price), entered_at + minutes * MINUTE))
    return [event.tier for event in outcome.events if isinstance(event, TierTriggered)]


def test_a_level_reached_within_the_pause_does_not_count() -> None:
    """Tier 2's level is passed a minute before the pause is over: nothing; at its end it counts, the price included."""
    talk = paused()
    assert talk.state.tiers[1].phase is TierPhase.ARMED
    assert offered(talk, 102, 14) == []
    assert offered(talk, 102, 15) == [2]


def test_each_entry_begins_the_pause_anew() -> None:
    """One price beyond several levels adds one tier, the next after another pause."""
    talk = paused()
    assert offered(talk, 104, 15) == [2]
    talk.at = talk.state.fills[0].at + 15 * MINUTE
    talk.price(104)
    assert names(talk.price(104, 104)) == []
    talk.at = talk.state.fills[1].at + 15 * MINUTE
    assert names(talk.price(104))[0] == "TierTriggered"


def test_without_a_pause_one_price_adds_all_tiers() -> None:
    """The default, as before."""
    talk = Talk(plan(Follow.ASSUMED))
    talk.price(100)
    assert offered(talk, 104, 0) == [2, 3, 4]


def test_a_candle_that_closes_as_the_pause_ends_does_not_count() -> None:
    """It closes at the very moment the tier is armed; the next one counts."""
    beyond = {"kind": "close_beyond", "timeframe": "15m", "level": 101, "direction": "up"}
    first = {"kind": "price", "level": 100, "direction": "down"}
    talk = paused(tiers=[{"weight_pct": 50, "trigger": first}, {"weight_pct": 50, "trigger": beyond}])
    entered_at = talk.state.fills[0].at
    candle = Candle(entered_at, D(100), D(102), D(100), D(102), D(1))
    for late, count in ((15, 0), (16, 1)):
        closed = CandleClosed(Timeframe.M15, candle, entered_at + late * MINUTE)
        events = process(talk.state, closed).events
        assert sum(isinstance(event, TierTriggered) for event in events) == count


def test_a_question_waits_for_the_end_of_the_pause() -> None:
    """What can't be acted on yet is not asked."""
    manual = {"kind": "manual", "question": "Broken?"}
    first = {"kind": "price", "level": 100, "direction": "down"}
    tiers = [{"weight_pct": 50, "trigger": first}, {"weight_pct": 50, "trigger": manual}]
    talk = paused(Follow.CONFIRMED, tiers=tiers)
    assert names(talk.done(ActionKind.ADD)) == ["Filled"]
    assert names(talk.price(101)) == []
    talk.at += 15 * MINUTE
    assert [type(event) for event in talk.price(101)] == [QuestionAsked]


def test_a_question_is_asked_when_the_pause_ends_without_any_price() -> None:
    """A market that stands still is no reason to forget it: the end of the pause is a deadline, met once."""
    manual = {"kind": "manual", "question": "Broken?"}
    first = {"kind": "price", "level": 100, "direction": "down"}
    talk = paused(Follow.CONFIRMED, tiers=[{"weight_pct": 50, "trigger": first}, {"weight_pct": 50, "trigger": manual}])
    talk.done(ActionKind.ADD)
    over = talk.state.fills[0].at + 15 * MINUTE
    assert deadline(talk.state) == over
    assert process(talk.state, ClockTick(over - 1)).events == ()
    asked = process(talk.state, ClockTick(over))
    assert names(asked.events) == ["QuestionAsked"]
    assert deadline(asked.state) is None


def test_an_add_outside_the_plan_begins_the_pause_of_the_armed_tier_anew() -> None:
    """Tier 2 is armed and its pause nearly over: after another entry it waits a whole pause again, candles too."""
    talk = paused(Follow.CONFIRMED)
    talk.done(ActionKind.ADD)
    talk.at += 13 * MINUTE
    talk.give(ReportAdd, D(101), D("0.1"))
    over = talk.state.fills[-1].at + 15 * MINUTE
    tier = talk.state.tiers[1]
    assert (tier.phase, tier.armed_at, tier.paused_until) == (TierPhase.ARMED, over, over)
    assert process(talk.state, Jump(D(102), over - 1)).events == ()
    assert names(process(talk.state, Jump(D(102), over)).events)[0] == "TierTriggered"


def test_a_tier_that_is_armed_again_waits_for_the_pause_after_the_last_entry() -> None:
    """Tier 2 ran away and an add outside the plan came in: back at its level it is armed, and not offered yet."""
    talk = paused(Follow.CONFIRMED)
    talk.done(ActionKind.ADD)
    talk.at += 15 * MINUTE
    assert names(talk.price("104.5")) == ["TierWithdrawn"]
    talk.give(ReportAdd, D("104.5"), D("0.1"))
    over = talk.state.fills[-1].at + 15 * MINUTE
    assert names(talk.price(102)) == ["TierRearmed"]
    assert names(process(talk.state, Jump(D(102), over)).events)[0] == "TierTriggered"


def test_an_entry_that_never_was_begins_no_pause() -> None:
    """Tier 2 is taken back; the tier armed after that waits for the pause after tier 1 alone."""
    talk = paused(Follow.CONFIRMED)
    talk.done(ActionKind.ADD)
    talk.at += 15 * MINUTE
    talk.price(102)
    talk.done(ActionKind.ADD)
    talk.give(CorrectFill, 2, D(102), D(0))
    talk.at += 15 * MINUTE
    talk.price(103)
    talk.skip(ActionKind.ADD)
    assert talk.state.tiers[3].paused_until == talk.state.fills[0].at + 15 * MINUTE


def test_an_add_outside_the_plan_begins_the_pause_of_a_tier_armed_after_it() -> None:
    """Tier 3, armed by tier 2's skip, waits until the last entry is old enough."""
    talk = paused(Follow.CONFIRMED)
    talk.done(ActionKind.ADD)
    talk.give(ReportAdd, D(101), D("0.1"))
    outside_at = talk.state.fills[-1].at
    talk.at += 15 * MINUTE
    talk.price(102)
    talk.skip(ActionKind.ADD)
    assert talk.state.tiers[2].paused_until == outside_at + 15 * MINUTE


def test_a_paused_level_stays_a_threshold() -> None:
    """So the first price after the pause is looked at, wherever it stands."""
    assert quiet_interval(paused().state).high == D(102)


def test_a_replay_pauses_by_the_time_of_its_bars() -> None:
    """Tier 2's level is passed from minute 1 on; it is added with the bar that begins when the pause is over."""
    prices = enumerate([D(100)] + [D(102)] * 20)
    bars = [Candle(START + n * MINUTE, price, price, price, price, D(1)) for n, price in prices]
    events = replay(plan(guards=PAUSE), bars, Timeframe.M1, indicate)
    assert [(e.at - START) // MINUTE for e in events if isinstance(e, TierTriggered)] == [0, 15]
