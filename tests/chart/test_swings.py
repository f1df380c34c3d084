"""Pivots are confirmed on both sides, and turns are those that matter."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from chatbot.chart.swings import legs, pivots, turns
from chatbot.chart.values import Swing, SwingKind
from chatbot.core.candles import Candle
from tests.chart.paths import M15, bar, candle, path

HIGH, LOW = SwingKind.HIGH, SwingKind.LOW


def swing(kind: SwingKind, price: int, number: int = 0) -> Swing:
    """A pivot of the candle of that number."""
    return Swing(kind, Decimal(price), number * M15.millis)


def test_pivots_of_a_path_are_its_turns() -> None:
    """Up four candles, down four, up three: the top and the bottom are pivots, named by the candle that made them."""
    assert pivots(path((100, 140, 100, 130)), M15) == (swing(HIGH, 140, 3), swing(LOW, 100, 7))


def test_a_turn_is_no_pivot_until_three_candles_confirm_it() -> None:
    """Two candles after the top say nothing yet; the third does."""
    assert pivots(path((100, 140, 120)), M15) == ()
    assert pivots(path((100, 140, 110)), M15) == (swing(HIGH, 140, 3),)


def test_of_equal_highs_side_by_side_the_first_is_the_pivot() -> None:
    """A top of two candles at the same price is one pivot."""
    candles = path((100, 140, 140, 100))
    flat = [
        *candles[:4],
        bar(4, Decimal(140), Decimal(140)),
        *(bar(5 + i, Decimal(140 - 10 * i), Decimal(130 - 10 * i)) for i in range(4)),
    ]
    assert [(found.kind, found.at) for found in pivots(flat, M15)] == [(HIGH, 3 * M15.millis)]


def test_a_high_equal_to_one_shortly_before_is_no_second_pivot() -> None:
    """Strictly above what came before: the second of two equal tops three candles apart is not counted."""
    prices = (90, 100, 110, 120, 130, 120, 130, 120, 110, 100)
    candles = [bar(number, Decimal(a), Decimal(b)) for number, (a, b) in enumerate(pairwise(prices))]
    assert [found.at for found in pivots(candles, M15) if found.kind is HIGH] == [3 * M15.millis]


def test_a_pivot_next_to_a_hole_is_not_confirmed() -> None:
    """Nobody knows how far price went while the candles are missing."""
    candles = path((100, 140, 100))
    assert pivots(candles, M15) == (swing(HIGH, 140, 3),)
    assert pivots([*candles[:5], *candles[6:]], M15) == ()


def outside(opened: int, close: int) -> list[Candle]:
    """A candle that swallows its neighbours on both sides."""
    ten = Decimal(100)
    calm = [candle(number, ten, ten + 1, ten - 1, ten) for number in range(7)]
    calm[3] = candle(3, Decimal(opened), Decimal(120), Decimal(80), Decimal(close))
    return calm


def test_a_candle_that_swallows_its_neighbours_is_high_and_low_in_the_order_it_went() -> None:
    """A rising one made its low first, a falling one its high."""
    assert pivots(outside(95, 105), M15) == (swing(LOW, 80, 3), swing(HIGH, 120, 3))
    assert pivots(outside(105, 95), M15) == (swing(HIGH, 120, 3), swing(LOW, 80, 3))


def test_turns_alternate_and_leave_out_what_is_too_small() -> None:
    """Of two highs in a row the higher stays, of two lows the lower; a move under the threshold ends nothing."""
    found = turns(
        [
            swing(HIGH, 100, 1),
            swing(HIGH, 110, 2),
            swing(LOW, 105, 3),
            swing(HIGH, 108, 4),
            swing(LOW, 90, 5),
            swing(LOW, 95, 6),
        ],
        Decimal(10),
    )
    assert found == (swing(HIGH, 110, 2), swing(LOW, 90, 5))


def test_a_move_of_just_the_threshold_counts() -> None:
    """Ten of price is enough where ten is asked for."""
    pair = (swing(LOW, 90, 1), swing(HIGH, 100, 2))
    assert turns(pair, Decimal(10)) == pair
    assert turns(pair, Decimal("10.1")) == pair[:1]


def test_legs_lead_from_turn_to_turn() -> None:
    """Three turns are two legs; one turn is none."""
    a, b, c = swing(LOW, 1, 1), swing(HIGH, 9, 2), swing(LOW, 5, 3)
    assert legs((a, b, c)) == ((a, b), (b, c))
    assert legs((a,)) == ()
