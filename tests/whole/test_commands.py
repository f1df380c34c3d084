"""The everyday commands, over HTTP: what is open, what is unconfirmed, and what the bot did not ask for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.events import CloseReason
from chatbot.messages.replies import COMMANDS
from tests.whole.rig import TALK, Bot


async def test_the_command_menu_is_set_at_start(bot: Bot) -> None:
    """Every command of the menu is there for the user to pick, with what it does."""
    calls = await bot.sam.request("GET", "/sim/calls", query={"method": "setMyCommands"})
    assert all(name in str(calls["calls"][-1]["params"]) for name, _ in COMMANDS)


async def test_status_shows_every_open_plan(bot: Bot) -> None:
    """Filled tiers, average, size, stop, result and what is unconfirmed; without a plan, how to begin one."""
    await bot.ask("/status", "You have no open plan")
    await bot.arm()
    await bot.enter()
    await bot.alert("60300", "Add tier 2")
    shown = await bot.ask("/status", "Plan 1")
    assert all(words in shown.text for words in ("60\xa0000", "0.02", "59\xa0000", "tier 2"))


async def test_plans_lists_open_and_closed_ones(bot: Bot) -> None:
    """All plans, those that are over too."""
    await bot.ask("/plans", "You have no open plan")
    await bot.arm()
    await bot.ask("/cancel_plan", "Plan 1 closed")
    await bot.arm()
    shown = await bot.ask("/plans", "2")
    assert "1" in shown.text


@pytest.mark.parametrize("named", ["1", "#1", ""])
async def test_one_plan_is_shown_in_full(bot: Bot, named: str) -> None:
    """By its number, with or without a hash; without a number, the only one that is open."""
    await bot.arm()
    await bot.ask(f"/plan {named}".strip(), "Plan 1")


@pytest.mark.parametrize("named", ["2", "x", "-1", "99999999999999999999", "1.5", "<b>"])
async def test_a_plan_there_is_not_gets_a_sentence(bot: Bot, named: str) -> None:
    """The sentence names what was typed, the plans there are, and an example."""
    await bot.arm()
    shown = await bot.ask(f"/plan {named}", "You have no plan")
    assert "open are 1 (BTC/USDT:USDT)" in shown.text


async def test_nobody_sees_anothers_plan(bot: Bot) -> None:
    """Plan numbers are each user's own."""
    await bot.arm()
    eve = bot.world.person(2002)
    await bot.ask("/plan 1", "You have no plan", person=eve)
    await bot.ask("/exited 1 60000", "You have no plan", person=eve)


async def test_the_checklist_is_there_before_and_during_the_trade(bot: Bot) -> None:
    """Without anything both lists; with a draft its progress; with a plan what is still open on it."""
    await bot.ask("/checklist", "Before the trade")
    await bot.talk(TALK[:5])
    await bot.ask("/checklist", "☑ 1 Allocation")
    await bot.ask("/cancel", "was dropped")
    await bot.arm()
    await bot.enter()
    shown = await bot.ask("/checklist", "Plan 1")
    assert "tier 1" in shown.text


async def test_exited_closes_what_the_bot_did_not_ask_for(bot: Bot) -> None:
    """All of it, or a part, at the price that was typed."""
    await bot.arm()
    await bot.enter()
    await bot.ask("/exited 60100 0.005", "open 0.015")
    await bot.ask("/exited 60 100", "✋")
    await bot.ask("/exited 60200", "Plan 1 closed")
    assert bot.state().close_reason is CloseReason.EXITED
    assert bot.state().position.realised > 0


@pytest.mark.parametrize("words", ["", "banana", "60100 5", "60100 0.01 7 8", "0", "-60000"])
async def test_a_wrong_exit_gets_a_sentence(bot: Bot, words: str) -> None:
    """What can't be read, or is more than is open, changes nothing and is answered with an example."""
    await bot.arm()
    await bot.enter()
    shown = await bot.ask(f"/exited {words}".strip(), lambda message: message.text.startswith("✋"))
    assert "/exited" in shown.text
    assert bot.state().position.quantity == Decimal("0.020")


async def test_an_exit_without_a_position_changes_nothing(bot: Bot) -> None:
    """There is nothing to exit, and that is said."""
    await bot.arm()
    await bot.ask("/exited 60100", "nothing was recorded")
    await bot.ask("/stopped 59000", "nothing was recorded")


