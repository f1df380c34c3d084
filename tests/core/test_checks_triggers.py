"""Which triggers a plan may hold, and how they may be joined."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.core.checks import CheckContext, check
from chatbot.core.findings import Code, blocks_in
from chatbot.core.money import Side
from chatbot.core.plan import (
    AllOf,
    AnyOf,
    Average,
    Bounce,
    Direction,
    MacdTrigger,
    ManualTrigger,
    MoveTrigger,
    MovingAverageRetest,
    Trigger,
)
from chatbot.core.timeframes import Timeframe
from chatbot.core.watchable import unwatchable
from tests.core.planning import (
    CLOSE,
    RSI,
    codes,
    found,
    price,
    with_first,
    with_tiers,
)

D = Decimal


@pytest.mark.parametrize(
    ("trigger", "kind"),
    [
        (replace(RSI, period=201), "rsi over 201 candles"),
        (MacdTrigger(Timeframe.H1, Direction.UP, fast=26, slow=12), "macd 26/12/9"),
        (MovingAverageRetest(Timeframe.H1, Average.EMA, 1, Direction.UP), "ema over 1 candles"),
        (AllOf((CLOSE, replace(RSI, period=1))), "rsi over 1 candles"),
        (AnyOf((CLOSE, replace(RSI, period=999))), "rsi over 999 candles"),
    ],
)
def test_trigger_that_can_not_be_watched_is_a_block(trigger: Trigger, kind: str) -> None:
    """Nothing is ever armed that the bot can't watch."""
    assert unwatchable(trigger) == kind
    finding = found(with_tiers(Side.LONG, trigger), Code.UNWATCHABLE)
    assert (finding.index, finding.kind) == (2, kind)


@pytest.mark.parametrize(
    "trigger",
    [
        price(Side.LONG, 300),
        MoveTrigger(D(1)),
        CLOSE,
        RSI,
        MacdTrigger(Timeframe.H1, Direction.UP),
        MovingAverageRetest(Timeframe.H1, Average.EMA, 20, Direction.UP),
        AllOf((CLOSE, RSI)),
        Bounce(Timeframe.H1, D(60100), Direction.UP),
        ManualTrigger("Sure?"),
        AnyOf((CLOSE, ManualTrigger("Sure?"))),
    ],
)
def test_trigger_that_can_be_watched_is_fine(trigger: Trigger) -> None:
    """Prices, moves, candles, indicators and questions are watched, alone or joined."""
    assert unwatchable(trigger) is None
    assert blocks_in(check(with_tiers(Side.LONG, trigger), CheckContext())) == ()


def test_move_in_tier_one_is_a_block() -> None:
    """A move is measured from tier 1's own fill."""
    finding = found(with_first(MoveTrigger(D(1))), Code.MOVE_IN_FIRST_TIER, market_price=D(60000))
    assert finding.value == D(1)


@pytest.mark.parametrize("pct", [D(0), D(-1)])
def test_move_that_goes_nowhere_is_a_block(pct: D) -> None:
    """A move goes in the trade's favour."""
    assert found(with_tiers(Side.LONG, MoveTrigger(pct)), Code.MOVE_NOT_POSITIVE).value == pct


@pytest.mark.parametrize("empty", [AnyOf(()), AllOf(())])
def test_empty_combination_is_a_block(empty: Trigger) -> None:
    """A combination of nothing never fires."""
    assert found(with_tiers(Side.LONG, empty), Code.COMBINATION_EMPTY).index == 2


def test_nested_combination_is_a_block() -> None:
    """`all` and `any` are not nested."""
    nested = AnyOf((AnyOf((CLOSE,)),))  # type: ignore[arg-type]  # what a file may hold
    assert codes(with_tiers(Side.LONG, nested)) == [Code.COMBINATION_NESTED, Code.TIER_COUNT, Code.WEIGHT_DOMINANT]


def test_all_with_a_question_is_a_block() -> None:
    """What must hold at one close can't wait for an answer."""
    assert Code.ALL_WITH_MANUAL in codes(with_tiers(Side.LONG, AllOf((CLOSE, ManualTrigger("Sure?")))))


def test_all_without_a_candle_is_a_block() -> None:
    """Without a candle nothing says when the parts are judged."""
    assert Code.ALL_WITHOUT_CANDLE in codes(with_tiers(Side.LONG, AllOf((price(Side.LONG, 300),))))


def test_all_with_two_timeframes_is_a_block() -> None:
    """Candle parts share one timeframe, so that they close together."""
    both = AllOf((CLOSE, replace(CLOSE, timeframe=Timeframe.M15)))
    assert found(with_tiers(Side.LONG, both), Code.ALL_MIXED_TIMEFRAMES).kind == "15m, 1h"
