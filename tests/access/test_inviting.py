"""Links by which the owner lets people in: for one person, once, for a while, and kept nowhere."""

from __future__ import annotations

import hashlib
import re

from tests.access.place import EVE, OWNER_WORDS, Place, owned
from tests.whole.rig import HOUR, SAM, Bot

REFUSED = "this is a private bot"
DAY = 24 * HOUR


async def invited(bot: Bot) -> str:
    """The payload of a new link."""
    shown = await bot.ask("/invite", "For one person")
    found = re.search(r"start=([\w-]{20,})", shown.text)
    assert found is not None, shown.text
    return found[1]


async def test_a_link_lets_one_person_in(place: Place) -> None:
    """Whoever comes first with it is in for good, and is no owner; the next is refused like any stranger."""
    eve, paul = place.world.person(EVE), place.world.person(3003)
    async with place.world.bot(everyone=False) as bot:
        await owned(bot)
        payload = await invited(bot)
        await bot.ask(f"/start {payload}", OWNER_WORDS, person=eve)
        await bot.ask(f"/start {payload}", REFUSED, person=paul)
        assert not bot.user(EVE).is_owner
    async with place.world.bot(everyone=False) as bot:
        await bot.ask("/new", "Which market?", person=eve)


async def test_one_who_is_in_already_uses_no_link_up(place: Place) -> None:
    """The owner may try it out: it still lets somebody else in."""
    eve = place.world.person(EVE)
    async with place.world.bot(everyone=False) as bot:
        await owned(bot)
        payload = await invited(bot)
        await bot.ask(f"/start {payload}", OWNER_WORDS)
        await bot.ask(f"/start {payload}", OWNER_WORDS, person=eve)


async def test_a_link_expires(place: Place) -> None:
    """After two days, or as many hours as are set, it lets nobody in; it is forgotten by the hour."""
    eve, paul = place.world.person(EVE), place.world.person(3003)
    async with place.world.bot(everyone=False) as bot:
        await owned(bot)
        old = await invited(bot)
        place.world.wall.advance(2 * DAY + 1)
        await bot.running.hourly()
        with bot.running.units() as unit:
            assert unit.invites.open_of(SAM, 0) == []
        await bot.ask(f"/start {old}", REFUSED, person=eve)
    async with place.world.bot(everyone=False, invite_hours=0.5) as bot:
        short = await invited(bot)
        place.world.wall.advance(HOUR)
        await bot.ask(f"/start {short}", REFUSED, person=paul)


async def test_links_are_counted_and_revoked(place: Place) -> None:
    """How many others are open stands with each new one; revoked, none lets anybody in."""
    eve = place.world.person(EVE)
    async with place.world.bot(everyone=False) as bot:
        await owned(bot)
        payload = await invited(bot)
        await bot.ask("/invite", "1 link made before is still open")
        await bot.ask("/invite", "2 links made before are still open")
        await bot.ask("/invite now", "Expected nothing after it")
        await bot.ask("/invite revoke", "3 links revoked")
        await bot.ask("/invite revoke", "No link was open")
        await bot.ask(f"/start {payload}", REFUSED, person=eve)


async def test_only_the_owner_invites(place: Place) -> None:
    """Somebody invited makes no links, and can't take back the owner's."""
    eve = place.world.person(EVE)
    async with place.world.bot(everyone=False) as bot:
        await owned(bot)
        await bot.ask(f"/start {await invited(bot)}", OWNER_WORDS, person=eve)
        await invited(bot)
        await bot.ask("/invite", "Only the owner", person=eve)
        await bot.ask("/invite revoke", "Only the owner", person=eve)
        await bot.ask("/invite", "1 link made before is still open")


async def test_where_links_change_nothing_none_is_made(place: Place) -> None:
    """In open mode, and where the settings name people: an owner of former days hears why."""
    async with place.world.bot(everyone=False) as bot:
        await owned(bot)
        payload = await invited(bot)
    async with place.world.bot(everyone=False, open=True) as bot:
        await bot.ask("/invite", "TIERWISE_OPEN lets everybody in")
    async with place.world.bot(everyone=False, allowed_users=frozenset({SAM})) as bot:
        await bot.ask("/invite", "TIERWISE_ALLOWED_USERS names")
        await bot.ask(f"/start {payload}", REFUSED, person=place.world.person(EVE))


async def test_a_link_is_kept_nowhere(place: Place) -> None:
    """Neither a row nor a byte of the files has it, only its digest; nor does the log."""
    async with place.world.bot(everyone=False) as bot:
        await owned(bot)
        payload = await invited(bot)
        await place.settled(bot)
        with bot.running.units() as unit:
            digests = [invite.digest for invite in unit.invites.open_of(SAM, 0)]
    assert digests == [hashlib.sha256(payload.encode()).hexdigest()]
    files = [file for file in place.world.folder.iterdir() if file.is_file()]
    assert files
    assert not [file.name for file in files if payload.encode() in file.read_bytes()]
    assert payload not in str(place.world.logs)


async def test_a_link_that_was_not_shown_lets_nobody_in(place: Place) -> None:
    """Telegram refuses the message: the owner hears it, and no link is open."""
    async with place.world.bot(everyone=False) as bot:
        await owned(bot)
        await place.settled(bot)
        await place.world.fault(method="sendMessage", code=502, times=1)
        await bot.ask("/invite", "did not take the message with the link")
        with bot.running.units() as unit:
            assert unit.invites.open_of(SAM, 0) == []
