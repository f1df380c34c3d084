"""What the user says of an alert: done, at another price, skipped, later; and answers that come too late or twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.events import CloseReason, Filled
from chatbot.core.plan import ManualTrigger, Resting, Tier
from chatbot.core.state import TierPhase
from chatbot.sandbox.telegram import Person, PersonRefused
from tests.whole.rig import MINUTE, ON_BOTH_DATABASES, Bot, World, worked_plan


@ON_BOTH_DATABASES
async def test_done_takes_the_planned_price_and_quantity(bot: Bot) -> None:
    """One tap confirms the add as it was asked for, and the next tier is armed."""
    await bot.arm()
    await bot.enter()
    state = bot.state()
    assert (state.position.quantity, state.position.average) == (Decimal("0.020"), Decimal(60000))
    assert state.tiers[1].phase is TierPhase.ARMED


async def test_another_price_is_typed_with_its_quantity(bot: Bot) -> None:
    """Other price asks, and the typed price and quantity are what counts; the next text is an ordinary one again."""
    await bot.arm()
    await bot.alert("60000", "Add tier 1")
    await bot.tap("Other price", "at what price did it fill?")
    await bot.ask("60 010,5  0.015", "Tier 1 is in: 0.015")
    assert bot.state().position.average == Decimal("60010.5")
    await bot.ask("60020", "I did not expect a text now")


@pytest.mark.parametrize("wrong", ["banana", "0", "6000", "60010 5", "60010 0.02 7", "-60000"])
async def test_a_wrong_price_is_answered_and_asked_for_again(bot: Bot, wrong: str) -> None:
    """What can't be the real price gets a sentence with an example; the next right one counts."""
    await bot.arm()
    await bot.alert("60000", "Add tier 1")
    await bot.tap("Other price", "at what price did it fill?")
    refusal = await bot.ask(wrong, "✋")
    assert "for example" in refusal.text
    assert bot.state().position.quantity == 0
    await bot.ask("60010", "Tier 1 is in")


@pytest.mark.parametrize("command", ["/status", "/help", "/start", "/plan", "/new", "/cancel", "/fly"])
async def test_a_command_ends_the_wait_for_a_price(bot: Bot, command: str) -> None:
    """A number typed after a command may mean anything: it is not taken for the price. The button still is there."""
    await bot.arm()
    alert = await bot.alert("60000", "Add tier 1")
    await bot.tap("Other price", "at what price did it fill?")
    await bot.ask(command, lambda shown: shown.from_bot)
    await bot.ask("59500", lambda shown: shown.from_bot)
    assert bot.state().position.quantity == 0
    await bot.tap("Done at", "Tier 1 is in", message_id=alert.message_id)


async def test_a_price_for_what_is_settled_changes_nothing(bot: Bot) -> None:
    """If the action was answered meanwhile, the number is not waited for any more."""
    await bot.arm()
    await bot.alert("60000", "Add tier 1")
    await bot.tap("Other price", "at what price did it fill?")
    await bot.tap("Done at", "Tier 1 is in")
    await bot.ask("60010", "I did not expect a text now")
    assert bot.state().entry == Decimal(60000)


async def test_a_real_stop_is_typed(bot: Bot) -> None:
    """Other stop asks where the stop stands: where it was before is no breach, and is what the exchange holds."""
    await bot.arm()
    await bot.enter()
    await bot.alert("60300", "Add tier 2")
    await bot.tap("Done at", "Tier 2 is in")
    await bot.tap("Other price", "where does your stop stand")
    await bot.ask("59000", "Stop noted at 59\xa0000")
    assert (bot.state().exchange_stop, bot.state().stop) == (Decimal(59000), Decimal(59900))


async def test_a_tighter_stop_of_ones_own_becomes_the_plans(bot: Bot) -> None:
    """A typed stop tighter than advised is followed from then on; one that would be hit at once is refused."""
    await bot.arm()
    await bot.enter()
    await bot.alert("60300", "Add tier 2")
    await bot.tap("Done at", "Tier 2 is in")
    await bot.tap("Other price", "where does your stop stand")
    await bot.ask("60400", "would be hit at once")
    await bot.ask("60000", "60\xa0000")
    assert bot.state().stop == Decimal(60000)
    await bot.alert("59990", "Exit now")


