"""A pasted text beside the plan being built: which of them a text is for, and what is kept until the user chose."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from chatbot.coach.answers import Step
from chatbot.coach.conversation import Conversation, Spoken
from chatbot.coach.desk import MarketsUnknown
from chatbot.coach.outlook import UNKNOWN, Outlook, Sought
from chatbot.coach.pasted_plans import Paste, PastedPlans, mark_of
from chatbot.coach.stored import texts_in
from chatbot.core.market import Instrument, Resolution
from chatbot.core.timeframes import Timeframe
from chatbot.records import Draft
from tests.coach.office import BTC, EXCHANGE, SAM, Office
from tests.coach.talk import TYPED, chart

LINE: Final = "long btc 60000 sl 59000 tp 61k 62.5k 64k 10x 5%"
SEEN: Final = Outlook(Sought(EXCHANGE, BTC.symbol, Timeframe.M15), Decimal(60100))
BYBIT: Final = "bybit"


class EmptyShelf:
    """No exchange was asked for its list yet."""

    def get(self, _exchange: str, _symbol: str) -> Instrument | None:
        return None

    def resolve(self, exchange: str, _: str, /) -> Resolution:
        raise MarketsUnknown(exchange)


@pytest.fixture
def plans(office: Office) -> PastedPlans:
    """With another exchange to choose."""
    office.conversation = Conversation(office.desk, office.trades, EXCHANGE, (EXCHANGE, BYBIT))
    return PastedPlans(office.conversation)


def take(office: Office, plans: PastedPlans, text: str = LINE, over: int = 0, outlook: Outlook = SEEN) -> str:
    """Paste; what is answered."""
    with office.desk.work() as work:
        plans.take(work, SAM, Paste(text, outlook, over))
    return office.read()


def talk(office: Office, *texts: str) -> str:
    """A plan by hand, as far as this; the last card."""
    for text in ("", *texts):
        with office.desk.work() as work:
            if text:
                office.conversation.said(work, SAM, Spoken(text, SEEN))
            else:
                office.conversation.begin(work, SAM, SEEN)
    return office.read()


def draft_of(office: Office) -> Draft:
    with office.units() as unit:
        draft = unit.drafts.of(SAM.user_id)
    assert draft is not None, "no draft"
    return draft


def kept(office: Office, plans: PastedPlans, text: str = LINE) -> str | None:
    """What a button shown with this text finds."""
    with office.desk.work() as work:
        return plans.kept(work, SAM, mark_of(text))


def test_a_usable_text_becomes_the_draft(office: Office, plans: PastedPlans) -> None:
    """With the pause that the market's volatility asks for, and the first open question."""
    wild = Outlook(SEEN.of, SEEN.price, chart(wild=6))
    assert "How much equity" in take(office, plans, outlook=wild)
    assert draft_of(office).answers["pause"] == "15"
    assert draft_of(office).step == Step.EQUITY


def test_every_open_question_follows_and_nothing_else(office: Office, plans: PastedPlans) -> None:
    """What the text answers is not asked again."""
    take(office, plans, "long btc 60000 sl 59000 tp 61k 62.5k 64k")
    for text, asked in (("10x", "How much equity"), ("10k", "Which part of your equity"), ("5%", "Review ·")):
        with office.desk.work() as work:
            office.conversation.said(work, SAM, Spoken(text, SEEN))
        assert asked in office.read()
    assert "editing" not in draft_of(office).answers


def test_another_markets_price_decides_nothing(office: Office, plans: PastedPlans) -> None:
    """An outlook of a market the text is not about is not looked at."""
    other = Outlook(Sought(EXCHANGE, "ETH/USDT:USDT", Timeframe.M15), Decimal(3000))
    assert "the text names no direction" in take(office, plans, outlook=other)


def test_a_refused_text_stores_nothing(office: Office, plans: PastedPlans) -> None:
    """Neither a draft nor the text, and a draft there is stays."""
    assert "has no stop" in take(office, plans, "long btc 60000 tp 61000 62000")
    with office.units() as unit:
        assert unit.drafts.of(SAM.user_id) is None
    talk(office, *TYPED[:3])
    before = draft_of(office)
    assert "The plan being built (BTC/USDT:USDT long) stays as it is." in take(office, plans, "long btc 60000 tp 61000")
    assert (draft_of(office), kept(office, plans)) == (before, None)


