"""Plans from text in the chat: one line, a channel's signal, a faulty text, and a paste in the middle of a plan."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from chatbot.core.plan import Direction, MoveTrigger, PriceTrigger
from tests.whole.rig import SAM, TALK, Bot, World

LINE: Final = "long btc 60000 sl 59000 tp 61k 62.5k 64k 10x 5%"
SIGNAL: Final = """🔥🔥 #BTC/USDT  LONG 🚀
Leverage: Cross (5-10x)
Entry Zone: 59,800 – 60,000
🎯 Target 1 : 61,000
🎯 Target 2 : $62,500
Stop Targets:
1) 59,000
Trailing Configuration:
Stop: Breakeven -
 Trigger: Target (1)"""
FAULTY: Final = "LONG #BTC\nEntry: 60000\nTargets: 61000, 62500\nStop: 61500 <b>"


def drafts(bot: Bot, user_id: int = SAM) -> int:
    """How many drafts somebody has."""
    with bot.running.units() as unit:
        return int(unit.drafts.of(user_id) is not None)


async def test_one_line_comes_to_the_review_and_is_armed(bot: Bot) -> None:
    """Only the equity is asked for; every assumption is on the card; the plan is the one of the line."""
    await bot.set_price("60100")
    await bot.ask("/start", "Tierwise")
    card = await bot.ask(f"/new {LINE}", "How much equity")
    assert "BTC/USDT:USDT · binanceusdm · long · 10x" in card.text
    assert "Assumed, check it:" in card.text
    assert "Tier 1 is taken at 60000 or below: the market is at 60100." in card.text
    review = await bot.ask("10k", "Review ·")
    assert "Weights 25/25/30/20 %: the text gives none." in review.text
    await bot.ask("i know" if "Arm" not in review.labels else "arm", "is armed")
    plan = bot.record().plan
    assert plan.tiers[0].trigger == PriceTrigger(Decimal(60000), Direction.DOWN)
    assert plan.tiers[1].trigger == MoveTrigger(Decimal("0.5"))
    assert [plan.leverage, plan.allocation_pct, plan.stop] == [10, 5, 59000]
    assert [target.price for target in plan.targets] == [61000, 62500, 64000]
    assert [target.close_pct for target in plan.targets] == [25, 35, 30]
    await bot.alert("60000", "Add tier 1")


async def test_a_channels_signal_is_pasted_as_it_is(bot: Bot) -> None:
    """No command is needed; what the signal leaves open is asked, and its prices are seen at the market's."""
    await bot.set_price("59500.5")
    await bot.ask("/start", "Tierwise")
    card = await bot.ask(SIGNAL, "How much equity")
    assert "BTC/USDT:USDT · binanceusdm · long · 5x · cross margin" in card.text
    assert "Leverage 5x, the lower end of 5-10x." in card.text
    await bot.ask("10k", "Which part of your equity")
    review = await bot.ask("3%", "Review ·")
    assert "Tier 1 is taken at 59800 or above: the market is at 59500.5." in review.text
    assert bot.answers()["triggers"] == ["above 59800", "above 59900", "above 60000"]
    assert bot.answers()["rules"] == "break-even / hold"


async def test_an_assumption_goes_once_its_item_is_answered(bot: Bot) -> None:
    """What the user has decided is not assumed any more; the rest still is."""
    await bot.ask("/start", "Tierwise")
    await bot.ask(f"/new {LINE}", "How much equity")
    review = await bot.ask("10k", "Review ·")
    assert "Closes 25/35/30 %: the text gives none." in review.text
    await bot.ask("closes 30/30/30", lambda shown: "Closes 25/35/30" not in shown.text and "Review ·" in shown.text)
    review = await bot.ask("margin cross", "cross")
    assert "Isolated margin" not in review.text
    assert "Weights 25/25/30/20 %: the text gives none." in review.text


