"""Triggers and rules in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.events import CloseReason, StopReason
from chatbot.core.figures import GAP
from chatbot.core.plan import (
    AllOf,
    AnyOf,
    Average,
    Bounce,
    BreakEven,
    CloseBeyond,
    Hold,
    LockR,
    MacdTrigger,
    ManualTrigger,
    MoveTrigger,
    MovingAverageRetest,
    Occasion,
    PreviousTarget,
    RsiTrigger,
    StopRule,
    Trail,
    Trigger,
)
from chatbot.core.state import Phase, TierPhase
from chatbot.core.timeframes import Timeframe
from chatbot.messages.buttons import plain
from chatbot.messages.words import CLOSE_WORDS, PHASE_WORDS, STOP_WORDS, TIER_WORDS, stop_rule_words, trigger_words
from tests.messages.trading import DOWN, UP, price

H1, M15 = Timeframe.H1, Timeframe.M15


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (price("60600", UP), "price at or above 60 600"),
        (price("60600.5", DOWN), "price at or below 60 600.5"),
        (MoveTrigger(Decimal("0.5")), "0.5 % of price beyond tier 1's fill"),
        (CloseBeyond(H1, Decimal(60_900), UP), "1h candle closes above 60 900"),
        (CloseBeyond(H1, Decimal(60_900), DOWN), "1h candle closes below 60 900"),
        (Bounce(M15, Decimal(60_000), UP), "15m candle touches 60 000 (within 0.1 % of price) and closes above it"),
        (
            MovingAverageRetest(H1, Average.EMA, 20, DOWN, Decimal("0.2")),
            "1h candle touches EMA 20 (within 0.2 % of price) and closes below it",
        ),
        (RsiTrigger(H1, Decimal(30), UP), "RSI 14 (1h) crosses above 30"),
        (RsiTrigger(H1, Decimal(70), DOWN, on=Occasion.STATE), "RSI 14 (1h) stands below 70"),
        (MacdTrigger(H1, UP), "MACD 12/26/9 histogram (1h) crosses above 0"),
        (ManualTrigger("volume up?"), "your yes to “volume up?”"),
        (
            AllOf((RsiTrigger(H1, Decimal(30), UP), price("60000", UP))),
            "RSI 14 (1h) crosses above 30 and price at or above 60 000",
        ),
        (
            AnyOf((MoveTrigger(Decimal(1)), ManualTrigger("go?"))),
            "1 % of price beyond tier 1's fill or your yes to “go?”",
        ),
    ],
)
def test_a_trigger_reads_as_a_trader_says_it(trigger: Trigger, words: str) -> None:
    """Every kind of trigger has words, with the percentage's whole."""
    assert trigger_words(trigger, Decimal("0.1")).replace(GAP, " ") == words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (BreakEven(), "stop to break-even"),
        (LockR(Decimal("1.5")), "stop locks in 1.5R"),
        (PreviousTarget(), "stop to the previous target"),
        (Trail(Decimal(1), step_pct=Decimal("0.25")), "stop trails 1 % of price behind in steps of 0.25 % of price"),
        (Trail(Decimal(1)), "stop trails 1 % of price behind"),
        (Trail(distance_r=Decimal("0.5")), "stop trails 0.5R behind"),
        (Trail(distance_atr=Decimal(2)), "stop trails 2 ATR behind"),
        (Trail(), "stop trails 1 ATR behind"),
        (Hold(), "stop stays"),
    ],
)
def test_a_stop_rule_reads_as_a_trader_says_it(rule: StopRule, words: str) -> None:
    """Every stop rule has words."""
    assert stop_rule_words(rule).replace(GAP, " ") == words


def test_every_reason_has_words() -> None:
    """Nothing that can end a plan or move a stop is told by its code name."""
    assert set(CLOSE_WORDS) == set(CloseReason)
    assert set(STOP_WORDS) == set(StopReason)
    assert set(PHASE_WORDS) == set(Phase)
    assert set(TIER_WORDS) == set(TierPhase)


@pytest.mark.parametrize(
    ("value", "digits"), [("59000", "59000"), ("59899.70", "59899.7"), ("1E+3", "1000"), ("0.0207", "0.0207")]
)
def test_copied_digits_are_plain(value: str, digits: str) -> None:
    """What is copied goes into an order form: no separators, no exponent, no needless zeros."""
    assert plain(Decimal(value)) == digits
