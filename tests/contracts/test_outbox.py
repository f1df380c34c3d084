"""What every outbox promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chatbot.core.plan import Plan
from chatbot.ports import Outbox, Outgoing, OutMessage, Priority, Units, User

NOW = 1_700_000_000_000


def message(name: str, chat_id: int = 70, priority: Priority = Priority.INFO) -> OutMessage:
    """A message known by its text."""
    return OutMessage(chat_id, name, priority, dedupe=name)


def texts(claimed: Sequence[Outgoing]) -> list[str]:
    """What the claimed messages say."""
    return [one.message.text for one in claimed]


def drain(outbox: Outbox, now: int = NOW) -> list[str]:
    """Send everything that may leave, one by one."""
    said = []
    while claimed := outbox.claim(now):
        said += texts(claimed)
        outbox.sent(claimed[0].outbox_id, 1, now)
    return said


def test_a_message_comes_back_as_stored(units: Units, user: User, agreed: Plan) -> None:
    """Every field survives, buttons and all; the first try counts as one attempt."""
    rows = (({"text": "Done ✓", "data": "c:1"}, {"text": "Copy", "copy": "0.02"}), ({"text": "Site", "url": "x"},))
    with units() as unit:
        plan_id = unit.plans.add(user, agreed).plan_id
        said = OutMessage(70, "<b>Add</b>", Priority.ADD, "p1:3", rows, plan_id, 3, "status", True, NOW - 5)
        unit.outbox.add(said, NOW)
    with units() as unit:
        (claimed,) = unit.outbox.claim(NOW)
    assert claimed == Outgoing(claimed.outbox_id, said, NOW, attempts=1, uncertain=False, message_id=None)


def test_a_message_written_twice_is_kept_once(units: Units) -> None:
    """The same fact is told once, also after it was sent, and its first wording stays."""
    with units() as unit:
        unit.outbox.add(message("once"), NOW)
        unit.outbox.add(replace(message("again"), dedupe="once"), NOW)
        assert unit.outbox.depth() == 1
        assert drain(unit.outbox) == ["once"]
        unit.outbox.add(message("once"), NOW)
        assert drain(unit.outbox) == []


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
        assert unit.outbox.next_due() is None
        assert unit.outbox.depth() == 2
        unit.users.pause(user.chat_id, paused=False)
        assert unit.outbox.next_due() == NOW
        assert texts(unit.outbox.claim(NOW, limit=9)) == ["mine"]


def test_a_message_waits_for_its_time(units: Units) -> None:
    """A message with a time leaves at that very millisecond, and those without pass it."""
    with units() as unit:
        unit.outbox.add(replace(message("at ten"), not_before=NOW + 10), NOW)
        unit.outbox.add(message("now"), NOW + 1)
        assert drain(unit.outbox, NOW + 1) == ["now"]
        assert unit.outbox.next_due() == NOW + 10
        assert drain(unit.outbox, NOW + 9) == []
        assert drain(unit.outbox, NOW + 10) == ["at ten"]
        assert unit.outbox.next_due() is None


def test_a_message_to_be_tried_again_keeps_its_place(units: Units) -> None:
    """Later messages of the chat and priority wait behind it; a more urgent one and other chats do not."""
    with units() as unit:
        unit.outbox.add(message("first"), NOW)
        unit.outbox.add(message("second"), NOW + 1)
        (claimed,) = unit.outbox.claim(NOW + 1)
        unit.outbox.later(claimed.outbox_id, NOW + 100, uncertain=False)
        unit.outbox.add(message("stop", priority=Priority.STOP), NOW + 2)
        unit.outbox.add(message("other", chat_id=2), NOW + 2)
        assert drain(unit.outbox, NOW + 99) == ["stop", "other"]
        assert unit.outbox.next_due() == NOW + 100
        (claimed,) = unit.outbox.claim(NOW + 100)
        assert (claimed.message.text, claimed.attempts, claimed.uncertain) == ("first", 2, False)
        unit.outbox.sent(claimed.outbox_id, 1, NOW + 100)
        assert drain(unit.outbox, NOW + 100) == ["second"]


def test_a_message_once_uncertain_stays_so(units: Units) -> None:
    """A later clean failure doesn't undo that an earlier try may have been delivered."""
    with units() as unit:
        unit.outbox.add(message("stop"), NOW)
        for uncertain in (True, False):
            unit.outbox.later(unit.outbox.claim(NOW)[0].outbox_id, NOW, uncertain=uncertain)
        (claimed,) = unit.outbox.claim(NOW)
        assert claimed.uncertain
        assert claimed.attempts == 3


