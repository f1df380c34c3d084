"""What is said of a pasted plan: every reason, what was understood besides, and safe, bounded words."""

from __future__ import annotations

from decimal import Decimal
from html import unescape
from typing import Final

import pytest

from chatbot.core.figures import GAP
from chatbot.core.money import Side
from chatbot.core.plan import BreakEven, MarginMode, Target
from chatbot.messages.fitting import LIMIT, length
from chatbot.messages.pasted import (
    LONGEST,
    MOST_PROBLEMS,
    Understood,
    refusal,
    replaced,
    summary,
    unanswered,
    which_one,
)
from chatbot.messages.values import Verb
from chatbot.signals.draft import Entry, SignalDraft

FULL: Final = SignalDraft(
    side=Side.LONG,
    leverage=Decimal(10),
    margin_mode=MarginMode.CROSS,
    equity=Decimal(10000),
    allocation_pct=Decimal(5),
    entries=(Entry(Decimal(60000)), Entry(Decimal("59500.123456789"))),
    stop=Decimal(59000),
    targets=(Target(Decimal(61000), Decimal(90), BreakEven()),),
)
WHOLE: Final = Understood(FULL, "BTC/USDT:USDT", "binanceusdm")


def plain(text: str) -> str:
    """With plain spaces."""
    return text.replace(GAP, " ")


def test_all_that_is_known_is_said_in_one_line() -> None:
    """Market, side, prices with all their digits, and size."""
    assert plain(summary(WHOLE)) == (
        "BTC/USDT:USDT on binanceusdm · long 10x cross margin · entries 60 000 / 59 500.123456789 · stop 59 000 · "
        "target 61 000 · allocation 5 % of equity · equity 10 000"
    )


def test_what_is_unknown_is_left_out() -> None:
    """A bare draft says nothing; an entry at the market is called that; many entries are cut short."""
    assert summary(Understood(SignalDraft(), "")) == ""
    now = SignalDraft(entries=(Entry(None),), targets=FULL.targets * 2)
    assert plain(summary(Understood(now, "BTC"))) == "BTC · entry market · targets 61 000 / 61 000"
    many = SignalDraft(entries=tuple(Entry(Decimal(number)) for number in range(1, 9)))
    assert plain(summary(Understood(many, ""))) == "entries 1 / 2 / 3 / 4 / 5 / 6 …"


def test_a_refusal_names_each_reason_and_what_was_understood() -> None:
    """Nothing was stored, and an example shows how it is written."""
    text = plain(refusal(Understood(SignalDraft(side=Side.LONG), "BTC", problems=("No stop.", "No targets."))).text)
    assert "• No stop.\n• No targets.\n\nUnderstood so far: BTC · long.\n\nNothing was stored. Correct" in text
    assert "<code>/new long btc 60000 sl 59000" in text
    assert "stays as it is" not in text


def test_a_refusal_says_that_the_plan_being_built_stays() -> None:
    """A text that can't be used never touches it."""
    text = refusal(Understood(SignalDraft(), "", problems=("No stop.",)), "BTC/USDT:USDT long").text
    assert "Nothing was stored. The plan being built (BTC/USDT:USDT long) stays as it is." in text
    assert "Understood" not in text


def test_a_refusal_is_bounded_and_safe() -> None:
    """However much is wrong, and whatever was written, it fits one message and holds no tags of its writer's."""
    nasty = "<b>&" * LIMIT
    text = refusal(Understood(FULL, nasty, nasty, (nasty,) * (MOST_PROBLEMS + 2)), nasty).text
    assert "<b>&" not in text.replace("<b>✋", "")
    assert "• … and 2 more" in text
    assert length(unescape(text)) < LIMIT
    assert LONGEST * (MOST_PROBLEMS + 2) < LIMIT


def test_two_plans_are_a_choice_of_two_buttons() -> None:
    """One takes the pasted plan instead of that draft, the other goes on with it."""
    message = which_one(WHOLE, "ETH/USDT:USDT <short>", 7, 99)
    assert "ETH/USDT:USDT &lt;short&gt;. Nothing of it was changed." in message.text
    assert "Pasted: BTC/USDT:USDT on binanceusdm" in message.text
    presses = [button.press for row in message.keyboard for button in row]
    told = [(press.verb, press.subject, press.version, press.argument) for press in presses if press is not None]
    assert told == [(Verb.NEW, 7, 99, "pasted"), (Verb.NEW, 0, 0, "")]


@pytest.mark.parametrize("text", [replaced().text, unanswered("binanceusdm").text])
def test_short_words_say_what_became_of_it(text: str) -> None:
    """Nothing is watched, or nothing was stored."""
    assert "nothing of it is watched" in text or "Nothing was stored" in text
