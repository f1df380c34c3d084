"""PLAN.json: what it may hold, and one sentence naming the field for everything it may not."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

from chatbot.core.plan import (
    AnyOf,
    Bounce,
    BreakEven,
    CloseBeyond,
    Direction,
    Follow,
    Guards,
    Hold,
    LockR,
    ManualTrigger,
    MarginMode,
    MoveTrigger,
    PreviousTarget,
    PriceTrigger,
    ScaleInStop,
    Trail,
)
from chatbot.core.plan_format import PlanFormatError, iso, plan_from_format
from chatbot.core.timeframes import Timeframe

D = Decimal
FULL = """
{"exchange": "binanceusdm", "symbol": "BTC/USDT:USDT", "side": "long", "leverage": "10",
 "margin_mode": "isolated", "timeframe": "15m", "equity": "10000", "allocation_pct": "5",
 "tiers": [{"weight_pct": "25", "trigger": {"kind": "price", "level": "60000", "direction": "down"}},
           {"weight_pct": "25", "trigger": {"kind": "move", "pct": "0.5"}},
           {"weight_pct": "30", "trigger": {"kind": "price", "level": "60600", "direction": "up"}},
           {"weight_pct": "20", "trigger":
               {"kind": "close_beyond", "timeframe": "1h", "level": "60900", "direction": "up"}}],
 "stop": "59000",
 "targets": [{"price": "61000", "close_pct": "25", "stop_rule": {"kind": "break_even"}},
             {"price": "62500", "close_pct": "35", "stop_rule": {"kind": "lock_r", "r": "1"}},
             {"price": "64000", "close_pct": "30", "stop_rule":
                 {"kind": "trail", "distance_pct": "1", "step_pct": "0.25"}}],
 "scale_in_stop": {"significant_pct": "50", "buffer_r": "0.25"},
 "guards": {"averaging_down_r": "0.5", "structure_level": null, "add_after_first_target": false},
 "fees": {"taker_pct": "0"}, "tick_size": null, "lot_size": null, "armed_at": null, "expires_at": null}
"""
DEFAULTED = (
    "exchange", "symbol", "margin_mode", "timeframe", "scale_in_stop", "guards", "fees", "tick_size", "lot_size",
    "armed_at", "expires_at",
)  # fmt: skip
REQUIRED = ("side", "leverage", "equity", "allocation_pct", "tiers", "stop", "targets")


def full() -> Any:
    """The plan of the format's own page, as parsed."""
    return json.loads(FULL)


def put(path: str, value: object) -> Any:
    """That plan with the value at a path such as `tiers.0.trigger.level` replaced."""
    plan = copy.deepcopy(full())
    *way, last = path.split(".")
    place = plan
    for name in way:
        place = place[int(name)] if isinstance(place, list) else place[name]
    place[int(last) if isinstance(place, list) else last] = value
    return plan


def refusal(plan: object) -> str:
    """The sentence with which a plan is refused."""
    with pytest.raises(PlanFormatError) as caught:
        plan_from_format(plan)
    return str(caught.value)


def test_the_whole_format_is_read() -> None:
    """Every field lands where it belongs; a replay assumes its fills."""
    plan = plan_from_format(full())
    assert (plan.exchange, plan.symbol, plan.side.value) == ("binanceusdm", "BTC/USDT:USDT", "long")
    assert (plan.leverage, plan.equity, plan.allocation_pct, plan.notional) == (D(10), D(10000), D(5), D(5000))
    assert (plan.margin_mode, plan.timeframe, plan.stop) == (MarginMode.ISOLATED, Timeframe.M15, D(59000))
    assert [tier.weight_pct for tier in plan.tiers] == [D(25), D(25), D(30), D(20)]
    assert [tier.trigger for tier in plan.tiers] == [
        PriceTrigger(D(60000), Direction.DOWN),
        MoveTrigger(D("0.5")),
        PriceTrigger(D(60600), Direction.UP),
        CloseBeyond(Timeframe.H1, D(60900), Direction.UP),
    ]
    assert [(target.price, target.close_pct) for target in plan.targets] == [
        (D(61000), D(25)),
        (D(62500), D(35)),
        (D(64000), D(30)),
    ]
    trail = Trail(distance_pct=D(1), step_pct=D("0.25"))
    assert [target.stop_rule for target in plan.targets] == [BreakEven(), LockR(D(1)), trail]
    assert (plan.scale_in_stop, plan.guards, plan.taker_pct) == (ScaleInStop(), Guards(), D(0))
    assert (plan.tick_size, plan.lot_size, plan.armed_at, plan.expires_at) == (None, None, None, None)
    assert plan.follow is Follow.ASSUMED


