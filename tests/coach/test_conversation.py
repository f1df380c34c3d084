"""The cool-down after a stop: half an hour from the stop itself, whatever became of its confirmation."""

from __future__ import annotations

from decimal import Decimal

from chatbot.coach.conversation import Spoken
from chatbot.core.state import ActionKind
from chatbot.messages.values import Verb
from tests.coach.office import MINUTE, SAM, SECOND, Office
from tests.messages.trading import BY_HAND, long_plan, short_plan


def cools_down(office: Office, side: str = "long") -> bool:
    """Whether a new plan on this side is met with the question."""
    with office.desk.work() as work:
        office.conversation.begin(work, SAM, None)
        for text in ("btc", side):
            office.conversation.said(work, SAM, Spoken(text, Decimal(60000)))
        draft = work.unit.drafts.of(SAM.user_id)
        assert draft is not None
        asked = office.conversation.view(work.unit, draft, None).context.cool_down
        office.conversation.cancel(work, SAM)
    return asked


def stopped(office: Office) -> None:
    """In, and out at the stop, not confirmed yet."""
    office.arm(long_plan(resting=BY_HAND))
    office.enter("60000")
    office.price("58990")


def test_a_stop_that_is_not_confirmed_cools_down(office: Office) -> None:
    """Not answering the exit does not dodge the question; another side is another trade."""
    stopped(office)
    assert office.state().pending(ActionKind.EXIT) is not None
    assert cools_down(office)
    assert not cools_down(office, "short")


def test_the_half_hour_begins_with_the_stop(office: Office) -> None:
    """Confirming it late, or correcting a fill afterwards, does not begin it anew."""
    stopped(office)
    office.later(20 * MINUTE)
    office.tap(Verb.DONE, office.pending(ActionKind.EXIT).number)
    office.later(10 * MINUTE - SECOND)
    assert cools_down(office)
    office.later(SECOND)
    assert not cools_down(office)
    office.command("/correct 1 1 60010 0.0208")
    assert not cools_down(office)


def test_a_stop_reported_by_the_user_cools_down(office: Office) -> None:
    """The stop filled before a price of it was seen; correcting it later changes nothing about when."""
    office.arm(long_plan(resting=BY_HAND))
    office.enter("60000")
    office.command("/stopped 59000")
    assert cools_down(office)
    office.later(30 * MINUTE)
    office.command("/correct 1 2 58950 0.0208")
    assert not cools_down(office)


def test_an_exit_of_ones_own_does_not_cool_down(office: Office) -> None:
    """Only a stop does."""
    office.arm(short_plan(resting=BY_HAND))
    office.enter("60000")
    office.command("/exited 59900")
    assert not cools_down(office, "short")
