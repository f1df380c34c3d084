"""Everything that is held about a person: given to them as files, and deleted for good once they confirm."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import aiohttp

from chatbot.core.plan import Guards
from tests.access.place import EVE, OWNER_WORDS, Place, owned
from tests.whole.rig import EXCHANGE, MINUTE, SAM, Bot, worked_plan

WORD = "pomegranate"
FORGOTTEN = "Everything I held about you is deleted."


async def files(bot: Bot, chat_id: int = SAM) -> dict[str, bytes]:
    """The files the bot sent into a chat, by name."""
    got = {}
    for row in (await bot.world.person(chat_id).chat())["messages"]:
        document = row.get("document")
        if document is not None:
            address = f"{bot.world.stage.telegram_api}{document['url']}"
            async with aiohttp.ClientSession() as session, session.get(address) as answer:
                got[document["name"]] = await answer.read()
    return got


async def history_of_sam(bot: Bot) -> None:
    """A closed plan with a breach and a reason, an open one, a draft, and words of Sam's in all of it."""
    await bot.arm(replace(worked_plan(), guards=Guards()))
    await bot.enter("60000")
    await bot.ask(f"/stop 1 58900 ={WORD} below the range", "Looser stop noted")
    await bot.ask("/exited 1 60100", "Plan 1 closed")
    await bot.arm()
    await bot.talk((("btc", "Long or short?"), ("long", "Which leverage?"), ("10x", "How much equity")))


async def exported(bot: Bot, place: Place) -> dict[str, Any]:
    """What /export gives."""
    await bot.sam.say("/export")
    await place.settled(bot)
    found: dict[str, Any] = json.loads((await files(bot))["tierwise-data.json"])
    return found


async def test_a_user_gets_everything_held(place: Place) -> None:
    """Themselves, plans with every event and fill, draft, reminders, messages; and nothing of anybody else."""
    eve = place.world.person(EVE)
    async with place.world.bot() as bot:
        await bot.arm(person=eve)
        await history_of_sam(bot)
        found = await exported(bot, place)
        assert [row["user_id"] for row in found["users"]] == [SAM]
        assert [row["number"] for row in found["plans"]] == [1, 2]
        assert len(found["plan_events"]) == len(bot.events(1)) + len(bot.events(2))
        assert [row["price"] for row in found["fills"]] == ["60000.00", "60100"]
        assert found["drafts"][0]["answers"]["leverage"] == "10"
        assert {row["chat_id"] for row in found["outbox"]} == {SAM}
        assert any(row["payload"].get("note", "").startswith(f"={WORD}") for row in found["plan_events"])
        assert str(EVE) not in json.dumps(found)


async def test_closed_plans_come_as_a_table_without_formulas(place: Place) -> None:
    """A line a plan; a reason that a spreadsheet would compute is a text."""
    async with place.world.bot() as bot:
        await history_of_sam(bot)
        await exported(bot, place)
        rows = list(csv.DictReader(io.StringIO((await files(bot))["tierwise-plans.csv"].decode("utf-8-sig"))))
        assert [(row["plan"], row["exchange"], row["how"]) for row in rows] == [("1", EXCHANGE, "exited")]
        assert rows[0]["reasons"] == f"'={WORD} below the range"


async def test_an_export_that_fails_is_said(place: Place) -> None:
    """Telegram refuses the file: it can be asked for again."""
    async with place.world.bot() as bot:
        await bot.ask("/start", OWNER_WORDS)
        await place.world.fault(method="sendDocument", code=502, times=1)
        await bot.ask("/export", "Telegram did not take the file")
        assert "users" in await exported(bot, place)


async def test_forgetting_deletes_everything_after_the_button(place: Place) -> None:
    """Asked first, with what would be lost; then no table and no byte of the files has anything of Sam's any more."""
    eve = place.world.person(EVE)
    async with place.world.bot(everyone=False, allowed_users=frozenset({SAM, EVE})) as bot:
        await bot.arm(person=eve)
        await history_of_sam(bot)
        asked = await bot.ask("/forget_me", "1 plan is open: nobody watches the stop")
        assert len(bot.running.watcher.plans) == 2
        await place.settled(bot)
        await bot.sam.tap("Delete everything", message_id=asked.message_id)
        assert FORGOTTEN in await bot.sam.wait_for_toast()
        await bot.sam.wait_for(FORGOTTEN)
        await place.settled(bot)
        other = bot.user(EVE)
        with bot.running.units() as unit:
            held = unit.held.of(other)
            assert [user.user_id for user in unit.users.all()] == [EVE]
        assert len(held["plans"]) == 1
        assert [plan.row.user_id for plan in bot.running.watcher.plans.values()] == [EVE]
        said = len(await bot.said())
        await bot.set_price("58000")
        await place.settled(bot)
        assert len(await bot.said()) == said
        kept = [file.read_bytes() for file in place.world.folder.iterdir() if file.is_file()]
        assert not any(word in data for data in kept for word in (WORD.encode(), b"Sam", str(SAM).encode()))


async def test_the_button_expires_and_belongs_to_one(place: Place) -> None:
    """After ten minutes it deletes nothing; tapped twice, the second finds nothing and lets nobody in again."""
    async with place.world.bot() as bot:
        await bot.arm()
        asked = await bot.ask("/forget_me", "1 plan is open")
        (data,) = [button.value for row in asked.buttons for button in row]
        place.world.wall.advance(11 * MINUTE)
        await bot.sam.tap("Delete everything")
        assert "nothing was changed" in await bot.sam.wait_for_toast()
        assert bot.record().row.user_id == SAM
        await bot.ask("/forget_me", "1 plan is open")
        await bot.sam.tap("Delete everything")
        assert FORGOTTEN in await bot.sam.wait_for_toast()
        assert "nothing was changed" in await place.tap_as(SAM, data)
        with bot.running.units() as unit:
            assert unit.users.all() == []


async def test_a_forgotten_owner_makes_room_for_another(place: Place) -> None:
    """Their invites are worthless, and the next start prints a new link."""
    eve = place.world.person(EVE)
    async with place.world.bot(everyone=False) as bot:
        await owned(bot)
        shown = await bot.ask("/invite", "For one person")
        await bot.ask("/forget_me", "Delete everything")
        await bot.sam.tap("Delete everything")
        assert FORGOTTEN in await bot.sam.wait_for_toast()
        payload = shown.text.partition("start=")[2].split()[0]
        await bot.ask(f"/start {payload}", "private bot", person=eve)
    place.world.wall.advance(24 * 60 * MINUTE)
    async with place.world.bot(everyone=False) as bot:
        await owned(bot)
        assert bot.user().is_owner


async def test_a_user_met_again_is_a_new_one(place: Place) -> None:
    """In open mode who was forgotten may come back: as if for the first time, with plan 1."""
    async with place.world.bot(everyone=False, open=True) as bot:
        await bot.arm()
        await bot.ask("/forget_me", "Delete everything")
        await bot.sam.tap("Delete everything")
        assert FORGOTTEN in await bot.sam.wait_for_toast()
        await bot.arm()
        assert bot.record(1).row.number == 1