def test_what_was_assumed_of_prices_goes_with_them(office: Office, plans: PastedPlans) -> None:
    """Another market takes the prices away; a sentence about them would be about nothing, or about the wrong market."""
    take(office, plans, "long btc 60000.05 sl 59000 tp 61k 62.5k 64k 10x 5%")
    talk(office, "10k")
    before = " ".join(texts_in(draft_of(office).answers, "assumed"))
    assert all(words in before for words in ("Tier 1 is taken at", "Tiers 2 to 4", "Used as written", "Weights "))
    talk(office, "edit market", "on bybit")
    after = " ".join(texts_in(draft_of(office).answers, "assumed"))
    assert not any(words in after for words in ("Tier 1 is taken at", "Tiers 2 to 4", "Used as written"))
    assert "Weights " in after


def test_a_plan_begun_by_hand_is_replaced_only_when_told_to(office: Office, plans: PastedPlans) -> None:
    """The text waits; it takes the place of the draft it was said of, and of no other."""
    talk(office, *TYPED[:4])
    before = draft_of(office)
    assert "Use the pasted one instead?" in take(office, plans)
    assert (draft_of(office), kept(office, plans)) == (before, LINE)
    assert "Use the pasted one instead?" in take(office, plans, over=before.draft_id + 1)
    assert draft_of(office) == before
    said = take(office, plans, over=before.draft_id)
    assert "This plan was dropped for the pasted one" in said
    assert "How much equity" in said
    assert kept(office, plans) is None
    assert draft_of(office).draft_id != before.draft_id


def test_a_button_under_an_earlier_paste_does_not_take_a_later_one(office: Office, plans: PastedPlans) -> None:
    """What a button takes is the plan it was shown with, or nothing."""
    later = LINE.replace("59000", "59500")
    talk(office, *TYPED[:4])
    take(office, plans)
    take(office, plans, later)
    assert kept(office, plans) is None
    assert kept(office, plans, later) == later


def test_a_draft_whose_market_is_being_changed_is_not_empty(office: Office, plans: PastedPlans) -> None:
    """Without a market it still holds what was answered."""
    talk(office, *TYPED, "edit market", "on bybit")
    assert draft_of(office).answers["symbol"] is None
    assert "A plan is being built already: no market yet long" in take(office, plans)


def test_the_exchange_and_timeframe_chosen_before_pasting_count(office: Office, plans: PastedPlans) -> None:
    """An otherwise empty draft says where the text is looked for."""
    talk(office, "on bybit", "timeframe 1h")
    with office.desk.work() as work:
        assert plans.sought(work, SAM, LINE) == Sought(BYBIT, BTC.symbol, Timeframe.H1)
        assert plans.sought(work, SAM, f"{LINE} binance 4h") == Sought(EXCHANGE, BTC.symbol, Timeframe.H4)
        assert plans.sought(work, SAM, "sl 59000 tp 61000") is None
    card = take(office, plans)
    assert "On bybit, your exchange" in card
    assert "1h candles: the text names no timeframe." in card
    assert draft_of(office).answers["exchange"] == BYBIT


@pytest.mark.parametrize(
    ("typed", "text", "is_answer"),
    [
        (0, LINE, False),
        (6, "manual: does btc hold 60000, stop 59000?", True),
        (6, LINE, False),
        (11, "61000 62500", True),
        (15, LINE, False),
        (15, "stop 59500", True),
    ],
)
def test_a_text_that_answers_the_question_is_no_new_plan(
    office: Office, plans: PastedPlans, typed: int, text: str, *, is_answer: bool
) -> None:
    """What the plan being built can take is its own; all else is a plan."""
    talk(office, *TYPED[:typed])
    with office.desk.work() as work:
        assert plans.is_answer(work, SAM, text) is is_answer


def test_without_a_list_of_markets_nothing_is_taken(office: Office, plans: PastedPlans) -> None:
    """The exchange is asked first; where it does not answer, that is said."""
    office.desk.instruments = EmptyShelf()
    with pytest.raises(MarketsUnknown), office.desk.work() as work:
        plans.take(work, SAM, Paste(LINE, UNKNOWN))
    with office.desk.work() as work:
        plans.unanswered(work, SAM, EXCHANGE)
    assert "binanceusdm does not answer right now" in office.read()
