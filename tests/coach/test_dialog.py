"""The conversation that builds a plan: by buttons only, by typing only, through wrong answers, back and edits.

Between every two answers the draft goes through JSON, as it does when the bot is killed and started again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.coach.answers import Answered, Answers, Defaults, DialogView, Incomplete, Refused, Reply, Step, Wanted
from chatbot.coach.dialog import answer, back, edit, help_text, question, start
from chatbot.coach.review import KNOWN, findings_of, ready, to_plan
from chatbot.core.findings import Code
from chatbot.core.market import Instrument, Resolution, Unknown, Unsuitable
from chatbot.core.market import Refused as RefusedMarket
from chatbot.core.money import Side
from chatbot.core.plan import (
    AnyOf,
    BreakEven,
    CloseBeyond,
    Direction,
    Follow,
    Hold,
    LockR,
    ManualTrigger,
    MoveTrigger,
    Plan,
    PriceTrigger,
    Resting,
    Trail,
)
from chatbot.core.planned import CheckContext
from chatbot.core.timeframes import Timeframe
from chatbot.messages.numbers import GAP
from chatbot.messages.values import Message, Press, Verb
from chatbot.ports import Draft

D = Decimal
BTC = Instrument(
    "binanceusdm", "BTC/USDT:USDT", "BTCUSDT", "BTC", "USDT",
    D("0.1"), D("0.001"), D("0.001"), D(100), D(1), D("0.05"), D(125),
)  # fmt: skip
ETH = replace(BTC, symbol="ETH/USDT:USDT", market_id="ETHUSDT", base="ETH", max_leverage=D(8))
MARKET_PRICE = D(60100)
LONGEST_ARGUMENT = 32


def resolve(exchange: str, text: str, /) -> Resolution:
    """A listing of two markets, one of them with a spot twin."""
    name = text.casefold().lstrip("#")
    if name in ("btc", "btcusdt", "btc/usdt:usdt"):
        return replace(BTC, exchange=exchange)
    if name == "eth":
        return ETH
    if name == "btc/usdt":
        return RefusedMarket("BTC/USDT", Unsuitable.SPOT, ("BTC/USDT:USDT",))
    return Unknown(text, ("BTC/USDT:USDT", "ETH/USDT:USDT") if name.startswith("b") else ())


@dataclass
class Talk:
    """A user in the middle of the conversation; nothing but JSON survives between two answers."""

    stored: str = field(default_factory=lambda: json.dumps(start(Defaults("binanceusdm", D(100000)))))
    step: str = Step.MARKET.value
    market_price: Decimal | None = MARKET_PRICE
    cool_down: bool = False
    version: int = 1

    @property
    def answers(self) -> Answers:
        answers: dict[str, Any] = json.loads(self.stored)
        return answers

    @property
    def view(self) -> DialogView:
        """What the coach would load for this draft."""
        symbol = self.answers.get("symbol")
        known = {BTC.symbol: BTC, ETH.symbol: ETH}
        market = known.get(str(symbol))
        context = CheckContext(
            instrument=market, market_price=self.market_price if market else None, cool_down=self.cool_down
        )
        draft = Draft(1, 1, self.step, self.answers, draft_id=7, version=self.version)
        return DialogView(draft, context, ("binanceusdm", "bybit"))

    def take(self, reply: Reply | None) -> Reply | None:
        """Store what an answer led to."""
        if isinstance(reply, Answered):
            self.stored, self.step = json.dumps(reply.answers), reply.step.value
            self.version += 1
        return reply

    def say(self, text: str) -> Reply | None:
        return self.take(answer(self.view, text, resolve))

    def says(self, *texts: str) -> Talk:
        """Answers that all count."""
        for text in texts:
            reply = self.say(text)
            assert isinstance(reply, Answered), (text, reply)
        return self

    def card(self) -> Message:
        return question(self.view)

    def press(self, label: str) -> Press:
        """The press behind a button whose label starts like this."""
        buttons = [b for row in self.card().keyboard for b in row if b.label.replace(GAP, " ").startswith(label)]
        assert buttons, (label, self.card())
        assert buttons[0].press is not None
        return buttons[0].press

    def plan(self) -> Plan:
        return to_plan(self.answers, self.view.instrument, self.view.market_price)

    def text(self) -> str:
        return self.card().text.replace(GAP, " ")


TYPED = (
    "btcusdt", "long", "x10", "100,000", "5%", "25/25/30/20",
    "60000", "+0,5%", "above 60.6k", "close above 60900 1h",
    "59k", "61k 62.5k 64k", "25/35/30", "break-even / lock 1R / trail 1% step 0.25%", "stop, targets",
)  # fmt: skip
"""The worked example, as people type it."""

PLACES = {
    "market": 0, "side": 1, "leverage": 2, "equity": 3, "allocation": 4, "weights": 5, "trigger 1": 6, "trigger 2": 7,
    "stop": 10, "targets": 11, "closes": 12, "rules": 13, "resting": 14, "review": 15,
}  # fmt: skip
"""How many answers come before each question."""


def at(place: str) -> Talk:
    """A conversation that has come to this question."""
    return Talk().says(*TYPED[: PLACES[place]])


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
        presses = [b.press for row in talk.card().keyboard for b in row if b.press and b.press.verb is Verb.CHOOSE]
        texts = [press.argument for press in presses if press.argument not in ("on bybit", "SOL", "ETH", "keep")]
        assert all(len(text.encode()) <= LONGEST_ARGUMENT for text in texts)
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


WRONG = {
    "market": ["", "foo", "bananas", "BTC/USDT", "on", "?!", "<b>", "x" * 300, "on binanceusdm", "123"],
    "side": ["", "up", "1", "longshort", "both", "<i>", "btc", "🚀", "lo ng", "x" * 300],
    "leverage": ["", "ten", "0", "-5", "126x", "0.5", "1e9", "10-20", "nan", "<10>"],
    "equity": ["", "much", "0", "-1", "12.500", "1-2", "inf", "$", "10 00", "9" * 30],
    "allocation": ["", "all", "0%", "-5%", "101%", "500", "2R", "1000000 USDT", "5-6%", "five percent"],
    "weights": ["", "25/25/30", "50/60", "a/b", "25-25-50", "100/0", "3", "14/14/14/14/14/14/16", "9 9", "-50/150/0"],
    "trigger 1": ["", "now", "+0.5%", "-1%", "rsi > 50", "600", "6000000", "close 1h", "manual", "1 and 2"],
    "trigger 2": ["", "later", "0.5%", "-1%", "macd", "605", "60-61", "close above 60900 7m", "manual:", "<b>"],
    "stop": ["", "tight", "61000", "60000", "5", "+2%", "2R", "0", "-59000", "100%"],
    "targets": ["", "moon", "59000", "61k 60.5k", "1R 62k", "0R", "-2%", "61", "61k 62k 63k 64k 65k 66k 67k", "60 000"],
    "closes": ["", "all", "25/35", "50/50/50", "-1/2/3", "25/35/30/10", "25-35-30", "%", "a/b/c", "1000/0/0"],
    "rules": ["", "safe", "be", "be/be", "be/be/be/be", "be/be/lock -1R", "trail 0%/be/be", "1/2/3", "be/", "x" * 300],
    "resting": ["", "some", "stops please", "1", "yes", "<b>", "no", "entries limits", ",", "🤖"],
    "review": ["", "yes", "ok", "edit 7", "edit", "edit foo", "arm it", "0", "60000", "go"],
}  # fmt: skip


@pytest.mark.parametrize(("place", "text"), [(place, text) for place, texts in WRONG.items() for text in texts])
def test_wrong_answer_is_refused_and_changes_nothing(place: str, text: str) -> None:
    """One clear sentence with an example, safe in HTML, on a card that still asks the same."""
    talk = at(place)
    before, step = talk.stored, talk.step
    reply = talk.say(text)
    assert isinstance(reply, Refused), reply
    assert "or example" in reply.sentence
    assert "<" not in reply.sentence
    assert (talk.stored, talk.step) == (before, step)
    card = question(talk.view, reply)
    assert reply.sentence in card.text
    assert len(card.text) < 4000


def test_every_question_has_ten_wrong_answers() -> None:
    """None is left out."""
    assert set(WRONG) == set(PLACES)
    assert {len(texts) for texts in WRONG.values()} == {10}


@pytest.mark.parametrize("place", PLACES)
@given(text=st.text(max_size=100))
def test_dialog_survives_any_text(place: str, text: str) -> None:
    """Whatever is typed is answered, refused or a known command, and the next card can be shown."""
    talk = at(place)
    reply = talk.say(text)
    assert isinstance(reply, Answered | Refused | Wanted)
    assert question(talk.view, reply if isinstance(reply, Refused) else None).text.encode()


def test_refused_market_comes_with_suggestions_to_tap() -> None:
    """A near match is a button, and its press answers the question."""
    talk = Talk()
    reply = talk.say("bananas")
    assert isinstance(reply, Refused)
    assert reply.suggestions == ("BTC/USDT:USDT", "ETH/USDT:USDT")
    buttons = question(talk.view, reply).keyboard[0]
    assert [button.press for button in buttons] == [Press(Verb.CHOOSE, 7, 1, "BTC/USDT:USDT")]
    assert talk.says("BTC/USDT:USDT").step == Step.SIDE


def test_market_takes_another_exchange_in_front_or_before() -> None:
    """`bybit btc` at once, or the exchange first and the market then."""
    assert Talk().says("bybit btc").answers["exchange"] == "bybit"
    talk = Talk().says("on bybit")
    assert (talk.step, talk.answers["exchange"], talk.answers["symbol"]) == (Step.MARKET, "bybit", None)
    assert "On bybit" in talk.text()
    assert talk.says("btc").answers["exchange"] == "bybit"
    assert Talk().says("binance: #btc").answers["exchange"] == "binanceusdm"


def test_card_shows_the_checklist_as_progress() -> None:
    """What is done, what is asked, what is still open, and how many of the tiers have their trigger."""
    text = at("stop").text()
    assert "☑ 1 Allocation 5 % = 5 000 USDT" in text
    assert "☑ 2 Scale-in tiers 25/25/30/20 %" in text
    assert "☑ 3 Objective triggers 4 of 4" in text
    assert "▶ 4 Initial stop" in text
    assert "☐ 5 Scale-out targets" in text
    assert "☐ 6 Stop rules" in text
    assert "BTC/USDT:USDT · binanceusdm · long · 10x · equity 100 000 USDT" in text


def test_card_escapes_what_was_typed() -> None:
    """A question with tags in it is shown as text."""
    talk = at("trigger 1").says("manual: is <b>this</b> & that ok")
    assert "Is &lt;b&gt;this&lt;/b&gt; &amp; that ok?" in talk.card().text


def test_every_card_has_a_way_out() -> None:
    """Back, Help and Cancel, each bound to this draft and version."""
    talk = at("stop")
    presses = [button.press for button in talk.card().keyboard[-1]]
    assert presses == [Press(verb, 7, talk.version) for verb in (Verb.BACK, Verb.HELP, Verb.CANCEL)]
    assert [b.press and b.press.verb for b in Talk().card().keyboard[-1]] == [Verb.HELP, Verb.CANCEL]


@pytest.mark.parametrize("step", Step)
def test_every_step_has_help(step: Step) -> None:
    """A sentence or more, safe in HTML."""
    assert len(help_text(step)) > 20
    assert "<" not in help_text(step)


def test_back_walks_to_the_first_question_and_keep_walks_forward_again() -> None:
    """Nothing that was answered is forgotten on the way."""
    talk = at("review")
    plan = talk.plan()
    steps = 0
    while talk.step != Step.MARKET:
        talk.say("back")
        assert talk.press("Keep as it is").argument == "keep"
        steps += 1
    assert steps == len(TYPED)
    assert isinstance(talk.take(back(talk.view)), Answered)
    assert talk.step == Step.MARKET
    talk.says(*["keep"] * len(TYPED))
    assert talk.step == Step.REVIEW
    assert talk.plan() == plan


def test_back_from_the_stop_is_the_last_tier() -> None:
    """One question at a time, tier by tier."""
    talk = at("stop")
    talk.say("back")
    assert "tier 4" in talk.text()
    talk.say("back")
    assert "tier 3" in talk.text()


def test_keep_without_an_answer_is_refused() -> None:
    """There is nothing to keep yet."""
    assert isinstance(at("stop").say("keep"), Refused)


def test_editing_one_item_comes_back_to_the_review() -> None:
    """The other answers stay as they are."""
    talk = at("review")
    talk.take(edit(talk.view, "4"))
    assert talk.step == Step.STOP
    talk.says("58500")
    assert talk.step == Step.REVIEW
    assert talk.plan().stop == D(58500)
    assert "editing" not in talk.answers


@pytest.mark.parametrize(
    ("item", "text", "check"),
    [
        ("1", "3%", lambda plan: plan.allocation_pct == 3),
        ("6", "hold/hold/hold", lambda plan: plan.targets[0].stop_rule == Hold()),
        ("leverage", "5x", lambda plan: plan.leverage == 5),
        ("equity", "50k", lambda plan: plan.equity == 50000),
        ("orders", "all", lambda plan: plan.resting == Resting(entries=True)),
        ("timeframe", "4h", lambda plan: plan.timeframe is Timeframe.H4),
        ("market", "bybit btc", None),
    ],
)
def test_every_item_can_be_edited_by_typing_its_name(item: str, text: str, check: Any) -> None:
    """`edit 4`, or the name of what is not on the checklist."""
    talk = at("review").says(f"edit {item}", text)
    if check is None:
        assert talk.step == Step.TRIGGER
    else:
        assert talk.step == Step.REVIEW
        assert check(talk.plan())


def test_editing_targets_asks_for_closes_and_rules_again_where_they_no_longer_fit() -> None:
    """Two targets need two closes and two rules."""
    talk = at("review").says("edit 5", "61k 63k")
    assert talk.step == Step.CLOSES
    talk.says("40/50")
    assert talk.step == Step.RULES
    assert talk.says("default").step == Step.REVIEW
    assert [target.stop_rule for target in talk.plan().targets] == [BreakEven(), LockR(D(1))]


def test_editing_tiers_asks_only_for_the_triggers_that_are_missing() -> None:
    """More tiers need more triggers, fewer keep the first ones."""
    talk = at("review").says("edit 2", "40/30/30")
    assert talk.step == Step.REVIEW
    assert len(talk.plan().tiers) == 3
    talk.says("edit 2", "20/20/20/20/20")
    assert "tier 5" in talk.text()
    assert talk.says("61500").step == Step.REVIEW


def test_editing_triggers_walks_through_all_of_them() -> None:
    """Each can be kept or changed."""
    talk = at("review").says("edit 3", "keep", "+0.7%", "keep")
    assert "tier 4" in talk.text()
    talk.says("60950 or manual: breakout confirmed")
    assert talk.step == Step.REVIEW
    assert talk.plan().tiers[1].trigger == MoveTrigger(D("0.7"))
    assert talk.plan().tiers[3].trigger == AnyOf(
        (PriceTrigger(D(60950), Direction.UP), ManualTrigger("Breakout confirmed?"))
    )


def test_editing_can_be_left_by_back() -> None:
    """Back out of an edit is the review, as it was."""
    talk = at("review")
    plan = talk.plan()
    talk.says("edit 4")
    talk.say("back")
    assert (talk.step, talk.plan()) == (Step.REVIEW, plan)
    talk.says("edit timeframe")
    assert talk.press("4h").argument == "4h"
    talk.say("back")
    assert talk.step == Step.REVIEW


def test_editing_the_side_asks_for_stop_and_targets_again() -> None:
    """They lie the wrong way round for the other side; the same side keeps them."""
    assert at("review").says("edit side", "long").step == Step.REVIEW
    talk = at("review").says("edit side", "short")
    assert talk.step == Step.STOP
    talk.says("61k", "59k 57.5k 56k")
    assert talk.step == Step.CLOSES
    talk.says("keep")
    assert talk.step == Step.REVIEW


def test_another_market_forgets_prices_and_leverage_that_no_longer_fit() -> None:
    """A stop of one market means nothing on another."""
    talk = at("review").says("edit market", "eth")
    assert talk.step == Step.LEVERAGE
    assert talk.answers["stop"] is None
    assert at("review").says("edit market", "btc").step == Step.REVIEW


def test_editing_an_item_there_is_not_is_refused() -> None:
    """The items are named."""
    reply = edit(at("review").view, "<9>")
    assert isinstance(reply, Refused)
    assert "&lt;9&gt;" in reply.sentence


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("help", Wanted(Verb.HELP)),
        ("Cancel", Wanted(Verb.CANCEL)),
        ("discard", Wanted(Verb.DISCARD)),
        ("arm", Wanted(Verb.ARM)),
        ("I know", Wanted(Verb.ARM, KNOWN)),
        ("I know – arm anyway", Wanted(Verb.ARM, KNOWN)),
    ],
)
def test_typed_words_stand_for_the_buttons_of_the_review(text: str, wanted: Wanted) -> None:
    """A whole plan can be armed without tapping anything."""
    assert at("review").say(text) == wanted


def test_arming_word_before_the_review_is_no_answer() -> None:
    """There is nothing to arm yet."""
    assert isinstance(at("stop").say("arm"), Refused)


def test_review_shows_the_whole_plan() -> None:
    """Quantities, average, R, worst case, reward-to-risk, break-even, liquidation as an estimate."""
    text = at("review").text()
    for line in (
        "T1 25 %: 0.208 BTC near 60 000",
        "TP2 62 500: close 35 % of the position, stop locks in 1R",
        "Runner 10 % of the position",
        "If all tiers fill: 0.826 BTC, average 60 433.3",
        "R: 1 000 in price = 208 USDT at risk",
        "Worst case: 208 USDT + 49.81 USDT fees",
        "Reward-to-risk: 2.32",
        "Break-even if all fill: 60 493.8",
        "Liquidation, estimate: tier 1 54 271.4",
        "assumes 0.5 % maintenance margin",
        "Orders resting on the exchange: stop, targets",
    ):
        assert line in text


def test_review_with_a_block_has_no_arm_button() -> None:
    """Blocks are shown with what would pass, and arming is refused until they are fixed."""
    talk = at("review").says("edit leverage", "100x")
    assert "⛔ Liquidation of the full position" in talk.text()
    verbs = {b.press.verb for row in talk.card().keyboard for b in row if b.press}
    assert verbs == {Verb.EDIT, Verb.DISCARD}
    refused = ready(talk.view, KNOWN)
    assert isinstance(refused, Refused)
    assert "for example edit 4" in refused.sentence


def test_review_with_a_warning_needs_an_explicit_yes() -> None:
    """Arm alone is refused; the button that says so passes."""
    talk = at("review").says("edit 1", "6%")
    assert "⚠ 6 % of equity" in talk.text()
    assert talk.press("I know").argument == KNOWN
    assert isinstance(ready(talk.view), Refused)
    assert isinstance(ready(talk.view, KNOWN), Plan)


def test_cool_down_is_asked_at_the_review() -> None:
    """Shortly after a stop on the same market and side."""
    talk = at("review")
    talk.cool_down = True
    assert [finding.code for finding in findings_of(talk.view)] == [Code.COOL_DOWN]


def test_plan_of_an_unfinished_draft_is_refused() -> None:
    """The open step is named, and a review shows that question instead."""
    talk = at("stop")
    with pytest.raises(Incomplete) as caught:
        talk.plan()
    assert caught.value.step is Step.STOP
    talk.step = Step.REVIEW
    assert "Where is the initial stop?" in talk.text()
    assert "Keep" not in str(talk.card().keyboard)
    assert talk.says("59k").step == Step.TARGETS


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
    assert "0.20833333 BTC" in question(view).text.replace(GAP, " ")
    assert to_plan(talk.answers, None, None).tick_size is None
