"""Groups and channels: where the bot works is said once a day, and nothing else, whoever asks."""

from __future__ import annotations

from typing import Any

from tests.access.place import Place
from tests.whole.rig import HOUR, SAM, Bot

GROUP: dict[str, Any] = {"id": -100, "type": "supergroup", "title": "all"}
CHANNEL: dict[str, Any] = {"id": -200, "type": "channel", "title": "news"}
SAYER: dict[str, Any] = {"id": SAM, "is_bot": False, "first_name": "Sam"}


RIGHTS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip


def text(words: str, chat: dict[str, Any] = GROUP) -> dict[str, Any]:
    """A message there."""
    command = {"type": "bot_command", "offset": 0, "length": len(words.split(maxsplit=1)[0])}
    entities = [command] if words[0] == "/" else []
    return {"message_id": 1, "date": 1, "chat": chat, "from": SAYER, "text": words, "entities": entities}


def membership(before: str, after: str, chat: dict[str, Any] = GROUP) -> dict[str, Any]:
    """What became of the bot there."""
    bot = {"id": 1, "is_bot": True, "first_name": "bot"}
    more: dict[str, dict[str, Any]] = {"administrator": dict.fromkeys(RIGHTS, False), "kicked": {"until_date": 0}}
    old, new = ({"user": bot, "status": status, **more.get(status, {})} for status in (before, after))
    return {"chat": chat, "from": SAYER, "date": 1, "old_chat_member": old, "new_chat_member": new}


async def say_much(place: Place, bot: Bot) -> None:
    """Everything that might make it talk."""
    for words in ("/plan 1", "/status", "/start", "/export", "/forget_me", "long btc 60000 sl 59000 tp 61000", "hello"):
        place.send("message", text(words))
        place.send("message", text(words, CHANNEL))
    await place.settled(bot)


async def test_a_group_hears_once_a_day_where_the_bot_works(place: Place) -> None:
    """When it is added, or asked by a command, even by somebody with plans: one sentence, and never any of theirs."""
    async with place.world.bot() as bot:
        await bot.arm()
        place.send("my_chat_member", membership("left", "member"))
        await say_much(place, bot)
        (said,) = await place.sent_to(-100)
        assert said.startswith("I coach in private chats only")
        assert "https://t.me/" in said
        place.world.wall.advance(24 * HOUR)
        await say_much(place, bot)
        assert await place.sent_to(-100) == [said, said]
        assert bot.record().row.user_id == SAM


async def test_words_in_a_group_are_not_for_the_bot(place: Place) -> None:
    """Texts without a command, being made an administrator, and being thrown out are no reason to speak."""
    async with place.world.bot() as bot:
        place.send("message", text("hello"))
        place.send("my_chat_member", membership("member", "administrator"))
        place.send("my_chat_member", membership("member", "kicked"))
        await bot.ask("/start", "I never place an order")
        await place.settled(bot)
        assert await place.sent_to(-100) == []


async def test_a_channel_hears_nothing(place: Place) -> None:
    """Neither a sentence nor an error."""
    async with place.world.bot() as bot:
        place.send("my_chat_member", membership("left", "administrator", CHANNEL))
        await say_much(place, bot)
        assert await place.sent_to(-200) == []
