"""Candle files as bars: what is a row, and one sentence naming the line for what is not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.candles import Candle
from chatbot.core.tape import TapeError, bars_of

HEADER = "timestamp_ms,open,high,low,close,volume"
ROW = "1722816000000,60100,60200.5,60000,60050,12.5"


def test_rows_become_bars() -> None:
    """With or without a header; empty lines and further columns do not matter; prices stay exact."""
    bar = Candle(1722816000000, *(Decimal(text) for text in ROW.split(",")[1:]))
    assert list(bars_of([HEADER, "", ROW + "\n", "  "])) == [bar]
    assert list(bars_of([ROW + ",7,8"])) == [bar]
    assert list(bars_of([])) == []


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("1722816060000,1,2", "line 2: 3 columns; expected timestamp_ms,open,high,low,close,volume"),
        ("soon,1,2,1,2,1", "line 2: 'soon,1,2,1,2,1' is not a row of numbers"),
        ("1722816060000,1,2,x,2,1", "line 2: '1722816060000,1,2,x,2,1' is not a row of numbers"),
        (ROW, "line 2: time 1722816000000 does not come after 1722816000000; bars must be in order"),
        ("1722815940000,1,2,1,2,1", "line 2: time 1722815940000 does not come after 1722816000000"),
        ("1722816060000,1,2,0,2,1", "line 2: expected 0 < low ≤ open, close ≤ high, found "),
        ("1722816060000,3,2,1,2,1", "line 2: expected 0 < low ≤ open, close ≤ high, found "),
        ("1722816060000,1,2,1,0.5,1", "line 2: expected 0 < low ≤ open, close ≤ high, found "),
        ("1722816060000,1,NaN,1,1,1", "line 2: expected 0 < low ≤ open, close ≤ high, found "),
        ("1722816060000,1,Infinity,1,1,1", "line 2: expected 0 < low ≤ open, close ≤ high, found "),
    ],
)
def test_a_wrong_row_is_named_by_its_line(row: str, sentence: str) -> None:
    """Counted as an editor counts, from 1."""
    with pytest.raises(TapeError) as caught:
        list(bars_of([ROW, row]))
    assert str(caught.value).startswith(sentence)


def test_a_header_is_only_the_first_line() -> None:
    """Words further down are an error."""
    with pytest.raises(TapeError, match=r"line 2: .* is not a row of numbers"):
        list(bars_of([ROW, HEADER]))
