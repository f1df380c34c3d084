"""Buttons and typed numbers after an alert: what was asked for is what counts, and nothing else is taken for it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.coach.conversation import Spoken
from chatbot.coach.outlook import UNKNOWN
from chatbot.core.plan import ManualTrigger, Tier
from chatbot.core.reading import plain
from chatbot.core.state import ActionKind
from chatbot.messages.values import Press, Verb
from chatbot.records import Priority, ReminderKind
from tests.coach.office import MINUTE, SAM, SECOND, Office
from tests.messages.trading import BY_HAND, long_plan

D = Decimal
FIVE = 5 * MINUTE


def asked_for_a_price(office: Office) -> None:
    """Tier 1 is offered, and "other price" was tapped."""
    office.arm()
    office.price("60000")
    office.tap(Verb.OTHER_PRICE, office.pending(ActionKind.ADD).number)
    assert "/cancel leaves it open" in office.read()


def test_the_typed_price_counts(office: Office) -> None:
    """A price, or price and quantity."""
    asked_for_a_price(office)
    assert "Tier 1 is in: 0.02" in office.type("60010 0.02")


def test_a_price_asked_for_long_ago_is_not_waited_for(office: Office) -> None:
    """After ten minutes a number may mean anything."""
    asked_for_a_price(office)
    office.later(9 * MINUTE)
    assert "Tier 1 is in" in office.type("60010")
    office.price("60310.1")
    office.tap(Verb.OTHER_PRICE, office.pending(ActionKind.ADD).number)
    office.read()
    office.later(10 * MINUTE + SECOND)
    assert office.type("60310") == "nothing was asked"


def test_another_button_ends_the_wait(office: Office) -> None:
    """Whatever is tapped next: a later number is not the price any more."""
    asked_for_a_price(office)
    office.tap(Verb.SNOOZE, office.pending(ActionKind.ADD).number)
    assert office.type("60010") == "nothing was asked"


def test_cancel_ends_the_wait_and_keeps_the_draft(office: Office) -> None:
    """/cancel leaves the action open, and the plan being built as it was; the next one drops that."""
    with office.desk.work() as work:
        office.conversation.begin(work, SAM, UNKNOWN)
    asked_for_a_price(office)
    with office.desk.work() as work:
        office.conversation.cancel(work, SAM)
    assert "Left open" in office.read()
    assert office.state().pending(ActionKind.ADD) is not None
    assert office.type("60010") == "nothing was asked"
    with office.desk.work() as work:
        assert work.unit.drafts.of(SAM.user_id) is not None
        office.conversation.cancel(work, SAM)
        assert work.unit.drafts.of(SAM.user_id) is None


def test_a_plan_being_built_ends_the_wait(office: Office) -> None:
    """Its card, /new and every answer to it: "59500" for the wizard is no fill."""
    asked_for_a_price(office)
    with office.desk.work() as work:
        office.conversation.begin(work, SAM, UNKNOWN)
    assert office.type("59500") == "nothing was asked"
    office.tap(Verb.OTHER_PRICE, office.pending(ActionKind.ADD).number)
    with office.desk.work() as work:
        office.conversation.said(work, SAM, Spoken("btc"))
    assert office.type("59500") == "nothing was asked"
    office.tap(Verb.OTHER_PRICE, office.pending(ActionKind.ADD).number)
    with office.desk.work() as work:
        draft = work.unit.drafts.of(SAM.user_id)
        assert draft is not None
        office.conversation.press(work, SAM, Press(Verb.HELP, draft.draft_id, draft.version), UNKNOWN)
    assert office.type("59500") == "nothing was asked"


def test_a_price_typed_wrongly_is_told_how_to_get_out(office: Office) -> None:
    """The refusal names the way out as the question did."""
    asked_for_a_price(office)
    assert "/cancel leaves it open" in office.type("banana")


def test_the_example_after_a_slip_is_what_was_asked_for(office: Office) -> None:
    """The quantity of the example is the target's, not the whole position."""
    office.arm()
    office.enter("60000", "60300")
    office.price("61000")
    office.tap(Verb.OTHER_PRICE, office.pending(ActionKind.CLOSE).number)
    office.read()
    said = office.type("banana")
    assert f"61000 {office.pending(ActionKind.CLOSE).quantity:f}" in said
    assert f"{office.state().position.quantity:f}" not in said


def test_the_example_for_a_stop_is_a_price_alone(office: Office) -> None:
    """A stop has no quantity."""
    office.arm()
    office.price("60000")
    office.tap(Verb.DONE, office.pending(ActionKind.ADD).number)
    office.price("60300")
    office.tap(Verb.DONE, office.pending(ActionKind.ADD).number)
    move = office.pending(ActionKind.MOVE_STOP)
    office.tap(Verb.OTHER_PRICE, move.number)
    office.read()
    assert f"for example {move.price:f}." in office.type("banana")
    assert f"for example {move.price:f}." in office.type("59800 0.02")


def asked_for_a_stop(office: Office) -> None:
    """Two tiers are in, the stop is to move, and "other stop" was tapped."""
    office.arm()
    office.enter("60000")
    office.price("60300")
    office.tap(Verb.DONE, office.pending(ActionKind.ADD).number)
    office.tap(Verb.OTHER_PRICE, office.pending(ActionKind.MOVE_STOP).number)
    office.read()


