"""The sender's promises: urgent first, in order, paced, at least once, and marked when it may be twice."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from structlog.testing import capture_logs

from chatbot.deliver.forms import REPEAT
from chatbot.deliver.limits import Limits
from chatbot.deliver.merging import SEPARATOR
from chatbot.deliver.outbox import TRIES_WHEN_BROKEN, Sender
from chatbot.records import Priority
from tests.deliver.rig import UNLIMITED, Rig


async def cut_off(work: asyncio.Task[None]) -> None:
    """As a crash would: in the middle, nothing tidied."""
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work


async def test_the_most_urgent_message_leaves_first(rig: Rig) -> None:
    """Whatever was queued first; within a priority the order of queueing holds."""
    for priority in (Priority.INFO, Priority.ADD, Priority.STOP, Priority.TARGET, Priority.REPLY, Priority.STOP_MOVE):
        rig.queue(f"{priority.name} 1", priority=priority)
        rig.queue(f"{priority.name} 2", priority=priority)
    await rig.drain()
    assert await rig.said() == [f"{priority.name} {number}" for priority in Priority for number in (1, 2)]


async def test_chats_are_served_side_by_side_and_each_in_order(rig: Rig) -> None:
    """A chat whose message hangs on the way holds up only itself."""
    other = await rig.person(1002)
    await rig.fault(method="sendMessage", contains="slow", delay=60)
    rig.queue("slow")
    rig.queue("after the slow one")
    rig.queue("quick", chat_id=1002)
    work = asyncio.create_task(rig.sender().run())
    await other.wait_for("quick", after=0)
    assert await rig.said() == []
    await cut_off(work)


async def test_what_is_queued_while_the_sender_rests_leaves_on_a_wake(rig: Rig) -> None:
    """No waiting for the next look."""
    async with rig.sending() as sender:
        await rig.thread.until(rig.is_drained)
        rig.queue("news")
        sender.wake()
        await rig.sam.wait_for("news")
        await rig.thread.until(rig.is_drained)


async def test_a_message_for_later_waits_for_its_time(rig: Rig) -> None:
    """Its time comes by the clock."""
    rig.queue("tomorrow", not_before=rig.clock() + 86_400_000)
    rig.queue("today")
    async with rig.sending() as sender:
        await rig.thread.until(lambda: rig.depth() == 1)
        assert await rig.said() == ["today"]
        rig.clock.advance(86_400_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    assert await rig.said() == ["today", "tomorrow"]


async def test_a_slot_shows_its_newest_message(rig: Rig) -> None:
    """The first send makes the slot's message, the next ones edit it, a fresh one moves it to the bottom."""
    rig.queue("step 1", slot="draft")
    await rig.drain()
    rig.queue("something else")
    rig.queue("step 2", slot="draft")
    await rig.drain()
    assert await rig.said() == ["step 2", "something else"]
    rig.queue("step 3", slot="draft", fresh=True)
    await rig.drain()
    assert await rig.said() == ["something else", "step 3"]


