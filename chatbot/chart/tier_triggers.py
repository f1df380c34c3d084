"""Conditions worth adding on: a bounce, a break, a retest, a move in the trade's favour. For shorts mirrored.

Tier 1 waits for a bounce at what carries, a break of what is in the way, or a pullback to a moving average. Later
tiers add when the market proves the trade right: beyond the tier before, before the first target, never deeper than
half an R against tier 1. Triggers are asked for before the stop and the targets: while these are not known nothing
against the trade is proposed, and half an ATR from tier to tier is the measure.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isfinite
from typing import Final

from chatbot.chart.ground import Ground, ground_of
from chatbot.chart.indicators import Columns, column, columns_of
from chatbot.chart.structure import after_last_hole
from chatbot.chart.values import Chart, Setup, TriggerProposal, Zone
from chatbot.chart.wording import atr_text, zone_text
from chatbot.core.figures import GAP, grouped
from chatbot.core.money import HUNDRED, Side
from chatbot.core.plan import Average, Bounce, CloseBeyond, Direction, MoveTrigger, MovingAverageRetest
from chatbot.core.triggers import AverageKey

REACH_ATR: Final = Decimal(4)
"""A level farther from the entry than this is no matter of the next candles."""
STEP_ATR: Final = Decimal("0.5")
"""The usual way from one tier to the next."""
TIERS: Final = 4
DEEPEST_R: Final = Decimal("0.5")
"""RULES 5 and 7: an add is never deeper than this against tier 1."""
ROOM_ATR: Final = Decimal("0.1")
"""How far before the first target the last add must come."""
SMALLEST_PCT: Final = Decimal("0.01")
FAST: Final = 20
SLOW: Final = 50


def triggers(chart: Chart, setup: Setup, number: int) -> tuple[TriggerProposal, ...]:
    """At most three conditions for tier `number`, counted from 1. `setup.entry` is the market price for tier 1."""
    ground = ground_of(chart, setup)
    if ground is None:
        return ()
    return tuple(first_tier(ground) if number == 1 else later_tier(ground, number))


def first_tier(ground: Ground) -> Iterator[TriggerProposal]:
    """A bounce, a break, a pullback."""
    behind = next((zone for zone in ground.zones_behind if may_wait_at(ground, ground.near_edge(zone))), None)
    if behind is not None:
        level = ground.near_edge(behind)
        yield bounce(ground, level, f"bounce at the {zone_text(behind, ground.floor_word)}, {away(ground, level)}")
    ahead = next((zone for zone in ground.zones_ahead if ground.ahead(ground.far_edge(zone)) <= limit(ground)), None)
    if ahead is not None:
        yield breakout(ground, ahead)
    yield from pullback(ground, REACH_ATR * ground.atr)


def later_tier(ground: Ground, number: int) -> Iterator[TriggerProposal]:
    """A move, a break, a retest: of a level the tier before has broken, else of a moving average."""
    yield from move(ground, number)
    between = [zone for zone in ground.zones_ahead if ground.ahead(break_level(ground, zone)) <= limit(ground)]
    passed = [zone for zone in between if ground.ahead(break_level(ground, zone)) <= done(ground)]
    if len(passed) < len(between):
        yield breakout(ground, between[len(passed)])
    if passed:
        what = f"retest of the broken {zone_text(passed[-1], ground.ceiling_word)}"
        yield bounce(ground, break_level(ground, passed[-1]), what)
    else:
        yield from pullback(ground, deepest(ground))


def done(ground: Ground) -> Decimal:
    """How far ahead the tier before lies; 0 for tier 1 itself."""
    last = ground.setup.last_tier
    return Decimal(0) if last is None else max(Decimal(0), ground.ahead(last))


def limit(ground: Ground) -> Decimal:
    """How far ahead an entry may lie: before the first target, else within 1 R, else within reach."""
    setup, reach = ground.setup, REACH_ATR * ground.atr
    if setup.first_target is not None:
        return min(reach, ground.ahead(setup.first_target) - ROOM_ATR * ground.atr)
    return reach if setup.stop is None else min(reach, -ground.ahead(setup.stop))


def deepest(ground: Ground) -> Decimal:
    """How far against tier 1 an add may come: half an R, half an ATR while R is not known."""
    stop = ground.setup.stop
    return DEEPEST_R * (ground.atr if stop is None else -ground.ahead(stop))


def may_wait_at(ground: Ground, price: Decimal) -> bool:
    """Whether tier 1 may wait for this price: near enough, and before the stop."""
    stop = ground.setup.stop
    before_stop = stop is None or ground.ahead(price) > ground.ahead(stop)
    return before_stop and -ground.ahead(price) <= REACH_ATR * ground.atr


def break_level(ground: Ground, zone: Zone) -> Decimal:
    """The price beyond which a zone ahead is broken."""
    return ground.onward(ground.far_edge(zone))


def away(ground: Ground, price: Decimal) -> str:
    """`0.8 ATR away`."""
    return f"{atr_text(abs(ground.ahead(price)), ground.atr)} away"


def onwards(ground: Ground) -> Direction:
    """The direction of the trade."""
    return Direction.UP if ground.setup.side is Side.LONG else Direction.DOWN


def bounce(ground: Ground, level: Decimal, why: str) -> TriggerProposal:
    """A candle that touches the level and closes back on its good side."""
    return TriggerProposal(Bounce(ground.chart.timeframe, ground.onward(level), onwards(ground)), why)


def breakout(ground: Ground, zone: Zone) -> TriggerProposal:
    """A candle that closes beyond a zone ahead."""
    level = break_level(ground, zone)
    beyond = "above" if ground.setup.side is Side.LONG else "below"
    why = f"close {beyond} the {zone_text(zone, ground.ceiling_word)}, {away(ground, level)}"
    return TriggerProposal(CloseBeyond(ground.chart.timeframe, level, onwards(ground)), why)


def move(ground: Ground, number: int) -> Iterator[TriggerProposal]:
    """A % of price in the trade's favour: half an ATR a tier, less where the first target leaves no room for that."""
    behind, left = done(ground), TIERS - number + 1
    usual = max((number - 1) * STEP_ATR * ground.atr, behind + STEP_ATR * ground.atr)
    room = (limit(ground) - behind) / max(left, 1)
    pct = min(in_pct(ground, usual, ROUND_CEILING), in_pct(ground, behind + room, ROUND_FLOOR))
    distance = ground.entry * pct / HUNDRED
    if pct > 0 and distance > behind:
        size = f"{grouped(pct)}{GAP}% of price"
        yield TriggerProposal(MoveTrigger(pct), f"{size} in favour, {atr_text(distance, ground.atr)} from tier 1")


