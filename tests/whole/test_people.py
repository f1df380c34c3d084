"""Who may talk to the bot: its owner by a one-time link, people named in the settings; and people who leave."""

from __future__ import annotations

import asyncio

from tests.whole.rig import ON_BOTH_DATABASES, SAM, Bot, World

EVE = 2002
DAY = 86_400_000


def payload_of(bot: Bot) -> str:
    assert bot.owner_link is not None
    return bot.owner_link.rpartition("start=")[2]


@ON_BOTH_DATABASES
async def test_the_first_by_the_link_becomes_the_owner(world: World) -> None:
    """The link works once; the owner stays the owner, everyone else is politely refused."""
    eve = world.person(EVE)
    async with world.bot(everyone=False) as bot:
        link = payload_of(bot)
        await bot.ask("/start", "this is a private bot", person=eve)

        await bot.ask(f"/start {link}", "I never place an order")
        await eve.say(f"/start {link}")
        await bot.ask("/new", "Which market?")
        assert sum("private bot" in shown.text for shown in await eve.transcript()) == 1
    async with world.bot(everyone=False) as bot:
        assert bot.owner_link is None
        await bot.ask("/help", "/status")


async def test_the_link_stays_the_same_until_it_is_used(world: World) -> None:
    """A restart before anyone came prints the same link."""
    async with world.bot(everyone=False) as bot:
        first = bot.owner_link
    async with world.bot(everyone=False) as bot:
        assert bot.owner_link == first


async def test_a_stranger_is_refused_once_a_day(world: World) -> None:
    """Whatever they write or tap, they hear it once; the next day once more. Nothing of theirs is kept."""
    eve = world.person(EVE)
    async with world.bot(everyone=False) as bot:
        await bot.ask("/start", "this is a private bot", person=eve)
        for text in ("/new", "hello", "/status"):
            await eve.say(text)
        await bot.ask(f"/start {payload_of(bot)}", "I never place an order")
        world.wall.advance(DAY)
        await bot.ask("hello again", "this is a private bot", person=eve)
        assert sum(shown.from_bot for shown in await eve.transcript()) == 2
        with bot.running.units() as unit:
            assert [user.user_id for user in unit.users.all()] == [SAM]


async def test_people_named_in_the_settings_are_let_in(world: World) -> None:
    """With ALLOWED_USERS there is no link; those named come in, others don't, and one no longer named is out."""
    eve = world.person(EVE)
    async with world.bot(everyone=False, allowed_users=frozenset({SAM})) as bot:
        assert bot.owner_link is None
        await bot.ask("/start", "I never place an order")
        await bot.ask("/start", "this is a private bot", person=eve)
    async with world.bot(everyone=False, allowed_users=frozenset({EVE})) as bot:
        await bot.ask("/start", "this is a private bot")
        world.wall.advance(DAY)
        await bot.ask("/start", "I never place an order", person=eve)


async def test_an_outsider_cannot_tap(world: World) -> None:
    """A button of days when one was let in is refused."""
    async with world.bot(everyone=True) as bot:
        await bot.arm()
        await bot.alert("60000", "Add tier 1")
    async with world.bot(everyone=False, allowed_users=frozenset({EVE})) as bot:
        await bot.sam.tap("Done at")
        assert "no longer valid" in await bot.sam.wait_for_toast()
        await bot.sam.wait_for("this is a private bot")
        assert bot.state().position.quantity == 0


async def test_who_unblocks_the_bot_gets_what_waited(bot: Bot) -> None:
    """While blocked nothing is sent and nothing is lost; afterwards the alert comes."""
    await bot.arm()
    await bot.enter()
    await bot.sam.block()
    await bot.set_price("58990")
    await bot.running.tick()
    assert not any("Exit now" in text for text in await bot.said())
    await bot.sam.unblock()
    await bot.sam.wait_for("Exit now")


async def test_a_block_that_is_noticed_by_a_send_pauses_the_chat(bot: Bot) -> None:
    """A refused send pauses the chat; the user who writes again has unblocked it and gets what waited."""
    await bot.arm()
    await bot.enter()
    await bot.world.fault(method="sendMessage", code=403)
    await bot.set_price("58990")
    async with asyncio.timeout(10):
        while not bot.user().paused:
            await bot.running.tick()
    await bot.sam.say("/help")
    await bot.sam.wait_for("Exit now")


async def test_a_start_without_telegram_waits_for_it(world: World) -> None:
    """Telegram not answering at the start is no reason to end: the bot begins as soon as it does, menu or not."""
    await world.fault(method="getMe", code=502, times=1)
    await world.fault(method="setMyCommands", code=502, times=1)
    async with world.bot() as bot:
        await bot.ask("/start", "I never place an order")
