"""One user's buttons and commands in the hands of another: nothing happens, and nothing is learned."""

from __future__ import annotations

import random
from collections.abc import Mapping

from chatbot.core.events import Event
from chatbot.core.state import ActionKind
from chatbot.messages.values import Verb
from tests.access.place import EVE, OWNER_WORDS, Place
from tests.whole.rig import SAM, Bot

NOT_YOURS = "This button is not yours or no longer valid: nothing was changed."
OUTDATED = "This was answered already, or the plan has moved on: nothing was changed."


async def everything(bot: Bot) -> Mapping[str, str]:
    """All buttons there ever were in Sam's chat, by what they do."""
    found: dict[str, str] = {}
    for change in (await bot.sam.request("GET", "/sim/wait", query={"chat_id": str(SAM), "since": "0"}))["changes"]:
        for row in (change.get("message") or {}).get("keyboard", ()):
            found |= {button["value"]: button["text"] for button in row if button["kind"] == "callback"}
    return found


async def busy(bot: Bot) -> tuple[Event, ...]:
    """Sam has a plan with an entry to confirm, a question how it was left, and another plan on the way."""
    await bot.arm()
    await bot.enter("60000")
    await bot.alert("60300", "Add tier 2")
    await bot.ask("/cancel_plan 1", "How was it left?")
    await bot.ask("/forget_me", "Delete everything")
    await bot.ask("/new", "Which market?")
    await bot.ask("btc", "Long or short?")
    return bot.events()


async def test_anothers_buttons_do_nothing(place: Place) -> None:
    """Every button of Sam's chat, tapped by Eve in hers: one answer for all, and Sam's plans and draft stand."""
    eve = place.world.person(EVE)
    async with place.world.bot() as bot:
        before = await busy(bot)
        answers, draft = await bot.said(), bot.answers()
        await bot.ask("/start", OWNER_WORDS, person=eve)
        buttons = await everything(bot)
        assert {label.split()[0] for label in buttons.values()} >= {"Done", "Delete", "Stop", "Keep", "Other"}
        assert {await place.tap_as(EVE, data) for data in buttons} == {NOT_YOURS}
        assert (bot.events(), bot.answers(), await bot.said()) == (before, draft, answers)
        assert bot.user(EVE).user_id == EVE


async def test_buttons_in_another_chat_do_nothing(place: Place) -> None:
    """Sam's own buttons, tapped in a group or by somebody in Sam's chat: not even an answer, and nothing changes."""
    async with place.world.bot() as bot:
        before = await busy(bot)
        sam = {"id": SAM, "is_bot": False, "first_name": "Sam"}
        eve = {**sam, "id": EVE}
        group = {"id": -100, "type": "group", "title": "all"}
        private = {"id": SAM, "type": "private", "first_name": "Sam"}
        for number, data in enumerate(await everything(bot)):
            for place_number, (who, chat) in enumerate(((sam, group), (eve, group), (eve, private))):
                message = {"message_id": 1, "date": 1, "chat": chat, "text": "x"}
                query = {"id": f"{number}{place_number}", "from": who, "message": message, "data": data}
                place.send("callback_query", {**query, "chat_instance": "1"})
        await place.settled(bot)
        assert bot.events() == before
        assert bot.user() is not None
        assert await place.sent_to(-100) == []


async def test_a_button_with_one_bit_changed_does_nothing(place: Place) -> None:
    """Each of Sam's own buttons, with a bit flipped somewhere, is no button; every bit is flipped in test_buttons."""
    drawn = random.Random(7)
    async with place.world.bot() as bot:
        before = await busy(bot)
        for data in await everything(bot):
            raw = bytearray(data.encode())
            raw[drawn.randrange(len(raw))] ^= 1 << drawn.randrange(7)
            assert await place.tap_as(SAM, raw.decode()) == NOT_YOURS
        assert bot.events() == before


async def test_an_old_button_does_nothing_after_the_plan_moved_on(place: Place) -> None:
    """Answered ones, and the one that stops following a plan whose position is another since it was offered."""
    async with place.world.bot() as bot:
        await busy(bot)
        old = await everything(bot)
        await bot.ask("/cancel", "was dropped")
        await bot.tap("Done at", "Tier 2 is in")
        moved = bot.events()
        abandon = next(data for data, label in old.items() if label == "Stop following it")
        draft = [data for data in old if data.split("|")[1] in (Verb.CHOOSE, Verb.BACK, Verb.CANCEL, Verb.EDIT)]
        done = [data for data in old if data.split("|")[1] == Verb.DONE and data.split("|")[3] in ("1", "2")]
        assert draft
        assert done
        pending = {action.number for action in bot.state().actions}
        assert pending.isdisjoint({1, 2})
        assert {await place.tap_as(SAM, data) for data in (abandon, *draft, *done)} == {OUTDATED}
        assert bot.events() == moved
        assert bot.state().pending(ActionKind.MOVE_STOP) is not None


async def test_commands_tell_nothing_of_anothers_plan(place: Place) -> None:
    """Of a number that is another's plan Eve hears word for word what she hears of one there is not."""
    eve = place.world.person(EVE)
    numbered = ("/plan {}", "/exited {} 60000", "/stopped {} 60000", "/stop {} 59500", "/added {} 60000 0.01")
    commands = [*numbered, "/correct {} 1 60000 0.02", "/hold {} 2", "/cancel_plan {}", "/checklist", "/status"]
    async with place.world.bot() as bot:
        before = await busy(bot)
        await bot.ask("/start", OWNER_WORDS, person=eve)
        for command in (*commands, "/plans", "/portfolio"):
            heard = []
            for number in ("1", "7"):
                shown = await bot.ask(command.format(number), lambda _: True, person=eve)
                heard.append(shown.text.replace(f"plan {number}", "plan N").replace(f"“{number}", "“N"))
            assert heard[0] == heard[1], command
            assert "BTC" not in heard[0] or "for example" in heard[0]
        assert bot.events() == before
