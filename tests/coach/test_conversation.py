"""A plan talked through over real storage: the cool-down, what is armed, prefilled drafts, and the right market.

The cool-down after a stop is half an hour from the stop itself, whatever became of its confirmation.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

import pytest

from chatbot.coach.conversation import Prefilled, Spoken
from chatbot.coach.desk import MarketsUnknown
from chatbot.coach.outlook import UNKNOWN, Outlook, Sought
from chatbot.core.events import PlanArmed
from chatbot.core.market import Instrument, Resolution
from chatbot.core.state import ActionKind
from chatbot.core.timeframes import Timeframe
from chatbot.messages.values import Press, Verb
from chatbot.records import Draft
from tests.coach.office import BTC, EXCHANGE, MINUTE, SAM, SECOND, Office
from tests.coach.talk import TYPED, chart
from tests.messages.trading import BY_HAND, long_plan, short_plan

SOUGHT: Final = Sought(EXCHANGE, BTC.symbol, Timeframe.M15)
SEEN: Final = Outlook(SOUGHT, Decimal(60100))


def cools_down(office: Office, side: str = "long") -> bool:
    """Whether a new plan on this side is met with the question."""
    with office.desk.work() as work:
        office.conversation.begin(work, SAM, UNKNOWN)
        for text in ("btc", side):
            office.conversation.said(work, SAM, Spoken(text, SEEN))
        draft = work.unit.drafts.of(SAM.user_id)
        assert draft is not None
        asked = office.conversation.view(work.unit, draft, UNKNOWN).context.cool_down
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


def say(office: Office, *texts: str, outlook: Outlook = SEEN) -> str:
    """Answers to the draft; what the bot says to the last of them."""
    said = ""
    for text in texts:
        with office.desk.work() as work:
            office.conversation.said(work, SAM, Spoken(text, outlook))
        said = office.read()
    return said


def tap(office: Office, verb: Verb, argument: str = "", outlook: Outlook = SEEN) -> str:
    """A button of the draft's card."""
    draft = draft_of(office)
    with office.desk.work() as work:
        office.conversation.press(work, SAM, Press(verb, draft.draft_id, draft.version, argument), outlook)
    return office.read()


def draft_of(office: Office) -> Draft:
    with office.units() as unit:
        draft = unit.drafts.of(SAM.user_id)
    assert draft is not None
    return draft


def begun(office: Office, outlook: Outlook = UNKNOWN) -> str:
    """/new."""
    with office.desk.work() as work:
        office.conversation.begin(work, SAM, outlook)
    return office.read()


def test_warnings_accepted_are_kept_with_the_plan(office: Office) -> None:
    """The sentences the user said "I know" to are part of the plan's story."""
    begun(office)
    say(office, *TYPED)
    say(office, "edit 1", "6%")
    assert "I know" in say(office, "arm")
    assert "armed it knowing its warnings" in say(office, "i know")
    armed = office.record().events[0]
    assert isinstance(armed, PlanArmed)
    assert armed.accepted == ("6 % of equity goes into one trade; up to 5 % is usual.",)


def test_a_plan_without_warnings_accepts_none(office: Office) -> None:
    """Saying "I know" to nothing keeps nothing."""
    begun(office)
    say(office, *TYPED, "i know")
    armed = office.record().events[0]
    assert isinstance(armed, PlanArmed)
    assert armed.accepted == ()


def test_terms_of_the_review_are_armed(office: Office) -> None:
    """Expiry from the moment of arming, margin, guards and the way fills are followed."""
    begun(office)
    say(office, *TYPED, "expiry 24h", "margin cross", "structure 59500", "fills assumed")
    office.later(5 * MINUTE)
    say(office, "arm")
    plan = office.record().plan
    assert (plan.armed_at, plan.expires_at) == (office.at, office.at + 1440 * MINUTE)
    assert (plan.margin_mode.value, plan.follow.value) == ("cross", "assumed")
    assert plan.guards.structure_level == 59500


def test_a_plan_is_not_armed_without_a_price_of_its_own_market(office: Office) -> None:
    """What another market trades at says nothing of this one."""
    begun(office)
    say(office, *TYPED)
    elsewhere = replace(SEEN, of=replace(SOUGHT, symbol="ETH/USDT:USDT"))
    assert "I can't see a price of this market" in say(office, "arm", outlook=elsewhere)
    assert "I can't see a price of this market" in say(office, "arm", outlook=UNKNOWN)
    say(office, "arm")
    assert office.record().row.number == 1


