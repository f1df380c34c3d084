"""Recorded trades as a market: nothing is lost, moved or reordered, and the candles are made of them alone."""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.sandbox.exchange.market import Market, UnknownContractError
from chatbot.sandbox.exchange.setups import trades_market
from chatbot.sandbox.exchange.sources import Point, read_candles
from chatbot.sandbox.exchange.trade_tape import COLUMNS, TradeTape, read_trades
from tests.day.recordings import DAY, FROM_TRADES, SYNTHETIC, listing_of, listings_with

HEADER = ",".join(COLUMNS)
BTC = "BTCUSDT"


def played(market: Market, contract: str, steps: Callable[[], int]) -> list[Point]:
    """All trades, stepped through in the strides that `steps` gives."""
    tape = market.book(contract).source
    assert isinstance(tape, TradeTape)
    seen: list[Point] = []
    while not tape.finished:
        before = market.book(contract).numbered
        market.step(steps())
        found = [trade for trade in market.trades(contract) if trade.number > before]
        assert [trade.number for trade in found] == list(range(before + 1, market.book(contract).numbered + 1))
        seen += [trade.point for trade in found]
    return seen


def written(folder: Path, *lines: str) -> Path:
    """A trade file."""
    path = folder / "trades.csv"
    path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("seed", range(5))
def test_recorded_trades_come_out_as_they_went_in_however_they_are_stepped(seed: int) -> None:
    """Every trade keeps its time, price, amount and place, several in one millisecond too."""
    trades = read_trades(SYNTHETIC)
    random = Random(seed)
    assert played(trades_market({BTC: trades}), BTC, lambda: random.randrange(1, 9_000)) == trades
    assert any(one.at == other.at for one, other in itertools.pairwise(trades))


def test_a_price_set_by_hand_still_gets_a_moment_of_its_own() -> None:
    """Between recorded trades the market can be moved, and nothing then runs backwards in time."""
    market = trades_market({BTC: read_trades(SYNTHETIC)})
    market.step(30_000)
    market.set_price(BTC, Decimal(70_000))
    market.set_price(BTC, Decimal(70_001))
    market.step(30_000)
    times = [trade.point.at for trade in market.trades(BTC)]
    assert times == sorted(times)
    made = [trade.point.at for trade in market.trades(BTC) if trade.point.price >= 70_000]
    assert len(set(made)) == 2


def test_the_taker_of_a_recorded_trade_is_the_recordings() -> None:
    """Whether the buyer made the order is read from the file, not guessed from the price."""
    trades = read_trades(SYNTHETIC)
    market = trades_market({BTC: trades})
    market.step(20_000)
    found = market.trades(BTC)
    assert [trade.buyer_is_maker for trade in found] == [trade.taker_sells for trade in trades[: len(found)]]


def test_minutes_without_a_trade_have_no_candle() -> None:
    """The synthetic tape is silent for two minutes: those are absent, not flat."""
    trades = read_trades(SYNTHETIC)
    market = trades_market({BTC: trades})
    market.step(trades[-1].at - market.now + 5 * MINUTE)
    candles = market.candles(BTC, Timeframe.M1, 0, market.now)
    assert [candle.at for candle in candles] == sorted({trade.at - trade.at % MINUTE for trade in trades})
    assert candles[-1].at - candles[0].at >= len(candles) * MINUTE
    assert sum(candle.volume for candle in candles) == sum(trade.volume for trade in trades)


@pytest.mark.parametrize("name", FROM_TRADES)
def test_candles_of_a_recorded_market_are_those_built_from_its_trades(name: str, data_folder: Path) -> None:
    """Minute for minute, digit for digit: open, high, low, close and volume of the files made from the same trades."""
    trades = FROM_TRADES[name].read(data_folder)
    listing = listing_of(FROM_TRADES[name], trades)
    market = trades_market({listing.id: trades}, listings_with(listing))
    market.step(trades[-1].at - market.now)
    expected = read_candles(data_folder / FROM_TRADES[name].candles)
    assert market.candles(listing.id, Timeframe.M1, 0, market.now) == expected


def test_the_whole_recorded_day_is_in_the_file(data_folder: Path) -> None:
    """All 140 489 trades of the day, in order."""
    assert len(DAY.read(data_folder)) == 140_489


def test_a_contract_that_is_not_listed_has_no_recording() -> None:
    """A recording of nothing on the list is refused at once."""
    with pytest.raises(UnknownContractError):
        trades_market({"NOPEUSDT": read_trades(SYNTHETIC)})


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((), "holds no trades"),
        (("1,2,3,buy", "1,2,3"), "line 3: not a trade"),
        (("1,2,3,bought",), "line 2: not a trade"),
        (("1,two,3,buy",), "line 2: not a trade"),
        (("1.5,2,3,buy",), "line 2: not a trade"),
        (("1,NaN,3,buy",), "line 2: price and amount must be above zero"),
        (("1,2,Infinity,buy",), "line 2: price and amount must be above zero"),
        (("1,0,3,buy",), "line 2: price and amount must be above zero"),
        (("5,2,3,buy", "4,2,3,buy"), "line 3: the trade is older than the one before it"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_by_line(lines: tuple[str, ...], why: str, tmp_path: Path) -> None:
    """What can't be read is told with its file and line, never skipped."""
    with pytest.raises(ValueError, match=f"trades.csv.*{why}"):
        read_trades(written(tmp_path, *lines))


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    """A candle file is no trade file, packed or not."""
    path = tmp_path / "candles.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("timestamp_ms,open,high,low,close,volume\n")
    with pytest.raises(ValueError, match=r"candles\.csv\.gz, line 1: expected the header"):
        read_trades(path)
