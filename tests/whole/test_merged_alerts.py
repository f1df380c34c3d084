"""Alerts of several plans in one message, because Telegram asked for silence: each button still answers its own."""

from __future__ import annotations

import asyncio

from chatbot.core.state import ActionKind
from chatbot.deliver.merging import SEPARATOR
from tests.whole.rig import PATIENCE, SECOND, Bot


async def test_each_button_of_a_merged_message_answers_its_own_plan(bot: Bot) -> None:
    """Answering one takes its buttons away and leaves the other's, which work as well."""
    await bot.arm()
    await bot.arm()
    await bot.world.fault(method="sendMessage", contains="Add tier 1", retry_after=30)
    await bot.set_price("60000")
    async with asyncio.timeout(PATIENCE):
        while not bot.running.sender.pace.pauses:
            await bot.running.tick()
    await bot.later(30 * SECOND)
    merged = await bot.sam.wait_for("Add tier 1")
    assert merged.text.count("Add tier 1") == 2
    assert [part[0] for part in merged.text.split(SEPARATOR)] == ["①", "②"]
    asked_first = 1 if "Plan 1 ·" in merged.text.split(SEPARATOR)[0] else 2
    await bot.tap("② Done at", "Tier 1 is in", message_id=merged.message_id)
    assert bot.state(asked_first).pending(ActionKind.ADD) is not None
    assert bot.state(3 - asked_first).pending(ActionKind.ADD) is None
    left = await bot.sam.wait_for(lambda shown: shown.message_id == merged.message_id and "② Done" not in labels(shown))
    assert "① Done at" in labels(left)
    await bot.tap("① Done at", "Tier 1 is in", message_id=merged.message_id)
    assert bot.state(asked_first).pending(ActionKind.ADD) is None
    assert not bot.world.errors()


def labels(shown: object) -> str:
    """All labels of a message's buttons in one line."""
    return " ".join(getattr(shown, "labels", ()))
