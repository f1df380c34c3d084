"""The chart in the chat: what it proposes is built and armed; an exchange without candles is in nobody's way."""

from __future__ import annotations

import time
from typing import Final

from chatbot.core.events import PlanArmed
from handlers.lookups import PATIENCE
from tests.whole.rig import HOUR, TALK, Bot

PROPOSED: Final = (
    ("btc", "Long or short?"),
    ("long", "Which leverage?"),
    ("5x", "How much equity"),
    ("10k", "Which part of your equity"),
    ("risk 0.05%", "how many tiers"),
)
"""From here on the chart has something to say."""


async def test_a_plan_is_built_from_what_the_chart_proposes(bot: Bot) -> None:
    """Each question's first answer is the chart's, with why; the plan is armed with its terms and known warnings."""
    sam = bot.sam
    card = await bot.talk(PROPOSED)
    assert "ATR" in card.text
    expected = (
        "tier 1",
        "tier 2",
        "tier 3",
        "tier 4",
        "initial stop?",
        "targets?",
        "How much of",
        "stop do",
        "rest on",
    )
    for words in (*expected[: card.labels[0].count("/") + 1], *expected[4:], "Review ·"):
        await sam.tap(card.labels[0], message_id=card.message_id)
        card = await sam.wait_for(words)
        if words[:4] in ("tier", "init", "targ"):
            assert "• " in card.text, card.text
    card = await bot.ask("expiry 24h", "Expires 24\xa0h after arming")
    assert "Sized by risk: at most 0.05 % of equity" in card.text.replace("\xa0", " ")
    assert "Funding per 8" in card.text
    await sam.tap("Arm" if "Arm" in card.labels else "I know", message_id=card.message_id)
    await sam.wait_for("is armed")
    plan = bot.record().plan
    assert plan.expires_at is not None
    assert plan.armed_at is not None
    assert plan.expires_at - plan.armed_at == 24 * HOUR
    armed = bot.events()[0]
    assert isinstance(armed, PlanArmed)
    assert bool(armed.accepted) is ("Arm" not in card.labels)


async def test_an_exchange_without_candles_or_funding_leaves_the_usual_choices(bot: Bot) -> None:
    """What the chart would say is left out, everything else goes on."""
    await bot.world.exchange_fault(path="klines", status=500, code=-1000, msg="down")
    card = await bot.talk(TALK[:5])
    assert "ATR" not in card.text
    card = await bot.ask("25/25/30/20", "When do you take tier 1")
    assert [label[:5] for label in card.labels[:3]] == ["Below", "Now, ", "Above"]
    assert "• " not in card.text
    for answer, expected in TALK[6:]:
        card = await bot.ask(answer, expected)
    await bot.ask("arm", "Armed as plan 1")


async def test_an_exchange_that_never_answers_for_candles_holds_nothing_up(bot: Bot) -> None:
    """A chart is waited for a moment only; the price is there all the same."""
    await bot.world.exchange_fault(path="klines", silence=True)
    await bot.talk(TALK[:2])
    begun = time.monotonic()
    card = await bot.ask("10x", "How much equity")
    assert "Market price" in card.text
    assert time.monotonic() - begun < PATIENCE, "it was waited for once already"
    await bot.world.exchange_fault()


async def test_the_next_market_is_seen_with_its_own_price(bot: Bot) -> None:
    """Changing the market shows the new one's price at once, never the old one's."""
    card = await bot.talk(TALK[:6])
    assert "Market price 60" in card.text
    await bot.ask("back", "how many tiers")
    for _ in range(5):
        card = await bot.ask("back", "?")
    assert "Which market?" in card.text
    card = await bot.ask("eth", "Long or short?")
    assert "Market price 60" not in card.text
    assert "Market price" in card.text
