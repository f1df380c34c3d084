"""From the entry to the end: targets, stops, orders that rest, and what nobody answered."""

from __future__ import annotations

from decimal import Decimal

from chatbot.core.events import CloseReason
from chatbot.core.plan import Guards, Resting
from chatbot.core.state import Phase
from chatbot.records import ReminderKind
from tests.whole.rig import HOUR, MINUTE, ON_BOTH_DATABASES, SAM, SECOND, Bot, World, worked_plan

DEFAULT = Resting()


@ON_BOTH_DATABASES
async def test_the_worked_example_is_followed_to_its_end(bot: Bot) -> None:
    """Every event of RULES 9 arrives in order, each is confirmed with one tap, and the plan ends with its result."""
    await bot.arm()
    await bot.enter()
    for price, asked, done in (
        ("60300", "Add tier 2", "Tier 2 is in"),
        ("60600", "Add tier 3", "Tier 3 is in"),
        ("60900", "Add tier 4", "Tier 4 is in"),
        ("61000", "at TP1", "TP1 closed"),
        ("62500", "at TP2", "TP2 closed"),
        ("64000", "at TP3", "TP3 closed"),
    ):
        await bot.alert(price, asked)
        await bot.tap("Done at", done)
    await bot.alert("65500", "Move stop")
    exit_alert = await bot.alert("64799", "Exit now")
    assert "tier" not in exit_alert.text.splitlines()[0]
    closed = await bot.tap("Done at", "Plan 1 closed")
    assert "R" in closed.text
    assert bot.state().close_reason is CloseReason.STOPPED


async def test_a_resting_target_is_asked_about_never_ordered(bot: Bot) -> None:
    """Price through a resting target asks "Filled? At what price?", and nothing says to close now."""
    await bot.arm(worked_plan(resting=DEFAULT))
    await bot.enter()
    asked = await bot.alert("61000", "Filled? At what price?")
    assert "Close 0" not in asked.text
    assert {"Filled at 61\xa0000", "Not filled"} <= set(asked.labels)
    await bot.tap("Filled at", "TP1 closed")


async def test_a_resting_stop_is_asked_about(bot: Bot) -> None:
    """The stop resting on the exchange: did it fill, and if anything is open, exit by hand."""
    await bot.arm(worked_plan(resting=DEFAULT))
    await bot.enter()
    asked = await bot.alert("58990", "Filled? At what price?")
    assert "If anything is still open" in asked.text
    await bot.tap("Filled at", "Plan 1 closed")


async def test_an_unanswered_close_is_asked_about_first(bot: Bot) -> None:
    """The next target names no quantity that is not certain; once TP1 is answered, TP2's is exact."""
    await bot.arm()
    await bot.enter()
    await bot.alert("61000", "Close 0.005")
    unsure = await bot.alert("62500", "First: did TP1 close 0.005")
    assert "if not" in unsure.text
    assert unsure.text.splitlines()[0].count("BTC") == 1
    await bot.tap("TP1 not closed", "TP1 noted as not closed")
    repeated = await bot.tap("TP2 closed at", "TP2 closed")
    assert "0.012" in repeated.text


async def test_an_exit_is_repeated_until_it_is_answered(bot: Bot) -> None:
    """After 30 s, 1, 2 and 5 min and then every 15, each with the price of then; the answer ends it."""
    await bot.arm()
    await bot.enter()
    await bot.alert("59000", "Exit now")
    for wait, price in ((30, "58990"), (30, "58980"), (60, "58970"), (180, "58960"), (900, "58950"), (900, "58940")):
        await bot.set_price(price)
        before = await bot.version()
        await bot.later(wait * SECOND + 1)
        again = await bot.sam.wait_for("Still open: exit", after=before)
        assert f"price now 58\xa0{price[2:]}" in again.text
    await bot.tap("Done at", "Plan 1 closed")
    count = len(await bot.said())
    await bot.later(HOUR)
    assert len(await bot.said()) == count


@ON_BOTH_DATABASES
async def test_repeats_missed_while_the_bot_was_down_are_one(world: World) -> None:
    """After an hour of silence the exit is said once, not once for every time it was due."""
    async with world.bot() as bot:
        await bot.arm()
        await bot.enter()
        await bot.alert("59000", "Exit now")
    world.wall.advance(HOUR)
    async with world.bot() as bot:
        await bot.running.tick()
        await bot.sam.wait_for("Still open: exit")
        await bot.running.tick()
        assert sum("Still open: exit" in text for text in await bot.said()) == 1


