"""Many trades share a millisecond: gone through once more, whatever was decided on is not decided on again."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.engine import process
from chatbot.core.events import Event, ReassessAdvised, StopAdvised
from chatbot.core.evolve import history
from chatbot.core.inputs import Arm, Jump
from chatbot.core.plan import Follow, Plan
from chatbot.core.state import fresh
from chatbot.core.undecided import undecided
from chatbot.core.way import Print
from tests.core import strategies as make
from tests.core.planning import plan
from tests.core.test_way import START, along, live, names

D = Decimal
TRADE = ("60000", "61000", "62500", "64000")
"""An entry and the three targets: from then on the stop trails."""
BURST = ("65000", "65500", "66000", "66500", "66900")


def armed(made: Plan) -> tuple[Event, ...]:
    return process(fresh(made), Arm(START)).events


def again(made: Plan, events: Sequence[Event], way: Sequence[Print]) -> tuple[Event, ...]:
    """What a plan with these events has come to once it was taken along this way."""
    return along(made, events, undecided(way, made, events))


@given(make.plans(st.just(Follow.ASSUMED)), st.data())
def test_whatever_part_of_a_millisecond_was_decided_the_rest_of_it_counts_and_no_more(
    made: Plan, data: st.DataObject
) -> None:
    """Some prices were seen live, until the bot was killed; all of them are read back."""
    begun, prints = armed(made), list[Print]()
    for _ in range(data.draw(st.integers(1, 10))):
        state = history(made, live(made, begun, prints))
        last = prints[-1].at if prints else START + 1
        prints.append(Print(data.draw(make.prices_near(state)), last + data.draw(st.sampled_from((0, 0, 7)))))
    seen = live(made, begun, prints[: data.draw(st.integers(0, len(prints)))])
    assert again(made, seen, prints) == live(made, begun, prints)


def test_a_step_of_a_trailing_stop_is_not_met_by_the_trades_before_it() -> None:
    """The stop was raised by the last trade of a burst, above its first: both bear the same time."""
    made = plan(follow=Follow.ASSUMED)
    trade = [Print(D(price), START + 1 + number) for number, price in enumerate(TRADE)]
    burst = [Print(D(price), START + 100) for price in BURST]
    once = live(made, armed(made), [*trade, *burst])
    assert isinstance(once[-1], StopAdvised)
    assert once[-1].stop > burst[0].price
    assert again(made, once, [*trade, *burst]) == once


@pytest.mark.parametrize("polled", [BURST[-1], "66850"], ids=["one of them", "none of them"])
def test_a_step_that_a_polled_price_brought_is_met_by_none_of_its_burst(polled: str) -> None:
    """The stop moved at a price that was asked for, in the middle of a burst that was read back later."""
    made = plan(follow=Follow.ASSUMED)
    trade = [Print(D(price), START + 1 + number) for number, price in enumerate(TRADE)]
    burst = [Print(D(price), START + 100) for price in BURST]
    once = live(made, armed(made), [*trade, Print(D(polled), START + 100)])
    assert again(made, once, [*trade, *burst]) == once


def test_a_price_of_another_way_names_where_it_was_met() -> None:
    """The entry was met at a price that was asked for; the trades of its millisecond after that one count."""
    made = plan(follow=Follow.ASSUMED)
    begun = armed(made)
    state = history(made, begun)
    once = (*begun, *process(state, Jump(D(59900), START + 5)).events)
    found = again(made, once, [Print(D(price), START + 5) for price in ("60000", "59900", "58000")])
    assert names(found)[-3:] == ["StopHit", "Filled", "PlanClosed"]


def test_in_the_millisecond_in_which_a_plan_was_armed_prices_name_where_it_was_met() -> None:
    """Nobody knows which of its trades came before it was armed: the entry is met once, what comes after it counts."""
    made = plan(follow=Follow.ASSUMED)
    once = live(made, armed(made), [Print(D(60000), START)])
    found = again(made, once, [Print(D(price), START) for price in ("60000", "58000")])
    assert names(found) == [*names(once), "StopHit", "Filled", "PlanClosed"]


def test_what_was_found_late_stands_behind_what_came_after_it_and_is_known_all_the_same() -> None:
    """A target was decided live, a dip before it was found in its minute: both are read once more."""
    made = plan(follow=Follow.ASSUMED)
    seen = live(made, armed(made), [Print(D(60000), START + 1), Print(D(61000), START + 9)])
    late = (*seen, ReassessAdvised(D(59500), START + 5))
    way = [Print(D(59500), START + 5), Print(D(61000), START + 9), Print(D(61000), START + 10)]
    assert undecided(way, made, late) == way[2:]
