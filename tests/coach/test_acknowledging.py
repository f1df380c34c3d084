"""“I know” is about the warnings on the card: one that came up after it was shown is shown first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.coach.outlook import UNKNOWN
from chatbot.coach.review import KNOWN
from chatbot.messages.values import Verb
from tests.coach.office import SAM, Office
from tests.coach.talk import TYPED
from tests.coach.test_conversation import SEEN, begun, draft_of, say, tap

FALLEN = replace(SEEN, price=Decimal(58_900))
"""The market has gone through the stop."""
BEYOND = "beyond the stop"


def reviewed(office: Office) -> None:
    """A plan with one warning, as the user sees it."""
    begun(office)
    say(office, *TYPED)
    assert "6 % of equity" in say(office, "edit 1", "6%").replace("\u00a0", " ")


def test_a_warning_that_came_up_later_is_not_accepted_by_a_text(office: Office) -> None:
    """The market moved between the card and the word: the new warning is shown, and nothing is armed."""
    reviewed(office)
    shown = say(office, "i know", outlook=FALLEN)
    assert BEYOND in shown
    assert "Tap “I know" in shown
    assert "armed it knowing its warnings" in say(office, "i know", outlook=FALLEN)


def test_a_warning_that_came_up_later_is_not_accepted_by_a_button(office: Office) -> None:
    """The same for a tap: the button was under a card without it."""
    reviewed(office)
    draft = draft_of(office)
    assert BEYOND in tap(office, Verb.ARM, KNOWN, outlook=FALLEN)
    assert draft_of(office).draft_id == draft.draft_id
    assert "armed it knowing its warnings" in tap(office, Verb.ARM, KNOWN, outlook=FALLEN)


def test_a_number_that_moved_is_no_new_warning(office: Office) -> None:
    """What is known stays known while only its figure changes."""
    begun(office)
    say(office, *TYPED, outlook=FALLEN)
    lower = replace(SEEN, price=Decimal(58_800))
    assert "armed it knowing its warnings" in say(office, "i know", outlook=lower)


def test_a_card_without_a_price_shows_fewer_warnings_and_accepts_no_more(office: Office) -> None:
    """An exchange that did not answer hides a warning; it is not taken as read."""
    begun(office)
    say(office, *TYPED)
    assert BEYOND not in say(office, "edit 1", "6%", outlook=UNKNOWN)
    assert BEYOND in say(office, "i know", outlook=FALLEN)


def test_another_drafts_card_accepts_nothing_here(office: Office) -> None:
    """What was seen of a plan that is dropped is forgotten with it."""
    reviewed(office)
    say(office, "discard")
    with office.units() as unit:
        assert unit.settings.get(f"shown:{SAM.user_id}") is None
