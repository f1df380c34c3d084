"""Building a plan in the chat: by buttons, by typing, with mistakes, and with an exchange that does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import pytest

from chatbot.core.plan import MoveTrigger
from chatbot.sandbox.telegram import PersonRefused
from chatbot.sandbox.telegram.person import Shown
from tests.whole.rig import SAM, TALK, Bot, World

TAPS: Final = (
    ("New plan", "Which market?"),
    ("BTC", "Long or short?"),
    ("Long", "Which leverage?"),
    ("10x", "How much equity"),
    ("10", "Which part of your equity"),
    ("5", "how many tiers"),
    ("25/25/30/20", "When do you take tier 1"),
    ("Now, at", "When do you add tier 2"),
    ("+0.5", "When do you add tier 3"),
    ("+1", "When do you add tier 4"),
    ("+1.5", "Where is the initial stop?"),
    ("58", "Where are the targets?"),
    ("1R 2.5R 4R", "How much of the position"),
    ("25/35/30", "What does the stop do"),
    ("Default", "Which orders will rest"),
    ("None", "Review ·"),
)
"""The beginning of a button of every card, and the next card."""

NONSENSE: Final = ("🙂", "yes please", "??!", "12 apples", "0x10", "1/0", "--5", "NaN", "lorem ipsum dolor", "9" * 40)
WRONG: Final[Mapping[str, tuple[str, ...]]] = {
    "Which market?": (
        "🙂",
        "notacoin",
        "??!",
        "btc eth",
        "$$$",
        "12345",
        "<b>",
        "on nowhere",
        "x" * 60,
        "BTC-DELIVERY",
    ),
    "Long or short?": (*NONSENSE[:9], "sideways"),
    "Which leverage?": (*NONSENSE[:8], "0", "-3"),
    "How much equity": (*NONSENSE[:8], "0", "-5"),
    "Which part of your equity": (*NONSENSE[:7], "0%", "101%", "20000 USDT"),
    "how many tiers": (*NONSENSE[:7], "50/60", "100/0/x", "25/25/25"),
    "When do you take tier 1": (*NONSENSE[:7], "+0.5%", "600000000", "close above 60900 7h"),
    "When do you add tier 2": (*NONSENSE[:7], "tomorrow", "600000000", "bounce"),
    "When do you add tier 3": (*NONSENSE[:7], "tomorrow", "close above", "> 6"),
    "When do you add tier 4": (*NONSENSE[:7], "tomorrow", "close above", "> 6"),
    "Where is the initial stop?": (*NONSENSE[:7], "61000", "+2%", "590"),
    "Where are the targets?": (*NONSENSE[:7], "59000", "62k 61k", "1R 62000"),
    "How much of the position": (*NONSENSE[:7], "25/35", "50/40/30", "100"),
    "What does the stop do": (*NONSENSE[:8], "break-even", "trail / trail / trail x%"),
    "Which orders will rest": (*NONSENSE[:9], "stop and banana"),
    "Review ·": (*NONSENSE[:8], "edit 9", "arm it now"),
}


async def test_a_plan_is_built_and_followed_with_buttons_only(bot: Bot) -> None:
    """After /start everything is done with taps: the plan is armed, alerts come, and their buttons confirm."""
    sam = bot.sam
    card = await bot.ask("/start", "I never place an order")
    for label, expected in TAPS:
        await sam.tap(label, message_id=card.message_id)
        card = await sam.wait_for(expected)
    await sam.tap("Arm" if "Arm" in card.labels else "I know", message_id=card.message_id)
    await sam.wait_for("is armed")
    await bot.set_price("60123.5")
    await sam.wait_for("Add tier 1")
    await bot.tap("Done at", "Tier 1 is in")
    assert bot.state().position.quantity == Decimal("0.020")


async def test_a_plan_is_built_and_followed_by_typing_only(bot: Bot) -> None:
    """Every answer can be typed the way people write, and a real price is typed after an alert."""
    await bot.arm_by_chat()
    plan = bot.record().plan
    assert [target.price for target in plan.targets] == [61000, 62500, 64000]
    assert plan.tiers[1].trigger == MoveTrigger(Decimal("0.5"))
    await bot.alert("60000", "Add tier 1")
    await bot.tap("Other price", "at what price did it fill?")
    await bot.ask("60,010.5 0.02", "Tier 1 is in: 0.02")
    assert bot.state().entry == Decimal("60010.5")


async def test_both_ways_of_answering_build_the_same_plan(bot: Bot) -> None:
    """A button answers with the text a person would type, so half tapped and half typed is a plan like any other."""
    sam = bot.sam
    await sam.say("/new")
    card = await sam.wait_for("Which market?")
    for number, ((label, _), (text, expected)) in enumerate(zip(TAPS[1:], TALK, strict=True)):
        if number % 2:
            await sam.say(text)
        else:
            await sam.tap(label, message_id=card.message_id)
        card = await sam.wait_for(expected)
    assert "BTC/USDT:USDT long 10x" in card.text


def refusal_in(card: Shown) -> str:
    """The sentence that says what was wrong: marked on a card, above everything on the review."""
    if "Review ·" in card.text:
        return card.text.partition("Review ·")[0].strip()
    return next((line for line in card.text.splitlines() if line.startswith("❗")), "")


async def test_ten_wrong_answers_at_every_step_change_nothing(bot: Bot) -> None:
    """Each wrong answer gets a sentence with an example, all that was entered stays, and the right one goes on."""
    await bot.ask("/new", "Which market?")
    question = "Which market?"
    unclear = []
    for right, following in (*TALK, ("arm", "Armed as plan 1")):
        before = bot.answers()
        assert len(WRONG[question]) == 10
        for text in WRONG[question]:
            card = await bot.ask(text, question)
            if "for example" not in refusal_in(card).casefold():
                unclear.append((question, text, refusal_in(card)))
            assert bot.answers() == before, (question, text, card.text)
        await bot.ask(right, following)
        question = following
    assert unclear == []
    assert bot.record().plan.symbol == "BTC/USDT:USDT"


async def test_help_and_back_keep_what_was_entered(bot: Bot) -> None:
    """Help explains the question at hand; back asks the one before, whose answer can be kept."""
    await bot.talk(TALK[:6])
    help_shown = await bot.tap("Help", "A level: 60000")
    assert help_shown.labels == ()
    await bot.tap("‹ Back", "how many tiers")
    await bot.tap("Keep as it is", "When do you take tier 1")
    assert bot.answers()["weights"] == ["25", "25", "30", "20"]


async def test_one_item_is_edited_and_the_review_comes_back(bot: Bot) -> None:
    """An edit of the finished plan asks only what it must and returns to the review with everything else kept."""
    card = await bot.talk()
    await bot.sam.tap("4 Stop", message_id=card.message_id)
    await bot.sam.wait_for("Where is the initial stop?")
    review = await bot.ask("59500", "Review ·")
    assert "4 Stop 59\xa0500" in review.text
    await bot.ask("edit 5", "Where are the targets?")
    await bot.ask("62k 63k", "How much of the position")
    await bot.ask("50/40", "What does the stop do")
    await bot.ask("break-even / lock 1R", "TP2 63\xa0000")
    await bot.ask("timeframe", "Which candles")
    await bot.ask("1h", "1h candles")
    await bot.ask("edit 3", "When do you take tier 1")
    await bot.ask("back", "Review ·")
    assert bot.answers()["stop"] == "59500"


async def test_a_draft_is_cancelled_or_discarded(bot: Bot) -> None:
    """Cancel and discard drop the draft and say so; without a draft there is nothing to cancel."""
    await bot.talk(TALK[:3])
    await bot.ask("/cancel", "was dropped")
    await bot.ask("/cancel", "There is no plan being built")
    card = await bot.talk()
    await bot.sam.tap("Discard", message_id=card.message_id)
    await bot.sam.wait_for("was dropped")
    await bot.talk(TALK[:1])
    await bot.ask("cancel", "was dropped")


async def test_an_old_card_of_the_draft_changes_nothing(bot: Bot) -> None:
    """A button of a card that has moved on since is refused with a sentence."""
    card = await bot.talk(TALK[:1])
    data = card.buttons[0][0].value
    await bot.ask("short", "Which leverage?")
    with pytest.raises(PersonRefused, match="no button"):
        await bot.sam.tap_data(data)
    assert bot.answers()["side"] == "short"


async def test_a_second_tap_on_the_same_button_is_refused(bot: Bot) -> None:
    """Two quick taps on one answer count once; the second one is told that it was answered already."""
    card = await bot.talk(TALK[:1])
    await bot.world.fault(method="editMessageText", delay=0.3)
    await bot.sam.tap("Long", message_id=card.message_id)
    await bot.sam.tap("Short", message_id=card.message_id)
    shown = await bot.sam.wait_for_toast()
    while shown == "":
        shown = await bot.sam.wait_for_toast(after=await bot.version())
    assert "nothing was changed" in shown
    assert bot.answers()["side"] == "long"


async def test_new_continues_the_draft_there_is(bot: Bot) -> None:
    """/new in the middle of a plan shows it again, with nothing lost."""
    await bot.talk(TALK[:4])
    card = await bot.ask("/new", "Which part of your equity")
    assert "10x" in card.text


async def test_near_matches_are_offered_as_buttons(bot: Bot) -> None:
    """A mistyped symbol is answered with those that come near, one tap away."""
    await bot.sam.say("/new")
    await bot.sam.wait_for("Which market?")
    card = await bot.ask("btcc", lambda shown: "❗" in shown.text)
    near = next(label for label in card.labels if "BTC/USDT" in label)
    await bot.sam.tap(near)
    await bot.sam.wait_for("Long or short?")


async def test_other_exchanges_can_be_chosen(bot: Bot) -> None:
    """An exchange that is tapped but does not answer is said in a sentence, and the draft goes on where it left off."""
    await bot.world.exchange_fault(path="/v5/", status=502)
    await bot.sam.say("/new")
    await bot.sam.wait_for("Which market?")
    await bot.tap("on bybit", "On bybit; linear perpetual")
    await bot.ask("btc", "does not answer right now")
    await bot.world.exchange_fault()
    await bot.ask("btc", "BTC/USDT:USDT · bybit")


async def test_an_exchange_that_fails_while_a_plan_is_built_loses_nothing(world: World) -> None:
    """The symbol is asked for again once the exchange answers; a plan without a price is not armed."""
    async with world.bot() as bot:
        await world.exchange_fault(status=500, code=-1000, msg="down")
        await bot.sam.say("/new")
        await bot.sam.wait_for("Which market?")
        card = await bot.ask("btc", "does not answer right now")
        assert "Which market?" in card.text
        await world.exchange_fault()
        for answer, expected in TALK:
            await bot.ask(answer, expected)
        await world.exchange_fault(status=500, code=-1000, msg="down")
        await bot.ask("arm", "I can't see a price of this market right now")
        await world.exchange_fault()
        await bot.ask("arm", "Armed as plan 1")


async def test_warnings_are_known_before_a_plan_is_armed(bot: Bot) -> None:
    """With a warning the plan is armed only by saying so; with a block not even then."""
    risky = [(text, expected) for text, expected in TALK]
    risky[4] = ("8%", "how many tiers")
    card = await bot.talk(risky)
    assert "I know – arm anyway" in card.labels
    await bot.ask("arm", "I know")
    await bot.ask("edit 4", "Where is the initial stop?")
    await bot.ask("leverage", "❗")
    await bot.ask("58000", "Review ·")
    await bot.ask("leverage", "Which leverage?")
    blocked = await bot.ask("100x", "Review ·")
    assert not {"Arm", "I know – arm anyway"} & set(blocked.labels)
    await bot.ask("i know", "Fix it first")
    await bot.ask("leverage", "Which leverage?")
    await bot.ask("10", "Review ·")
    await bot.ask("i know", "You armed it knowing its warnings")


async def test_the_equity_and_exchange_of_the_last_plan_are_remembered(bot: Bot) -> None:
    """The second plan offers the first one's equity, and warns of open allocations together."""
    await bot.arm_by_chat()
    card = await bot.talk(TALK[:3])
    assert card.labels[0] == "10\xa0000"


async def test_a_card_that_scrolled_away_comes_back_at_the_bottom(bot: Bot) -> None:
    """After other messages the next question is a new message, and the old card is gone."""
    card = await bot.talk(TALK[:1])
    for _ in range(3):
        await bot.ask("/help", "/status")
    shown = await bot.ask("long", "Which leverage?")
    assert shown.message_id > card.message_id
    await bot.sam.wait_for_removal(card.message_id)


async def test_text_without_a_draft_gets_a_hint(bot: Bot) -> None:
    """A text nobody asked for is answered with what can be done."""
    await bot.ask("hello", "I did not expect a text now")
    assert bot.world.person(SAM) is bot.sam
