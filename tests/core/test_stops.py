"""Stops and guards by example, fills assumed: which candidate is taken or refused, and what blocks a tier."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from chatbot.core.engine import process, slide
from chatbot.core.entries import after_add
from chatbot.core.events import (
    BlockReason,
    CloseReason,
    Event,
    PlanClosed,
    ReassessAdvised,
    StopAdvised,
    StopReason,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.core.evolve import history
from chatbot.core.inputs import Jump
from chatbot.core.money import Side, round_down, round_towards_market, round_up
from chatbot.core.plan import Follow
from chatbot.core.position import FLAT, average_after, break_even
from chatbot.core.state import fresh
from chatbot.core.stops import Verdict, after_target, held_risk, least_gap, scale_in_candidates
from tests.core.talking import FILE, START, Talk, names, plan

D = Decimal


def assumed(**changes: Any) -> Talk:
    """The plan with R = 4, fills assumed."""
    return Talk(plan(Follow.ASSUMED, **changes))


def advice(events: tuple[Event, ...]) -> list[tuple[Decimal, StopReason]]:
    """Where the stop went, and by which rule."""
    return [(event.stop, event.reason) for event in events if isinstance(event, StopAdvised)]


def rules(*written: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Targets at 106, 110, 114 with these stop rules; the last leaves a runner."""
    pairs = zip((106, 110, 114), (25, 35, 30), written, strict=False)
    return [{"price": price, "close_pct": close, "stop_rule": rule} for price, close, rule in pairs]


def test_the_room_to_the_market_is_a_tenth_of_r_or_two_ticks() -> None:
    """Whichever is more."""
    assert least_gap(plan(), D(4)) == D("0.4")
    assert least_gap(plan(tick_size="0.5"), D(4)) == D(1)


def test_break_even_pays_both_fees() -> None:
    """Above the average for a long, below it for a short."""
    costly = plan(fees={"taker_pct": "0.1"})
    assert break_even(costly, D(100)) == D("100.1") / D("0.999")
    assert break_even(plan(), D(100)) == D(100)


def test_grids_round_as_told_and_forgive_the_last_digit() -> None:
    """Down for quantities, towards the market for stops; a division's noise costs no step."""
    assert round_down(D("0.0299"), D("0.01")) == D("0.02")
    assert round_down(D("0.02999999999999999999"), D("0.01")) == D("0.03")
    assert round_up(D("0.0201"), D("0.01")) == D("0.03")
    assert round_down(D("0.0299"), None) == round_up(D("0.0299"), None) == D("0.0299")
    assert round_towards_market(D("99.91"), D("0.1"), Side.LONG) == D("100.0")
    assert round_towards_market(D("99.99"), D("0.1"), Side.SHORT) == D("99.9")


def test_fills_at_one_price_average_to_that_price() -> None:
    """Exactly: a dip of just half an R is allowed, not refused for a last digit."""
    third = D(1) / 3
    once = average_after(FLAT, D("99.5"), third)
    assert once == D("99.5")
    assert average_after(FLAT, D("99.5"), D(0)) == D(0)
    dip = [
        {"weight_pct": w, "trigger": {"kind": "price", "level": level, "direction": "down"}}
        for w, level in ((40, 99), (60, 97.5))
    ]
    talk = assumed(tiers=dip)
    talk.price(99)
    assert "TierTriggered" in names(talk.price("97.5"))


def test_after_tp1_the_stop_goes_to_break_even() -> None:
    """With fees in it, rounded to the tick towards the market."""
    talk = assumed(fees={"taker_pct": "0.05"}, tick_size="0.05")
    talk.price(100)
    assert advice(talk.price(106)) == [(D("100.15"), StopReason.BREAK_EVEN)]


def test_lock_r_falls_back_to_the_target_before_and_then_to_break_even() -> None:
    """The first candidate that leaves the market room decides."""
    talk = assumed(targets=rules(None, {"kind": "lock_r", "r": 1}))
    talk.price(100, 106)
    assert advice(talk.price(110)) == [(D(104), StopReason.LOCK_R)]
    talk = assumed(targets=rules(None, {"kind": "lock_r", "r": 3}))
    talk.price(100, 106)
    assert advice(talk.price(110)) == [(D(106), StopReason.PREVIOUS_TARGET)]
    near = rules(None, {"kind": "lock_r", "r": 3})
    near[1]["price"] = "106.2"
    talk = assumed(targets=near)
    talk.price(100, 106)
    assert advice(talk.price("106.2")) == [(D(100), StopReason.BREAK_EVEN)]


def test_lock_r_at_the_first_target_has_no_target_before_it() -> None:
    """Straight to break-even."""
    talk = assumed(targets=rules({"kind": "lock_r", "r": 2}))
    talk.price(100)
    assert advice(talk.price(106)) == [(D(100), StopReason.BREAK_EVEN)]