def test_what_is_optional_has_its_default() -> None:
    """Left out or null, the plan is the same."""
    short = {name: value for name, value in full().items() if name not in DEFAULTED}
    assert plan_from_format(short) == plan_from_format(full())
    assert plan_from_format(short | dict.fromkeys(DEFAULTED)) == plan_from_format(full())


def test_numbers_may_be_json_numbers() -> None:
    """10, 10.0 and "10" are one number; a fraction is exact, as written."""
    assert plan_from_format(put("leverage", 10)) == plan_from_format(full())
    assert plan_from_format(put("tick_size", 0.1)).tick_size == D("0.1")
    assert plan_from_format(put("stop", D("59000.5"))).stop == D("59000.5")


def test_settings_are_read() -> None:
    """The optional parts, each with a value of its own."""
    plan = plan_from_format(
        full()
        | {
            "guards": {"averaging_down_r": 1, "structure_level": 58000, "add_after_first_target": True, "chasing_r": 2},
            "scale_in_stop": {"significant_pct": 60, "buffer_r": 0},
            "fees": {"taker_pct": 0.05},
            "lot_size": "0.001",
            "armed_at": "2024-08-05T01:10:00Z",
            "expires_at": "2024-08-05T03:10:00.5+02:00",
        }
    )
    assert plan.guards == Guards(D(1), D(58000), add_after_first_target=True, chasing_r=D(2))
    assert plan.scale_in_stop == ScaleInStop(D(60), D(0))
    assert (plan.taker_pct, plan.lot_size) == (D("0.05"), D("0.001"))
    assert (plan.armed_at, plan.expires_at) == (1722820200000, 1722820200500)
    assert plan_from_format(put("armed_at", "2024-08-05T01:10:00")).armed_at == 1722820200000


def test_moments_are_written_as_they_are_read() -> None:
    """To the second where it is whole, else to the millisecond."""
    assert iso(1722820200000) == "2024-08-05T01:10:00Z"
    assert iso(1722820200500) == "2024-08-05T01:10:00.500Z"


@pytest.mark.parametrize(
    ("written", "trigger"),
    [
        (
            {"kind": "bounce", "timeframe": "4h", "level": 60000, "direction": "up"},
            Bounce(Timeframe.H4, D(60000), Direction.UP, D("0.1")),
        ),
        (
            {"kind": "bounce", "timeframe": "1d", "level": 60000, "direction": "down", "tolerance_pct": 0},
            Bounce(Timeframe.D1, D(60000), Direction.DOWN, D(0)),
        ),
        ({"kind": "manual", "question": "Sure?"}, ManualTrigger("Sure?")),
        (
            {"kind": "any", "of": [{"kind": "manual"}, {"kind": "move", "pct": 1}]},
            AnyOf((ManualTrigger("Is the condition met?"), MoveTrigger(D(1)))),
        ),
    ],
)
def test_every_trigger_that_can_be_watched_is_read(written: object, trigger: object) -> None:
    """Kinds beyond those of the first plan, with their defaults."""
    assert plan_from_format(put("tiers.1.trigger", written)).tiers[1].trigger == trigger


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ({"kind": "hold"}, Hold()),
        (None, Hold()),
        ({"kind": "previous_target"}, PreviousTarget()),
        ({"kind": "lock_r"}, LockR(D(1))),
        ({"kind": "lock_r", "r": "0.5"}, LockR(D("0.5"))),
        ({"kind": "trail", "distance_r": 1}, Trail(distance_r=D(1))),
        ({"kind": "trail", "distance_atr": 2}, Trail(distance_atr=D(2))),
    ],
)
def test_every_stop_rule_is_read(written: object, rule: object) -> None:
    """No rule is `hold`."""
    assert plan_from_format(put("targets.1.stop_rule", written)).targets[1].stop_rule == rule


