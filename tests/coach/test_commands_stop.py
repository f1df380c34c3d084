"""Reporting where the stop stands, at any time: noted, taken over where it is tighter, refused where it loosens."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.state import ActionKind
from chatbot.messages.values import Verb
from tests.coach.office import Office

D = Decimal


def entered(office: Office) -> None:
    """Tier 1 is in at 60 000, the stop at 59 000."""
    office.arm()
    office.enter("60000")


@pytest.mark.parametrize("line", ["/stop 59500", "/stop 1 59500", "/stop #1 59 500", "/stop 59,500"])
def test_a_tighter_stop_becomes_the_plans(office: Office, line: str) -> None:
    """At any time, and for any plan that is named."""
    entered(office)
    assert "Your stop 59 000 → 59 500" in office.command(line)
    assert (office.state().stop, office.state().exchange_stop, office.state().breaches) == (D(59500), D(59500), 0)


def test_a_looser_stop_is_refused_with_its_cost(office: Office) -> None:
    """What it loses more, the rule, what to do, and how to insist."""
    entered(office)
    said = office.command("/stop 58500")
    assert "58500 loses 10.4 USDT more than the plan's 59000, and a stop only ever tightens." in said
    assert "/stop 1 58500 because of the range low" in said
    assert (office.state().exchange_stop, office.state().breaches) == (D(59000), 0)


@pytest.mark.parametrize("line", ["/stop 58500 because of the range low", "/stop 1 58500: range low"])
def test_a_looser_stop_with_a_reason_is_a_breach(office: Office, line: str) -> None:
    """Noted of the exchange, with what is at risk there; the plan keeps its own stop."""
    entered(office)
    said = office.command(line)
    assert "Looser stop noted: 58 500, at risk 31.2 USDT. The plan's stop stays 59 000" in said
    assert "range low" in said
    assert (office.state().exchange_stop, office.state().stop, office.state().breaches) == (D(58500), D(59000), 1)


def test_the_stop_that_was_asked_for_settles_the_question(office: Office) -> None:
    """Moved after an add and reported by command instead of by button."""
    entered(office)
    office.price("60300")
    office.tap(Verb.DONE, office.pending(ActionKind.ADD).number)
    office.read()
    assert "Stop noted at 59 899.7" in office.command("/stop 59899.7")
    assert office.state().pending(ActionKind.MOVE_STOP) is None


def test_a_stop_that_is_known_is_not_recorded_again(office: Office) -> None:
    """And that is said."""
    entered(office)
    assert "59000 is noted already as the stop of plan 1" in office.command("/stop 59000")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/stop", "No price is written there; expected that of your stop, for example /stop 1 59000"),
        ("/stop banana", "for example /stop 1 59000"),
        ("/stop 5900", "more than 20 % of price away from 59000"),
        ("/stop 60100", "would be hit at once, the price is 60000"),
        ("/stop #9 59500", "You have no plan #9"),
    ],
)
def test_a_stop_that_can_not_be_meant_gets_a_sentence(office: Office, line: str, expected: str) -> None:
    """Nothing is recorded."""
    entered(office)
    assert expected in office.command(line)
    assert office.state().exchange_stop == D(59000)


def test_a_stop_without_a_position_is_the_plans(office: Office) -> None:
    """Before the entry there is nothing to move."""
    office.arm()
    assert "nothing was recorded" in office.command("/stop 59500")


def test_several_open_plans_ask_whose_stop_it_is(office: Office) -> None:
    """A price alone does not say."""
    office.arm()
    office.arm()
    assert "Which plan?" in office.command("/stop 59500")


def test_a_closed_plan_says_why_nothing_is_left_to_protect(office: Office) -> None:
    """After the stop the result names the cool-down."""
    entered(office)
    office.price("58990")
    office.tap(Verb.DONE, office.pending(ActionKind.EXIT).number)
    said = office.read()
    assert "Plan 1 closed" in said
    assert "a new BTC long before then is asked about first" in said