def test_a_valid_candidate_that_is_not_tighter_ends_the_search() -> None:
    """The stop stays; nothing further is tried."""
    talk = assumed(targets=rules({"kind": "break_even"}, {"kind": "lock_r", "r": -1}))
    talk.price(100, 106)
    assert advice(talk.price(110)) == []
    assert [a.verdict for a in after_target(talk.state, D(110), 2)] == [Verdict.NOT_TIGHTER]


def test_the_target_before_is_break_even_at_the_first() -> None:
    """There is none before TP1."""
    talk = assumed(targets=rules({"kind": "previous_target"}, {"kind": "previous_target"}))
    talk.price(100)
    assert advice(talk.price(106)) == [(D(100), StopReason.BREAK_EVEN)]
    assert advice(talk.price(110)) == [(D(106), StopReason.PREVIOUS_TARGET)]


def test_a_stop_too_near_to_the_market_is_refused() -> None:
    """Less than a tenth of R away: the stop stays where it was."""
    near = rules({"kind": "break_even"})
    near[0]["price"] = "100.3"
    talk = assumed(targets=near)
    talk.price(100)
    assert names(talk.price("100.3")) == ["TargetHit", "Filled"]
    assert talk.state.stop == D(96)


def test_a_trail_follows_in_steps() -> None:
    """A quarter of its distance unless told otherwise; several steps in one jump are one move."""
    talk = assumed(targets=rules({"kind": "trail", "distance_pct": 4}))
    talk.price(100)
    assert advice(talk.price(106)) == [(D("101.76"), StopReason.TRAIL)]
    assert advice(talk.price(107)) == []
    assert advice(talk.price("107.06")) == [(D("102.7776"), StopReason.TRAIL)]
    assert advice(talk.price("109.9")) == [(D("105.504"), StopReason.TRAIL)]


def test_a_trail_goes_on_whatever_later_targets_say() -> None:
    """TP2 holds, and the trail follows on."""
    talk = assumed(targets=rules({"kind": "trail", "distance_pct": 4}, {"kind": "hold"}))
    talk.price(100, 106)
    assert advice(talk.price(110)) == [(D("105.6"), StopReason.TRAIL)]


def test_a_trail_starts_even_if_its_first_candidate_is_refused() -> None:
    """8 % behind 106 is looser than break-even; the next step counts from the stop that is held."""
    wide = rules({"kind": "break_even"}, {"kind": "trail", "distance_pct": 12, "step_pct": 1})
    talk = assumed(targets=wide)
    talk.price(100, 106)
    assert advice(talk.price(110)) == []
    assert advice(talk.price("114.7")) == []
    assert advice(talk.price("114.8")) == [(D("101.024"), StopReason.TRAIL)]


@pytest.mark.parametrize(
    ("distance", "atr", "stop"),
    [
        ({"distance_r": "0.5"}, None, D(104)),
        ({"distance_atr": 3}, D(1), D(103)),
        ({"distance_atr": 3}, None, D(102)),
    ],
)
def test_a_trail_in_r_or_atr_is_fixed_when_it_begins(
    distance: dict[str, Any], atr: Decimal | None, stop: Decimal
) -> None:
    """In % of price from then on; without an ATR at hand it is 1 R."""
    talk = assumed(targets=rules({"kind": "trail", **distance}))
    talk.price(100)
    events = talk.give(Jump, D(106), atr=atr)
    assert [(round(s, 20), reason) for s, reason in advice(events)] == [(stop, StopReason.TRAIL)]


def test_a_trail_that_a_coarse_tick_leaves_no_room_waits() -> None:
    """Half a percent behind, rounded up to the market itself: refused until the market is past the tick."""
    talk = assumed(targets=rules({"kind": "trail", "distance_pct": "0.5"}), tick_size=1)
    talk.price(100)
    assert advice(talk.price(106, 107)) == []
    assert advice(talk.price("107.8")) == []
    assert advice(talk.price("108.2")) == [(D(108), StopReason.TRAIL)]


def test_a_trail_as_wide_as_the_price_never_steps() -> None:
    """25 R of 4 at 100 is all of it."""
    talk = assumed(targets=rules({"kind": "trail", "distance_r": 30}))
    talk.price(100)
    assert advice(talk.price(106, 200, 4000)) == []


def test_scale_in_candidates_need_a_position() -> None:
    """Nothing open has no stop to follow."""
    assert list(scale_in_candidates(fresh(plan()), D(100), FLAT, D(100))) == []


def test_the_stop_follows_the_average_while_tiers_are_added() -> None:
    """Same risk, then the buffer from 50 %, then break-even at 100 %."""
    talk = assumed()
    talk.price(100)
    events = talk.price(102)
    buffer = talk.state.position.average - 1
    assert advice(events) == [(buffer, StopReason.SCALE_IN)]
    talk.price(103, 104)
    assert talk.state.stop == talk.state.position.average
    assert held_risk(talk.state) == 0