def test_a_dead_message_is_never_tried_again(units: Units) -> None:
    """What can't be delivered makes room for what comes next."""
    with units() as unit:
        unit.outbox.add(message("refused"), NOW)
        unit.outbox.add(message("next"), NOW)
        unit.outbox.dead(unit.outbox.claim(NOW)[0].outbox_id, "chat not found")
        assert drain(unit.outbox) == ["next"]
        assert unit.outbox.depth() == 0


def test_messages_under_way_at_a_crash_are_sent_again(units: Units) -> None:
    """After a restart nothing is lost: what may or may not have arrived comes again, marked uncertain."""
    with units() as unit:
        unit.outbox.add(message("stop"), NOW)
        unit.outbox.add(message("other", chat_id=2), NOW)
        unit.outbox.claim(NOW)
    with units() as unit:
        assert unit.outbox.depth() == 2
        assert unit.outbox.recover() == 1
        assert unit.outbox.recover() == 0
        again = unit.outbox.claim(NOW, limit=9)
    assert [(one.message.text, one.uncertain) for one in again] == [("stop", True), ("other", False)]


def test_a_plans_queued_messages_of_a_priority_are_superseded(units: Units, user: User, agreed: Plan) -> None:
    """A stop takes the plan's queued adds with it: not other priorities, not other plans, not what is under way."""
    with units() as unit:
        plans = [unit.plans.add(user, agreed).plan_id for _ in range(2)]
        under_way = replace(message("under way", chat_id=1, priority=Priority.ADD), plan_id=plans[0])
        unit.outbox.add(under_way, NOW)
        (claimed,) = unit.outbox.claim(NOW)
        unit.outbox.add(replace(message("add", priority=Priority.ADD), plan_id=plans[0]), NOW)
        unit.outbox.add(replace(message("info", priority=Priority.INFO), plan_id=plans[0]), NOW)
        unit.outbox.add(replace(message("their add", priority=Priority.ADD), plan_id=plans[1]), NOW)
        unit.outbox.supersede(plans[0], Priority.ADD)
        assert drain(unit.outbox) == ["their add", "info"]
        unit.outbox.sent(claimed.outbox_id, 1, NOW)
        assert unit.outbox.depth() == 0


def test_a_slot_remembers_its_message(units: Units) -> None:
    """The message a slot stands in is given to the next of that chat and slot, until it is forgotten."""
    with units() as unit:
        unit.outbox.add(replace(message("v1"), slot="wizard"), NOW)
        unit.outbox.sent(unit.outbox.claim(NOW)[0].outbox_id, 500, NOW)
        unit.outbox.add(replace(message("v2"), slot="wizard"), NOW)
        unit.outbox.add(replace(message("theirs", chat_id=2), slot="wizard"), NOW)
        mine, theirs = unit.outbox.claim(NOW, limit=2)
        assert (mine.message_id, theirs.message_id) == (500, None)
        unit.outbox.sent(mine.outbox_id, None, NOW)
        assert unit.outbox.slot_message(70, "wizard") == 500
        unit.outbox.forget_slot(70, "wizard")
        assert unit.outbox.slot_message(70, "wizard") is None


def test_a_newer_message_of_a_slot_replaces_the_queued_one(units: Units) -> None:
    """Only the newest state of a slot is sent; where one was to go to the bottom, the newest does."""
    with units() as unit:
        unit.outbox.add(replace(message("v1"), slot="wizard", fresh=True), NOW)
        unit.outbox.add(replace(message("status"), slot="status"), NOW)
        unit.outbox.add(replace(message("v2"), slot="wizard"), NOW)
        (status,) = unit.outbox.claim(NOW)
        unit.outbox.sent(status.outbox_id, 1, NOW)
        (wizard,) = unit.outbox.claim(NOW)
        assert (status.message.text, wizard.message.text, wizard.message.fresh) == ("status", "v2", True)
        assert unit.outbox.depth() == 1


def test_a_failed_message_of_a_slot_does_not_replace_a_newer_one(units: Units) -> None:
    """When a try fails after something newer was queued, or at a crash, the old words are not sent again."""
    with units() as unit:
        unit.outbox.add(replace(message("v1"), slot="wizard", fresh=True), NOW)
        (old,) = unit.outbox.claim(NOW)
        unit.outbox.add(replace(message("v2", priority=Priority.REPLY), slot="wizard"), NOW)
        unit.outbox.later(old.outbox_id, NOW, uncertain=True)
        (new,) = unit.outbox.claim(NOW)
        assert (new.message.text, new.message.fresh) == ("v2", True)
        unit.outbox.add(replace(message("v3"), slot="wizard"), NOW)
        assert unit.outbox.recover() == 1
        assert drain(unit.outbox) == ["v3"]