def in_pct(ground: Ground, distance: Decimal, rounding: str) -> Decimal:
    """A distance as % of the entry price, in steps of a hundredth."""
    return (distance / ground.entry * HUNDRED).quantize(SMALLEST_PCT, rounding)


def pullback(ground: Ground, depth: Decimal) -> Iterator[TriggerProposal]:
    """A retest of EMA 20 where the averages agree with the trade, else of EMA 50 if price is on its good side."""
    prices = columns_of(after_last_hole(ground.chart.candles, ground.chart.timeframe))
    fast, slow, close = averaged(prices, FAST), averaged(prices, SLOW), ground.chart.candles[-1].close
    if fast is None or slow is None:
        return
    period, value = (FAST, fast) if ground.sign * (fast - slow) > 0 else (SLOW, slow)
    if ground.sign * (close - value) > 0 and -depth <= ground.ahead(value) <= limit(ground):
        trigger = MovingAverageRetest(ground.chart.timeframe, Average.EMA, period, onwards(ground))
        yield TriggerProposal(trigger, f"retest of EMA{GAP}{period}, now {grouped(ground.backward(value))}")


def averaged(prices: Columns, period: int) -> Decimal | None:
    """The exponential average of the closes at the last candle; None where it has no value."""
    value = float(column(prices, AverageKey(Average.EMA, period))[-1])
    return Decimal(str(value)) if isfinite(value) else None
