"""What waits for one chat under flood control: few messages that hold all of it, in order, every button working."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chatbot.deliver.forms import LONGEST, REPEAT, length
from chatbot.deliver.limits import Limits
from chatbot.deliver.merging import MOST, MOST_BUTTONS, SEPARATOR, circled, merged_form, together
from chatbot.records import Outgoing, OutMessage, Priority
from tests.deliver.rig import Rig

NOW = 1_800_000_000_000


def waiting(number: int, text: str, *, uncertain: bool = False, **more: Any) -> Outgoing:
    """A row that waits."""
    message = OutMessage(1, text, more.pop("priority", Priority.ADD), f"{number}", **more)
    return Outgoing(number, message, NOW, 1, uncertain, None)


async def test_thirty_alerts_of_a_flooded_chat_become_few_messages(rig: Rig) -> None:
    """Telegram asked for silence: afterwards all thirty texts come in order, and each button can still be tapped."""
    for number in range(30):
        keyboard = (({"text": "Done", "data": f"done {number}"}, {"text": "Skip", "data": f"skip {number}"}),)
        rig.queue(f"<b>Alert {number}</b> {'x' * 200}", priority=Priority.ADD, keyboard=keyboard)
    rig.queue("Stop hit", priority=Priority.STOP)
    await rig.fault(method="sendMessage", retry_after=30)
    async with rig.sending() as sender:
        await rig.thread.until(lambda: bool(sender.pace.pauses) and not sender.in_flight)
        rig.clock.advance(30_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    shown = [each for each in await rig.sam.transcript() if each.from_bot]
    alerts = [alert for each in shown for alert in each.text.split(SEPARATOR)]
    assert alerts[0] == "Stop hit\n⏱ 30 s late"
    assert [alert.split(" ")[2] for alert in alerts[1:]] == [f"{number}" for number in range(30)]
    assert len(shown) <= 3
    values = [button.value for each in shown for row in each.buttons for button in row]
    assert values == [f"{verb} {number}" for number in range(30) for verb in ("done", "skip")]
    for each in shown:
        labels = {button.text.partition(" ")[0] for row in each.buttons for button in row}
        assert labels == {alert[0] for alert in each.text.split(SEPARATOR) if "Alert" in alert}
    assert (sender.counts.sent, sender.counts.merged, sender.counts.messages) == (31, 31, len(shown))
    assert [(await rig.sam.tap_data(value)).value for value in values] == values


async def test_more_than_a_burst_is_merged_and_less_is_not(rig: Rig) -> None:
    """Three messages leave one by one, as Telegram takes them at once; a fourth makes them one."""
    for number in range(3):
        rig.queue(f"{number}")
    await rig.drain(Limits())
    assert await rig.said() == ["0", "1", "2"]
    rig.clock.advance(60_000)
    for number in range(3, 7):
        rig.queue(f"{number}")
    await rig.drain(Limits())
    assert (await rig.said())[3:] == [SEPARATOR.join("3456")]


async def test_what_is_edited_in_place_is_never_merged(rig: Rig) -> None:
    """Nor passed by what was queued behind it."""
    for number in range(4):
        rig.queue(f"{number}")
    rig.queue("card", slot="draft")
    for number in range(4, 6):
        rig.queue(f"{number}")
    limits = Limits(chat_burst=1, chat_every=1)
    async with rig.sending(limits) as sender:
        while not rig.is_drained():
            await rig.thread.until(lambda: not sender.in_flight)
            rig.clock.advance(10)
            sender.wake()
            await rig.thread.next_work()
    assert await rig.said() == [SEPARATOR.join("0123"), "card", SEPARATOR.join("45")]


async def test_a_merged_message_that_may_have_arrived_is_marked_in_every_part(rig: Rig) -> None:
    """The answer was lost: each of its alerts comes again, each marked, and none is lost with it."""
    for number in range(3):
        rig.queue(f"{number}", priority=Priority.TARGET)
    await rig.fault(method="sendMessage", retry_after=1)
    await rig.fault(method="sendMessage", after=True)
    async with rig.sending() as sender:
        while not rig.is_drained():
            await rig.thread.until(lambda: not sender.in_flight)
            rig.clock.advance(1_000)
            sender.wake()
            await rig.thread.next_work()
    first, second = await rig.said()
    assert first == SEPARATOR.join("012")
    assert second.split(SEPARATOR) == [f"{REPEAT}\n{number}" for number in range(3)]
    assert sender.counts.repeats == 3


async def test_a_refused_merged_message_is_taken_apart(rig: Rig) -> None:
    """What is wrong with one of them costs the others nothing: each goes alone, that one as far as it can."""
    rig.queue("one", keyboard=(({"text": "Done", "data": "1"},),))
    rig.queue("<b>two", keyboard=(({"text": "Done", "data": "2"},),))
    rig.queue("odd", keyboard=(({"data": "a button without a label"},),))
    rig.queue("three", keyboard=(({"text": "Done", "data": "3"},),))
    await rig.fault(method="sendMessage", retry_after=1)
    async with rig.sending() as sender:
        while not rig.is_drained():
            await rig.thread.until(lambda: not sender.in_flight)
            rig.clock.advance(60_000)
            sender.wake()
            await rig.thread.next_work()
    shown = [each for each in await rig.sam.transcript() if each.from_bot]
    assert [each.text.splitlines()[-2] for each in shown] == ["one", "two", "three"]
    assert [button.text for each in shown for row in each.buttons for button in row] == ["Done"] * 3
    assert sender.counts.dead == 1, "only the one nobody can send"
    assert sender.alone == set()


async def test_a_merged_message_follows_a_group_that_moved(rig: Rig) -> None:
    """All of it arrives there."""
    new_home = await rig.person(1002)
    for name in ("one", "two"):
        rig.queue(name)
    await rig.fault(method="sendMessage", retry_after=1)
    await rig.fault(method="sendMessage", code=400, migrate_to_chat_id=1002)
    async with rig.sending() as sender:
        await rig.thread.until(lambda: bool(sender.pace.pauses) and not sender.in_flight)
        rig.clock.advance(1_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    assert await rig.said(new_home) == [f"one{SEPARATOR}two"]


async def test_after_a_silence_of_the_whole_bot_every_chat_gets_one_message(rig: Rig) -> None:
    """What piled up meanwhile does not come as a burst that would be refused again."""
    people = [await rig.person(2000 + number) for number in range(4)]
    for person in people:
        for number in range(3):
            rig.queue(f"{number}", chat_id=person.chat_id)
    await rig.fault(method="sendMessage", retry_after=30, times=3)
    async with rig.sending() as sender:
        await rig.thread.until(lambda: sender.pace.paused_until > 0 and not sender.in_flight)
        rig.clock.advance(30_000)
        sender.wake()
        await rig.thread.until(rig.is_drained)
    for person in people[:3]:
        (said,) = await rig.said(person)
        assert [alert[0] for alert in said.split(SEPARATOR)] == ["0", "1", "2"]


def test_a_lone_keyboard_keeps_its_labels() -> None:
    """Numbers appear only where somebody could take one alert's button for another's."""
    button = ({"text": "Done", "data": "1"},)
    form = merged_form([waiting(1, "a"), waiting(2, "b", keyboard=(button,))], NOW)
    assert form.text == f"a{SEPARATOR}b"
    assert form.keyboard is not None
    assert [[each.text for each in row] for row in form.keyboard.inline_keyboard] == [["Done"]]


def test_there_is_a_sign_for_every_part() -> None:
    """One to fifty, all different."""
    assert [circled(number) for number in (1, 20, 21, 35, 36, 50)] == ["①", "⑳", "㉑", "㉟", "㊱", "㊿"]
    assert len({circled(number) for number in range(1, MOST + 1)}) == MOST


rows = st.builds(
    waiting,
    st.just(0),
    st.text(st.sampled_from("ab<>&;😀é"), min_size=1, max_size=900).map(lambda text: text.replace("<", "&lt;")),
    uncertain=st.booleans(),
    keyboard=st.lists(st.just(({"text": "Done", "data": "1"},) * 7), max_size=6),
    seen_at=st.sampled_from((None, NOW - 90_000_000)),
    slot=st.sampled_from((None, None, None, None, "draft")),
)


@given(st.lists(rows, min_size=1, max_size=70))
def test_whatever_waits_is_packed_whole_and_within_what_telegram_takes(queue: list[Outgoing]) -> None:
    """Packing again and again empties the queue in order; no message of several is too long or has too many buttons,
    and each of its texts stands in it as it was written."""
    left, packed = list(queue), 0
    while left:
        parcel = together(left)
        assert parcel == tuple(left[: len(parcel)])
        left, packed = left[len(parcel) :], packed + len(parcel)
        if len(parcel) > 1:
            form = merged_form(parcel, NOW)
            assert length(form.text) <= LONGEST
            assert all(out.message.text in form.text for out in parcel)
            assert all(out.message.slot is None for out in parcel)
            buttons = [] if form.keyboard is None else [each for row in form.keyboard.inline_keyboard for each in row]
            assert len(buttons) == sum(len(row) for out in parcel for row in out.message.keyboard) <= MOST_BUTTONS
    assert packed == len(queue)
