"""`tierwise run`: the sandbox's games, each with a market whose time never goes back, and what the system refuses."""

from __future__ import annotations

import errno
import time
from argparse import ArgumentParser, Namespace
from decimal import Decimal
from pathlib import Path

import pytest

from chatbot.cli.errors import UsageError
from chatbot.cli.run import Play, add_arguments, market_of, sentence_of
from chatbot.core.market import Quote
from chatbot.core.timeframes import MINUTE, Timeframe
from chatbot.sandbox.exchange.sources import read_candles
from chatbot.sandbox.exchange.trade_tape import read_trades
from chatbot.settings import Settings
from storage.database import open_database

TAPE = Path(__file__).parent.parent / "tapes" / "rise_and_fall.csv"
TRADES = TAPE.with_name("trades.csv")
SYMBOL = "BTC/USDT:USDT"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_construct(
        database_url=f"sqlite:///{tmp_path / 'bot.sqlite3'}", http_host="127.0.0.1", http_port=8080
    )


def seen(play: Play, at: int) -> None:
    """A price of this moment was stored in the game."""
    with open_database(play.database_url) as database, database.units() as unit:
        unit.quotes.put("binanceusdm", [Quote(SYMBOL, Decimal(60000), at)])


def test_a_random_market_never_goes_back(settings: Settings) -> None:
    """After fast play its time is ahead of ours, and stays so."""
    arguments = Namespace(candles=None, trades=None, contract="BTCUSDT")
    play = Play.of(settings, arguments)
    before = round(time.time() * 1_000)
    assert market_of(arguments, play).now >= before
    ahead = before + 86_400_000
    seen(play, ahead)
    assert market_of(arguments, play).now == ahead


def test_a_candle_file_goes_on_where_its_game_stands(settings: Settings) -> None:
    """The minute after the newest price is the next to be played; a file played to its end says what to delete."""
    arguments = Namespace(candles=TAPE, trades=None, contract="BTCUSDT")
    candles, play = read_candles(TAPE), Play.of(settings, arguments)
    left_at = candles[310].at + MINUTE // 2
    seen(play, left_at)
    market = market_of(arguments, play)
    assert left_at < market.now < candles[311].at
    seen(play, candles[-1].at)
    with pytest.raises(UsageError, match="played to its end; to begin anew delete"):
        market_of(arguments, play)


def test_recorded_trades_go_on_where_their_game_stands(settings: Settings) -> None:
    """What was played is the past, with its candles; the next trade comes next, and the end says what to delete."""
    arguments = Namespace(candles=None, trades=TRADES, contract="BTCUSDT")
    trades, play = read_trades(TRADES), Play.of(settings, arguments)
    assert market_of(arguments, play).now == trades[0].at - 1
    left_at = trades[300].at
    seen(play, left_at)
    market = market_of(arguments, play)
    assert market.now == left_at
    assert market.last("BTCUSDT") == [trade for trade in trades if trade.at <= left_at][-1].price
    assert market.candles("BTCUSDT", Timeframe.M1, 0, market.now)[0].at == trades[0].at - trades[0].at % MINUTE
    seen(play, trades[-1].at)
    with pytest.raises(UsageError, match="played to its end; to begin anew delete"):
        market_of(arguments, play)


def test_trades_of_what_the_sandbox_does_not_list_are_refused(settings: Settings) -> None:
    """The contract that plays the file has to be one of the sandbox's."""
    arguments = Namespace(candles=None, trades=TRADES, contract="NOPE")
    with pytest.raises(UsageError, match="NOPE is no contract of the sandbox"):
        market_of(arguments, Play.of(settings, arguments))


def test_a_candle_file_is_no_trade_file(settings: Settings) -> None:
    """The wrong file is refused with its name and line."""
    arguments = Namespace(candles=None, trades=TAPE, contract="BTCUSDT")
    with pytest.raises(UsageError, match=r"rise_and_fall\.csv, line 1: expected the header timestamp_ms,price"):
        market_of(arguments, Play.of(settings, arguments))


def test_a_market_plays_one_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Candles and trades at once are refused before anything starts."""
    parser = ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--candles", str(TAPE), "--trades", str(TRADES)])
    assert "not allowed with argument --candles" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.EADDRINUSE, "address in use"), "address in use: is 127.0.0.1:8080 taken?"),
        (PermissionError(errno.EACCES, "Permission denied", "var/x"), "var/x: Permission denied"),
        (OSError(errno.EADDRNOTAVAIL, "no such address"), "no such address"),
        (OSError("strange"), "strange"),
    ],
    ids=["taken", "file", "address", "words"],
)
def test_only_a_taken_port_is_called_taken(settings: Settings, error: OSError, expected: str) -> None:
    """Everything else the system refuses is said as the system says it."""
    assert sentence_of(error, settings) == expected