async def test_stopped_closes_by_the_stop_order(bot: Bot) -> None:
    """My stop filled: the plan was stopped."""
    await bot.arm()
    await bot.enter()
    await bot.ask("/stopped 58990", "Plan 1 closed")
    assert bot.state().close_reason is CloseReason.STOPPED


async def test_an_add_outside_the_plan_is_judged(bot: Bot) -> None:
    """It counts in the position, and is a breach of the plan."""
    await bot.arm()
    await bot.enter()
    await bot.ask("/added 60100 0.01", "Added outside the plan")
    assert bot.state().position.quantity == Decimal("0.030")
    await bot.ask("/added 60100", "✋")


async def test_a_fill_is_corrected(bot: Bot) -> None:
    """Without numbers the fills are listed; with them one is as it really was."""
    await bot.arm()
    await bot.ask("/correct", "has no fills yet")
    await bot.enter()
    listed = await bot.ask("/correct", "To correct one")
    assert "1. Tier 1 added" in listed.text
    await bot.ask("/correct 1 60010 0.018", "Fill 1 corrected")
    assert bot.state().position.average == Decimal(60010)
    await bot.ask("/correct 7 60010 0.018", "There is no fill 7")
    await bot.ask("/correct 1.5 60010 0.018", "There is no fill 1.5")


async def test_a_plan_without_a_position_is_cancelled_at_once(bot: Bot) -> None:
    """No questions; it is closed, and cancelling it again says so."""
    await bot.arm()
    await bot.ask("/cancel_plan 1", "Plan 1 closed")
    assert bot.state().close_reason is CloseReason.CANCELLED
    await bot.ask("/cancel_plan 1", "already closed")
    await bot.ask("/cancel_plan", "You have no open plan")


async def test_cancelling_a_plan_with_a_position_asks_how_it_was_left(bot: Bot) -> None:
    """Keep following changes nothing; stop following abandons it."""
    await bot.arm()
    await bot.enter()
    asked = await bot.ask("/cancel_plan 1", "How was it left?")
    await bot.sam.tap("Keep following", message_id=asked.message_id)
    assert await bot.sam.wait_for_toast() == "The plan goes on."
    asked = await bot.ask("/cancel_plan 1", lambda shown: "Stop following it" in shown.labels)
    await bot.tap("Stop following it", "Plan 1 closed", message_id=asked.message_id)
    assert bot.state().close_reason is CloseReason.ABANDONED


@pytest.mark.parametrize("words", ["/exited 1 60100", "/exited #1 60100", "/exited 1 60100 0.02", "/stopped 1 60100"])
async def test_the_commands_the_bot_proposes_work_as_they_stand(bot: Bot, words: str) -> None:
    """Naming the plan is understood also where it is the only one: 1 is no price of bitcoin."""
    await bot.arm()
    await bot.enter()
    await bot.ask(words, "Plan 1 closed")
    assert bot.state().fills[-1].price == Decimal(60100)


async def test_buttons_of_the_cancel_question_are_tidied(bot: Bot) -> None:
    """Once it is answered, nothing is left to tap."""
    await bot.arm()
    await bot.enter()
    asked = await bot.ask("/cancel_plan 1", "How was it left?")
    await bot.sam.tap("Keep following", message_id=asked.message_id)
    left = await bot.sam.wait_for(lambda shown: shown.message_id == asked.message_id)
    assert left.labels == ()


async def test_the_hour_of_the_daily_checklist_is_set(bot: Bot) -> None:
    """An hour from 0 to 23; anything else gets a sentence."""
    await bot.ask("/daily 7", "07:00 UTC")
    for wrong in ("24", "x", "", "7.5", "²"):
        await bot.ask(f"/daily {wrong}".strip(), "is no hour")


async def test_help_lists_all_that_can_be_done(bot: Bot) -> None:
    """Every command, with what it does."""
    shown = await bot.ask("/help", "/cancel_plan")
    assert all(f"/{name}" in shown.text for name, _ in COMMANDS)


async def test_an_unknown_command_gets_a_sentence(bot: Bot) -> None:
    """Named, and with where to look."""
    await bot.ask("/fly me", "There is no /fly")