@pytest.mark.parametrize("name", REQUIRED)
def test_what_is_required_is_missed_by_its_name(name: str) -> None:
    """Left out, or null."""
    left_out = {key: value for key, value in full().items() if key != name}
    assert refusal(left_out) == refusal(put(name, None)) == f"{name} is missing"


MACD = {"kind": "macd", "timeframe": "1h", "direction": "up"}
RSI = {"kind": "rsi", "timeframe": "1h", "level": 30, "direction": "up"}
RETEST = {"kind": "ma_retest", "timeframe": "1h", "ma": "ema", "direction": "up"}
CLOSED = {"kind": "close_beyond", "timeframe": "1h", "level": 60900, "direction": "up"}
WRONG = [
    ("side", "up", "side is 'up'; expected one of long, short"),
    ("exchange", 5, "exchange is 5; expected a text"),
    ("symbol", ["BTC"], "symbol is ['BTC']; expected a text"),
    ("symbol", "BTC/USDT", "symbol is 'BTC/USDT', a spot market; expected a linear one, such as BTC/USDT:USDT"),
    (
        "symbol",
        "BTC/USD:BTC",
        "symbol is 'BTC/USD:BTC', an inverse market; expected a linear one, such as BTC/USDT:USDT",
    ),
    ("leverage", 0, "leverage is 0; expected a number above 0"),
    ("leverage", "ten", "leverage is 'ten'; expected a number such as \"60000\""),
    ("leverage", True, 'leverage is True; expected a number such as "60000"'),
    ("equity", -1, "equity is -1; expected a number above 0"),
    ("equity", "NaN", "equity is 'NaN'; expected a finite number of ordinary size"),
    ("equity", "1e30", "equity is '1e30'; expected a finite number of ordinary size"),
    ("allocation_pct", {}, 'allocation_pct is {}; expected a number such as "60000"'),
    ("margin_mode", "both", "margin_mode is 'both'; expected one of isolated, cross"),
    ("timeframe", "7m", "timeframe is '7m'; expected one of 1m, 3m"),
    ("timeframe", [1], "timeframe is [1]; expected one of 1m"),
    ("tiers", [], "tiers is []; expected a list with at least one entry"),
    ("tiers", "four", "tiers is 'four'; expected a list"),
    ("tiers.1", 25, "tiers[1] is 25; expected an object"),
    ("tiers.1.weight_pct", 0, "tiers[1].weight_pct is 0; expected a number above 0"),
    ("tiers.1.weight_pct", 30, "tiers: the weights add up to 105; expected 100"),
    ("tiers.1.wait", 1, "tiers[1].wait is not a field of a plan; known here: trigger, weight_pct"),
    ("tiers.1.trigger", None, "tiers[1].trigger.kind is missing"),
    ("tiers.1.trigger", "price", "tiers[1].trigger is 'price'; expected an object"),
    ("tiers.1.trigger.kind", "luck", "tiers[1].trigger.kind is 'luck'; expected one of price, move"),
    ("tiers.1.trigger.pct", 0, "tiers[1].trigger.pct is 0; expected a number above 0"),
    ("tiers.0.trigger.direction", None, "tiers[0].trigger.direction is missing"),
    ("tiers.0.trigger.direction", "left", "tiers[0].trigger.direction is 'left'; expected one of up, down"),
    ("tiers.0.trigger.level", "low", "tiers[0].trigger.level is 'low'; expected a number"),
    ("tiers.0.trigger.pct", 1, "tiers[0].trigger.pct is not a field of a plan; known here: direction, kind, level"),
    ("tiers.0.trigger", {"kind": "move", "pct": 1}, "tiers[0].trigger.kind is 'move' or holds it; tier 1"),
    (
        "tiers.0.trigger",
        {"kind": "any", "of": [{"kind": "move", "pct": 1}]},
        "tiers[0].trigger.kind is 'move' or holds",
    ),
    ("tiers.3.trigger.timeframe", None, "tiers[3].trigger.timeframe is missing"),
    (
        "tiers.3.trigger",
        {**CLOSED, "kind": "bounce", "tolerance_pct": -1},
        "tiers[3].trigger.tolerance_pct is -1; expected 0",
    ),
    (
        "tiers.3.trigger",
        {**CLOSED, "kind": "bounce", "tolerance_pct": 100},
        "tiers[3].trigger.tolerance_pct is 100; expected l",
    ),
    (
        "tiers.3.trigger",
        {"kind": "any", "of": []},
        "tiers[3].trigger.of is []; expected a list with at least one entry",
    ),
    (
        "tiers.3.trigger",
        {"kind": "any", "of": [{"kind": "any"}]},
        "tiers[3].trigger.of[0].kind is 'any'; expected one of",
    ),
    ("tiers.3.trigger", {"kind": "any", "of": [CLOSED], "on": 1}, "tiers[3].trigger.on is not a field"),
    ("tiers.3.trigger", {"kind": "manual", "question": 1}, "tiers[3].trigger.question is 1; expected a text"),
    ("tiers.3.trigger", MACD | {"fast": 26}, "tiers[3].trigger looks at macd 26/26/9; expected 2 to 200 candles"),
    ("tiers.3.trigger", MACD | {"signal": 1}, "tiers[3].trigger looks at macd 12/26/1; expected 2 to 200 candles"),
    ("tiers.3.trigger", RETEST | {"period": 201}, "tiers[3].trigger looks at ema over 201 candles; expected 2 to 200"),
    ("tiers.3.trigger", RSI | {"period": 1}, "tiers[3].trigger looks at rsi over 1 candles; expected 2 to 200"),
    (
        "tiers.3.trigger",
        {"kind": "any", "of": [CLOSED, RSI | {"period": 999}]},
        "tiers[3].trigger looks at rsi over 999 candles",
    ),
    (
        "tiers.3.trigger",
        {"kind": "all", "of": [CLOSED, {"kind": "manual"}]},
        "tiers[3].trigger holds 'manual'; expected only what a candle's close can show",
    ),
    (
        "tiers.3.trigger",
        {"kind": "all", "of": [{"kind": "move", "pct": 1}]},
        "tiers[3].trigger holds no candle condition; expected at least one",
    ),
    (
        "tiers.3.trigger",
        {"kind": "all", "of": [CLOSED, RSI | {"timeframe": "15m"}]},
        "tiers[3].trigger mixes candles of 15m, 1h; expected one timeframe",
    ),
    ("guards.min_pause_minutes", -1, "guards.min_pause_minutes is -1; expected a whole number from 0 on"),
    ("tiers.3.trigger", RSI | {"level": 101}, "tiers[3].trigger.level is 101; expected at most 100"),
    ("tiers.3.trigger", RSI | {"period": 1.5}, "tiers[3].trigger.period is 1.5; expected a whole number"),
    ("tiers.3.trigger", RSI | {"on": "touch"}, "tiers[3].trigger.on is 'touch'; expected one of cross, state"),
    ("tiers.3.trigger", MACD | {"fast": 0}, "tiers[3].trigger.fast is 0; expected a whole number from 1 on"),
    ("stop", "59,000", "stop is '59,000'; expected a number such as \"60000\""),
    ("targets", {}, "targets is {}; expected a list with at least one entry"),
    ("targets.0.price", "x" * 99, "targets[0].price is 'xxxxxxxxxx"),
    ("targets.0.price", 58000, "targets[0].price is 58000; expected above 59000 for a long"),
    ("targets.1.price", 61000, "targets[1].price is 61000; expected above 61000 for a long"),
    ("targets.0.close_pct", -1, "targets[0].close_pct is -1; expected 0 or more"),
    ("targets.0.close_pct", 50, "targets: the closes add up to 115 %; expected at most 100"),
    ("targets.0.note", "", "targets[0].note is not a field of a plan"),
    ("targets.0.stop_rule", [], "targets[0].stop_rule is []; expected an object"),
    ("targets.0.stop_rule", {}, "targets[0].stop_rule.kind is missing"),
    ("targets.0.stop_rule.kind", "pray", "targets[0].stop_rule.kind is 'pray'; expected one of break_even, lock_r"),
    ("targets.0.stop_rule.r", 1, "targets[0].stop_rule.r is not a field of a plan; known here: kind"),
    ("targets.1.stop_rule.r", "one", "targets[1].stop_rule.r is 'one'; expected a number"),
    ("targets.2.stop_rule.distance_r", 1, "targets[2].stop_rule needs exactly one of distance_pct, distance_r"),
    ("targets.2.stop_rule.distance_pct", None, "targets[2].stop_rule needs exactly one of"),
    ("targets.2.stop_rule.distance_pct", 100, "targets[2].stop_rule.distance_pct is 100; expected less than 100"),
    ("targets.2.stop_rule.step_pct", 0, "targets[2].stop_rule.step_pct is 0; expected a number above 0"),
    ("scale_in_stop", 5, "scale_in_stop is 5; expected an object"),
    ("scale_in_stop.significant_pct", 101, "scale_in_stop.significant_pct is 101; expected at most 100"),
    ("scale_in_stop.buffer_r", -1, "scale_in_stop.buffer_r is -1; expected 0 or more"),
    ("scale_in_stop.above", 1, "scale_in_stop.above is not a field of a plan; known here: buffer_r, significant_pct"),
    ("guards.averaging_down_r", -1, "guards.averaging_down_r is -1; expected 0 or more"),
    ("guards.chasing_r", -1, "guards.chasing_r is -1; expected 0 or more"),
    ("guards.structure_level", 0, "guards.structure_level is 0; expected a number above 0"),
    ("guards.add_after_first_target", "no", "guards.add_after_first_target is 'no'; expected true or false"),
    ("guards.greed", 1, "guards.greed is not a field of a plan"),
    ("fees.taker_pct", 100, "fees.taker_pct is 100; expected less than 100"),
    ("fees.maker_pct", 0, "fees.maker_pct is not a field of a plan; known here: taker_pct"),
    ("tick_size", 0, "tick_size is 0; expected a number above 0"),
    ("lot_size", "small", "lot_size is 'small'; expected a number"),
    ("armed_at", "noon", "armed_at is 'noon'; expected a time such as \"2024-08-05T01:10:00Z\""),
    ("expires_at", 1722816600000, "expires_at is 1722816600000; expected a time such as"),
    ("levarage", 10, "levarage is not a field of a plan; known here: allocation_pct, armed_at"),
]


@pytest.mark.parametrize(("path", "value", "sentence"), WRONG)
def test_a_wrong_field_is_named(path: str, value: object, sentence: str) -> None:
    """What the field is called, what it holds, and what was expected."""
    assert refusal(put(path, value)).startswith(sentence)


def test_a_wrong_value_is_shown_in_short() -> None:
    """A whole page in the wrong place does not become the sentence."""
    assert len(refusal(put("stop", "9" * 5000))) < 150


def test_targets_of_a_short_go_down() -> None:
    """The mirrored order, with its own word."""
    plan = put("side", "short")
    plan["stop"] = 66000
    assert refusal(plan) == "targets[1].price is 62500; expected below 61000 for a short"


@pytest.mark.parametrize("value", [None, [], "plan", 5])
def test_something_else_than_a_plan_is_refused(value: object) -> None:
    """JSON, but no object."""
    assert refusal(value).startswith("the plan is ")
