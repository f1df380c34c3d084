"""The story of a replay: the worked example of the rules, told line by line."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.candles import Candle
from chatbot.core.inputs import CandleClosed
from chatbot.core.plan import CloseBeyond, Follow, Tier
from chatbot.core.timeframes import Timeframe
from chatbot.messages.story import story, summary
from tests.messages.trading import DOWN, MINUTE, UP, Trade, long_plan, price

PATH = ("60100", "60000", "60500", "60700", "61100", "60900", "62600", "63900", "64200", "65500", "64000")


def test_the_worked_example_reads_right() -> None:
    """Every event of the rules' example on its own line, and the result to the cent."""
    plan = long_plan(follow=Follow.ASSUMED, tick_size=None, lot_size=None)
    trade = Trade(plan)
    trade.slide(*PATH)
    told = story(plan, trade.events).split("\n")
    assert (
        "\n".join([*told[:13], "…", *told[-4:]])
        == """\
1970-01-01 00:01 UTC  tier 1        add 0.02083333 BTC at 60 000 (25 % of margin)
1970-01-01 00:02 UTC  tier 2        add 0.02072968 BTC at 60 300 (25 % of margin)
1970-01-01 00:02 UTC  stop          59 000 → 59 899.6259 (scale-in rule), at risk 10.39 USDT
1970-01-01 00:03 UTC  tier 3        add 0.02475248 BTC at 60 600 (30 % of margin)
1970-01-01 00:03 UTC  stop          59 899.6259 → 60 067.7295 (scale-in rule), at risk 16.58 USDT
1970-01-01 00:04 UTC  tier 4        add 0.01642036 BTC at 60 900 (20 % of margin)
1970-01-01 00:04 UTC  stop          60 067.7295 → 60 433.2912 (scale-in rule), at risk 0 USDT
1970-01-01 00:04 UTC  TP1           close 0.02068396 BTC at 61 000, 0.06205189 BTC left
1970-01-01 00:06 UTC  TP2           close 0.02895755 BTC at 62 500, 0.03309434 BTC left
1970-01-01 00:06 UTC  stop          60 433.2912 → 61 433.2912 (lock in R), locked in 33.09 USDT
1970-01-01 00:08 UTC  TP3           close 0.02482076 BTC at 64 000, 0.00827359 BTC left
1970-01-01 00:08 UTC  stop          61 433.2912 → 63 360 (trail), locked in 24.21 USDT
1970-01-01 00:08 UTC  stop          63 360 → 63 518.4 (trail), locked in 25.52 USDT
…
1970-01-01 00:09 UTC  stop          64 477.1507 → 64 638.3436 (trail), locked in 34.79 USDT
1970-01-01 00:09 UTC  stop          64 638.3436 → 64 799.9395 (trail), locked in 36.13 USDT
1970-01-01 00:10 UTC  stop hit      out of 0.00827359 BTC at 64 799.9395
1970-01-01 00:10 UTC  closed        the stop was hit: +196.22 USDT, 9.42 R"""
    )
    assert (
        summary(trade.state)
        == """\
BTC/USDT:USDT long on binanceusdm: the stop was hit
Entered   0.08273585 BTC at 60 433.2912 on average, 4 of 4 tiers
Targets   3 of 3 reached
R         1 000 = 20.83 USDT
Result    +196.22 USDT, 9.42 R"""
    )


def test_a_quiet_replay_says_so() -> None:
    """Nothing happened is an answer too."""
    trade = Trade(long_plan(follow=Follow.ASSUMED))
    assert story(trade.plan, trade.events) == "Nothing happened."
    assert summary(trade.state) == "BTC/USDT:USDT long on binanceusdm: still open\nNothing was entered."


def test_an_open_replay_says_what_is_left() -> None:
    """A block, a reassessment, a candle's evidence; the summary of a trade that is not over."""
    tiers = (
        Tier(Decimal(40), price("60000", DOWN)),
        Tier(Decimal(30), price("59400", DOWN)),
        Tier(Decimal(30), CloseBeyond(Timeframe.H1, Decimal(60_200), UP)),
    )
    trade = Trade(long_plan(follow=Follow.ASSUMED, tiers=tiers))
    trade.jump("60000", "59400")
    trade.give(
        CandleClosed(
            Timeframe.H1,
            Candle(0, Decimal(59_400), Decimal(60_300), Decimal(59_400), Decimal(60_250), Decimal(1)),
            60 * MINUTE,
        )
    )
    assert (
        story(trade.plan, trade.events)
        == """\
1970-01-01 00:01 UTC  tier 1        add 0.0333 BTC at 60 000 (40 % of margin)
1970-01-01 00:02 UTC  reassess      59 400: half an R against tier 1
1970-01-01 00:02 UTC  tier 2        blocked at 59 400: averaging down
1970-01-01 01:00 UTC  tier 3        add 0.0248 BTC at 60 250 (30 % of margin, 1h close 60 250 above \
60 200, candle closed 01:00 UTC)
1970-01-01 01:00 UTC  stop          59 000 → 59 856.8 (scale-in rule), at risk 14.52 USDT"""
    )
    assert (
        summary(trade.state)
        == """\
BTC/USDT:USDT long on binanceusdm: still open
Entered   0.0581 BTC at 60 106.7 on average, 2 of 3 tiers
Targets   0 of 3 reached
R         1 000 = 33.3 USDT
Result    0 USDT, 0 R
Open      0.0581 BTC, stop 59 856.8, at risk 14.52 USDT"""
    )


def test_a_symbol_without_a_quote_is_quoted_in_usdt() -> None:
    """An odd symbol still reads."""
    trade = Trade(long_plan(follow=Follow.ASSUMED, symbol="BTC", tiers=(Tier(Decimal(100), price("60000", DOWN)),)))
    trade.jump("60000", "58990")
    assert "USDT" in story(trade.plan, trade.events)