async def test_two_open_plans_ask_which(bot: Bot) -> None:
    """With several plans open a report has to name its plan; named, it goes there."""
    await bot.arm()
    await bot.arm()
    await bot.set_price("60000")
    await bot.sam.wait_for("Plan 2 · BTC long · price at or below", after=0)
    for number in (2, 1):
        with_title = f"Plan {number} ·"
        alerts = [m for m in await bot.sam.transcript() if "Add tier 1" in m.text and with_title in m.text]
        await bot.tap("Done at", "Tier 1 is in", message_id=alerts[-1].message_id)
    for words in ("/plan", "/exited 60100", "/correct", "/cancel_plan"):
        shown = await bot.ask(words, "Which plan?")
        assert "1 (BTC/USDT:USDT), 2 (BTC/USDT:USDT)" in shown.text
    await bot.ask("/exited 2 60100", "Plan 2 closed")
    assert not bot.state(1).is_over
    await bot.ask("/exited 60100", "Plan 1 closed")


async def test_new_plan_is_a_button_too(bot: Bot) -> None:
    """Where there is nothing to show, one tap begins a plan."""
    await bot.ask("/status", "You have no open plan")
    await bot.tap("New plan", "Which market?")


async def test_a_stop_is_reported_at_any_time(bot: Bot) -> None:
    """Tighter it is the plan's; looser it is refused with its cost, and with a reason noted as a breach."""
    await bot.arm()
    await bot.enter()
    await bot.ask("/stop 59500", "Your stop 59\xa0000 → 59\xa0500")
    refused = await bot.ask("/stop 59000", "only ever tightens")
    assert "10\xa0USDT more" in refused.text
    await bot.ask("/stop 59000 because of the range low", "Recorded as a breach of the plan: because of the range low")
    assert (bot.state().stop, bot.state().exchange_stop) == (Decimal(59500), Decimal(59000))


async def test_a_target_is_held_past_with_a_typed_reason(bot: Bot) -> None:
    """The button on the plan asks; before TP1 a second tap is enough, after it only words are."""
    await bot.arm()
    await bot.enter()
    await bot.ask("/plan 1", "Resting orders")
    await bot.tap("Hold past TP1…", "It can't be taken back")
    await bot.sam.tap("Keep TP1")
    assert await bot.sam.wait_for_toast() == "The plan goes on."
    await bot.alert("61000", "Close 0.005")
    await bot.tap("Done at", "TP1 closed")
    await bot.ask("/hold 2", "Type your reason")
    await bot.ask("ok", "is no reason")
    await bot.ask("daily close above the range", "TP2 62\xa0500 held past")
    shown = await bot.ask("/status", "Breaches: 1")
    assert "daily close above the range" in shown.text


async def test_a_size_is_worked_out_for_a_coin_of_the_exchange(bot: Bot) -> None:
    """With its lot and its funding; what can't be read gets a sentence with an example."""
    shown = await bot.ask("/size btc 1% 60000 59000 10x 10000", "Size · BTC long")
    assert "Loss at the stop: 100\xa0USDT (1\xa0% of equity 10\xa0000\xa0USDT)" in shown.text
    await bot.ask("/size nonsense 1% 60000 59000 10x 10000", "is no market on")
    await bot.ask("/size", "expected for example /size 1% 60000 59000 10x")


async def test_the_portfolio_adds_up_what_is_open(bot: Bot) -> None:
    """Also at the top of the status, where several plans are open."""
    await bot.ask("/portfolio", "You have no open plan")
    await bot.arm()
    await bot.arm()
    shown = await bot.ask("/portfolio", "Portfolio · 2 open plans")
    assert "of equity" in shown.text
    await bot.ask("/status", "Allocated")


async def test_a_fill_that_never_was_is_taken_back(bot: Bot) -> None:
    """Not tier 1's: that would leave nothing to measure by."""
    await bot.arm()
    await bot.enter()
    await bot.ask("/added 60100 0.01", "Added outside the plan")
    await bot.ask("/correct 2 60100 0", "Fill 2 taken back")
    assert bot.state().position.quantity == Decimal("0.020")
    await bot.ask("/correct 1 60000 0", "Tier 1 can't have been 0")
