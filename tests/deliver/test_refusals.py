"""Every way a send can end, over HTTP: what the sender does about it, and what the chat has got by then."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chatbot.deliver.forms import REPEAT
from chatbot.deliver.messenger import Messenger
from chatbot.deliver.results import Blocked, Later, Moved, Never, Result, Sent, Why
from chatbot.records import Outgoing, OutMessage, Priority
from tests.deliver.rig import Rig

LOST: Final = Later(None, Why.NETWORK, uncertain=True)
TOKEN: Final = Later(None, Why.TOKEN, uncertain=False)
HTML: Final = "<html><body>Please sign in</body></html>"


def refused(description: str, code: int = 400) -> dict[str, Any]:
    return {"code": code, "description": description}


async def outcome(rig: Rig, fault: dict[str, Any], message_id: int | None = None) -> tuple[Result, list[str]]:
    """What became of one alert, and what the chat shows."""
    await rig.fault(method="editMessageText" if message_id else "sendMessage", **fault)
    keyboard = (({"text": "Done", "data": "1|d|7"},),)
    message = OutMessage(1001, "Stop <b>hit</b>", Priority.STOP, "once", keyboard=keyboard, slot="card")
    result = await Messenger(rig.bot, rig.clock).send(Outgoing(1, message, rig.clock(), 1, False, message_id))
    return result, await rig.said()


@pytest.mark.parametrize(
    ("fault", "expected", "shown"),
    [
        pytest.param({"retry_after": 17}, Later(17_000, Why.FLOOD, uncertain=False), 0, id="429 with a wait"),
        pytest.param({"code": 429}, Later(None, Why.FLOOD, uncertain=False), 0, id="429 without a wait"),
        pytest.param({"code": 500}, LOST, 0, id="500"),
        pytest.param({"code": 502}, LOST, 0, id="502"),
        pytest.param({"code": 502, "body": HTML}, LOST, 0, id="502 as a page"),
        pytest.param({"code": 502, "after": True}, LOST, 1, id="502 after it was delivered"),
        pytest.param({"delay": 30}, LOST, 0, id="timeout before it was delivered"),
        pytest.param({"delay": 30, "after": True}, LOST, 1, id="timeout after it was delivered"),
        pytest.param({"drop": True}, LOST, 0, id="cut off before it was delivered"),
        pytest.param({"after": True}, LOST, 1, id="cut off after it was delivered"),
        pytest.param({"body": HTML}, LOST, 0, id="200 as a page"),
        pytest.param({"body": HTML, "after": True}, LOST, 1, id="200 as a page, delivered"),
        pytest.param({"body": '{"ok": true, "res'}, LOST, 0, id="200 cut short"),
        pytest.param({"body": '{"ok": true}'}, LOST, 0, id="200 without a result"),
        pytest.param({"body": '{"result": {"message_id": 7}}'}, LOST, 0, id="200 with half a message"),
        pytest.param({"body": '{"result": "yes"}'}, LOST, 0, id="200 with a word"),
        pytest.param({"body": '{"ok": true, "result": 7}'}, LOST, 0, id="200 with a number"),
        pytest.param({"body": "[]"}, LOST, 0, id="200 with a list"),
        pytest.param({"body": "null", "code": 500}, LOST, 0, id="500 with nothing"),
        pytest.param({"body": HTML, "code": 403}, LOST, 0, id="403 as a page is no refusal of the person"),
        pytest.param({"body": "{}", "code": 403}, LOST, 0, id="403 without a reason"),
        pytest.param({"body": HTML, "code": 400}, LOST, 0, id="400 as a page is no refusal of the message"),
        pytest.param({"body": "{}", "code": 400}, LOST, 0, id="400 without a reason"),
        pytest.param({"body": HTML, "code": 404}, LOST, 0, id="404 as a page is no refusal of the token"),
        pytest.param({"body": HTML, "code": 429}, LOST, 0, id="429 as a page"),
        pytest.param(refused("Unauthorized", 401), TOKEN, 0, id="401"),
        pytest.param(refused("Not Found", 404), TOKEN, 0, id="404"),
        pytest.param(refused("Conflict: terminated by other getUpdates", 409), TOKEN, 0, id="409"),
        pytest.param(
            refused("Forbidden: bot was blocked by the user", 403),
            Blocked("Forbidden: bot was blocked by the user"),
            0,
            id="blocked",
        ),
        pytest.param(
            refused("Forbidden: user is deactivated", 403),
            Blocked("Forbidden: user is deactivated"),
            0,
            id="deactivated",
        ),
        pytest.param(
            refused("Forbidden: bot was kicked from the group chat", 403),
            Blocked("Forbidden: bot was kicked from the group chat"),
            0,
            id="kicked",
        ),
        pytest.param(refused("Bad Request: chat not found"), Blocked("Chat not found"), 0, id="chat not found"),
        pytest.param(
            refused("Bad Request: message thread not found"), Blocked("Message thread not found"), 0, id="thread gone"
        ),
        pytest.param(refused("Bad Request: TOPIC_CLOSED"), Blocked("Topic_closed"), 0, id="topic closed"),
        pytest.param(
            refused("Bad Request: not enough rights to send text messages to the chat"),
            Blocked("Not enough rights to send text messages to the chat"),
            0,
            id="no rights",
        ),
        pytest.param({"code": 400, "migrate_to_chat_id": -1009}, Moved(-1009), 0, id="migrated"),
        pytest.param(
            refused("Bad Request: message text is empty"), Never("Message text is empty"), 0, id="refused for good"
        ),
    ],
)
async def test_a_send_that_fails_is_sorted(rig: Rig, fault: dict[str, Any], expected: Result, shown: int) -> None:
    """Into what to do next; what may have been delivered is called uncertain, and only a refusal of Telegram's own
    words ends a message or pauses a person."""
    assert await outcome(rig, fault) == (expected, ["Stop hit"] * shown)


@pytest.mark.parametrize(
    ("description", "shown", "buttons"),
    [
        ("Bad Request: can't parse entities: unexpected end tag", "Stop hit", 1),
        ("Bad Request: BUTTON_DATA_INVALID", "Stop <b>hit</b>", 0),
        ("Bad Request: reply markup is too long", "Stop <b>hit</b>", 0),
    ],
)
async def test_a_part_that_is_refused_is_left_out(rig: Rig, description: str, shown: str, buttons: int) -> None:
    """The words arrive without the markup or the buttons that Telegram does not take."""
    result, _ = await outcome(rig, refused(description))
    last = await rig.sam.last()
    assert isinstance(result, Sent)
    assert (last.html, len(last.buttons)) == (shown, buttons)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (refused("Bad Request: message is not modified: specified new message content"), ["before"]),
        (refused("Bad Request: message to edit not found"), ["before", "Stop hit"]),
        (refused("Bad Request: message can't be edited"), ["before", "Stop hit"]),
        (refused("Bad Request: MESSAGE_ID_INVALID"), ["before", "Stop hit"]),
        (refused("Bad Request: there is no text in the message to edit"), ["before", "Stop hit"]),
        (refused("Bad Request: can't parse entities: x"), ["Stop hit"]),
    ],
)
async def test_an_edit_that_is_refused_still_says_it(rig: Rig, fault: dict[str, Any], said: list[str]) -> None:
    """Where it shows already, nothing happens; where there is nothing to edit, a new message says it."""
    card = await rig.bot.send_message(1001, "before")
    result, shown = await outcome(rig, fault, card.message_id)
    assert isinstance(result, Sent)
    assert shown == said


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"retry_after": 9}, Later(9_000, Why.FLOOD, uncertain=False)),
        ({"after": True}, LOST),
        ({"body": "[]"}, LOST),
        ({"code": 400, "migrate_to_chat_id": -1009}, Moved(-1009)),
        (refused("Forbidden: bot was blocked by the user", 403), Blocked("Forbidden: bot was blocked by the user")),
    ],
)
async def test_an_edit_that_fails_is_sorted_like_a_send(rig: Rig, fault: dict[str, Any], expected: Result) -> None:
    """Edits count against the same limits and break in the same ways."""
    card = await rig.bot.send_message(1001, "before")
    assert (await outcome(rig, fault, card.message_id))[0] == expected


@pytest.mark.parametrize("body", [HTML, '{"ok": true}', "[]"])
async def test_an_answer_nobody_can_read_does_not_cost_the_alert(rig: Rig, body: str) -> None:
    """However often it comes: the alert is tried until it is answered, and marked, since it may have arrived."""
    rig.queue("Stop hit", priority=Priority.STOP)
    await rig.fault(method="sendMessage", body=body, times=8)
    async with rig.sending() as sender:
        while not rig.is_drained():
            rig.clock.advance(60_000)
            sender.wake()
            await rig.thread.next_work()
    (said,) = await rig.said()
    assert said.startswith(f"{REPEAT}\nStop hit\n")
    assert sender.counts.failed == {"network": 8}
    assert (sender.counts.sent, sender.counts.repeats, sender.counts.dead) == (1, 1, 0)
