"""What a message looks like when it arrives: sent, edited, replaced, repeated, late, or made simpler."""

from __future__ import annotations

import json
from typing import Any

from chatbot.core.money import Millis
from chatbot.deliver.forms import LONGEST, REPEAT, length
from chatbot.deliver.messenger import Messenger
from chatbot.deliver.results import Blocked, Later, Never, Sent, Why
from chatbot.records import Outgoing, OutMessage, Priority
from tests.deliver.rig import Rig


def outgoing(
    rig: Rig, text: str, *, message_id: int | None = None, uncertain: bool = False, age: Millis = 0, **more: Any
) -> Outgoing:
    priority = more.pop("priority", Priority.STOP)
    message = OutMessage(1001, text, priority, "once", **more)
    return Outgoing(1, message, rig.clock() - age, 1, uncertain, message_id)


def messenger(rig: Rig) -> Messenger:
    return Messenger(rig.bot, rig.clock)


async def test_a_message_arrives_with_markup_buttons_and_no_preview(rig: Rig) -> None:
    """HTML is read, each kind of button does its thing, and links stay small."""
    keyboard = (
        ({"text": "Done", "data": "1|d|7", "style": "success"}, {"text": "Copy stop", "copy": "59000", "style": ""}),
        ({"text": "Read", "url": "https://example.org/"},),
    )
    assert isinstance(await messenger(rig).send(outgoing(rig, "<b>Stop</b> &lt; 1", keyboard=keyboard)), Sent)
    shown = await rig.sam.last()
    assert (shown.text, shown.html) == ("Stop < 1", "<b>Stop</b> &lt; 1")
    assert [(each.text, each.kind, each.value, each.style) for row in shown.buttons for each in row] == [
        ("Done", "callback", "1|d|7", "success"),
        ("Copy stop", "copy", "59000", ""),
        ("Read", "url", "https://example.org/", ""),
    ]
    preview = (await rig.calls("sendMessage"))[0]["params"]["link_preview_options"]
    assert preview == {"is_disabled": True}


async def test_the_message_of_a_slot_is_edited_in_place(rig: Rig) -> None:
    """Text and buttons change, the message stays the same one."""
    first = await messenger(rig).send(outgoing(rig, "step 1", keyboard=(({"text": "Next", "data": "n"},),)))
    assert isinstance(first, Sent)
    assert await messenger(rig).send(outgoing(rig, "step 2", message_id=first.message_id)) == first
    assert await rig.said() == ["step 2"]
    assert (await rig.sam.last()).labels == ()


async def test_an_edit_that_changes_nothing_is_a_success(rig: Rig) -> None:
    """Telegram refuses it; the person sees what they should."""
    first = await messenger(rig).send(outgoing(rig, "same"))
    assert isinstance(first, Sent)
    assert await messenger(rig).send(outgoing(rig, "same", message_id=first.message_id)) == first


async def test_an_edit_that_is_made_again_after_a_crash_keeps_its_buttons(rig: Rig) -> None:
    """Telegram's refusal to change nothing speaks of the reply markup, and is still no complaint about buttons."""
    keyboard = (({"text": "Next", "data": "n"},),)
    first = await messenger(rig).send(outgoing(rig, "step 1", keyboard=keyboard))
    assert isinstance(first, Sent)
    again = outgoing(rig, "step 1", keyboard=keyboard, message_id=first.message_id, uncertain=True)
    assert await messenger(rig).send(again) == first
    assert (await rig.sam.last()).labels == ("Next",)


async def test_a_message_that_is_gone_is_sent_anew(rig: Rig) -> None:
    """What cannot be edited is said in a new message."""
    result = await messenger(rig).send(outgoing(rig, "here", message_id=4711))
    assert result == Sent((await rig.sam.last()).message_id)
    own = await rig.sam.say("a person's message cannot be edited by the bot")
    assert await messenger(rig).send(outgoing(rig, "here", message_id=own)) != Sent(own)
    assert await rig.said() == ["here", "here"]


async def test_a_fresh_message_replaces_the_old_one_at_the_bottom(rig: Rig) -> None:
    """The new one comes first, then the old one goes."""
    first = await messenger(rig).send(outgoing(rig, "old"))
    assert isinstance(first, Sent)
    second = await messenger(rig).send(outgoing(rig, "new", message_id=first.message_id, fresh=True))
    assert second != first
    assert await rig.said() == ["new"]


async def test_an_old_message_that_cannot_be_deleted_does_no_harm(rig: Rig) -> None:
    """Replacing is best effort: the new message has arrived."""
    assert isinstance(await messenger(rig).send(outgoing(rig, "new", message_id=4711, fresh=True)), Sent)


async def test_a_repeat_says_so(rig: Rig) -> None:
    """The reader knows it may be the second time; an edit repeats nothing."""
    first = await messenger(rig).send(outgoing(rig, "Close all", uncertain=True))
    assert isinstance(first, Sent)
    assert await rig.said() == [f"{REPEAT}\nClose all"]
    await messenger(rig).send(outgoing(rig, "Closed", uncertain=True, message_id=first.message_id))
    assert await rig.said() == ["Closed"]


