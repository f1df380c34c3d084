"""The card a plan is built on, as text: progress, reasons, assumptions, and labels short enough for buttons."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.figures import GAP
from chatbot.core.plan import (
    AllOf,
    AnyOf,
    Average,
    Bounce,
    CloseBeyond,
    Direction,
    ManualTrigger,
    MoveTrigger,
    MovingAverageRetest,
    PriceTrigger,
    RsiTrigger,
    Trigger,
)
from chatbot.core.timeframes import Timeframe
from chatbot.messages.fitting import Block
from chatbot.messages.values import Message
from chatbot.messages.wizard import Item, assumptions, card, progress, reasons, trigger_label

D = Decimal
M15, UP, DOWN = Timeframe.M15, Direction.UP, Direction.DOWN


def test_progress_marks_what_is_done_current_and_open() -> None:
    """An answer that is not complete yet stays open; without one the item's name stands there."""
    items = (Item("Allocation 5 %", done=True), Item("Tiers"), Item("Triggers 2 of 4"), Item(), Item(), Item())
    lines = progress(items, 2)
    assert lines[0] == "☑ 1 Allocation 5 %"
    assert lines[1] == "<b>▶ 2 Tiers</b>"
    assert lines[2] == "☐ 3 Triggers 2 of 4"
    assert lines[5] == "☐ 6 Stop rules"


def test_card_keeps_its_blocks_apart() -> None:
    """A title and blocks of lines; empty ones leave no hole."""
    made = card("New plan", (Block(("a", "b"), ""), Block((), ""), Block(("c",), "")), ())
    assert made == Message("<b>New plan</b>\n\na\nb\n\nc")


def test_reasons_are_points_with_their_details_set_in() -> None:
    """Safe in HTML, beginning with a capital."""
    assert reasons(["bounce at <59>", "61 · 62: levels\nTP1 1R\nTP2 2R"]) == [
        "• Bounce at &lt;59&gt;",
        "• 61 · 62: levels",
        "     TP1 1R",
        "     TP2 2R",
    ]


def test_assumptions_are_marked() -> None:
    """Each a point; without any there is nothing."""
    assert assumptions(()) == []
    assert assumptions(("a < b",)) == ["<b>Assumed, check it:</b>", "• a &lt; b"]


@pytest.mark.parametrize(
    ("trigger", "label"),
    [
        (PriceTrigger(D("60500.5"), UP), "Above 60 500.5"),
        (PriceTrigger(D(60500), DOWN), "Below 60 500"),
        (MoveTrigger(D("0.5")), "+0.5 % of price"),
        (CloseBeyond(M15, D(60900), UP), "15m close above 60 900"),
        (Bounce(M15, D(59900), UP), "15m bounce at 59 900"),
        (MovingAverageRetest(M15, Average.EMA, 20, UP), "15m retest of EMA 20"),
        (ManualTrigger("Is the range broken?"), "Ask me"),
        (RsiTrigger(M15, D(50), UP), "RSI 14 (15m) crosses above 50"),
        (AnyOf((PriceTrigger(D(1), UP), ManualTrigger("Now?"))), "Above 1 or Ask me"),
        (AllOf((CloseBeyond(M15, D(1), UP), PriceTrigger(D(2), UP))), "15m close above 1 and Above 2"),
    ],
)
def test_trigger_labels_fit_a_button(trigger: Trigger, label: str) -> None:
    """The level and what has to happen there; the rest stands on the card."""
    assert trigger_label(trigger, D("0.1")).replace(GAP, " ") == label