async def test_a_flood_wait_is_honoured_and_order_kept(rig: Rig) -> None:
    """The refused chat is silent for as long as Telegram asked; others go on."""
    other = await rig.person(1002)
    await rig.fault(method="sendMessage", contains="first", retry_after=30)
    rig.queue("first")
    rig.queue("second", priority=Priority.INFO)
    rig.queue("elsewhere", chat_id=1002)
    async with rig.sending() as sender:
        await other.wait_for("elsewhere", after=0)
        await rig.thread.until(lambda: bool(sender.pace.pauses) and not sender.in_flight)
        rig.clock.advance(29_000)
        rig.queue("still elsewhere", chat_id=1002)
        sender.wake()
        await rig.thread.until(lambda: rig.depth() == 2)
        assert await rig.said() == []
        rig.clock.advance(1_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    assert await rig.said() == [f"first\n⏱ 30 s late{SEPARATOR}second\n⏱ 30 s late"]


async def test_floods_in_many_chats_silence_the_whole_bot(rig: Rig) -> None:
    """The third refusal at once means everybody; nobody is asked again before the time."""
    people = [await rig.person(2000 + number) for number in range(12)]
    await rig.fault(method="sendMessage", retry_after=30, times=3)
    for person in people:
        rig.queue("news", chat_id=person.chat_id)
    one_by_one = Limits(overall=1_000, chat_burst=100)
    async with rig.sending(one_by_one) as sender:
        await rig.thread.until(lambda: sender.pace.paused_until > 0 and not sender.in_flight)
        assert len(await rig.calls("sendMessage")) < 12
        rig.clock.advance(30_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    assert len(await rig.calls("sendMessage")) == 12 + 3


async def test_a_flood_of_fifty_never_exceeds_what_telegram_takes(rig: Rig) -> None:
    """Fifty messages to one chat and fifty to fifty chats leave without a single refusal, in order."""
    crowd = [await rig.person(3000 + number) for number in range(50)]
    await rig.sam.request("POST", "/sim/flood", body={"on": True})
    for number in range(50):
        rig.queue(f"{number}")
        rig.queue("all", chat_id=crowd[number].chat_id)
    async with rig.sending(Limits()) as sender:
        while not rig.is_drained():
            await rig.thread.until(lambda: not sender.in_flight)
            rig.clock.advance(100)
            sender.wake()
            await rig.thread.next_work()
    calls = await rig.calls("sendMessage")
    assert {call["status"] for call in calls} == {200}
    mine = [alert for text in await rig.said() for alert in text.split(SEPARATOR)]
    assert [alert.partition("\n")[0] for alert in mine] == [f"{number}" for number in range(50)]
    assert len(calls) <= 50 + 2
    assert calls[-1]["at"] - calls[0]["at"] <= 3


async def test_a_reply_leaves_while_alerts_wait_for_their_share(rig: Rig) -> None:
    """Alerts leave room: with their share used up, a reply still goes at once."""
    crowd = [await rig.person(3000 + number) for number in range(4)]
    for person in crowd:
        rig.queue("alert", chat_id=person.chat_id, priority=Priority.ADD)
    async with rig.sending(Limits(overall=4, kept_for_replies=2, chat_burst=5)) as sender:
        await rig.thread.until(lambda: rig.depth() == 2)
        rig.queue("answer", priority=Priority.REPLY)
        sender.wake()
        await rig.sam.wait_for("answer", after=0)
        await rig.thread.until(lambda: rig.depth() == 2 and not sender.in_flight)
        rig.clock.advance(1_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)


async def test_a_person_who_blocked_the_bot_gets_the_messages_on_return(rig: Rig) -> None:
    """Nothing is lost and nobody is pestered: one refusal pauses the chat."""
    await rig.sam.block()
    rig.queue("one")
    rig.queue("two")
    other = await rig.person(1002)
    rig.queue("elsewhere", chat_id=1002)
    async with rig.sending() as sender:
        await rig.thread.until(lambda: is_paused(rig))
        await other.wait_for("elsewhere", after=0)
        rig.clock.advance(60_000)
        sender.wake()
        await rig.thread.until(lambda: rig.depth() == 2)
        await rig.sam.unblock()
        with rig.units() as unit:
            unit.users.pause(1001, paused=False)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    assert [text.partition("\n")[0] for text in await rig.said()] == ["one", "two"]
    assert len([call for call in await rig.calls("sendMessage") if call["status"] == 403]) == 1


def is_paused(rig: Rig) -> bool:
    with rig.units() as unit:
        user = unit.users.get(1001)
    return user is not None and user.paused


async def test_a_stranger_who_blocked_the_bot_is_not_written_to_again(rig: Rig) -> None:
    """Nobody waits for the message: one refusal is the end of it."""
    await rig.sam.block()
    with rig.units() as unit:
        unit.users.move_chat(1001, 4004)
    rig.queue("You are not let in")
    with capture_logs() as lines:
        await rig.drain()
    assert [line["why"] for line in lines if line["event"] == "chat paused"] == [
        "Forbidden: bot was blocked by the user"
    ]
    rig.clock.advance(3_600_000)
    await rig.drain()
    assert len(await rig.calls("sendMessage")) == 1


async def test_a_group_that_moved_and_then_refuses_is_paused(rig: Rig) -> None:
    """Its user is known there by then: the message is kept for their return."""
    new_home = await rig.person(1002)
    await new_home.block()
    with rig.units() as unit:
        unit.users.move_chat(1002, 4004)
    await rig.fault(method="sendMessage", contains="news", code=400, migrate_to_chat_id=1002)
    rig.queue("news")
    async with rig.sending():
        await rig.thread.until(lambda: is_paused(rig))
    assert rig.depth() == 1


async def test_a_group_that_moved_is_followed_at_once(rig: Rig) -> None:
    """The message reaches the new chat, and the user is known there from now on."""
    new_home = await rig.person(1002)
    await rig.fault(method="sendMessage", contains="news", code=400, migrate_to_chat_id=1002)
    rig.queue("news")
    await rig.drain()
    assert await rig.said(new_home) == ["news"]
    assert await rig.said() == []


async def test_a_message_delivered_without_an_answer_is_repeated_and_marked(rig: Rig) -> None:
    """A read timeout after the message went out: the reader sees it twice and is told so."""
    await rig.fault(method="sendMessage", after=True, delay=60)
    rig.queue("Close everything", priority=Priority.STOP)
    async with rig.sending() as sender:
        await rig.thread.until(lambda: bool(sender.pace.troubles))
        rig.clock.advance(2_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    assert await rig.said() == ["Close everything", f"{REPEAT}\nClose everything"]


async def test_a_failure_before_sending_is_repeated_without_a_mark(rig: Rig) -> None:
    """A refused flood is certain: the reader has seen nothing yet."""
    await rig.fault(method="sendMessage", code=429)
    rig.queue("once")
    async with rig.sending() as sender:
        await rig.thread.until(lambda: bool(sender.pace.pauses) and not sender.in_flight)
        rig.clock.advance(2_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    assert await rig.said() == ["once"]


async def test_a_crash_between_claim_and_record_repeats_at_the_next_start(rig: Rig) -> None:
    """The message went out, the process died before it knew: the next one says it again, marked."""
    await rig.fault(method="sendMessage", after=True, delay=60)
    rig.queue("Stop hit", priority=Priority.STOP)
    work = asyncio.create_task(rig.sender().run())
    await rig.sam.wait_for("Stop hit", after=0)
    await cut_off(work)
    assert rig.depth() == 1
    await rig.drain()
    assert await rig.said() == ["Stop hit", f"{REPEAT}\nStop hit"]


async def test_a_sender_that_is_stopped_records_what_is_under_way(rig: Rig) -> None:
    """A planned restart repeats nothing."""
    await rig.fault(method="sendMessage", delay=0.2)
    rig.queue("last words")
    async with rig.sending() as sender:
        await rig.thread.until(lambda: bool(sender.in_flight))
    assert rig.is_drained()
    await rig.drain()
    assert await rig.said() == ["last words"]


async def test_an_outage_ends_for_all_with_the_first_success(rig: Rig) -> None:
    """Nobody sits out a long backoff after Telegram is back."""
    people = [await rig.person(2000 + number) for number in range(4)]
    await rig.fault(method="sendMessage", code=502, times=None)
    for person in people:
        rig.queue("news", chat_id=person.chat_id)
    async with rig.sending() as sender:
        await rig.thread.until(lambda: sender.pace.troubled_until > 0 and not sender.in_flight)
        await rig.sam.request("DELETE", "/sim/fault")
        rig.clock.advance(1_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    assert sender.pace.troubles == {}


async def test_a_refused_message_is_dead_and_does_not_hold_up_the_rest(rig: Rig) -> None:
    """Telegram's no is final, and the next message goes."""
    rig.queue(" ")
    rig.queue("next")
    with capture_logs() as lines:
        await rig.drain()
    assert await rig.said() == ["next"]
    assert [line["why"] for line in lines if line["event"] == "message is dead"] == ["Message text is empty"]


async def test_a_message_that_breaks_the_program_does_not_hold_up_the_rest(rig: Rig) -> None:
    """A row nobody foresaw is tried a few times, then given up; other chats never notice."""
    other = await rig.person(1002)
    rig.queue("odd", keyboard=(({"data": "a button without a label"},),))
    rig.queue("next")
    rig.queue("elsewhere", chat_id=1002)
    with capture_logs() as lines:
        async with rig.sending() as sender:
            await other.wait_for("elsewhere", after=0)
            while not rig.is_drained():
                rig.clock.advance(60_000)
                sender.wake()
                await rig.thread.next_work()
    assert [text.partition("\n")[0] for text in await rig.said()] == ["next"]
    assert any(line["event"] == "message is dead" for line in lines)


async def test_tries_on_a_bad_network_do_not_count_as_broken_ones(rig: Rig) -> None:
    """After a long outage a message that breaks the program has as many tries as any other."""
    rig.queue("odd", keyboard=(({"data": "a button without a label"},),))
    with rig.units() as unit:
        for _ in range(TRIES_WHEN_BROKEN + 1):
            (claimed,) = unit.outbox.claim(rig.clock())
            unit.outbox.later(claimed.outbox_id, rig.clock(), uncertain=False)
    with capture_logs() as lines:
        async with rig.sending() as sender:
            while not rig.is_drained():
                rig.clock.advance(600_000)
                sender.wake()
                await rig.thread.next_work()
        assert not sender.broken
    assert sum(line["event"] == "message broke" for line in lines) == TRIES_WHEN_BROKEN
    assert any(line["event"] == "message is dead" for line in lines)


async def test_a_broken_database_is_survived_and_the_log_keeps_private_words(rig: Rig) -> None:
    """A failing record breaks delivery off; it begins anew, the message is repeated, and no text is logged."""
    rig.queue("a private plan")
    sender: Sender = rig.sender(UNLIMITED)
    rig.thread.break_at(3)
    with capture_logs() as lines:
        work = asyncio.create_task(sender.run())
        await rig.thread.until(lambda: any(line["event"] == "delivery broke off" for line in lines))
        while not rig.is_drained():
            rig.clock.advance(2_000)
            sender.wake()
            await rig.thread.next_work()
        sender.stop()
        await work
    assert [text.partition("\n")[0] for text in await rig.said()] == ["a private plan", REPEAT]
    assert "private plan" not in repr(lines)
