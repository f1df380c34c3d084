"""The simulated market: its candles, its clock and where its prices come from."""

from __future__ import annotations

import gzip
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from chatbot.core.candles import Candle
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.sandbox.exchange.listing import DEFAULT_LISTINGS
from chatbot.sandbox.exchange.market import Market, UnknownContractError
from chatbot.sandbox.exchange.setups import random_market, scripted_market, tape_market
from chatbot.sandbox.exchange.sources import CandleTape, read_candles

START = 1_722_470_400_000


def bar(number: int, prices: str, volume: str = "1") -> Candle:
    """A minute bar from "open high low close"."""
    opened, high, low, close = (Decimal(price) for price in prices.split())
    return Candle(START + number * MINUTE, opened, high, low, close, Decimal(volume))


def walk(market: Market, contract: str = "BTCUSDT") -> list[str]:
    """All prices that are left, one by one."""
    prices = []
    while (point := market.step_to_next(contract)) is not None:
        prices.append(str(point.price))
    return prices


BARS = [bar(0, "100 101 99 100"), bar(1, "100 104 98 103"), bar(2, "103.5 103.5 103.5 103.5")]


@pytest.mark.parametrize(
    ("low_first", "expected"),
    [(True, ["100", "98", "104", "103", "103.5"]), (False, ["100", "104", "98", "103", "103.5"])],
)
def test_tape_walks_the_corners_in_the_order_asked_for(*, low_first: bool, expected: list[str]) -> None:
    """A bar is its open, one extreme, the other, its close; a bar that never moved is one price."""
    market = tape_market("BTCUSDT", BARS, skip=1, low_first=low_first, max_step_pct=None)
    assert walk(market) == expected


def test_tape_visits_every_level_on_the_way_exactly() -> None:
    """A level between two corners is met at its own price, each time the way leads over it."""
    market = tape_market("BTCUSDT", BARS, skip=1, max_step_pct=None)
    source = market.book("BTCUSDT").source
    assert isinstance(source, CandleTape)
    source.levels = frozenset({Decimal("99.12345"), Decimal(102), Decimal(200)})
    assert walk(market) == ["100", "99.12345", "98", "99.12345", "102", "104", "103", "103.5"]


def test_tape_levels_may_change_between_two_prices() -> None:
    """What is asked for while the tape runs counts from the next price on."""
    market = tape_market("BTCUSDT", BARS, skip=1, max_step_pct=None)
    source = market.book("BTCUSDT").source
    assert isinstance(source, CandleTape)
    market.step_to_next("BTCUSDT")
    source.levels = frozenset({Decimal(99)})
    point = market.step_to_next("BTCUSDT")
    assert point is not None
    assert point.price == Decimal(99)


def test_tape_steps_are_never_longer_than_asked_for() -> None:
    """Between two bars the price may jump; within one it moves by at most so many percent."""
    market = tape_market("BTCUSDT", [bar(0, "60000 60000 60000 60000"), bar(1, "60000 60100 59900 60050")], skip=1)
    prices = [Decimal(price) for price in walk(market)]
    longest = max(abs(after - before) / before for before, after in pairwise(prices))
    assert len(prices) > 20
    assert longest <= Decimal("0.0002")


def test_tape_candles_come_out_as_they_went_in() -> None:
    """However a tape is stepped, the finished candles are those of the file."""
    market = tape_market("BTCUSDT", BARS, skip=1)
    while market.now < START + 3 * MINUTE:
        market.step(7_000)
    assert market.candles("BTCUSDT", Timeframe.M1, START, market.now) == BARS


def test_tape_does_not_invent_minutes_that_the_file_lacks() -> None:
    """A hole in the file is a hole in the candles."""
    bars = [bar(0, "100 100 100 100"), bar(1, "100 101 99 100"), bar(5, "100 101 99 100")]
    market = tape_market("BTCUSDT", bars, skip=1)
    market.step(10 * MINUTE)
    found = market.candles("BTCUSDT", Timeframe.M1, START, market.now)
    assert [candle.at for candle in found] == [START, START + MINUTE, START + 5 * MINUTE]


def test_tape_past_is_what_the_file_has_before_the_start() -> None:
    """The skipped bars are history when the tape begins, and nothing of what is to come is."""
    market = tape_market("BTCUSDT", BARS, skip=2)
    assert market.candles("BTCUSDT", Timeframe.M1, 0, market.now) == BARS[:2]
    assert market.last("BTCUSDT") == Decimal(103)


@pytest.mark.parametrize("skip", [-1, 3, 9])
def test_tape_needs_something_left_to_play(skip: int) -> None:
    """A past that swallows the whole file is refused."""
    with pytest.raises(ValueError, match="candles"):
        tape_market("BTCUSDT", BARS, skip=skip)


def test_tape_refuses_what_is_not_minutes() -> None:
    """Bars off the minute grid or out of order are refused."""
    with pytest.raises(ValueError, match="1-minute"):
        tape_market("BTCUSDT", [BARS[1], BARS[0]], skip=1)


def test_tape_of_an_unlisted_contract_is_refused() -> None:
    """Only listed contracts can follow a tape."""
    with pytest.raises(UnknownContractError):
        tape_market("NOPEUSDT", BARS, skip=1)