async def test_a_text_with_a_fault_is_refused_with_its_reason(bot: Bot) -> None:
    """What was wrong, what was understood besides, an example; nothing is stored; once corrected it goes through."""
    await bot.ask("/start", "Tierwise")
    shown = await bot.ask(FAULTY, "I can't make a plan of this text")
    assert "Stop 61500 is on the wrong side; expected it below 60000 for a long." in shown.text
    assert "Understood so far: BTC/USDT:USDT on binanceusdm · long" in shown.text
    assert "/new long btc 60000 sl 59000" in shown.text
    assert drafts(bot) == 0
    await bot.ask(FAULTY.replace("61500", "59000"), "Which leverage?")
    assert drafts(bot) == 1


async def test_a_market_that_is_not_listed_is_refused_with_near_ones(bot: Bot) -> None:
    """The symbols that come near are named; a spot market is refused as well."""
    await bot.ask("/start", "Tierwise")
    shown = await bot.ask("long btcc 60000 sl 59000 tp 61000", "is no market on binanceusdm")
    assert "Did you mean BTC/USDT:USDT" in shown.text
    await bot.ask("spot BTC buy 60000 sl 59000 tp 61000", "speaks of spot")
    assert drafts(bot) == 0


async def test_a_paste_in_the_middle_of_a_plan_loses_nothing(bot: Bot) -> None:
    """The user is asked which one; keeping goes on where it was, the other button begins the pasted one."""
    await bot.talk(TALK[:3])
    before = bot.answers()
    shown = await bot.ask(SIGNAL, "A plan is being built already: BTC/USDT:USDT long")
    assert bot.answers() == before
    await bot.ask(FAULTY, "stays as it is")
    assert bot.answers() == before
    await bot.sam.tap("Keep building", message_id=shown.message_id)
    await bot.sam.wait_for("How much equity")
    assert bot.answers() == before
    await bot.sam.tap("Use the pasted one", message_id=shown.message_id)
    await bot.sam.wait_for("This plan was dropped for the pasted one")
    card = await bot.sam.wait_for("Leverage 5x, the lower end")
    assert "How much equity" in card.text
    assert bot.answers()["triggers"] != before.get("triggers")
    await bot.sam.tap("Use the pasted one", message_id=shown.message_id)
    assert "nothing was changed" in await bot.sam.wait_for_toast()


async def test_an_empty_draft_takes_the_pasted_plan(bot: Bot) -> None:
    """/new and then the signal: there is nothing that could be lost."""
    await bot.sam.say("/new")
    await bot.sam.wait_for("Which market?")
    await bot.ask(LINE, "How much equity")


async def test_an_alert_that_waits_for_a_price_is_answered_first(bot: Bot) -> None:
    """A text is the awaited answer, however it looks; the command says that a plan is meant."""
    await bot.arm()
    await bot.set_price("60000")
    await bot.sam.wait_for("Add tier 1")
    await bot.tap("Other price", "at what price did it fill?")
    await bot.ask(LINE, "can't be read as the real price")
    assert drafts(bot) == 0
    await bot.ask(f"/new {LINE}", "How much equity")


async def test_an_exchange_that_does_not_answer_is_said(world: World) -> None:
    """Without its list of markets nothing is stored; without its price the plan is built all the same."""
    async with world.bot() as bot:
        await bot.ask("/start", "Tierwise")
        await world.exchange_fault(status=500, code=-1000, msg="down")
        await bot.ask(LINE, "send the text again in a moment")
        assert drafts(bot) == 0
        await world.exchange_fault()
        await bot.ask(LINE, "How much equity")


async def test_the_longest_text_is_answered(bot: Bot) -> None:
    """A full message of signs and numbers gets a bounded, safe answer."""
    await bot.ask("/start", "Tierwise")
    await bot.ask(f"/new <b>&{LINE} " + "tp 61,5 <i> " * 330, "I can't make a plan of this text")
    assert drafts(bot) == 0
