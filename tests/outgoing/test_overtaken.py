"""While Telegram can't be reached, alerts wait; what a later event settles is not said after it any more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chatbot.coach.tidying import KEPT, tidy
from chatbot.core.inputs import Abandon, Confirm, ReportExit
from chatbot.core.plan import Follow
from chatbot.core.state import ActionKind
from tests.messages.trading import long_plan
from tests.outgoing.desk_rig import Rig


def test_an_entry_overtaken_by_its_stop_is_not_offered_afterwards(rig: Rig) -> None:
    """The missed entry speaks for the offer, although the same action is still asked for."""
    rig.arm()
    rig.send()
    rig.price("60000", "58900")
    (only,) = rig.send()
    assert only.startswith("Stop 59 000 reached at 58 900. If you entered: exit")


def test_an_add_ended_by_a_target_is_not_offered_afterwards(rig: Rig) -> None:
    """The first target ends the scale-in, also in what waits to be sent."""
    rig.arm()
    rig.enter()
    rig.price("60300", "61000")
    assert [line[:5] for line in rig.send()] == ["Close"]


def test_an_add_under_way_when_the_stop_is_hit_is_not_repeated(rig: Rig) -> None:
    """A try that fails after the exit was asked for is not made again."""
    rig.arm()
    rig.enter()
    rig.price("60300")
    out = rig.claim()
    assert "Add tier 2" in out.message.text
    rig.price("58900")
    rig.fail(out)
    assert [line[:8] for line in rig.send()] == ["Exit now"]


def test_an_exit_that_was_reported_is_not_asked_for(rig: Rig) -> None:
    """Neither the alert nor its repeats come once the plan is closed: it would be a second close."""
    rig.arm()
    rig.enter()
    rig.price("58900")
    rig.later(20 * 60_000, looks=200)
    rig.give(ReportExit(Decimal(58900), rig.now[0], by_stop=True))
    (only,) = rig.send()
    assert only.startswith("Plan 1 closed")


def test_an_exit_in_part_changes_what_an_unsent_exit_asks_for(rig: Rig) -> None:
    """The alert that still names all of it is replaced at once by one that names the rest."""
    rig.arm()
    rig.enter()
    rig.price("58900")
    rig.give(ReportExit(Decimal(58900), rig.now[0], quantity=Decimal("0.01")))
    rig.later(1)
    said = rig.send()
    assert said[0].startswith("Still open: exit 0.0108 BTC")
    assert not any("0.0208" in line for line in said)


def test_an_exit_in_part_is_not_repeated_early_where_the_alert_arrived(rig: Rig) -> None:
    """What was sent keeps its own time."""
    rig.arm()
    rig.enter()
    rig.price("58900")
    rig.send()
    rig.give(ReportExit(Decimal(58900), rig.now[0], quantity=Decimal("0.01")))
    rig.later(1)
    assert [line[:6] for line in rig.send()] == ["Exited"]


def test_a_close_is_asked_about_by_the_exit_alone(rig: Rig) -> None:
    """A close nobody answered must not be ordered after the exit of everything."""
    rig.arm()
    rig.enter()
    rig.price("61000", "59000")
    assert [line[:8] for line in rig.send()] == ["Exit now"]


def test_advice_without_a_question_does_not_follow_an_exit(rig: Rig) -> None:
    """Reassess, or exit tier 1: after the exit alert it would be a second one."""
    rig.arm()
    rig.enter()
    rig.price("59400", "58900")
    assert [line[:8] for line in rig.send()] == ["Exit now"]


def test_a_newer_stop_replaces_an_older_one_that_was_not_sent(rig: Rig) -> None:
    """Only the newest stop is worth moving to."""
    rig.arm()
    rig.enter()
    rig.price("61000", "62500", "64000")
    rig.send()
    rig.price("64500", "65000")
    (only,) = rig.send()
    assert "64 350" in only


def test_the_news_of_a_fill_outlives_its_stop_move(rig: Rig) -> None:
    """An add that went in is told, also where the stop it advised was replaced before it was sent."""
    rig.arm()
    rig.enter()
    rig.price("60300")
    rig.done(ActionKind.ADD)
    rig.price("61000")
    said = rig.send()
    assert said[0].startswith("Move stop")
    assert said[1].startswith("Close")


def test_a_confirmed_stop_move_is_not_asked_again(rig: Rig) -> None:
    """An alert that arrived without our knowing, and was answered, does not come a second time."""
    rig.arm()
    rig.enter()
    rig.price("60300")
    rig.done(ActionKind.ADD)
    out = rig.claim()
    assert "Move stop" in out.message.text
    rig.done(ActionKind.MOVE_STOP)
    rig.fail(out)
    assert [line[:10] for line in rig.send()] == ["Stop noted"]


def test_a_plan_that_ends_takes_its_questions_along(rig: Rig) -> None:
    """After a plan was given up nothing is asked for any more."""
    rig.arm()
    rig.enter()
    rig.price("61000")
    rig.give(Abandon(rig.now[0]))
    (only,) = rig.send()
    assert only.startswith("Plan 1 closed")


def test_an_assumed_plan_tells_everything(rig: Rig) -> None:
    """Where nothing is asked, nothing is settled: the story comes whole, late as it may be."""
    rig.arm(replace(long_plan(), follow=Follow.ASSUMED))
    rig.price("60000", "60300", "58900")
    assert len(rig.send()) == 5


def test_what_was_sent_long_ago_is_forgotten(rig: Rig) -> None:
    """After 30 days, and what waits is kept."""
    rig.arm()
    rig.send()
    rig.price("60000")
    rig.now[0] += KEPT
    assert tidy(rig.desk) == 1
    assert tidy(rig.desk) == 0
    assert [line[:10] for line in rig.send()] == ["Add tier 1"]


def test_an_answer_to_what_was_never_sent_settles_it(rig: Rig) -> None:
    """By whatever way the user heard of it, the offer does not come after the fill."""
    rig.arm()
    rig.send()
    rig.price("60000")
    rig.give(Confirm(1, rig.now[0]))
    assert [line[:12] for line in rig.send()] == ["Tier 1 is in"]