def test_a_looser_stop_is_refused_first(office: Office) -> None:
    """The rule and the plan's own number are said, and nothing is recorded."""
    asked_for_a_stop(office)
    stop = office.state().stop
    said = office.type("58000")
    assert "only ever tightens" in said
    assert f"{plain(stop):f}" in said
    assert "58000 because of" in said
    assert (office.state().breaches, office.state().exchange_stop) == (0, D(59000))


@pytest.mark.parametrize(
    "text", ["58000 because of the range low", "58 000 because of the range low", "58k: range low"]
)
def test_a_looser_stop_with_a_reason_is_a_breach(office: Office, text: str) -> None:
    """Who insists says why; it is recorded with the reason, and the plan keeps its own stop."""
    asked_for_a_stop(office)
    office.type("58000")
    stop = office.state().stop
    said = office.type(text)
    assert "Looser stop noted: 58 000, at risk 89.21 USDT" in said
    assert "range low" in said
    assert (office.state().breaches, office.state().exchange_stop, office.state().stop) == (1, D(58000), stop)


@pytest.mark.parametrize("text", ["58000 usdt", "58000 !", "58000 ok"])
def test_a_looser_stop_needs_a_real_reason(office: Office, text: str) -> None:
    """A unit or a sigh is none."""
    asked_for_a_stop(office)
    office.type(text)
    assert office.state().breaches == 0


def test_a_stop_that_was_not_moved_is_noted(office: Office) -> None:
    """Where it stood before is no loosening: it is only noted."""
    asked_for_a_stop(office)
    assert "Stop noted at 59 000" in office.type("59000")
    assert office.state().breaches == 0


def test_a_tighter_stop_needs_no_reason(office: Office) -> None:
    """It becomes the plan's."""
    asked_for_a_stop(office)
    office.type("60100")
    assert office.state().stop == D(60100)


def test_a_price_of_before_is_no_price_of_now(office: Office) -> None:
    """Yes to a question offers the tier at a price not older than a minute, or not at all."""
    plan = long_plan(resting=BY_HAND)
    question = Tier(plan.tiers[0].weight_pct, ManualTrigger("is the range broken?"))
    office.arm(replace(plan, tiers=(question, *plan.tiers[1:])))
    office.price("60050")
    asked = office.pending(ActionKind.ANSWER).number
    office.later(MINUTE + SECOND)
    assert "no price" in office.tap(Verb.YES, asked).toast
    assert office.pending(ActionKind.ANSWER).number == asked
    office.price("60060")
    office.tap(Verb.YES, asked)
    assert office.pending(ActionKind.ADD).price == D(60060)


def test_a_confirmed_fill_is_not_judged_by_an_old_price(office: Office) -> None:
    """The stop that follows an add is worked out from the fill where the market is not seen any more."""
    for number, wait in ((1, 0), (2, 2 * MINUTE)):
        office.arm()
        office.price("60000")
        add = office.state(number).pending(ActionKind.ADD)
        assert add is not None
        office.tap(Verb.DONE, add.number, number)
        office.price("60300")
        add = office.state(number).pending(ActionKind.ADD)
        assert add is not None
        office.price("60000")
        office.later(wait)
        office.tap(Verb.DONE, add.number, number)
        office.later(MINUTE)
    assert office.state(1).stop < office.state(2).stop


def test_a_snooze_puts_off_all_that_was_asked_at_once(office: Office) -> None:
    """A target's close and its stop move are one alert: neither comes back before the five minutes are over."""
    office.arm()
    office.enter("60000")
    office.price("61000")
    close, move = office.pending(ActionKind.CLOSE), office.pending(ActionKind.MOVE_STOP)
    office.later(30 * SECOND)
    assert "5 minutes" in office.tap(Verb.SNOOZE, close.number).toast
    office.read()
    office.later(FIVE - SECOND)
    assert office.remind() == ""
    office.later(SECOND)
    said = office.remind()
    assert "TP1" in said
    assert "move the stop to 60 000" in said
    assert move.at == close.at


def test_a_snoozed_add_comes_again_once(office: Office) -> None:
    """An add goes stale and is not repeated by itself; asked for, it is, after five minutes."""
    office.arm()
    office.price("60000")
    number = office.pending(ActionKind.ADD).number
    office.tap(Verb.SNOOZE, number)
    with office.units() as unit:
        due = unit.reminders.get(ReminderKind.ACTION, 1, number)
    assert due is not None
    assert due.due_at == office.wall + FIVE


def test_an_overtaken_entry_is_repeated_as_urgently_as_a_stop(office: Office) -> None:
    """Whoever is in has no stop of ours any more: it goes out before everything else."""
    office.arm()
    office.price("60000")
    office.price("58990")
    office.later(MINUTE)
    assert "did tier 1 fill" in office.remind()
    assert office.heard[-1].message.priority is Priority.STOP


def test_an_answer_to_what_is_settled_is_told(office: Office) -> None:
    """A typed number that changes nothing is answered all the same."""
    asked_for_a_price(office)
    with office.desk.work() as work:
        expected = office.confirmations.expected(work, SAM)
        assert expected is not None
    office.tap(Verb.SKIP, office.pending(ActionKind.ADD).number)
    office.read()
    with office.desk.work() as work:
        office.confirmations.typed(work, SAM, expected, "60010")
    assert "nothing was changed" in office.read()
