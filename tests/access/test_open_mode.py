"""A bot that anybody may use: so many plans, levels and messages a person, but no limits for the owner."""

from __future__ import annotations

from tests.access.place import EVE, OWNER_WORDS, Place, owned
from tests.whole.rig import MINUTE, SAM, TALK

TOO_FAST = "That was more than 3 messages within a minute"


async def test_anybody_is_let_in(place: Place) -> None:
    """Without a link; the first start still prints one for the owner, also for one who came before they used it."""
    async with place.world.bot(everyone=False, open=True) as bot:
        await bot.ask("/start", OWNER_WORDS, person=place.world.person(EVE))
        await bot.ask("/start", OWNER_WORDS)
        assert not bot.user().is_owner
        await owned(bot)
        assert bot.user().is_owner
        assert not bot.user(EVE).is_owner


async def test_more_than_so_many_messages_a_minute_are_left_unread(place: Place) -> None:
    """Said once; nobody else waits; a minute later all is as before, and what was built is still there."""
    eve, sam = place.world.person(EVE), place.world.person()
    async with place.world.bot(everyone=False, open=True, messages_per_minute=3) as bot:
        await bot.ask("/start", OWNER_WORDS)
        await bot.ask("/new", "Which market?")
        await bot.ask("btc", "Long or short?")
        await sam.say("long")
        await sam.wait_for(TOO_FAST)
        for text in ("long", "/status", "short", "/cancel"):
            await sam.say(text)
        await bot.ask("/start", OWNER_WORDS, person=eve)
        await place.settled(bot)
        assert sum(TOO_FAST in text for text in await bot.said()) == 1
        assert bot.answers().get("side") is None
        place.world.wall.advance(MINUTE)
        await bot.ask("long", "Which leverage?")


async def test_taps_have_a_larger_bucket(place: Place) -> None:
    """Answering several alerts in a row is no flood; three times as many taps as messages are, and change nothing."""
    async with place.world.bot(everyone=False, open=True, messages_per_minute=3) as bot:
        await bot.arm()
        await bot.alert("60000", "Add tier 1")
        for _ in range(9):
            await bot.sam.tap("Remind me in 5 min")
            assert await bot.sam.wait_for_toast() == "I will remind you in 5 minutes."
        await bot.sam.tap("Done at")
        assert "Too many taps" in await bot.sam.wait_for_toast()
        assert not bot.state().fills
        place.world.wall.advance(MINUTE)
        await bot.tap("Done at", "Tier 1 is in")


async def test_the_owner_has_no_limits(place: Place) -> None:
    """Neither of messages nor of plans."""
    async with place.world.bot(everyone=False, open=True, messages_per_minute=3, most_plans=1, most_levels=1) as bot:
        await owned(bot)
        await bot.arm_by_chat()
        await bot.arm_by_chat()
        assert bot.record(2).row.user_id == SAM


async def test_invited_people_have_no_limits(place: Place) -> None:
    """Limits are for bots that anybody may use: whom the owner let in is trusted."""
    async with place.world.bot(everyone=False, allowed_users=frozenset({SAM}), messages_per_minute=3) as bot:
        await bot.arm_by_chat()


async def test_strangers_are_held_to_the_pace_everywhere(place: Place) -> None:
    """Somebody who is not let in costs no more than so many looks at the database a minute."""
    eve = place.world.person(EVE)
    async with place.world.bot(everyone=False, messages_per_minute=3) as bot:
        await bot.ask("hello", "private bot", person=eve)
        for _ in range(20):
            await eve.say("hello")
        await place.settled(bot)
        assert len([shown for shown in await eve.transcript() if shown.from_bot]) == 2
        assert sum(line["event"] == "held back" for line in place.world.logs) == 1


async def test_one_plan_too_many_stays_a_draft(place: Place) -> None:
    """The card says the limit and what to do; once a plan is over, the draft is armed as it stands."""
    async with place.world.bot(everyone=False, open=True, messages_per_minute=1_000, most_plans=1) as bot:
        await bot.arm_by_chat()
        await bot.talk()
        await bot.ask("arm", "1 at a time is the limit here")
        await bot.ask("/cancel_plan 1", "Plan 1 closed")
        await bot.ask("arm", "is armed")
        assert bot.record(2).plan.symbol == "BTC/USDT:USDT"


async def test_a_plan_that_watches_too_much_stays_a_draft(place: Place) -> None:
    """Four triggers, a stop and three targets are eight levels; with fewer it is armed."""
    async with place.world.bot(everyone=False, open=True, messages_per_minute=1_000, most_levels=7) as bot:
        await bot.talk(TALK)
        await bot.ask("arm", "This plan watches 8 levels, and 7 a plan is the limit here")
        assert bot.answers()["symbol"] == "BTC/USDT:USDT"
