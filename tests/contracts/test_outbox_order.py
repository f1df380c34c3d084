"""In which order messages leave every outbox, and which have to wait."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.core.plan import Plan
from chatbot.ports import Units
from chatbot.records import Outgoing, Priority, User
from tests.contracts.test_outbox import NOW, drain, message, of_plan, texts


def test_the_most_urgent_message_leaves_first(units: Units) -> None:
    """Stops before replies before the rest, and within a priority what came first."""
    with units() as unit:
        for number, priority in enumerate([Priority.INFO, Priority.ADD, Priority.STOP, Priority.ADD, Priority.STOP]):
            unit.outbox.add(message(f"{priority.name}{number}", chat_id=number, priority=priority), NOW)
        assert texts(unit.outbox.claim(NOW, limit=9)) == ["STOP2", "STOP4", "ADD1", "ADD3", "INFO0"]


def test_a_chat_has_one_message_under_way(units: Units) -> None:
    """One claim holds one message a chat, and until that is settled the chat gets no other."""
    with units() as unit:
        for name in ("a1", "a2"):
            unit.outbox.add(message(name, chat_id=1), NOW)
        unit.outbox.add(message("a0", chat_id=1, priority=Priority.STOP), NOW)
        unit.outbox.add(message("b1", chat_id=2), NOW)
        claimed = unit.outbox.claim(NOW, limit=9)
        assert texts(claimed) == ["a0", "b1"]
        assert unit.outbox.claim(NOW, limit=9) == ()
        unit.outbox.sent(claimed[0].outbox_id, 5, NOW)
        assert texts(unit.outbox.claim(NOW, limit=9)) == ["a1"]


def test_a_claim_hands_out_no_more_than_its_limit(units: Units) -> None:
    """The limit counts messages, whatever the chats have queued."""
    with units() as unit:
        for chat_id in (1, 2, 3):
            for priority in Priority:
                unit.outbox.add(message(f"{chat_id}{priority}", chat_id=chat_id, priority=priority), NOW)
        assert texts(unit.outbox.claim(NOW, limit=2)) == ["11", "21"]
        assert texts(unit.outbox.claim(NOW, limit=2)) == ["31"]


def test_busy_and_paused_chats_wait(units: Units, user: User) -> None:
    """A busy chat is passed over; a user who blocked the bot keeps their messages until they are back."""
    with units() as unit:
        unit.outbox.add(message("mine"), NOW)
        unit.outbox.add(message("theirs", chat_id=80), NOW)
        assert texts(unit.outbox.claim(NOW, busy_chats=frozenset({80, 70}))) == []
        unit.users.pause(user.chat_id, paused=True)
        assert texts(unit.outbox.claim(NOW, limit=9)) == ["theirs"]
        assert unit.outbox.depth() == 2
        unit.users.pause(user.chat_id, paused=False)
        assert texts(unit.outbox.claim(NOW, limit=9)) == ["mine"]


def test_a_message_waits_for_its_time(units: Units) -> None:
    """A message with a time leaves at that very millisecond, and those without pass it."""
    with units() as unit:
        unit.outbox.add(replace(message("at ten"), not_before=NOW + 10), NOW)
        unit.outbox.add(message("now"), NOW + 1)
        assert drain(unit.outbox, NOW + 1) == ["now"]
        assert unit.outbox.next_due(NOW + 1) == NOW + 10
        assert drain(unit.outbox, NOW + 9) == []
        assert drain(unit.outbox, NOW + 10) == ["at ten"]
        assert unit.outbox.next_due(NOW + 1) is None


def test_the_urgent_alone_are_claimed_without_touching_the_rest(units: Units) -> None:
    """Where only stops and replies may leave, stops come first; the others are not tried, so no attempt is counted."""
    with units() as unit:
        for chat_id in (1, 2):
            unit.outbox.add(message(f"add {chat_id}", chat_id=chat_id, priority=Priority.ADD), NOW)
        unit.outbox.add(message("reply 2", chat_id=2, priority=Priority.REPLY), NOW)
        unit.outbox.add(message("stop 3", chat_id=3, priority=Priority.STOP), NOW)
        assert texts(unit.outbox.claim(NOW, limit=1, urgent_only=True)) == ["stop 3"]
        assert texts(unit.outbox.claim(NOW, limit=9, urgent_only=True)) == ["reply 2"]
        (add,) = unit.outbox.claim(NOW, limit=9)
        assert (add.message.text, add.attempts) == ("add 1", 1)


def test_messages_of_a_plan_keep_their_order(units: Units, user: User, agreed: Plan) -> None:
    """Whatever their priorities: what stands before something urgent becomes as urgent. A stop passes them all."""
    with units() as unit:
        mine, other = (unit.plans.add(user, agreed).plan_id for _ in range(2))
        unit.outbox.add(of_plan("other add", other, 1), NOW)
        unit.outbox.add(of_plan("news", mine, 0, Priority.INFO), NOW)
        unit.outbox.add(of_plan("target", mine, 2, Priority.TARGET), NOW)
        unit.outbox.add(message("no plan", priority=Priority.TARGET), NOW)
        unit.outbox.add(of_plan("stop move", mine, 3, Priority.STOP_MOVE), NOW)
        unit.outbox.add(of_plan("late news", mine, 0, Priority.INFO), NOW)
        unit.outbox.add(of_plan("stop", mine, 4, Priority.STOP), NOW)
        assert drain(unit.outbox) == ["stop", "news", "target", "stop move", "no plan", "other add", "late news"]


def test_a_message_under_way_keeps_its_place_in_its_plan(units: Units, user: User, agreed: Plan) -> None:
    """Something more urgent is queued while it is tried: where the try fails, it is still told first."""
    with units() as unit:
        plan_id = unit.plans.add(user, agreed).plan_id
        unit.outbox.add(of_plan("target", plan_id, 1, Priority.TARGET), NOW)
        (target,) = unit.outbox.claim(NOW)
        unit.outbox.add(of_plan("stop move", plan_id, 2, Priority.STOP_MOVE), NOW)
        unit.outbox.later(target.outbox_id, NOW + 10, uncertain=False)
        assert drain(unit.outbox, NOW + 9) == []
        assert drain(unit.outbox, NOW + 10) == ["target", "stop move"]


def test_a_planned_message_makes_nothing_urgent_before_its_time(units: Units, user: User, agreed: Plan) -> None:
    """It neither leaves early nor holds back what is queued after it, and comes after what was to come before it."""
    with units() as unit:
        plan_id = unit.plans.add(user, agreed).plan_id
        planned = of_plan("planned", plan_id, 1, Priority.STOP_MOVE)
        unit.outbox.add(replace(planned, not_before=NOW + 100), NOW)
        unit.outbox.add(of_plan("add", plan_id, 2), NOW)
        assert drain(unit.outbox, NOW + 50) == ["add"]
        unit.outbox.add(of_plan("news", plan_id, 3, Priority.INFO), NOW + 60)
        assert drain(unit.outbox, NOW + 60) == ["news"]
        assert drain(unit.outbox, NOW + 100) == ["planned"]


def test_a_clock_set_back_delays_nothing(units: Units, user: User, agreed: Plan) -> None:
    """What was queued before the step back leaves at once, and before what is queued after it."""
    with units() as unit:
        plan_id = unit.plans.add(user, agreed).plan_id
        unit.outbox.add(of_plan("before", plan_id, 1), NOW)
        unit.outbox.add(of_plan("after", plan_id, 2), NOW - 3_600_000)
        assert drain(unit.outbox, NOW - 3_600_000) == ["before", "after"]


steps = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(Priority), st.sampled_from(("add", "claim", "later", "sent"))),
    max_size=30,
)


@given(steps)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_order_of_priorities_breaks_the_order_of_a_plan(
    units: Units, user: User, agreed: Plan, steps: list[tuple[int, Priority, str]]
) -> None:
    """Of any mix of messages and tries, no plan's message but a stop leaves before one queued earlier in its plan."""
    arrived: list[tuple[int | None, Priority, int]] = []
    with suppress(Undone), units() as unit:
        plans = [unit.plans.add(user, agreed).plan_id for _ in range(3)]
        under_way: list[Outgoing] = []
        for number, (which, priority, what) in enumerate(steps):
            if what == "add":
                unit.outbox.add(of_plan(f"{number}", plans[which], number + 1, priority), NOW)
            elif what == "claim":
                under_way += unit.outbox.claim(NOW)
            elif under_way and what == "later":
                unit.outbox.later(under_way.pop().outbox_id, 0, uncertain=False)
            elif under_way:
                out = under_way.pop()
                unit.outbox.sent(out.outbox_id, 1, NOW)
                arrived.append((out.message.plan_id, out.message.priority, out.message.action))
        for out in under_way:
            unit.outbox.later(out.outbox_id, 0, uncertain=False)
        while claimed := unit.outbox.claim(NOW):
            unit.outbox.sent(claimed[0].outbox_id, 1, NOW)
            arrived.append((claimed[0].message.plan_id, claimed[0].message.priority, claimed[0].message.action))
        raise Undone
    assert len(arrived) == sum(what == "add" for _, _, what in steps)
    for plan_id in {plan_id for plan_id, _, _ in arrived}:
        numbers = [number for plan, priority, number in arrived if plan == plan_id and priority is not Priority.STOP]
        assert numbers == sorted(numbers)


class Undone(Exception):
    """Takes back all that an example wrote."""