def test_random_walk_is_the_same_for_the_same_seed_however_it_is_stepped() -> None:
    """A seed decides every price."""
    first, second = random_market(START), random_market(START)
    first.step(60_000)
    for _ in range(60):
        second.step(1_000)
    assert [book.last for book in first.books.values()] == [book.last for book in second.books.values()]
    assert first.last("BTCUSDT") != DEFAULT_LISTINGS[0].price
    assert first.last("FTTUSDT") == Decimal("1.3130")


def test_history_is_there_before_anything_happened() -> None:
    """Every interval has candles at once, in order, fitting together and ending at the last price."""
    market = random_market(START + 12_345)
    for timeframe in (Timeframe.M1, Timeframe.M15, Timeframe.H4):
        candles = market.candles("ETHUSDT", timeframe, market.now - 300 * timeframe.millis, market.now)
        assert len(candles) >= 300
        times = [candle.at for candle in candles]
        assert times == list(range(times[0], times[-1] + 1, timeframe.millis))
        assert all(0 < c.low <= min(c.open, c.close) <= max(c.open, c.close) <= c.high for c in candles)
        assert candles[-1].close == market.last("ETHUSDT")


def test_quiet_minutes_are_flat_candles_while_time_passes() -> None:
    """A market nobody moves still closes a candle a minute."""
    market = scripted_market(START)
    market.step(3 * MINUTE)
    candles = market.candles("BTCUSDT", Timeframe.M1, START, market.now)
    assert [candle.at for candle in candles] == [START + number * MINUTE for number in range(4)]
    assert {candle.high for candle in candles} == {candle.low for candle in candles}


def test_a_minute_opens_with_its_first_trade() -> None:
    """What was shown while nobody had traded is no price of the minute: the last one of the minute before."""
    market = scripted_market(START)
    market.set_price("BTCUSDT", Decimal(60_000))
    market.step(MINUTE)
    market.candles("BTCUSDT", Timeframe.M1, START, market.now)
    for price in (61_000, 61_500):
        market.set_price("BTCUSDT", Decimal(price))
    first, second = market.candles("BTCUSDT", Timeframe.M1, START, market.now)
    assert {first.open, first.low, first.close} == {Decimal(60_000)}
    assert (second.open, second.low, second.high) == (Decimal(61_000), Decimal(61_000), Decimal(61_500))


def test_long_runs_keep_only_the_latest_minutes() -> None:
    """Memory stays bounded however long a market plays."""
    market = scripted_market(START)
    market.step(25_000 * MINUTE)
    candles = market.candles("BTCUSDT", Timeframe.M1, 0, market.now)
    assert 15_000 <= len(candles) <= 20_000
    assert candles[-1].at == market.now


def test_every_price_has_a_later_time_than_the_one_before() -> None:
    """Two prices set at a standing clock can be told apart."""
    market = scripted_market(START)
    market.set_price("BTCUSDT", Decimal(60_000))
    first = market.book("BTCUSDT").last_at
    market.move("BTCUSDT", Decimal("-0.5"))
    assert market.book("BTCUSDT").last_at > first
    assert market.last("BTCUSDT") == Decimal(59_700)
    assert market.now == market.book("BTCUSDT").last_at


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "Infinity"])
def test_impossible_prices_are_refused(price: str) -> None:
    """A price is a finite number above zero."""
    with pytest.raises(ValueError, match="above zero"):
        scripted_market(START).set_price("BTCUSDT", Decimal(price))


def test_candle_file_is_read_packed_or_not(tmp_path: Path) -> None:
    """Both kinds of file hold the same candles."""
    text = "timestamp_ms,open,high,low,close,volume\n60000,1,2,0.5,1.5,10\n"
    plain, packed = tmp_path / "a.csv", tmp_path / "a.csv.gz"
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    assert read_candles(plain) == read_candles(packed)
    assert read_candles(plain)[0].high == Decimal(2)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("time,price\n", "line 1"),
        ("", "line 1"),
        ("timestamp_ms,open,high,low,close,volume\n", "no candles"),
        ("timestamp_ms,open,high,low,close,volume\n60000,1,2,x,1.5,10\n", "line 2: not a candle"),
        ("timestamp_ms,open,high,low,close,volume\n60000,1,2\n", "line 2: not a candle"),
        ("timestamp_ms,open,high,low,close,volume\n60000,1,2,1.2,1.5,10\n", "do not fit"),
    ],
)
def test_broken_candle_file_is_refused_by_line(tmp_path: Path, text: str, complaint: str) -> None:
    """The complaint names the place."""
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=complaint):
        read_candles(path)


def test_real_crash_plays_through_and_comes_out_unchanged(data_folder: Path) -> None:
    """Real minutes of 2024-08-05, walked price by price, give the same candles back."""
    path = data_folder / "binance_spot_BTCUSDT_1m_20240727_20240824.csv.gz"
    candles = [candle for candle in read_candles(path) if candle.at >= 1_722_816_000_000][:600]
    market = tape_market("BTCUSDT", candles)
    assert len(walk(market)) > 300
    assert market.candles("BTCUSDT", Timeframe.M1, 0, market.now) == candles
