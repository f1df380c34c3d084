"""A tap that can't be answered or tidied any more: what it asked for is done all the same, and nothing is an error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.whole.rig import Bot

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@pytest.mark.parametrize(
    "trouble",
    [
        {"method": "answerCallbackQuery", "code": 400, "description": TOO_OLD},
        {"method": "answerCallbackQuery", "code": 502},
        {"method": "answerCallbackQuery", "retry_after": 3},
        {"method": "editMessageReplyMarkup", "code": 400, "description": "Bad Request: message is not modified"},
        {"method": "editMessageReplyMarkup", "code": 400, "description": "Bad Request: message to edit not found"},
    ],
    ids=["too old", "outage", "flood", "tidied before", "deleted"],
)
async def test_a_tap_counts_although_telegram_refuses_to_settle_it(bot: Bot, trouble: dict[str, Any]) -> None:
    """The fill is booked once, the answer comes as a message, and the log holds no error."""
    await bot.arm()
    alert = await bot.alert("60000", "Add tier 1")
    await bot.world.fault(**trouble)
    await bot.tap("Done at", "Tier 1 is in", message_id=alert.message_id)
    assert len(bot.state().fills) == 1
    assert not bot.world.errors()