async def test_stop_moves_and_closes_are_repeated_three_times(bot: Bot) -> None:
    """After 1, 5 and 15 minutes, and then no more."""
    await bot.arm()
    await bot.enter()
    await bot.alert("61000", "Close 0.005")
    for minutes in (1, 4, 10):
        before = await bot.version()
        await bot.later(minutes * MINUTE + 1)
        await bot.sam.wait_for("Still open: close 0.005", after=before)
        await bot.sam.wait_for("Still open: move the stop", after=before)
    count = len(await bot.said())
    await bot.later(2 * HOUR)
    assert len(await bot.said()) == count


async def test_an_exit_nobody_answers_for_a_day_is_assumed(bot: Bot) -> None:
    """After 24 h the plan closes at the event price, and says that this is assumed."""
    await bot.arm()
    await bot.enter()
    await bot.alert("59000", "Exit now")
    assert bot.state().phase is Phase.CLOSING
    before = await bot.version()
    bot.world.stage.market.step(25 * HOUR)
    await bot.running.tick()
    closed = await bot.sam.wait_for("Plan 1 closed", after=before)
    assert "assumed" in closed.text


async def test_a_target_reached_while_the_entry_is_open_is_told_at_once(bot: Bot) -> None:
    """TP1 before tier 1 was confirmed: if you entered, take the target; "not entered" closes the plan."""
    await bot.arm()
    await bot.alert("60000", "Add tier 1")
    told = await bot.alert("61000", "If you entered: take the target")
    assert {"I entered", "Not entered"} <= set(told.labels)
    await bot.tap("Not entered", "Plan 1 closed")
    assert bot.state().close_reason is CloseReason.MISSED


async def test_an_entry_that_was_overtaken_can_still_be_reported(bot: Bot) -> None:
    """The stop before tier 1 was confirmed: having entered, the exit is asked for, and repeated as an exit."""
    await bot.arm()
    await bot.alert("60000", "Add tier 1")
    await bot.alert("58990", "If you entered: exit")
    record, action = bot.record(), bot.state().actions[0]
    with bot.running.units() as unit:
        reminder = unit.reminders.get(ReminderKind.ACTION, record.row.plan_id, action.number)
    assert reminder is not None
    await bot.later(30 * SECOND + 1)
    await bot.sam.wait_for("did tier 1 fill?")
    await bot.tap("I entered", "Exit now")
    await bot.tap("Done at", "Plan 1 closed")


async def test_the_stop_silences_adds_that_are_still_queued(bot: Bot) -> None:
    """An add that could not be delivered before the stop was hit is not delivered after it."""
    await bot.arm()
    await bot.enter()
    await bot.world.fault(method="sendMessage", code=502, times=None)
    await bot.set_price("60300")
    await bot.set_price("58990")
    await bot.world.heal()
    await bot.later(MINUTE)
    await bot.sam.wait_for("Exit now")
    assert not any("Add tier 2" in text for text in await bot.said())


async def test_half_an_r_against_tier_1_asks_to_reassess(bot: Bot) -> None:
    """With only tier 1 in, 0.5R against it is said once."""
    await bot.arm()
    await bot.enter()
    await bot.alert("59500", "Reassess or exit")
    count = len(await bot.said())
    await bot.set_price("59400")
    assert len(await bot.said()) == count


async def test_a_tier_that_would_chase_is_withdrawn_and_armed_again(bot: Bot) -> None:
    """An add not confirmed in time is not chased; it counts again once price is back at its level."""
    await bot.arm(worked_plan(targets=worked_plan().targets[1:]))
    await bot.enter()
    await bot.alert("60300", "Add tier 2")
    await bot.alert("60850", "Do not chase tier 2")
    await bot.alert("60300", "Add tier 2")


async def test_a_tier_beyond_the_structure_level_is_blocked(bot: Bot) -> None:
    """A guard of the plan blocks the add for good and says which."""
    await bot.arm(worked_plan(guards=Guards(structure_level=Decimal(60350))))
    await bot.enter()
    blocked = await bot.alert("60300", "Do not add tier 2")
    assert "structure level" in blocked.text


async def test_a_plan_expires_by_the_clock(world: World) -> None:
    """A plan that never entered closes when its time is over, at the first price or tick after it."""
    async with world.bot() as bot:
        await bot.arm(worked_plan(expires_at=world.stage.now() + HOUR))
        world.stage.market.step(2 * HOUR)
        await bot.set_price("60123")
        await bot.sam.wait_for("Plan 1 closed")
        assert bot.state().close_reason is CloseReason.EXPIRED


async def test_prices_after_a_restart_find_what_was_missed(world: World) -> None:
    """What happened to the price while the bot was down is judged at the first price after its start."""
    async with world.bot() as bot:
        await bot.arm()
        await bot.enter()
    async with world.bot() as bot:
        assert list(bot.running.watcher.plans) == [bot.record().row.plan_id]
        await bot.alert("58000", "Exit now")
        assert bot.record(user_id=SAM).row.phase is Phase.CLOSING
