"""What the rows of a stream become: each price once, in order of time, and nothing that can't be true."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.market import Quote
from chatbot.market.stream_prints import FAR_AHEAD, KEPT_KEYS, LONG_BEFORE, Prints

NOW: Final = 1_722_470_400_000
SYMBOL: Final = "BTC/USDT:USDT"


def row(number: int, price: object = "60000", at: object = NOW) -> dict[str, Any]:
    """A trade as ccxt gives it."""
    return {"symbol": SYMBOL, "id": str(number), "price": price, "timestamp": at, "amount": "1"}


def begun(now: int = NOW) -> Prints:
    """A market that was just subscribed to."""
    prints = Prints()
    prints.begin(now)
    return prints


@given(st.lists(st.lists(st.integers(0, 60), max_size=12), max_size=30))
def test_each_trade_is_told_once_whatever_is_repeated(frames: list[list[int]]) -> None:
    """However frames overlap, every trade comes out exactly once, and those of a frame in order of time."""
    prints = begun()
    told = [
        prints.trades(
            [row(one, price=str(100 + one), at=NOW + one) for one in frame], NOW, history=False, numbered=False
        )
        for frame in frames
    ]
    prices = [int(quote.price) - 100 for quotes in told for quote in quotes]
    assert sorted(prices) == sorted({one for frame in frames for one in frame})
    assert all([quote.at for quote in quotes] == sorted(quote.at for quote in quotes) for quotes in told)


@given(st.lists(st.integers(1, 40), unique=True))
def test_a_hole_in_the_numbers_is_noticed_and_nothing_else_is(numbers: list[int]) -> None:
    """With numbered trades, exactly a number beyond the next one says that something is missing."""
    prints = begun()
    highest: int | None = None
    for number in numbers:
        prints.trades([row(number, at=NOW + number)], NOW, history=False, numbered=True)
        assert prints.take_missed() is (highest is not None and number > highest + 1)
        highest = number if highest is None else max(number, highest)


@pytest.mark.parametrize(
    "bad",
    [
        row(1, price=None),
        row(1, price="0"),
        row(1, price="-5"),
        row(1, price="NaN"),
        row(1, price="Infinity"),
        row(1, price=True),
        row(1, at=None),
        row(1, at="1722470400000"),
        row(1, at=True),
        row(1, at=0),
        row(1, at=NOW + FAR_AHEAD + 1),
        row(1) | {"symbol": None},
        None,
        [],
    ],
)
def test_what_can_not_be_true_is_dropped_counted_and_doubted(bad: Any) -> None:
    """A price that is none, a time that is none, or no trade at all: the others of the frame are told all the same."""
    prints = begun()
    quotes = prints.trades([bad, row(2, price="61000.10")], NOW, history=False, numbered=False)
    assert quotes == [Quote(SYMBOL, Decimal("61000.10"), NOW)]
    assert (prints.bad, prints.take_missed(), prints.take_missed()) == (1, True, False)


def test_history_is_what_is_not_newer_than_the_subscription() -> None:
    """A frame of old trades brings only what came after the subscription; another frame all but the long past."""
    prints = begun()
    old = [row(1, at=NOW - 5), row(2, at=NOW), row(3, at=NOW + 1)]
    assert [quote.at for quote in prints.trades(old, NOW, history=True, numbered=False)] == [NOW + 1]
    late = [row(4, at=NOW - LONG_BEFORE - 1), row(5, at=NOW - LONG_BEFORE)]
    assert [quote.at for quote in prints.trades(late, NOW, history=False, numbered=False)] == [NOW - LONG_BEFORE]


def test_trades_without_a_name_are_known_by_what_they_are() -> None:
    """Where an exchange names no trade, one of the same time, price and amount is the same one."""
    prints = begun()
    nameless = row(1) | {"id": None}
    rows = [nameless, nameless, nameless | {"amount": "2"}, nameless | {"price": "60001"}]
    assert len(prints.trades(rows, NOW, history=False, numbered=True)) == 3


def test_what_is_remembered_is_bounded() -> None:
    """However long a market is followed, only the latest names are kept."""
    prints = begun()
    for number in range(3 * KEPT_KEYS):
        prints.trades([row(number)], NOW, history=False, numbered=False)
    assert len(prints.keys) == len(prints.order) == KEPT_KEYS
    assert prints.trades([row(3 * KEPT_KEYS - 1)], NOW, history=False, numbered=False) == []


def test_mark_prices_are_told_when_they_say_something_new() -> None:
    """A mark price is told when it changes and once a second, under whatever name it goes, and never backwards."""
    prints = begun()

    def told(at: int, **fields: Any) -> list[str]:
        return [f"{quote.price:f}" for quote in prints.mark({"symbol": SYMBOL, "timestamp": at} | fields, NOW)]

    assert told(NOW, markPrice="60000.10") == ["60000.10"]
    assert told(NOW + 10, markPrice="60000.10") == []
    assert told(NOW + 20, info={"markPrice": "60000.20"}) == ["60000.20"]
    assert told(NOW + 30, info={"fairPrice": "60000.30"}) == ["60000.30"]
    assert told(NOW + 1_030, markPrice="60000.30") == ["60000.30"]
    assert told(NOW + 1_000, markPrice="60000.40") == []
    assert told(NOW + 2_000, last="60000") == []
    assert told(NOW + 2_000, info="60000") == []
    assert prints.bad == 0
    assert told(NOW + 2_000, markPrice="never") == told(0, markPrice="60000.50") == []
    assert prints.bad == 2


def test_what_shows_elsewhere_is_news_only_where_it_differs_and_is_newer() -> None:
    """The first price of a poll is what later ones are held to; what the stream shows takes its place."""
    prints = begun()
    assert not prints.moved_without(NOW, Decimal(60000))
    assert prints.moved_without(NOW, Decimal(60001))
    prints.trades([row(1, price="60001", at=NOW + 5)], NOW, history=False, numbered=False)
    assert not prints.moved_without(NOW + 9, Decimal(60001))
    assert not prints.moved_without(NOW + 5, Decimal(60002))
    assert prints.moved_without(NOW + 6, Decimal(60002))


def test_what_the_stream_showed_last_is_no_news_whatever_a_poll_that_lagged_showed() -> None:
    """A price that a poll showed too late to be true stands for what is expected, but the stream's own is no other."""
    prints = begun()
    prints.trades([row(1, price="60001", at=NOW)], NOW, history=False, numbered=False)
    assert prints.moved_without(NOW + 1, Decimal(60000))
    for begins_anew in (False, True):
        if begins_anew:
            prints.begin(NOW + 2)
            assert not prints.moved_without(NOW + 3, Decimal(60000))
        else:
            prints.reference = Decimal(60000)
        assert not prints.moved_without(NOW + 4, Decimal(60001))
        assert prints.moved_without(NOW + 4, Decimal(60002))