async def test_a_looser_stop_is_noted_as_a_breach(bot: Bot) -> None:
    """A stop looser than advised is refused with the rule; with a reason it is recorded, and the plan keeps its own."""
    await bot.arm()
    await bot.enter()
    await bot.alert("60300", "Add tier 2")
    await bot.tap("Done at", "Tier 2 is in")
    await bot.tap("Other price", "where does your stop stand")
    await bot.ask("58500", "only ever tightens")
    assert bot.state().breaches == 0
    await bot.ask("58500 because of the range low", "Looser stop noted")
    assert (bot.state().breaches, bot.state().stop) == (1, Decimal(59900))


async def test_skipping_tier_1_closes_the_plan(bot: Bot) -> None:
    """Without its first tier a plan is over, and says so."""
    await bot.arm()
    await bot.alert("60000", "Add tier 1")
    await bot.tap("Skip", "Plan 1 closed")
    assert bot.state().close_reason is CloseReason.SKIPPED


async def test_skipping_a_later_tier_arms_the_next(bot: Bot) -> None:
    """A skipped tier is passed over."""
    await bot.arm()
    await bot.enter()
    await bot.alert("60300", "Add tier 2")
    await bot.tap("Skip", "Tier 2 skipped")
    await bot.alert("60600", "Add tier 3")


async def test_a_skipped_stop_move_leaves_the_plans_stop(bot: Bot) -> None:
    """Not moving the stop is noted; alerts say which stop the exchange is believed to hold."""
    await bot.arm()
    await bot.enter()
    await bot.alert("60300", "Add tier 2")
    await bot.tap("Done at", "Tier 2 is in")
    await bot.tap("Skip", "not done")
    assert (bot.state().stop, bot.state().exchange_stop) == (Decimal(59900), Decimal(59000))


async def test_snooze_asks_again_after_five_minutes(bot: Bot) -> None:
    """Remind me brings the same question again, with the price of then, and its buttons work."""
    await bot.arm()
    await bot.alert("60000", "Add tier 1")
    await bot.sam.tap("Remind me")
    assert "5 minutes" in await bot.sam.wait_for_toast()
    await bot.set_price("60050")
    await bot.later(5 * MINUTE)
    again = await bot.sam.wait_for("Still open: add tier 1")
    assert "price now 60\xa0050" in again.text
    await bot.sam.tap("Done at", message_id=again.message_id)
    await bot.sam.wait_for("Tier 1 is in")


async def test_an_add_is_never_repeated_unasked(bot: Bot) -> None:
    """Adds go stale: however long nobody answers, they are not said again."""
    await bot.arm()
    await bot.alert("60000", "Add tier 1")
    before = len(await bot.said())
    await bot.later(60 * MINUTE)
    assert len(await bot.said()) == before


async def test_tapping_twice_changes_nothing_and_says_so(bot: Bot) -> None:
    """The second of two taps is told that it was answered already."""
    await bot.arm()
    alert = await bot.alert("60000", "Add tier 1")
    await bot.world.fault(method="editMessageReplyMarkup", delay=0.5)
    await bot.sam.tap("Done at", message_id=alert.message_id)
    second = await bot.sam.tap("Skip", message_id=alert.message_id)
    toast = await bot.sam.wait_for_toast(after=second.version)
    while "Noted" in toast:
        toast = await bot.sam.wait_for_toast(after=await bot.version())
    assert "answered already" in toast
    assert bot.state().position.quantity == Decimal("0.020")
    assert sum(isinstance(event, Filled) for event in bot.events()) == 1


async def test_settled_buttons_are_taken_away(bot: Bot) -> None:
    """After the answer the message keeps only what can still be used: its values to copy."""
    await bot.arm()
    alert = await bot.alert("60000", "Add tier 1")
    await bot.sam.tap("Done at", message_id=alert.message_id)
    left = await bot.sam.wait_for(lambda shown: shown.message_id == alert.message_id)
    assert all(label.startswith("Copy") for label in left.labels)
    copied = await bot.sam.tap("Copy stop", message_id=alert.message_id)
    assert (copied.kind, copied.value) == ("copy", "59000")