async def test_a_late_alert_says_how_late(rig: Rig) -> None:
    """From ten seconds on; answers to the person carry no age, and a planned message is late from its time on."""
    for age in (10_000, 42_000, 119_000, 180_000, 7_300_000, 200_000_000):
        await messenger(rig).send(outgoing(rig, "x", age=age))
    await messenger(rig).send(outgoing(rig, "y", age=42_000, priority=Priority.REPLY))
    await messenger(rig).send(outgoing(rig, "z", age=42_000, not_before=rig.clock()))
    await messenger(rig).send(outgoing(rig, "from the future", age=-3_600_000))
    late = ["x\n⏱ 42 s late", "x\n⏱ 119 s late", "x\n⏱ 3 min late", "x\n⏱ 2 h late", "x\n⏱ 2 d late"]
    assert await rig.said() == ["x", *late, "y", "z", "from the future"]


async def test_the_age_of_an_alert_counts_from_its_print(rig: Rig) -> None:
    """Not from when it was written, which may be later; a planned one is still not late before its time."""
    for age in (5_000, 42_000, -60_000):
        await messenger(rig).send(outgoing(rig, "x", seen_at=rig.clock() - age))
    await messenger(rig).send(outgoing(rig, "y", seen_at=rig.clock() - 42_000, not_before=rig.clock() - 1_000))
    assert await rig.said() == ["x", "x\n⏱ 42 s late", "x", "y"]


async def test_a_message_at_the_limit_is_not_made_too_long(rig: Rig) -> None:
    """Its age gives way to what is said."""
    text = "😀" * 2_048
    assert length(f"<b>{text}</b>&amp;") == 4_097
    assert isinstance(await messenger(rig).send(outgoing(rig, text, age=42_000)), Sent)
    assert await rig.said() == [text]


async def test_a_repeat_at_the_limit_is_cut_but_marked(rig: Rig) -> None:
    """Who does not know that it is a repeat may do twice what it asks for."""
    text = f"<b>Close</b> &lt;b&gt; {'x' * 4_060}"
    assert isinstance(await messenger(rig).send(outgoing(rig, text, age=42_000, uncertain=True)), Sent)
    (said,) = await rig.said()
    assert said.startswith(f"{REPEAT}\nClose <b> xxx")
    assert said.endswith("x…")
    assert length(said.replace("<b>", "(b)")) == LONGEST


async def test_broken_markup_is_sent_as_plain_text(rig: Rig) -> None:
    """The words matter more than how they look."""
    assert isinstance(await messenger(rig).send(outgoing(rig, "<b>Stop <i>hit</b> at 5 &lt; 6")), Sent)
    assert await rig.said() == ["Stop hit at 5 < 6"]


async def test_a_refused_keyboard_does_not_cost_the_message(rig: Rig) -> None:
    """Buttons that Telegram refuses are left out."""
    keyboard = (({"text": "Done", "data": "x" * 65},),)
    assert isinstance(await messenger(rig).send(outgoing(rig, "Stop hit", keyboard=keyboard)), Sent)
    assert await rig.said() == ["Stop hit"]


async def test_a_message_telegram_refuses_is_never_sent(rig: Rig) -> None:
    """Nothing heals an empty text, new or edited."""
    assert await messenger(rig).send(outgoing(rig, " ")) == Never("Message text is empty")
    first = await messenger(rig).send(outgoing(rig, "ok"))
    assert isinstance(first, Sent)
    assert isinstance(await messenger(rig).send(outgoing(rig, " ", message_id=first.message_id)), Never)


async def test_a_text_that_is_too_long_is_cut_rather_than_lost(rig: Rig) -> None:
    """Its beginning arrives, with its buttons; a sign of two units is not torn apart."""
    keyboard = (({"text": "Done", "data": "1|d|7"},),)
    text = "<b>Stop hit</b> " + "😀" * 3_000
    assert isinstance(await messenger(rig).send(outgoing(rig, text, keyboard=keyboard)), Sent)
    shown = await rig.sam.last()
    assert shown.text == "Stop hit " + "😀" * 2_043 + "…"
    assert [[button.text for button in row] for row in shown.buttons] == [["Done"]]


async def test_a_person_who_blocked_the_bot_or_never_came_takes_nothing(rig: Rig) -> None:
    """Both mean the same to the sender."""
    await rig.sam.block()
    assert isinstance(await messenger(rig).send(outgoing(rig, "hello")), Blocked)
    stranger = outgoing(rig, "hello")
    stranger = Outgoing(2, OutMessage(777, "hello", Priority.STOP, "other"), stranger.created_at, 1, False, None)
    assert await messenger(rig).send(stranger) == Blocked("Chat not found")


async def test_an_answer_that_does_not_come_leaves_the_outcome_open(rig: Rig) -> None:
    """Telegram has it, we cannot know; a connection cut afterwards is the same."""
    await rig.fault(method="sendMessage", after=True, delay=30)
    assert await messenger(rig).send(outgoing(rig, "one")) == Later(None, Why.NETWORK, uncertain=True)
    await rig.fault(method="sendMessage", after=True)
    assert await messenger(rig).send(outgoing(rig, "two")) == Later(None, Why.NETWORK, uncertain=True)
    assert await rig.said() == ["one", "two"]


async def test_nobody_listening_means_not_sent(rig: Rig) -> None:
    """A refused connection is certain."""
    await rig.emulator.stop()
    assert await messenger(rig).send(outgoing(rig, "x")) == Later(None, Why.NETWORK, uncertain=False)


async def test_a_flood_wait_reaches_the_sender(rig: Rig) -> None:
    """With the time Telegram asked for."""
    await rig.fault(method="sendMessage", retry_after=17)
    assert await messenger(rig).send(outgoing(rig, "x")) == Later(17_000, Why.FLOOD, uncertain=False)
    assert json.dumps(await rig.said()) == "[]"
