"""The simulated exchange's trades: found by number and by time, however many there are."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chatbot.sandbox.exchange.sources import Point
from chatbot.sandbox.exchange.trades import Trade, TradeLog

moments = st.lists(st.integers(min_value=0, max_value=60), max_size=30).map(sorted)
bound = st.none() | st.integers(min_value=-1, max_value=62)


def log_of(times: list[int], kept: int = 400_000) -> TradeLog:
    log = TradeLog(kept)
    for number, at in enumerate(times, start=1):
        log.append(Trade(number, Point(at, Decimal(5), Decimal(1)), buyer_is_maker=False))
    return log


@given(moments, bound, bound, bound)
def test_trades_are_found_as_if_all_were_looked_at(
    times: list[int], since: int | None, until: int | None, first: int | None
) -> None:
    """By time, by number, or both: nothing is missing, nothing too much."""
    log = log_of(times)
    expected = [
        trade
        for trade in log
        if (since is None or trade.point.at >= since)
        and (until is None or trade.point.at <= until)
        and (first is None or trade.number >= first)
    ]
    assert log.between(since, until, first=first) == expected


@given(moments, st.integers(min_value=0, max_value=40))
def test_latest_trades_are_the_last_ones(times: list[int], count: int) -> None:
    """As many as were asked for, as far as there are so many."""
    log = log_of(times)
    assert [trade.number for trade in log.latest(count)] == list(range(1, len(times) + 1))[max(0, len(times) - count) :]


def test_a_long_log_forgets_its_oldest_trades() -> None:
    """It never grows without end, and the newest are always there."""
    log = log_of(list(range(1_000)), kept=100)
    assert 75 <= len(log) <= 100
    assert log.latest(1)[0].number == 1_000
