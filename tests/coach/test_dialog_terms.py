"""Size by risk, margin mode, guards, expiry, fills and timeframe: what is changed on the review or typed on the way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chatbot.coach.answers import OPTIONAL, Answered, Defaults, Refused, Step, entered
from chatbot.coach.dialog import back, question, start
from chatbot.coach.review import KNOWN, accepted, findings_of, ready
from chatbot.core.findings import Code
from chatbot.core.market import FundingRate
from chatbot.core.plan import Follow, Guards, MarginMode, Plan, Resting, Trail, TriggerPrice
from chatbot.core.timeframes import Timeframe
from tests.coach.talk import NOW, TYPED, Talk, at, chart, label_of

D = Decimal
HOUR = 3_600_000


@pytest.mark.parametrize("text", ["risk 1%", "1% risk", "Risk 1 %", "risk 1000 USDT", "lose 1%", "1% at risk"])
def test_allocation_can_follow_from_the_risk(text: str) -> None:
    """1 % of 100 000 lost over 1 000 of 60 000 by a quarter of the plan at 10x: an allocation of 24 % of equity."""
    talk = Talk().says(*TYPED[:4], text, *TYPED[5:])
    assert talk.plan().allocation_pct == 24
    said = "☑ 1 Allocation 24 % of equity = 24 000 USDT margin, by risk: at most 1 % of equity = 1 000 USDT is lost"
    assert said in replace(talk, step=Step.RESTING).text()
    assert "Sized by risk: at most 1 % of equity = 1 000 USDT is lost at tier 1's stop" in talk.text()
    assert Code.ALLOCATION_HIGH in [finding.code for finding in findings_of(talk.view)]


def test_risk_is_one_tap() -> None:
    """The card says how much money it is."""
    talk = at("allocation")
    assert "Risk 1 % of equity = 1 000 USDT" in talk.choices()
    talk.taps("Risk 0.5 %")
    assert (talk.answers["risk"], talk.answers["allocation"]) == ("0.5", None)
    assert "☑ 1 Allocation by risk: at most 0.5 % of equity = 500 USDT is lost at tier 1's stop" in talk.text()


@pytest.mark.parametrize("stop", ["59000", "58888.8", "59321.7", "59999.9"])
def test_risk_is_never_exceeded(stop: str) -> None:
    """Whatever the stop: rounding only ever makes the loss smaller."""
    talk = Talk().says(*TYPED[:4], "risk 1%", *TYPED[5:10], stop, "2R 4R 6R", *TYPED[12:])
    plan = talk.plan()
    quantity = plan.notional * plan.tiers[0].weight_pct / 100 / D(60000)
    assert quantity * (D(60000) - plan.stop) <= 1000
    assert plan.allocation_pct <= 100


def test_editing_the_stop_works_the_allocation_out_anew() -> None:
    """Half the distance, twice the size; a fixed allocation stays."""
    talk = Talk().says(*TYPED[:4], "risk 0.2%", *TYPED[5:])
    assert talk.plan().allocation_pct == D("4.8")
    assert talk.says("stop 59500").plan().allocation_pct == D("9.6")
    assert talk.says("allocation 5%", "stop 59000").plan().allocation_pct == 5
    assert "Sized by risk" not in talk.text()
    assert talk.says("risk 0.1%").plan().allocation_pct == D("2.4")


def test_risk_that_would_need_more_than_all_equity_takes_all_of_it_and_says_so() -> None:
    """Less is lost than allowed; what would do is named."""
    talk = at("review").says("risk 20%")
    assert talk.plan().allocation_pct == 100
    assert "100 % of equity is all there is, so less is lost: raise the leverage or lower the risk" in talk.text()


def test_size_by_risk_waits_for_a_price() -> None:
    """Tier 1 without a level, and no market price: nothing to measure from, and nothing to arm."""
    talk = Talk(market_price=None).says("btc", "long", "10x", "10k", "risk 1%", "25/25/30/20")
    talk.says("rsi crosses above 50", "+0.5%", "+1%", "+1.5%", "59000", "61k 62k 63k", "25/35/30", "default", "default")
    assert talk.plan().allocation_pct == 0
    assert isinstance(ready(talk.view, KNOWN), Refused)
    talk.market_price = D(60000)
    assert talk.plan().allocation_pct == 24


@pytest.mark.parametrize(
    "text", ["risk 0%", "risk -1%", "risk 2R", "risk 101%", "risk", "risk much", "risk 1000000 USDT"]
)
def test_risk_that_means_nothing_is_refused(text: str) -> None:
    """With an example, and the answers stay."""
    assert "for example" in at("allocation").refused(text)


def test_cross_margin_shows_no_liquidation_price_and_says_why() -> None:
    """RULES 1."""
    talk = at("review")
    assert talk.plan().margin_mode is MarginMode.ISOLATED
    talk.says("edit margin")
    assert "Now: isolated." in talk.text()
    talk.taps("Cross")
    assert talk.plan().margin_mode is MarginMode.CROSS
    assert "No liquidation price: with cross margin it depends on the whole account." in talk.text()
    assert "cross margin" in replace(talk, step=Step.STOP).text()
    assert talk.says("margin isolated").plan().margin_mode is MarginMode.ISOLATED
    assert "for example isolated" in talk.says("edit margin").refused("portfolio")


@pytest.mark.parametrize(
    ("text", "expires_at", "words"),
    [
        ("24h", NOW + 24 * HOUR, "Expires 24 h after arming, if tier 1 has not filled"),
        ("in 90 minutes", NOW + 90 * 60_000, "Expires 90 min after arming"),
        ("3 days", NOW + 72 * HOUR, "Expires 3 days after arming"),
        ("1w", NOW + 168 * HOUR, "Expires 7 days after arming"),
        ("2023-11-15", 1_700_092_800_000, "Expires 2023-11-16 00:00 UTC"),
        ("2023-11-15 14:30", 1_700_058_600_000, "Expires 2023-11-15 14:30 UTC"),
        ("2023-11-15T14:30 UTC", 1_700_058_600_000, "Expires 2023-11-15 14:30 UTC"),
        ("none", None, "Expires never"),
    ],
)
def test_expiry_is_a_span_or_a_moment(text: str, expires_at: int | None, words: str) -> None:
    """A span begins when the plan is armed; a day alone is over at its end."""
    talk = at("review").says(f"expiry {text}")
    assert talk.plan().expires_at == expires_at
    assert words in talk.text()


def test_expiry_is_one_tap_and_none_takes_it_back() -> None:
    """None is the default."""
    talk = at("review")
    assert talk.plan().expires_at is None
    talk.says("edit expiry").taps("24h after arming")
    assert talk.plan().expires_at == NOW + 24 * HOUR
    talk.says("edit expiry")
    assert "Now: 24 h after arming." in talk.text()
    assert talk.taps("Never").plan().expires_at is None


@pytest.mark.parametrize(
    "text", ["soon", "2m", "91 days", "2023-11-13", "2023-11-14 22:15", "2023-02-30", "1.12.", "24"]
)
def test_expiry_that_is_over_or_unclear_is_refused(text: str) -> None:
    """With examples of all three ways."""
    assert "or example 24h, 2030-01-31 14:00 or none" in at("review").says("edit expiry").refused(text)


def test_plan_whose_expiry_has_passed_meanwhile_is_not_armed() -> None:
    """A draft may lie for days."""
    talk = at("review").says("expiry 2023-11-15")
    assert isinstance(ready(talk.view), Plan)
    late = replace(talk.view, now=NOW + 48 * HOUR)
    refused = ready(late)
    assert isinstance(refused, Refused)
    assert "would have expired at 2023-11-16" in label_of(refused.sentence)


def test_guards_are_changed_one_by_one_or_together() -> None:
    """Structure level, pause and depth of an add; the others stay."""
    talk = at("review")
    assert talk.plan().guards == Guards()
    assert "Guards: no structure level, no pause between adds, adds at most 0.5R lower than the average" in talk.text()
    talk.says("structure 59500")
    assert talk.plan().guards == Guards(structure_level=D(59500))
    talk.says("edit guards", "pause 1 candle, averaging down: 0.3R")
    assert talk.plan().guards == Guards(D("0.3"), D(59500), min_pause_minutes=15)
    assert "no add beyond the structure level 59 500, 15 min between adds, adds at most 0.3R lower" in talk.text()
    talk.says("edit guards")
    assert talk.choices() == ["No structure level", "No pause", "Keep as it is"]
    talk.taps("No structure level").says("pause 2h", "averaging none")
    assert talk.plan().guards == Guards(D(0), None, min_pause_minutes=120)
    assert "no add lower than the average" in talk.text()


def test_structure_level_of_the_chart_is_one_tap() -> None:
    """Between tier 1 and the stop, with why."""
    talk = at("review", chart=chart()).says("stop 58500", "edit guards")
    label = talk.choices()[0]
    assert label.startswith("Structure ")
    assert f"• {label}: below the " in talk.text()
    talk.taps(label)
    level = talk.plan().guards.structure_level
    assert level is not None
    assert 58500 < level < 60000


@pytest.mark.parametrize(
    "text",
    [
        "structure 60000", "structure 61000", "structure 58999", "structure 6", "structure low", "pause soon",
        "pause 2d", "pause 30h", "averaging 0.6R", "averaging deep", "59000", "structure", "stop 58000",
    ],
)  # fmt: skip
def test_guard_that_means_nothing_is_refused(text: str) -> None:
    """With an example."""
    assert "or example" in at("review").says("edit guards").refused(text)


def test_guards_of_a_short_lie_above() -> None:
    """The structure level is between tier 1 and the stop there as well, and goes when the side turns."""
    talk = at("review").says(
        "side short", "above 60000", "+0.5%", "+1%", "+1.5%", "61000", "59000 58000 57000", "keep", "structure 60500"
    )
    assert talk.plan().guards.structure_level == 60500
    assert "0.5R higher than the average" in talk.text()
    assert "must lie above tier 1" in label_of(talk.says("edit guards").refused("structure 59000"))
    assert talk.says("keep", "side long").answers["structure"] is None


def test_structure_level_needs_no_price_to_be_known() -> None:
    """Without a market price or a stop only the number itself is looked at."""
    talk = Talk(market_price=None, stored=at("review").stored, step=Step.REVIEW)
    assert talk.says("structure 59500").plan().guards.structure_level == 59500


def test_fills_are_confirmed_unless_assumed_is_chosen() -> None:
    """RULES 6: an option live as well."""
    talk = at("review")
    assert talk.plan().follow is Follow.CONFIRMED
    talk.says("edit fills").taps("Take them as done")
    assert talk.plan().follow is Follow.ASSUMED
    assert "Fills are taken as done at their alert's price" in talk.text()
    assert talk.says("fills confirmed").plan().follow is Follow.CONFIRMED
    assert "for example confirmed" in talk.says("edit fills").refused("maybe")


@pytest.mark.parametrize("place", ["market", "side", "weights", "trigger 2", "stop", "review"])
def test_timeframe_can_be_typed_at_every_question(place: str) -> None:
    """The question stays the same, and later triggers without a timeframe take it."""
    talk = at(place)
    step = talk.step
    talk.says("timeframe 1h")
    assert (talk.step, talk.answers["timeframe"]) == (step, "1h")
    assert talk.says("tf 4h").answers["timeframe"] == "4h"
    assert "for example 15m or 1h" in talk.refused("timeframe 7h")


def test_timeframe_is_on_the_card_and_behind_every_bare_candle() -> None:
    """Triggers that were named before keep theirs."""
    talk = at("trigger 1")
    assert "Market price 60 100 · 15m candles" in talk.text()
    talk.says("close above 60500", "timeframe 1h", "close above 60900")
    assert talk.answers["triggers"] == ["close above 60500 15m", "close above 60900 1h"]
    review = at("review").says("edit timeframe", "timeframe 4h")
    assert (review.step, review.plan().timeframe) == (Step.REVIEW, Timeframe.H4)


def test_the_mark_price_can_decide_instead_of_the_last() -> None:
    """Chosen by a word or in two taps, shown on the card and in the review, and taken back as easily."""
    talk = Talk().says(*TYPED)
    assert talk.plan().trigger_price is TriggerPrice.LAST
    assert "mark price" not in talk.text()
    assert talk.press("Last or mark").argument == "price"
    assert "Now: last." in talk.says("edit price").text()
    assert talk.taps("Mark price").plan().trigger_price is TriggerPrice.MARK
    assert "decided by the mark price" in talk.text()
    assert "watched at the mark price" in replace(talk, step=Step.STOP).text()
    assert talk.says("price last").plan().trigger_price is TriggerPrice.LAST
    assert talk.says("price mark price").plan().trigger_price is TriggerPrice.MARK
    assert "for example last" in talk.says("edit price").refused("index")


@pytest.mark.parametrize("item", ["timeframe", "margin", "price", "guards", "expiry", "fills"])
def test_optional_items_can_be_kept_and_left(item: str) -> None:
    """Keep and back both lead to the review, and the checklist stays done."""
    talk = at("review").says(f"edit {item}")
    assert talk.step in OPTIONAL
    assert talk.text().count("☑") == 6
    assert talk.says("keep").step == Step.REVIEW
    talk.says(f"edit {item}")
    assert isinstance(talk.take(back(talk.view)), Answered)
    assert talk.step == Step.REVIEW


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("stop 58500", lambda plan: plan.stop == 58500),
        ("edit 4 58500", lambda plan: plan.stop == 58500),
        ("leverage: 5x", lambda plan: plan.leverage == 5),
        ("closes 20/30/40", lambda plan: plan.targets[2].close_pct == 40),
        ("rules hold / hold / trail 2%", lambda plan: plan.targets[2].stop_rule == Trail(D(2))),
        ("orders none", lambda plan: plan.resting == Resting(stop=False, targets=False)),
        ("weights 40/30/20/10", lambda plan: plan.tiers[0].weight_pct == 40),
    ],
)
def test_review_takes_an_item_with_its_answer(text: str, check: Any) -> None:
    """No need to open the question first; a wrong answer leaves the review as it is."""
    talk = at("review").says(text)
    assert talk.step == Step.REVIEW
    assert check(talk.plan())
    assert "for example" in talk.refused("stop 61000")


def test_checks_look_at_the_charts_range() -> None:
    """RULES 7: a stop closer than 1 ATR is warned about, which only a chart can tell."""
    talk = at("review", chart=chart()).says("stop 59900", "targets 2R 4R 6R", "keep")
    codes = {finding.code for finding in findings_of(talk.view)}
    talk.chart = None
    assert codes - {finding.code for finding in findings_of(talk.view)} == {Code.STOP_INSIDE_ATR}


def test_funding_is_shown_for_the_planned_size() -> None:
    """What it costs to hold, where the exchange says it."""
    assert "Funding per 8 h" not in at("review").text()
    assert "Funding per 8 h" in at("review", funding=FundingRate(D("0.01"), D(8))).text()


def test_accepted_warnings_are_plain_sentences() -> None:
    """As they stand on the card, for the plan's own record; none without a warning."""
    assert accepted(at("review").view) == ()
    known = accepted(at("review").says("edit 1", "6%").view)
    assert known == ("6 % of equity goes into one trade; up to 5 % is usual.",)


def test_assumptions_stand_on_every_card() -> None:
    """What was not said but taken to be so is marked until the plan is armed, safe in HTML."""
    talk = at("stop")
    stored = {**talk.answers, "assumed": ["5 % allocation <usual>"]}
    view = replace(talk.view, draft=replace(talk.view.draft, answers=stored))
    assert "<b>Assumed, check it:</b>\n• 5 % allocation &lt;usual&gt;" in question(view).text
    done = at("review")
    stored = {**done.answers, "assumed": ["default stop rules"]}
    assert "• default stop rules" in question(replace(done.view, draft=replace(done.view.draft, answers=stored))).text


def test_new_draft_has_the_usual_terms() -> None:
    """Nothing has to be asked for them."""
    given = entered(start(Defaults("binanceusdm")))
    assert (given.margin, given.follow, given.guards) == (MarginMode.ISOLATED, Follow.CONFIRMED, Guards())
    assert (given.expires_after, given.expires_at, given.assumed) == (None, None, ())
