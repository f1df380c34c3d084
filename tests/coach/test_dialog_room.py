"""Cards that are as long as they get: they still fit into one message, with every finding on them."""

from __future__ import annotations

import json

import pytest

from chatbot.coach.answers import Refused
from chatbot.coach.dialog import question
from chatbot.coach.review import KNOWN, ready
from chatbot.messages.fitting import LIMIT, length
from tests.coach.talk import Talk, chart

ASK = "manual: " + "is <it> & so? " * 14
TARGETS = "60.2k 60.3k 60.4k 60.5k 60.6k 60.7k"
LONG = (
    "btc", "long", "50x", "10k", "60%", "60/8/8/8/8/8", *(f"{ASK[:180]}{number}" for number in range(6)),
    "59000", TARGETS, "20/20/20/20/10/10", "default", "default",
)  # fmt: skip
"""Six questions, six targets, and nearly every warning there is."""


def longest(leverage: str = "50x") -> Talk:
    """The longest review, with as much assumed as a paste may leave."""
    talk = Talk(chart=chart()).says(*LONG).says(f"leverage {leverage}")
    talk.stored = json.dumps({**talk.answers, "assumed": [f"{'Assumed so, ' * 11}{n}." for n in range(11)]})
    return talk


@pytest.mark.parametrize("leverage", ["50x", "10x"])
def test_the_longest_review_fits_with_all_its_findings(leverage: str) -> None:
    """What is assumed and long questions give way, never a block or a warning; a refusal above it has room."""
    talk = longest(leverage)
    refused = ready(talk.view)
    assert isinstance(refused, Refused)
    for message in (talk.card(), question(talk.view, refused)):
        assert length(message.text) <= LIMIT
        assert all(line in message.text for line in refused.sentence.splitlines()[:-1])
    assert refused.sentence.splitlines()[-1] in question(talk.view, refused).text


def test_the_longest_question_fits() -> None:
    """A card in the middle keeps its question and its refusal."""
    talk = longest("10x").says("edit 4")
    refused = Refused("x" * 300)
    text = question(talk.view, refused).text
    assert length(text) <= LIMIT
    assert refused.sentence in text
    assert "Where is the initial stop?" in text


def test_a_structure_level_that_tier_1_has_passed_is_a_fault() -> None:
    """It would block every later tier, so the plan can't be armed; moving it, or the entry back, is enough."""
    talk = Talk().says(*LONG[:5], "25/25/30/20", "60000", "+0.5%", "+1%", "+1.5%", "59000", "61k 62.5k 64k")
    talk.says("25/35/30", "default", "default", "leverage 10x", "allocation 3%", "structure 59500")
    assert "⛔" not in talk.text()
    talk.says("edit 3", "below 59400", "keep", "keep", "keep")
    assert "⛔ The structure level 59 500 must lie below tier 1 at 59 400" in talk.text()
    assert "Arm" not in [b.label for row in talk.card().keyboard for b in row]
    refused = ready(talk.view, KNOWN)
    assert isinstance(refused, Refused)
    assert "for example structure 59200" in refused.sentence
    assert "⛔" not in talk.says("structure 59200").text()
