"""What is said again by time alone: an unfinished draft, and the daily checklist. No restart loses one."""

from __future__ import annotations

from tests.whole.rig import HOUR, MINUTE, TALK, Bot, World

DAY = 24 * HOUR


async def test_an_unfinished_draft_is_brought_up_twice(world: World) -> None:
    """After 30 minutes and after 24 hours, with its checklist as it stands, also across a restart; then no more."""
    async with world.bot() as bot:
        card = await bot.talk(TALK[:5])
        await bot.later(29 * MINUTE)
        assert (await bot.sam.last()).message_id <= card.message_id + 2
    async with world.bot() as bot:
        before = await bot.version()
        await bot.later(2 * MINUTE)
        again = await bot.sam.wait_for("how many tiers", after=before)
        assert "☑ 1 Allocation 5" in again.text
        await bot.later(24 * HOUR)
        last = await bot.sam.wait_for(lambda shown: shown.message_id > again.message_id, after=before)
        await bot.sam.wait_for_removal(again.message_id)
        await bot.later(48 * HOUR)
        assert (await bot.sam.last()).message_id == last.message_id
        await bot.sam.tap("25/25/30/20", message_id=last.message_id)
        await bot.sam.wait_for("When do you take tier 1")


async def test_a_finished_draft_is_not_brought_up(bot: Bot) -> None:
    """Once armed or dropped, a draft is not reminded of."""
    await bot.talk(TALK[:3])
    await bot.ask("/cancel", "was dropped")
    count = len(await bot.said())
    await bot.later(HOUR)
    assert len(await bot.said()) == count


async def test_the_daily_checklist_comes_at_the_users_hour(bot: Bot) -> None:
    """Every open plan in one message, once a day at the hour that was set; no message without a plan."""
    hour = (bot.world.wall() // HOUR + 3) % 24
    await bot.ask(f"/daily {hour}", "UTC")
    await bot.later(DAY)
    await bot.arm()
    before = await bot.version()
    for _ in range(2):
        await bot.later(DAY)
        daily = await bot.sam.wait_for("Plan 1", after=before)
        assert "Next: " in daily.text or "hecklist" in daily.text
        before = await bot.version()
    assert len(await bot.said()) == 5


async def test_a_draft_reminder_does_not_come_while_the_user_answers(bot: Bot) -> None:
    """Every answer begins the half hour anew."""
    await bot.talk(TALK[:2])
    for text, expected in TALK[2:4]:
        await bot.later(20 * MINUTE)
        await bot.ask(text, expected)
    count = len(await bot.said())
    await bot.later(20 * MINUTE)
    assert len(await bot.said()) == count