async def test_answering_one_part_leaves_the_other(bot: Bot) -> None:
    """A target's close and its stop move are answered one by one; the buttons of the rest stay."""
    await bot.arm()
    await bot.enter()
    target = await bot.alert("61000", "Close 0.005")
    await bot.sam.tap("Stop is at", message_id=target.message_id)
    left = await bot.sam.wait_for(lambda shown: shown.message_id == target.message_id)
    assert any(label.startswith("Done at") for label in left.labels)
    assert not any(label.startswith("Stop is at") for label in left.labels)
    await bot.tap("Done at", "TP1 closed")


async def test_a_foreign_button_changes_nothing(bot: Bot) -> None:
    """A person who taps with another's data is refused, whatever the data says."""
    await bot.arm()
    alert = await bot.alert("60000", "Add tier 1")
    data = alert.buttons[0][0].value
    eve = bot.world.person(2002)
    await bot.arm(person=eve)
    await bot.set_price("60000")
    hers = await eve.wait_for("Add tier 1")
    await eve.request("POST", "/sim/tap", body={"chat_id": 2002, "data": hers.buttons[0][0].value})
    await eve.wait_for("Tier 1 is in")
    assert bot.state().position.quantity == 0
    assert hers.buttons[0][0].value != data


async def test_a_button_of_before_a_restart_works(world: World) -> None:
    """The signing key is kept: yesterday's button is today's, and so is a price that was asked for."""
    async with world.bot() as bot:
        await bot.arm()
        first = await bot.alert("60000", "Add tier 1")
        await bot.tap("Other price", "at what price did it fill?")
    async with world.bot() as bot:
        await bot.ask("60010", "Tier 1 is in")
        second = await bot.alert("60310.1", "Add tier 2")
    async with world.bot() as bot:
        await bot.sam.tap("Done at", message_id=second.message_id)
        await bot.sam.wait_for("Tier 2 is in")
        assert first.message_id < second.message_id


async def test_a_confirmed_fill_that_risks_too_much_is_told(bot: Bot) -> None:
    """A real fill much larger than planned is judged again: by how much, and what mends it."""
    await bot.arm()
    await bot.enter()
    await bot.alert("60300", "Add tier 2")
    await bot.tap("Other price", "at what price did it fill?")
    told = await bot.ask("60300 0.04", "Tier 2 is in")
    assert "At risk" in told.text


async def test_resting_entries_are_asked_about(bot: Bot) -> None:
    """Price through a resting entry asks whether it filled, and "not filled" skips it."""
    await bot.arm(worked_plan(resting=Resting(entries=True)))
    asked = await bot.alert("60000", "Filled? At what price?")
    assert "Add tier 1" not in asked.text
    assert {"Filled at 60\xa0000", "Not filled"} <= set(asked.labels)
    await bot.tap("Filled at", "Tier 1 is in")


async def test_a_manual_question_is_answered_with_yes(bot: Bot) -> None:
    """A manual trigger asks; yes offers the tier at the price of that moment, and needs one."""
    tiers = (Tier(Decimal(25), ManualTrigger("is the range broken?")), *worked_plan().tiers[1:])
    await bot.arm(worked_plan(tiers=tiers))
    await bot.sam.wait_for("the range broken?", after=0)
    await bot.sam.tap("Yes")
    assert "no price" in await bot.sam.wait_for_toast()
    await bot.set_price("60100")
    await bot.tap("Yes", "Add tier 1: 0.02\xa0BTC (25\xa0% of margin, about 1\xa0202 USDT) near 60\xa0100")


async def test_buttons_that_were_never_sent_are_refused(bot: Bot) -> None:
    """Someone else's message can't be tapped into this chat."""
    await bot.arm()
    eve = Person(bot.world.stage.telegram_api, 2002)
    async with eve:
        await eve.say("/start")
        with pytest.raises(PersonRefused):
            await eve.tap("Done at")
