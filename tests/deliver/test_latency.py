"""How long from a print to the message Telegram took, and what became of every send."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatbot.deliver.latency import BOUNDS, Latency
from chatbot.records import Priority
from tests.deliver.rig import Rig


def test_spans_are_counted_by_priority_each_with_the_quicker_ones() -> None:
    """A span on a bound belongs to it, one beyond the last is counted by the whole, none is below nothing."""
    latency = Latency()
    for span in (-7, 50, 51, 300_001):
        latency.add(Priority.STOP, span)
    latency.add(Priority.ADD, 900)
    found = latency.by_priority()
    assert list(found) == [Priority.STOP, Priority.ADD]
    stop = found[Priority.STOP]
    assert (stop.count, stop.sum_ms, stop.max_ms) == (4, 300_102, 300_001)
    assert stop.buckets[:3] == ((50, 2), (100, 3), (250, 3))
    assert stop.buckets[-2:] == ((300_000, 3), (None, 4))


@given(st.lists(st.integers(0, 1_000_000)))
def test_a_bucket_holds_what_took_at_most_its_bound(spans: list[int]) -> None:
    """For any spans: each bucket is the count of those within it, and the last one is all of them."""
    latency = Latency()
    for span in spans:
        latency.add(Priority.TARGET, span)
    for found in latency.by_priority().values():
        assert found.buckets == (
            *((bound, sum(span <= bound for span in spans)) for bound in BOUNDS),
            (None, len(spans)),
        )
        assert (found.count, found.sum_ms, found.max_ms) == (len(spans), sum(spans), max(spans))


async def test_a_sender_measures_from_the_print_to_the_answer(rig: Rig) -> None:
    """Also over failed tries; what tells of no print is not measured."""
    rig.queue("stop", priority=Priority.STOP, seen_at=rig.clock() - 3_000)
    rig.queue("answer", priority=Priority.REPLY)
    await rig.fault(method="sendMessage", contains="stop", retry_after=5)
    async with rig.sending() as sender:
        await rig.thread.until(lambda: bool(sender.pace.pauses) and not sender.in_flight)
        rig.clock.advance(5_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    (found,) = sender.latency.by_priority().items()
    assert (found[0], found[1].count, found[1].sum_ms) == (Priority.STOP, 1, 8_000)
    assert (sender.counts.sent, sender.counts.failed) == (2, {"flood": 1})


async def test_what_becomes_of_sends_is_counted(rig: Rig) -> None:
    """Each failure by its reason; a refused message is dead, a blocked person's is kept."""
    other = await rig.person(1002)
    await other.block()
    rig.queue(" ")
    rig.queue("kept", chat_id=1002)
    async with rig.sending() as sender:
        await rig.thread.until(lambda: rig.depth() == 1 and not sender.in_flight)
        rig.queue("fine")
        sender.wake()
        await rig.sam.wait_for("fine", after=0)
    assert sender.counts.failed == {"refused": 1, "blocked": 1}
    assert (sender.counts.dead, sender.counts.sent, sender.counts.messages) == (1, 1, 1)
    assert rig.depth() == 1
