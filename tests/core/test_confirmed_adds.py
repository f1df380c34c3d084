"""Adds that wait: judged again by every guard, never chased, and gone with the scale-in."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.events import (
    BlockReason,
    TierBlocked,
    TierRearmed,
    TierWithdrawn,
)
from chatbot.core.inputs import (
    Confirm,
)
from chatbot.core.state import TierPhase
from tests.core.talking import ADD, EXIT, MINUTE, Talk, names, plan

D = Decimal


def test_a_target_cancels_pending_adds(entered: Talk) -> None:
    """The first target ends the scale-in; the add that was offered can't be confirmed any more."""
    entered.price(102)
    number = entered.pending(ADD).number
    entered.price("103.9", 106)
    assert entered.state.pending(ADD) is None
    assert entered.give(Confirm, number) == ()


def test_a_stop_supersedes_pending_adds(entered: Talk) -> None:
    """Once everything goes nothing is added."""
    entered.price(102)
    assert names(entered.price(95)) == ["StopHit"]
    assert [action.kind for action in entered.state.actions] == [EXIT]


def test_an_add_is_not_chased(entered: Talk) -> None:
    """More than half an R past the offer it is withdrawn, and armed again only below its level."""
    entered.price(102)
    assert entered.price(104) == ()
    assert entered.price("104.1") == (TierWithdrawn(2, D("104.1"), D(102), entered.at - MINUTE),)
    assert entered.price("102.1") == ()
    assert names(entered.price(102)) == ["TierRearmed", "TierTriggered"]


def test_an_add_found_late_is_withdrawn_at_once(entered: Talk) -> None:
    """One jump past the level and half an R more: there is nothing to offer."""
    assert entered.price("104.5") == (TierWithdrawn(2, D("104.5"), D(102), entered.at - MINUTE),)
    assert entered.price("102.5") == ()
    assert entered.price("101.5") == (TierRearmed(2, D("101.5"), entered.at - MINUTE),)


def test_a_withdrawn_offer_waits_at_its_level_not_at_its_price(entered: Talk) -> None:
    """Offered at 103.5 by a jump, withdrawn at 106: price has to come back through 102."""
    entered.price("103.5")
    assert entered.price("105.6") == (TierWithdrawn(2, D("105.6"), D(102), entered.at - MINUTE),)
    assert entered.price("103.5") == ()


def test_an_entry_is_not_chased_either(talk: Talk) -> None:
    """Tier 1, too, is not run after; R is what it would have been."""
    talk.price("99.9")
    assert names(talk.price("101.9")) == ["TierWithdrawn"]
    assert names(talk.price("99.9")) == ["TierRearmed", "TierTriggered"]


def test_a_pending_add_is_judged_again_by_averaging_down(entered: Talk) -> None:
    """Half an R below the average it is allowed, a little more and it is blocked for good."""
    entered.price(102)
    assert names(entered.price(98)) == ["ReassessAdvised"]
    assert entered.price("97.9") == (TierBlocked(2, D("97.9"), BlockReason.AVERAGING_DOWN, entered.at - MINUTE),)
    assert entered.state.tiers[2].phase is TierPhase.ARMED


def test_a_pending_add_is_judged_again_by_structure() -> None:
    """The structure level broken while the add waits."""
    talk = Talk(plan(guards={"structure_level": 99}))
    talk.price(100)
    talk.done(ADD)
    talk.price(102)
    assert talk.price(99) == ()
    assert talk.price("98.9") == (TierBlocked(2, D("98.9"), BlockReason.STRUCTURE, talk.at - MINUTE),)


def test_a_pending_add_is_judged_again_by_risk() -> None:
    """An add nine times tier 1's size is safe only while the market leaves room for the stop that it needs."""
    tiers = [
        {"weight_pct": 10, "trigger": {"kind": "price", "level": 100, "direction": "down"}},
        {"weight_pct": 90, "trigger": {"kind": "price", "level": 102, "direction": "up"}},
    ]
    talk = Talk(plan(tiers=tiers))
    talk.price(100)
    talk.done(ADD)
    talk.price(102)
    assert talk.price("100.5") == ()
    assert [getattr(event, "reason", None) for event in talk.price("99.9")] == [BlockReason.RISK]
