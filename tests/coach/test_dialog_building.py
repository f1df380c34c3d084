"""The conversation that builds a plan: by buttons only, by typing only, and what the answers come to.

Between every two answers the draft goes through JSON, as it does when the bot is killed and started again.
"""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from chatbot.coach.answers import Defaults, DialogView, Refused, Step
from chatbot.coach.dialog import question, start
from chatbot.coach.review import KNOWN, findings_of, ready, to_plan
from chatbot.core.money import Side
from chatbot.core.plan import (
    BreakEven,
    CloseBeyond,
    Direction,
    Follow,
    LockR,
    MoveTrigger,
    Plan,
    PriceTrigger,
    Resting,
    Trail,
)
from chatbot.core.timeframes import Timeframe
from chatbot.messages.values import Press, Verb
from tests.coach.talk import Talk, at, label_of

D = Decimal


def test_plan_is_built_by_typing_only() -> None:
    """Fifteen typed answers make the plan of the rules, with the market's tick, lot and fee."""
    talk = at("review")
    assert talk.step == Step.REVIEW
    plan = talk.plan()
    assert (plan.exchange, plan.symbol, plan.side, plan.leverage) == ("binanceusdm", "BTC/USDT:USDT", Side.LONG, D(10))
    assert (plan.equity, plan.allocation_pct, plan.stop) == (D(100000), D(5), D(59000))
    assert [tier.weight_pct for tier in plan.tiers] == [D(25), D(25), D(30), D(20)]
    assert [tier.trigger for tier in plan.tiers] == [
        PriceTrigger(D(60000), Direction.DOWN),
        MoveTrigger(D("0.5")),
        PriceTrigger(D(60600), Direction.UP),
        CloseBeyond(Timeframe.H1, D(60900), Direction.UP),
    ]
    assert [(target.price, target.close_pct) for target in plan.targets] == [
        (D(61000), D(25)), (D(62500), D(35)), (D(64000), D(30)),
    ]  # fmt: skip
    assert [t.stop_rule for t in plan.targets] == [BreakEven(), LockR(D(1)), Trail(D(1), step_pct=D("0.25"))]
    assert (plan.tick_size, plan.lot_size, plan.taker_pct) == (D("0.1"), D("0.001"), D("0.05"))
    assert (plan.follow, plan.resting, plan.timeframe) == (Follow.CONFIRMED, Resting(), Timeframe.M15)
    assert findings_of(talk.view) == ()


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("choice", [0, 1, 2])
def test_plan_is_built_by_buttons_only(side: Side, choice: int) -> None:
    """Whichever default is tapped at each step, and a plan with no block is there to be armed."""
    talk = Talk()
    for _ in range(20):
        if talk.step == Step.REVIEW:
            break
        texts = [text for text in talk.arguments() if text not in ("on bybit", "SOL", "ETH", "keep")]
        picked = 0 if talk.step == Step.EQUITY else min(choice, len(texts) - 1)
        talk.says(side.value if talk.step == Step.SIDE else texts[picked])
    assert talk.plan().side is side
    assert isinstance(ready(talk.view, KNOWN), Plan)
    assert talk.press("Arm" if not findings_of(talk.view) else "I know").verb is Verb.ARM


def test_first_buttons_lead_to_a_plan_without_any_finding() -> None:
    """The defaults fit each other: nothing to warn about."""
    talk = Talk()
    while talk.step != Step.REVIEW:
        press = talk.card().keyboard[0][0].press
        assert press is not None
        talk.says(press.argument)
    assert findings_of(talk.view) == ()
    assert talk.press("Arm") == Press(Verb.ARM, 7, talk.version)


def test_direction_stays_as_it_was_when_the_level_was_named() -> None:
    """60 000 below the market is reached downwards, even if the market falls under it before the plan is armed."""
    talk = at("review")
    talk.market_price = D(59900)
    assert talk.plan().tiers[0].trigger == PriceTrigger(D(60000), Direction.DOWN)