def test_a_first_tier_keeps_the_initial_stop() -> None:
    """What it would be if tier 1 filled."""
    position, stop = after_add(fresh(plan()), 1, D(100), D(1))
    assert (position.average, position.quantity, stop) == (D(100), D(1), D(96))


def test_the_guards_are_asked_in_their_order() -> None:
    """Size before averaging down before structure before risk."""
    deep = [
        {"weight_pct": w, "trigger": {"kind": "price", "level": level, "direction": "down"}}
        for w, level in ((10, 100), (90, 99))
    ]
    low = {"guards": {"structure_level": "98.5"}}
    for at, changes, reason in (
        ("97.9", {"lot_size": "0.1"} | low, BlockReason.AVERAGING_DOWN),
        ("98.2", low, BlockReason.STRUCTURE),
        ("98.6", low, BlockReason.RISK),
    ):
        talk = assumed(tiers=deep, **changes)
        talk.price(100)
        assert [e.reason for e in talk.price(at) if isinstance(e, TierBlocked)] == [reason]
    small = [dict(deep[0], weight_pct=99), dict(deep[1], weight_pct=1)]
    talk = assumed(tiers=small, lot_size="1", **low)
    talk.price(100)
    assert [e.reason for e in talk.price("97.9") if isinstance(e, TierBlocked)] == [BlockReason.SIZE]


def test_a_first_tier_too_small_to_trade_ends_the_plan() -> None:
    """There is nothing to begin with."""
    talk = assumed(lot_size=10)
    events = talk.price(100)
    assert names(events) == ["TierBlocked", "PlanClosed"]
    assert isinstance(events[1], PlanClosed)
    assert events[1].reason is CloseReason.INVALIDATED


@pytest.mark.parametrize("price", [96, 106])
def test_a_plan_that_is_overtaken_before_its_entry_is_invalid(price: int) -> None:
    """The stop or TP1 came first."""
    talk = assumed()
    assert talk.price(price) == (PlanClosed(CloseReason.INVALIDATED, D(0), D(0), talk.at - 60_000),)


def test_half_an_r_against_tier_1_is_said_once() -> None:
    """Not again below, and not again later."""
    talk = assumed()
    talk.price(100)
    assert talk.price("98.1") == ()
    assert talk.price(98) == (ReassessAdvised(D(98), talk.at - 60_000),)
    assert talk.price(97, 100, 98) == ()


def test_the_last_target_closes_everything() -> None:
    """Where the closes add up to 100, no lot stays behind; the trade is complete."""
    talk = assumed(lot_size="0.3")
    talk.price(100, 106, 110)
    events = talk.price(114)
    hits = [event for event in events if isinstance(event, TargetHit)]
    assert [(hit.quantity, hit.remaining) for hit in hits] == [(talk.state.fills[-1].quantity, D(0))]
    assert names(events)[-1] == "PlanClosed"
    assert talk.state.position.quantity == 0


def test_adds_go_on_after_the_first_target_where_the_plan_says_so() -> None:
    """The scale-in ends with TP1 only by default."""
    late = [*FILE["tiers"][:3], {"weight_pct": 25, "trigger": {"kind": "price", "level": 107, "direction": "up"}}]
    for goes_on in (False, True):
        talk = assumed(tiers=late, guards={"add_after_first_target": goes_on})
        talk.price(100, 102, 103, 106)
        assert [e.tier for e in talk.price(107) if isinstance(e, TierTriggered)] == [4] * goes_on


def test_one_jump_may_trigger_several_tiers_and_targets() -> None:
    """Each at the price of the jump; a slide meets each at its own."""
    talk = assumed()
    talk.price(100)
    assert [e.price for e in talk.price("104.5") if isinstance(e, TierTriggered)] == [D("104.5")] * 3
    talk = assumed()
    talk.price(100)
    way = slide(talk.state, D(100), Jump(D("104.5"), talk.at))
    assert [e.price for e in way.events if isinstance(e, TierTriggered)] == [D(102), D(103), D(104)]


def test_a_slide_of_a_closed_plan_goes_nowhere() -> None:
    """Nothing is left to happen."""
    talk = assumed()
    talk.price(100, 95)
    assert slide(talk.state, D(95), Jump(D(120), START)).events == ()


def test_history_begins_with_a_draft() -> None:
    """No events, no change; all of them, the state that was reached."""
    talk = assumed()
    talk.price(100, 102, 106, 95)
    assert history(talk.plan, ()) == fresh(talk.plan)
    assert history(talk.plan, talk.said) == talk.state
    assert process(talk.state, Jump(D(100), START)).events == ()
