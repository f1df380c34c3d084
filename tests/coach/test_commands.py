"""What is reported by command is tested before it counts: a slip of the finger must not become a trade."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.events import CloseReason
from chatbot.core.state import ActionKind
from chatbot.messages.values import Verb
from tests.coach.office import MINUTE, SAM, Office

D = Decimal


@pytest.mark.parametrize("line", ["/exited 6010", "/exited 601000", "/stopped 5900", "/exited 1 6010 0.01"])
def test_an_exit_far_from_every_price_is_refused(office: Office, line: str) -> None:
    """A digit too few is a slip: one sentence with a price that could be meant, and the position as it was."""
    office.arm()
    office.enter("60000")
    said = office.command(line)
    assert "more than 20 % of price away from 60000" in said
    assert f"for example {line.split(maxsplit=1)[0]} 60000" in said
    assert office.state().position.quantity == D("0.0208")


def test_an_exit_near_the_price_counts(office: Office) -> None:
    """Within a fifth of the price or of the average, it is what the user says it is."""
    office.arm()
    office.enter("60000")
    office.price("60100")
    assert "Plan 1 closed" in office.command("/exited 60090")


def test_an_exit_at_a_level_of_the_plan_counts_without_a_price(office: Office) -> None:
    """With no price of now, the plan's own levels say what can be meant."""
    office.arm()
    office.enter("60000")
    office.later(10 * MINUTE)
    assert "Plan 1 closed" in office.command("/exited 76000")


def test_an_exit_far_from_an_old_price_is_refused(office: Office) -> None:
    """Slips are seen without a price of now as well."""
    office.arm()
    office.enter("60000")
    office.later(10 * MINUTE)
    assert "20 % of price" in office.command("/exited 6100")


@pytest.mark.parametrize("line", ["/added 60300 20", "/added 1 60300 0.17"])
def test_an_add_larger_than_the_whole_plan_is_refused(office: Office, line: str) -> None:
    """Twice all that the plan would ever buy is the most; the sentence names it."""
    office.arm()
    office.enter("60000")
    said = office.command(line)
    assert "at most 0.1658" in said
    assert "for example /added 60300 0.0829" in said
    assert office.state().position.quantity == D("0.0208")


def test_an_add_far_from_the_price_is_refused(office: Office) -> None:
    """The price is tested as for an exit."""
    office.arm()
    office.enter("60000")
    assert "20 % of price" in office.command("/added 6030 0.01")
    assert "20 % of price" in office.command("/added 603000 0.01")
    assert "Added outside the plan" in office.command("/added 60300 0.01")


def test_an_add_before_the_entry_is_tested_against_the_price(office: Office) -> None:
    """Without a position and even without a price of the market, the plan's levels are there."""
    office.arm()
    assert "20 % of price" in office.command("/added 6000 0.01")
    assert "Tier 1 is in" in office.command("/added 60050 0.01")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/correct 1 6000 0.0208", "20 % of price"),
        ("/correct 1 60010 2.08", "at most 0.1666"),
        ("/correct 2 60200 0.03", "at most 0.0208"),
    ],
)
def test_a_correction_is_tested(office: Office, line: str, expected: str) -> None:
    """A price near the fill's; an entry of at most twice the plan, a close of at most what was open before it."""
    office.arm()
    office.enter("60000")
    office.command("/exited 60200 0.01")
    before = office.state().position
    said = office.command(line)
    assert expected in said
    assert "for example /correct" in said
    assert office.state().position == before


def test_a_correction_of_an_older_fill_is_tested_against_that_fill(office: Office) -> None:
    """However far the market has gone since, what was bought there was bought there."""
    office.arm()
    office.enter("60000")
    office.price("60250")
    assert "Fill 1 corrected" in office.command("/correct 1 59900 0.02")


def test_a_fill_that_never_was_is_not_corrected_to_nothing(office: Office) -> None:
    """A quantity of 0 is refused with what to do instead."""
    office.arm()
    office.enter("60000")
    said = office.command("/correct 1 60000 0")
    assert "/cancel_plan" in said
    assert office.state().position.quantity == D("0.0208")


def test_an_add_that_never_was_is_taken_back(office: Office) -> None:
    """Tier 2 was confirmed by mistake: the position is tier 1's, and the list of fills says so."""
    office.arm()
    office.enter("60000", "60300")
    said = office.command("/correct 2 60300 0")
    assert "Fill 2 taken back" in said
    assert office.state().position.quantity == D("0.0208")
    assert "2. Tier 2 added: taken back" in office.command("/correct")
    assert "tier 2" not in office.command("/status")


def test_a_close_that_never_was_goes_with_the_next_target(office: Office) -> None:
    """TP1 was confirmed by mistake; its part is open, and who takes it is said."""
    office.arm()
    office.enter("60000")
    office.price("61000")
    office.tap(Verb.DONE, office.pending(ActionKind.CLOSE).number)
    office.read()
    assert "Fill 2 taken back: its part goes with TP2" in office.command("/correct 2 61000 0")
    assert office.state().position.quantity == D("0.0208")


def test_a_fill_is_not_taken_back_where_that_makes_no_sense(office: Office) -> None:
    """More closed than bought, or a plan that is over: a sentence, and nothing changes."""
    office.arm()
    office.enter("60000")
    office.command("/added 60100 0.02")
    office.command("/exited 60200 0.03")
    assert "correct the close first" in office.command("/correct 2 60100 0")
    office.command("/exited 60200")
    assert "is over and not followed any more" in office.command("/correct 1 4 60200 0")


def test_cancelling_a_plan_asks_first_whether_a_pending_entry_filled(office: Office) -> None:
    """An entry that was asked for may be in: only the user knows. Nothing is closed before they say."""
    office.arm()
    office.price("60000")
    asked = office.command("/cancel_plan 1")
    assert "Were you filled?" in asked
    assert office.labels() == ["I entered", "Entered, other price", "Not entered", "Keep following"]
    assert not office.state().is_over
    office.tap(Verb.SKIP, office.pending(ActionKind.ADD).number)
    assert office.state().close_reason is CloseReason.SKIPPED


def test_cancelling_a_plan_whose_entry_was_overtaken_asks_as_well(office: Office) -> None:
    """The stop was reached while tier 1 was not confirmed: "I entered" follows the trade to its end."""
    office.arm()
    office.price("60000")
    office.price("58990")
    assert "Were you filled?" in office.command("/cancel_plan")
    office.tap(Verb.DONE, office.pending(ActionKind.ADD).number)
    assert office.state().position.quantity == D("0.0208")
    assert not office.state().is_over


def test_keeping_a_plan_that_is_over_is_told(office: Office) -> None:
    """An old "keep following" does not claim that a closed plan goes on."""
    office.arm()
    assert office.tap(Verb.KEEP).toast == "The plan goes on."
    office.command("/cancel_plan 1")
    assert "nothing was changed" in office.tap(Verb.KEEP).toast


@pytest.mark.parametrize("command", ["status", "plan"])
def test_an_old_price_is_shown_with_its_time(office: Office, command: str) -> None:
    """What was seen long ago is not shown as the price of now."""
    office.arm()
    office.price("60100")
    for wait, expected in ((0, False), (2 * MINUTE, True)):
        office.later(wait)
        with office.desk.work() as work:
            if command == "status":
                office.commands.status(work, SAM)
            else:
                office.commands.plan(work, SAM, "1")
        assert ("60 100, last " in office.read()) is expected
