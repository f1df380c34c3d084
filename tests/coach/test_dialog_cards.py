"""The card a plan is built on, and its review: progress, ways out, findings, and what may be armed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.coach.answers import Refused, Step, Wanted
from chatbot.coach.dialog import help_text
from chatbot.coach.review import KNOWN, findings_of, ready
from chatbot.core.findings import Code
from chatbot.core.plan import (
    Plan,
)
from chatbot.messages.values import Press, Verb
from tests.coach.talk import Talk, at

D = Decimal


def test_card_shows_the_checklist_as_progress() -> None:
    """What is done, what is asked, what is still open, and how many of the tiers have their trigger."""
    text = at("stop").text()
    assert "☑ 1 Allocation 5 % of equity = 5 000 USDT margin" in text
    assert "☑ 2 Scale-in tiers 25/25/30/20 % of the allocation" in text
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


def test_review_shows_the_whole_plan() -> None:
    """Quantities, average, R, worst case, reward-to-risk, break-even, liquidation as an estimate."""
    text = at("review").text()
    for line in (
        "T1 25 % of the allocation: 0.208 BTC near 60 000",
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
    assert verbs == {Verb.EDIT, Verb.HELP, Verb.DISCARD}
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