def test_what_is_looked_up_is_the_market_of_the_answer(office: Office) -> None:
    """The outlook is needed of the market and timeframe as they are once the answer counts."""
    with office.desk.work() as work:
        assert office.conversation.sought(work, SAM, "btc") is None
    begun(office)
    with office.desk.work() as work:
        assert office.conversation.sought(work, SAM) is None
        assert office.conversation.sought(work, SAM, "btc") == SOUGHT
        assert office.conversation.sought(work, SAM, "BTC/USDT:USDT", tapped=True) == SOUGHT
    say(office, "btc")
    with office.desk.work() as work:
        assert office.conversation.sought(work, SAM, "timeframe 1h") == replace(SOUGHT, timeframe=Timeframe.H1)
        assert office.conversation.sought(work, SAM, "nonsense") == SOUGHT
        assert office.conversation.sought(work, SAM, "~gone", tapped=True) == SOUGHT


class EmptyShelf:
    """No exchange was asked for its markets yet."""

    def get(self, *_: str) -> Instrument | None:
        return None

    def resolve(self, exchange: str, _: str, /) -> Resolution:
        raise MarketsUnknown(exchange)


def test_a_list_of_markets_that_is_missing_is_asked_for_first(office: Office) -> None:
    """Nothing was written, so the answer can be given again."""
    begun(office)
    office.desk.instruments = EmptyShelf()
    with pytest.raises(MarketsUnknown), office.desk.work() as work:
        office.conversation.sought(work, SAM, "btc")


def test_proposals_are_tapped_through_the_draft(office: Office) -> None:
    """A button of the chart's answers the question at hand; an old one changes nothing."""
    seen = replace(SEEN, chart=chart())
    begun(office)
    card = say(office, *TYPED[:6], outlook=seen)
    assert "• Bounce at the support" in card
    tap(office, Verb.CHOOSE, "bounce up 59577 15m")
    assert draft_of(office).answers["triggers"] == ["bounce up 59577 15m"]
    tap(office, Verb.CHOOSE, "~0123456789abcdef")
    assert draft_of(office).answers["triggers"] == ["bounce up 59577 15m"]


PREFILLED: Final = Prefilled(
    {"symbol": BTC.symbol, "side": "long", "leverage": "10", "triggers": ["below 60000"], "stop": "59000"},
    ("margin is isolated", "entries by hand"),
)


def test_a_draft_can_begin_with_answers_that_are_known(office: Office) -> None:
    """It goes on with the first question still open, and marks what was assumed."""
    with office.desk.work() as work:
        office.conversation.begin_with(work, SAM, PREFILLED, SEEN)
    card = office.read()
    assert "How much equity" in card
    assert "<b>Assumed, check it:</b>\n• margin is isolated\n• entries by hand" in card
    card = say(office, "10k", "5%", "25/25/30/20")
    assert "When do you add tier 2" in card
    assert draft_of(office).answers["stop"] == "59000"


def test_a_known_plan_does_not_replace_one_begun_by_hand(office: Office) -> None:
    """Nothing that was entered is thrown away unasked; an empty draft is not in the way."""
    begun(office)
    with office.desk.work() as work:
        office.conversation.begin_with(work, SAM, PREFILLED, SEEN)
    assert "How much equity" in office.read()
    with office.desk.work() as work:
        office.conversation.begin_with(work, SAM, Prefilled({"symbol": "ETH/USDT:USDT"}), UNKNOWN)
    assert "A plan is being built already" in office.read()
    assert draft_of(office).answers["symbol"] == BTC.symbol


def test_a_complete_plan_that_is_known_comes_to_its_review(office: Office) -> None:
    """Nothing is left to ask."""
    begun(office)
    say(office, *TYPED)
    answers = draft_of(office).answers
    say(office, "discard")
    with office.desk.work() as work:
        office.conversation.begin_with(work, SAM, Prefilled(answers), SEEN)
    assert "Review · BTC/USDT:USDT long 10x" in office.read()
