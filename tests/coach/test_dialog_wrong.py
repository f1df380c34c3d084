"""Wrong answers in the conversation that builds a plan: refused with one clear sentence, and nothing is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.coach.answers import Answered, Incomplete, Refused, Step, Wanted
from chatbot.coach.dialog import question
from chatbot.messages.values import Press, Verb
from tests.coach.talk import PLACES, Talk, at

D = Decimal


WRONG = {
    "market": ["", "foo", "bananas", "BTC/USDT", "on", "?!", "<b>", "x" * 300, "on binanceusdm", "123"],
    "side": ["", "up", "1", "longshort", "both", "<i>", "btc", "🚀", "lo ng", "x" * 300],
    "leverage": ["", "ten", "0", "-5", "126x", "0.5", "1e9", "10-20", "nan", "<10>"],
    "equity": ["", "much", "0", "-1", "12.500", "1-2", "inf", "$", "10 00", "9" * 30],
    "allocation": ["", "all", "0%", "-5%", "101%", "500", "2R", "1000000 USDT", "5-6%", "five percent"],
    "weights": ["", "25/25/30", "50/60", "a/b", "25-25-50", "100/0", "3", "14/14/14/14/14/14/16", "9 9", "-50/150/0"],
    "trigger 1": ["", "now", "+0.5%", "-1%", "rsi > 150", "600", "6000000", "close 1h", "manual", "1 and 2"],
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


def test_keep_without_an_answer_is_refused() -> None:
    """There is nothing to keep yet."""
    assert isinstance(at("stop").say("keep"), Refused)


def test_arming_word_before_the_review_is_no_answer() -> None:
    """There is nothing to arm yet."""
    assert isinstance(at("stop").say("arm"), Refused)


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