@pytest.mark.parametrize(
    ("text", "stop"), [("2%", "58800"), ("-2%", "58800"), ("1,5 %", "59100"), ("59000", "59000"), ("59k", "59000")]
)
def test_stop_is_a_price_or_a_share_of_it(text: str, stop: str) -> None:
    """A % is of tier 1's price, on the losing side."""
    assert at("stop").says(text).answers["stop"] == stop


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("1R 2.5R 4R", ["61000", "62500", "64000"]),
        ("1r/2,5r/4r", ["61000", "62500", "64000"]),
        ("+2% +4%", ["61200", "62400"]),
        ("61,000 62,500", ["61000", "62500"]),
        ("61 000 62 500", ["61000", "62500"]),
        ("62000", ["62000"]),
    ],
)
def test_targets_are_prices_multiples_of_r_or_shares(text: str, targets: list[str]) -> None:
    """All of them the same way."""
    assert at("targets").says(text).answers["targets"] == targets


def test_targets_of_a_short_lie_below() -> None:
    """Far enough below, they would be prices of 0 or less."""
    talk = Talk().says("btc", "short", "10x", "10k", "500 USDT", "34/33/33", "60000", "+1%", "+2%", "61000")
    assert talk.answers["allocation"] == "5"
    reply = talk.say("70R")
    assert isinstance(reply, Refused)
    assert "0 or less" in reply.sentence
    assert talk.says("1R 2R 3R").answers["targets"] == ["59000", "58000", "57000"]


def test_many_targets_have_defaults_too() -> None:
    """Four targets: even closes with a runner, the fourth leaves the trail alone."""
    talk = at("targets").says("61k 62k 63k 64k")
    assert talk.press("22/22/22/22 %").argument == "22/22/22/22"
    talk.says("22/22/22/22", "default")
    assert talk.answers["rules"] == "break-even / lock 1R / trail 1% / hold"


@pytest.mark.parametrize(
    ("text", "resting"),
    [
        ("none", []),
        ("all", ["entries", "stop", "targets"]),
        ("entries and stops", ["entries", "stop"]),
        ("tp", ["targets"]),
    ],
)
def test_resting_orders_are_named(text: str, resting: list[str]) -> None:
    """One tap, or a list."""
    assert at("resting").says(text).answers["resting"] == resting


def test_plan_can_be_built_while_the_market_price_is_unknown() -> None:
    """Directions must be written then, shares of a price can't be, and all buttons still answer."""
    talk = Talk(market_price=None).says("btc", "long", "10x", "10k", "5%", "50/50")
    assert isinstance(talk.say("60000"), Refused)
    talk.says(talk.press("Ask me").argument, "above 60500")
    assert talk.press("−2 % of price").argument == "2%"
    reply = talk.say("2%")
    assert isinstance(reply, Refused)
    assert "isn't known" in reply.sentence
    talk.says("59000")
    assert talk.press("1R 2.5R 4R").argument == "1R 2.5R 4R"
    assert isinstance(talk.say("1R"), Refused)
    talk.says("61k 63k", "40/50", "default", "default")
    assert "market price isn't known" in talk.text()
    assert isinstance(ready(talk.view, KNOWN), Refused)


def test_remembered_equity_is_the_first_choice() -> None:
    """Last plan's equity; without one, round sums."""
    assert at("equity").press("100 000").argument == "100000"
    fresh = Talk(stored=json.dumps(start(Defaults("binanceusdm")))).says("btc", "long", "10x")
    assert fresh.press("10 000").argument == "10000"


def test_leverage_buttons_stay_within_the_market() -> None:
    """20x is not offered where 8x is the most."""
    labels = [button.label for button in Talk().says("eth", "long").card().keyboard[0]]
    assert labels == ["3x", "5x"]


def test_plan_of_a_market_that_is_not_loaded_is_shown_without_its_steps() -> None:
    """The exchange may be away at the review: names come from the symbol, numbers stay unrounded."""
    talk = at("review")
    view = DialogView(talk.view.draft)
    assert "0.20833333 BTC" in label_of(question(view).text)
    assert to_plan(view).tick_size is None


def test_market_takes_another_exchange_in_front_or_before() -> None:
    """`bybit btc` at once, or the exchange first and the market then."""
    assert Talk().says("bybit btc").answers["exchange"] == "bybit"
    talk = Talk().says("on bybit")
    assert (talk.step, talk.answers["exchange"], talk.answers["symbol"]) == (Step.MARKET, "bybit", None)
    assert "On bybit" in talk.text()
    assert talk.says("btc").answers["exchange"] == "bybit"
    assert Talk().says("binance: #btc").answers["exchange"] == "binanceusdm"
