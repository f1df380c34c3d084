"""The quiet interval by example: for every state the two prices at which something may happen next."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chatbot.core.engine import advance
from chatbot.core.inputs import Arm, InsistStop, Jump
from chatbot.core.overdue import deadline
from chatbot.core.plan import Follow
from chatbot.core.quiet import Interval, next_threshold, quiet_interval
from chatbot.core.state import ActionKind, fresh
from tests.core.talking import Talk, names, plan

D = Decimal
NOWHERE = Interval(None, None)


def between(talk: Talk) -> tuple[str | None, str | None]:
    """The bounds, without idle zeros."""
    interval = quiet_interval(talk.state)
    low, high = (None if bound is None else f"{bound.normalize():f}" for bound in (interval.low, interval.high))
    return low, high


def in_tier_1(**changes: Any) -> Talk:
    """Confirmed: 1 unit at 100."""
    talk = Talk(plan(**changes))
    talk.price(100)
    talk.done(ActionKind.ADD)
    return talk


def test_a_plan_that_waits_watches_its_entry_and_what_would_overtake_it() -> None:
    """Tier 1 below, TP1 above; a plan that is not armed watches nothing and has no deadline."""
    talk = Talk(plan())
    assert between(talk) == ("100", "106")
    assert (quiet_interval(fresh(talk.plan)), deadline(fresh(talk.plan))) == (NOWHERE, None)


def test_a_plan_without_targets_watches_its_entry() -> None:
    """No such plan can be armed by a user, but one may be looked at."""
    talk = Talk(replace(plan(), targets=()))
    assert between(talk) == ("100", None)
    assert names(talk.price(200, 100)) == ["TierTriggered"]


def test_an_entry_that_is_asked_for_watches_the_chase() -> None:
    """The stop below, half an R above the offer."""
    talk = Talk(plan())
    talk.price(100)
    assert between(talk) == ("96", "102")


def test_an_open_trade_watches_the_reassessment_and_the_next_tier() -> None:
    """98 is half an R against tier 1; once said, the stop is next."""
    talk = in_tier_1()
    assert between(talk) == ("98", "102")
    talk.price(98)
    assert between(talk) == ("96", "102")


def test_an_add_that_waits_watches_every_guard() -> None:
    """The nearest of averaging down, structure and the stop below; the chase above."""
    talk = in_tier_1(guards={"structure_level": "99.5"})
    talk.price(102)
    assert between(talk) == ("99.5", "104")


def test_a_withdrawn_add_watches_its_level() -> None:
    """Price has to come back to 102; the target goes on."""
    talk = in_tier_1()
    talk.price("104.5")
    assert between(talk) == ("102", "106")


def heavy() -> Talk:
    """Tier 2 is nine times tier 1 and is asked for."""
    levels = ((10, 100, "down"), (90, 102, "up"))
    written = [
        {"weight_pct": w, "trigger": {"kind": "price", "level": level, "direction": way}} for w, level, way in levels
    ]
    talk = in_tier_1(tiers=written)
    talk.price(102)
    return talk


def test_a_heavy_add_watches_where_its_risk_would_be_too_much() -> None:
    """Below this price the stop it needs would stand too near to the market."""
    talk = heavy()
    low = quiet_interval(talk.state).low
    assert low is not None
    assert D(99) < low < D(101)


def test_a_heavy_add_under_a_tight_stop_is_safe_anywhere() -> None:
    """The user's stop at the entry itself: below, the stop; above, where it would risk too much again."""
    talk = heavy()
    talk.give(InsistStop, D("101.8"), "tight")
    assert between(talk)[0] == "101.8"


def test_a_safe_add_with_the_stop_held_watches_the_way_up() -> None:
    """Offered close above a tight stop, safe only because that is tight: watched until the risk would grow."""
    levels = ((10, 100, "down"), (90, "99.5", "down"))
    written = [
        {"weight_pct": w, "trigger": {"kind": "price", "level": level, "direction": way}} for w, level, way in levels
    ]
    talk = in_tier_1(tiers=written)
    talk.give(InsistStop, D("99.2"), "tight")
    talk.price("99.4")
    assert talk.state.pending(ActionKind.ADD) is not None
    low, high = between(talk)
    assert low == "99.2"
    assert high is not None
    assert D("99.4") < D(high) < D("101.4")


def test_after_the_target_the_trail_and_the_next_target_are_watched() -> None:
    """No entry any more; the stop below, the next step above."""
    targets = [
        {"price": 106, "close_pct": 25, "stop_rule": {"kind": "trail", "distance_pct": 4}},
        {"price": 130, "close_pct": 25},
    ]
    talk = Talk(plan(Follow.ASSUMED, targets=targets))
    talk.price(100, 106)
    assert between(talk) == ("101.76", "107.06")


def test_a_runner_watches_only_its_stop() -> None:
    """Every target reached."""
    talk = Talk(plan(Follow.ASSUMED, targets=[{"price": 106, "close_pct": 25}]))
    talk.price(100, 106)
    assert between(talk) == ("96", None)


@pytest.mark.parametrize("price", [95, 100, 107])
def test_a_plan_that_closes_or_is_closed_is_quiet(price: int) -> None:
    """No price concerns it."""
    talk = in_tier_1()
    talk.price(95)
    assert quiet_interval(talk.state) == NOWHERE
    assert NOWHERE.holds(D(price))


def test_the_bounds_themselves_are_not_quiet() -> None:
    """Strictly inside only."""
    assert [Interval(D(1), D(2)).holds(D(n)) for n in ("1", "1.5", "2")] == [False, True, False]


def test_the_next_threshold_lies_on_the_way() -> None:
    """Where one goes up only what is reached upwards counts, from behind the start to the end itself."""
    state = Talk(plan()).state
    assert next_threshold(state, D(101), D(120)) == D(106)
    assert next_threshold(state, D(101), D(106)) == D(106)
    assert next_threshold(state, D(101), D(105)) is None
    assert next_threshold(state, D(106), D(120)) is None
    assert next_threshold(state, D(101), D(90)) == D(100)
    assert next_threshold(state, D(100), D(90)) == D(96)


def test_arming_and_prices_before_it_are_told_apart() -> None:
    """A draft hears no price, and is armed once."""
    draft = fresh(plan())
    assert advance(draft, Jump(D(100), 0)) == ()
    assert advance(Talk(plan()).state, Arm(1)) == ()
