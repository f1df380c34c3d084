"""The index of quiet intervals: it names exactly the plans a naive look at every plan would name."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.quiet import Interval
from chatbot.watch.index import QuietIndex

prices = st.integers(1, 60).map(Decimal)
bounds = st.none() | prices
intervals = st.tuples(bounds, bounds).map(lambda pair: Interval(*pair))
changes = st.lists(st.tuples(st.integers(1, 8), st.none() | intervals), max_size=30)


def concerns(interval: Interval, price: Decimal) -> bool:
    """Whether a price is not strictly inside."""
    low, high = interval.low, interval.high
    return (low is not None and price <= low) or (high is not None and price >= high)


@given(changes, prices)
def test_it_names_the_plans_that_looking_at_each_would_name(
    done: list[tuple[int, Interval | None]], price: Decimal
) -> None:
    """After any changes, each plan concerned once, in order, and no other."""
    index, naive = QuietIndex(), dict[int, Interval]()
    for plan_id, interval in done:
        if interval is None:
            index.drop(plan_id)
            naive.pop(plan_id, None)
        else:
            index.put(plan_id, interval)
            naive[plan_id] = interval
    assert index.touched(price) == sorted(n for n, interval in naive.items() if concerns(interval, price))
    assert len(index) == len(naive)


def test_a_bound_itself_concerns_the_plan() -> None:
    """Only prices strictly inside are quiet."""
    index = QuietIndex()
    index.put(1, Interval(Decimal(10), Decimal(20)))
    assert [index.touched(Decimal(price)) for price in (10, 11, 19, 20)] == [[1], [], [], [1]]


def test_an_empty_index_is_quiet() -> None:
    """Nobody watched, nobody woken."""
    assert QuietIndex().touched(Decimal(1)) == []
