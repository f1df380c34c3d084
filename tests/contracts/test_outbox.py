"""What every outbox promises of a message: kept once, tried again, superseded, over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chatbot.core.plan import Plan
from chatbot.ports import Outbox, Units
from chatbot.records import Outgoing, OutMessage, Priority, User

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


def test_the_newest_message_says_how_far_time_had_come(units: Units) -> None:
    """Whatever became of it, the last message that was queued is found by its moment; none where there is none."""
    with units() as unit:
        assert unit.outbox.newest() is None
        unit.outbox.add(message("later"), NOW + 5)
        unit.outbox.add(message("sooner"), NOW)
        drain(unit.outbox, NOW + 5)
        assert unit.outbox.newest() == NOW + 5


def test_a_message_comes_back_as_stored(units: Units, user: User, agreed: Plan) -> None:
    """Every field survives, buttons and all; the first try counts as one attempt."""
    rows = (({"text": "Done ✓", "data": "c:1"}, {"text": "Copy", "copy": "0.02"}), ({"text": "Site", "url": "x"},))
    with units() as unit:
        plan_id = unit.plans.add(user, agreed).plan_id
        said = OutMessage(70, "<b>Add</b>", Priority.ADD, "p1:3", rows, plan_id, 3, "status", True, NOW - 5, 2)
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


def test_a_message_to_be_tried_again_keeps_its_place(units: Units) -> None:
    """Later messages of the chat wait behind it; a more urgent one and other chats do not."""
    with units() as unit:
        unit.outbox.add(message("first"), NOW)
        unit.outbox.add(message("second"), NOW + 1)
        (claimed,) = unit.outbox.claim(NOW + 1)
        unit.outbox.later(claimed.outbox_id, NOW + 100, uncertain=False)
        unit.outbox.add(message("stop", priority=Priority.STOP), NOW + 2)
        unit.outbox.add(message("other", chat_id=2), NOW + 2)
        assert drain(unit.outbox, NOW + 99) == ["stop", "other"]
        assert unit.outbox.next_due(NOW + 99) == NOW + 100
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


def of_plan(name: str, plan_id: int, action: int, priority: Priority = Priority.ADD) -> OutMessage:
    """A message that asks for an action of a plan."""
    return replace(message(name, priority=priority), plan_id=plan_id, action=action)


def test_messages_that_ask_for_what_is_settled_are_superseded(units: Units, user: User, agreed: Plan) -> None:
    """Whatever their priority; not other actions, not what asks for nothing, not other plans."""
    with units() as unit:
        plans = [unit.plans.add(user, agreed).plan_id for _ in range(2)]
        unit.outbox.add(of_plan("exit", plans[0], 3, Priority.STOP), NOW)
        unit.outbox.add(of_plan("add", plans[0], 2), NOW)
        unit.outbox.add(of_plan("close", plans[0], 4), NOW)
        unit.outbox.add(of_plan("told", plans[0], 0), NOW)
        unit.outbox.add(of_plan("their add", plans[1], 2), NOW)
        unit.outbox.supersede_actions(plans[0], ())
        unit.outbox.supersede_actions(plans[0], {2, 3})
        assert unit.outbox.unsent_actions(plans[0]) == {4}
        assert unit.outbox.unsent_actions(plans[1]) == {2}
        assert drain(unit.outbox) == ["close", "told", "their add"]
        assert unit.outbox.unsent_actions(plans[0]) == frozenset()


def test_a_message_under_way_is_not_tried_again_once_settled(units: Units, user: User, agreed: Plan) -> None:
    """Whether its try fails or the process dies: what it asks for does not come after what settled it."""
    with units() as unit:
        plan_id = unit.plans.add(user, agreed).plan_id
        for name, action in (("failing", 1), ("cut off", 2), ("arriving", 3)):
            unit.outbox.add(of_plan(name, plan_id, action), NOW)
            (claimed,) = unit.outbox.claim(NOW)
            assert unit.outbox.unsent_actions(plan_id) == {action}
            unit.outbox.supersede_actions(plan_id, {action})
            assert unit.outbox.unsent_actions(plan_id) == frozenset()
            assert unit.outbox.depth() == 1
            if name == "failing":
                unit.outbox.later(claimed.outbox_id, NOW, uncertain=True)
            elif name == "cut off":
                assert unit.outbox.recover() == 1
            else:
                unit.outbox.sent(claimed.outbox_id, 5, NOW)
            assert unit.outbox.depth() == 0
        assert drain(unit.outbox) == []


def test_queued_messages_are_superseded_by_how_their_name_begins(units: Units) -> None:
    """Only queued ones of that chat, and the beginning is taken by the letter."""
    with units() as unit:
        unit.outbox.add(message("daily_1:under way"), NOW)
        unit.outbox.claim(NOW)
        for name, chat_id in (("daily_1:a", 70), ("dailyx1:b", 70), ("daily_11:c", 70), ("daily_1:d", 2)):
            unit.outbox.add(message(name, chat_id=chat_id), NOW)
        unit.outbox.supersede_begun(70, "daily_1:")
        assert unit.outbox.recover() == 1
        assert sorted(drain(unit.outbox)) == ["daily_11:c", "daily_1:d", "daily_1:under way", "dailyx1:b"]


def test_what_goes_with_a_claimed_message_is_claimed_too(units: Units) -> None:
    """The queue behind a message under way is shown in its order, as far as it is due, and can be taken along."""
    with units() as unit:
        for name, priority in (("a", Priority.ADD), ("i", Priority.INFO), ("s", Priority.STOP), ("t", Priority.TARGET)):
            unit.outbox.add(message(name, priority=priority), NOW)
        unit.outbox.add(replace(message("tomorrow", priority=Priority.TARGET), not_before=NOW + 9), NOW)
        unit.outbox.add(message("elsewhere", chat_id=2), NOW)
        assert texts(unit.outbox.claim(NOW)) == ["s"]
        behind = unit.outbox.waiting(70, NOW, 2)
        assert texts(behind) == ["t", "a"]
        unit.outbox.claim_too([out.outbox_id for out in behind])
        assert texts(unit.outbox.waiting(70, NOW, 9)) == ["i"]
        for out in behind:
            unit.outbox.later(out.outbox_id, NOW + 1 if out.message.text == "a" else 0, uncertain=True)
        assert texts(unit.outbox.waiting(70, NOW, 9)) == ["t"], "what waits for another try holds back the rest"
        unit.outbox.claim_too([])
        assert unit.outbox.recover() == 1


def test_what_was_sent_together_is_over_together(units: Units) -> None:
    """Each row of a merged message is recorded as sent with it, and no other."""
    with units() as unit:
        for name in ("a", "b", "c"):
            unit.outbox.add(message(name), NOW)
        (first,) = unit.outbox.claim(NOW)
        (second, _) = unit.outbox.waiting(70, NOW, 9)
        unit.outbox.claim_too([second.outbox_id])
        unit.outbox.sent_together([first.outbox_id, second.outbox_id], 500, NOW)
        assert unit.outbox.recover() == 0
        assert drain(unit.outbox) == ["c"]


def test_the_age_of_the_queue_is_that_of_its_oldest_message(units: Units, user: User) -> None:
    """Queued or under way; what waits for a user who blocked the bot does not count."""
    with units() as unit:
        assert unit.outbox.oldest_unsent() is None
        unit.outbox.add(message("kept for their return"), NOW - 5)
        unit.users.pause(user.chat_id, paused=True)
        unit.outbox.add(message("under way", chat_id=2), NOW)
        unit.outbox.add(replace(message("planned", chat_id=3), not_before=NOW + 7), NOW - 3)
        (claimed,) = unit.outbox.claim(NOW)
        assert unit.outbox.oldest_unsent() == NOW
        unit.outbox.sent(claimed.outbox_id, 1, NOW)
        assert unit.outbox.oldest_unsent() == NOW + 7


def test_what_is_over_is_forgotten_after_a_time(units: Units) -> None:
    """Sent, superseded and dead messages go; what is unsent stays however old, and so does what a slot stands in."""
    with units() as unit:
        unit.outbox.add(replace(message("superseded"), slot="wizard"), NOW)
        unit.outbox.add(replace(message("sent"), slot="wizard"), NOW)
        unit.outbox.sent(unit.outbox.claim(NOW)[0].outbox_id, 500, NOW)
        unit.outbox.add(message("dead"), NOW)
        unit.outbox.dead(unit.outbox.claim(NOW)[0].outbox_id, "refused")
        unit.outbox.add(message("under way"), NOW)
        unit.outbox.claim(NOW)
        unit.outbox.add(message("queued"), NOW)
        unit.outbox.add(message("young", chat_id=2), NOW + 1)
        unit.outbox.sent(unit.outbox.claim(NOW + 1)[0].outbox_id, 600, NOW + 1)
        assert unit.outbox.tidy(NOW) == 0
        assert unit.outbox.tidy(NOW + 1) == 3
        assert unit.outbox.tidy(NOW + 1) == 0
        assert unit.outbox.slot_message(70, "wizard") == 500
        assert unit.outbox.recover() == 1
        assert drain(unit.outbox, NOW + 1) == ["under way", "queued"]
        unit.outbox.add(message("young", chat_id=2), NOW + 2)
        assert drain(unit.outbox, NOW + 2) == []


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


def test_the_oldest_unsent_message_is_known(units: Units, user: User) -> None:
    """Queued or under way, by when it was to leave; those of a user who blocked the bot do not count."""
    with units() as unit:
        assert unit.outbox.oldest_unsent() is None
        unit.outbox.add(message("mine"), NOW)
        unit.outbox.add(message("theirs", chat_id=80), NOW + 5)
        assert unit.outbox.oldest_unsent() == NOW
        unit.users.pause(user.chat_id, paused=True)
        assert unit.outbox.oldest_unsent() == NOW + 5
        for out in unit.outbox.claim(NOW + 5, limit=9):
            assert unit.outbox.oldest_unsent() == NOW + 5
            unit.outbox.sent(out.outbox_id, 1, NOW + 6)
        assert unit.outbox.oldest_unsent() is None
