"""The real library talks to the emulator over HTTP and finds what Telegram promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, BotCommand, CopyTextButton, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict, Forbidden
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from chatbot.sandbox.telegram import Person, PersonRefused, TelegramEmulator

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x04\x00\x00\x00\x03\x08\x02\x00\x00\x00"
    b"\x00\x00\x00\x00\x00\x00\x00\x00IEND\xaeB`\x82"
)


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"tap:{label}") for label in labels]])


async def ask(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    await update.effective_message.reply_html("Long or <b>short</b>?", reply_markup=keyboard("Long", "Short"))


async def choose(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.callback_query is not None
    await update.callback_query.edit_message_text(f"You chose {update.callback_query.data}")
    await update.callback_query.answer("Noted")


async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    await update.effective_message.reply_text(f"You said {update.effective_message.text}")


@asynccontextmanager
async def polling(bot: Bot) -> AsyncIterator[None]:
    """An application that asks, notes the choice, and repeats everything else."""
    application: Application[Any, Any, Any, Any, Any, Any] = Application.builder().bot(bot).build()
    application.add_handler(CommandHandler("start", ask))
    application.add_handler(CallbackQueryHandler(choose))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    async with application:
        assert application.updater is not None
        await application.start()
        await application.updater.start_polling(timeout=5)
        yield
        await application.updater.stop()
        await application.stop()


async def test_a_whole_dialog_runs_through_the_real_application(
    emulator: TelegramEmulator,
    new_bot: Callable[[str], Bot],
    sam: Person,
) -> None:
    """A command, a text, a tap, an edit and an answer to the tap pass through polling and handlers."""
    async with polling(new_bot(emulator.base_url)):
        await sam.say("/start")
        asked = await sam.wait_for("Long or short?")
        await sam.tap("Lon")
        chosen = await sam.wait_for("You chose tap:Long")
        toast = await sam.wait_for_toast()
        await sam.say("hello")
        said = await sam.wait_for(lambda shown: shown.text.startswith("You said"))

    assert (asked.html, asked.labels) == ("Long or <b>short</b>?", ("Long", "Short"))
    assert (chosen.message_id, chosen.edited, chosen.buttons) == (asked.message_id, True, ())
    assert toast == "Noted" == await sam.toast()
    assert said.text == "You said hello"
    assert (await sam.last()).text == "You said hello"


async def test_a_stopped_application_leaves_no_false_conflict(
    emulator: TelegramEmulator,
    new_bot: Callable[[str], Bot],
    sam: Person,
) -> None:
    """A bot that stops and starts again polls without a conflict with itself, and confirms what it handled."""
    for text in ("one", "two"):
        async with polling(new_bot(emulator.base_url)):
            await sam.say(text)
            await sam.wait_for(f"You said {text}")
    calls = await sam.request("GET", "/sim/calls", query={"method": "getUpdates"})
    assert {call["status"] for call in calls["calls"]} == {200}
    assert emulator.world.inbox.count() == 0


async def test_get_me_has_what_command_handlers_need(bot: Bot) -> None:
    """The bot knows its own name and has the id of its token."""
    assert (bot.id, bot.username) == (4242, "tierwise_sandbox_bot")


async def test_updates_stay_until_they_are_confirmed(bot: Bot, sam: Person) -> None:
    """A batch that was not confirmed comes again; an offset above it makes it go away."""
    await sam.say("one")
    await sam.say("two")
    first = await bot.get_updates()
    again = await bot.get_updates()
    rest = await bot.get_updates(offset=first[0].update_id + 1)

    assert [update.update_id for update in again] == [update.update_id for update in first]
    assert [update.message.text for update in rest if update.message] == ["two"]
    assert first[1].update_id == first[0].update_id + 1
    assert [update.update_id for update in await bot.get_updates(offset=-1)] == [first[1].update_id]
    assert await bot.get_updates(offset=first[1].update_id + 1) == ()


async def test_a_long_poll_returns_with_the_first_update(bot: Bot, sam: Person) -> None:
    """A poll that found nothing is answered as soon as a person writes."""
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(bot.get_updates(timeout=20))
        await sam.say("knock")
    assert [update.message.text for update in polling.result() if update.message] == ["knock"]


async def test_a_second_poller_ends_the_first_with_a_conflict(emulator: TelegramEmulator, bot: Bot) -> None:
    """Two bots with one token are noticed: the older long poll is refused with 409."""
    older = asyncio.create_task(bot.get_updates(timeout=20))
    await emulator.world.inbox.wakeup.wait(5.0)
    assert await bot.get_updates(timeout=0) == ()
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await older


async def test_allowed_updates_decide_when_the_update_is_created(bot: Bot, sam: Person) -> None:
    """A kind the bot did not ask for is never queued, and the wish is remembered by later polls."""
    await sam.say("start")
    await bot.get_updates(allowed_updates=["message"])
    await sam.block()
    await sam.unblock()
    await sam.say("back")
    texts = [update.message and update.message.text for update in await bot.get_updates()]
    assert texts == ["start", "back"]


async def test_old_updates_are_dropped(bot: Bot, sam: Person, hand_clock: Any) -> None:
    """A tap waits 150 seconds for the bot, a message a day."""
    await sam.say("hello")
    await bot.send_message(sam.chat_id, "choose", reply_markup=keyboard("Go"))
    await sam.tap("Go")
    hand_clock.advance(151)
    assert [update.callback_query for update in await bot.get_updates()] == [None]
    hand_clock.advance(86_400)
    assert await bot.get_updates() == ()


async def test_a_bot_cannot_write_first(bot: Bot) -> None:
    """A chat nobody opened is not found."""
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(555, "hello")


async def test_a_blocked_bot_is_forbidden_and_told(bot: Bot, sam: Person) -> None:
    """Blocking refuses messages with 403 and both turns arrive as my_chat_member."""
    await sam.say("hi")
    await sam.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(sam.chat_id, "still there?")
    with pytest.raises(PersonRefused, match="unblock it first"):
        await sam.say("hello?")
    await sam.unblock()
    await bot.send_message(sam.chat_id, "welcome back")
    changes = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert [(each.old_chat_member.status, each.new_chat_member.status) for each in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]


async def test_edits_follow_telegram(bot: Bot, sam: Person) -> None:
    """Same content is refused, an edit without keyboard removes it, and what is gone or foreign stays as it is."""
    own = await sam.say("mine")
    card = await bot.send_message(sam.chat_id, "<b>plan</b>", parse_mode="HTML", reply_markup=keyboard("Arm"))
    with pytest.raises(BadRequest, match="Message is not modified"):
        await card.edit_text("<b>plan</b>", parse_mode="HTML", reply_markup=keyboard("Arm"))
    await card.edit_text("<b>plan</b>", parse_mode="HTML")
    assert (await sam.last()).buttons == ()
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", chat_id=sam.chat_id, message_id=999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", chat_id=sam.chat_id, message_id=own)
    with pytest.raises(BadRequest, match="There is no caption"):
        await card.edit_caption("x")
    edited = await card.edit_reply_markup(keyboard("Discard"))
    assert not isinstance(edited, bool)
    assert edited.text == "plan"
    assert edited.edit_date is not None


async def test_a_tap_is_answered_once_and_in_time(bot: Bot, sam: Person, hand_clock: Any) -> None:
    """The second answer and one after fifteen seconds are refused as too old."""
    await sam.say("hi")
    await bot.send_message(sam.chat_id, "choose", reply_markup=keyboard("Go"))
    await sam.tap("Go")
    await sam.tap("Go")
    early, late = [update.callback_query for update in await bot.get_updates() if update.callback_query]
    await early.answer("done")
    with pytest.raises(BadRequest, match="Query is too old"):
        await early.answer("again")
    hand_clock.advance(16)
    with pytest.raises(BadRequest, match="Query is too old"):
        await late.answer()
    assert await sam.toast() == "done"


async def test_buttons_are_checked_and_kept(bot: Bot, sam: Person) -> None:
    """Callback data has 64 bytes, copy buttons copy, styles stay, and a button needs something to do."""
    await sam.say("hi")
    too_long = InlineKeyboardButton("x", callback_data="é" * 33)
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        await bot.send_message(sam.chat_id, "x", reply_markup=InlineKeyboardMarkup.from_button(too_long))
    idle = InlineKeyboardButton("x")
    with pytest.raises(BadRequest, match="Text buttons are unallowed"):
        await bot.send_message(sam.chat_id, "x", reply_markup=InlineKeyboardMarkup.from_button(idle))
    row = [
        InlineKeyboardButton("Copy stop", copy_text=CopyTextButton("59899.6"), style="primary"),
        InlineKeyboardButton("Chart", url="https://example.org/chart"),
        InlineKeyboardButton("Cancel", callback_data="no", style="danger"),
    ]
    sent = await bot.send_message(sam.chat_id, "x", reply_markup=InlineKeyboardMarkup.from_row(row))
    assert sent.reply_markup is not None
    assert [button.style for button in sent.reply_markup.inline_keyboard[0]] == ["primary", None, "danger"]
    assert (await sam.tap("Copy")).value == "59899.6"
    assert (await sam.tap("Chart")).value == "https://example.org/chart"
    with pytest.raises(PersonRefused, match="buttons are: Copy stop, Chart, Cancel"):
        await sam.tap("Buy")


async def test_the_newest_message_with_a_label_is_tapped(bot: Bot, sam: Person) -> None:
    """A whole label wins, the newest message first; an older one is reached by its id."""
    await sam.say("hi")
    old = await bot.send_message(sam.chat_id, "old", reply_markup=keyboard("Done"))
    new = await bot.send_message(sam.chat_id, "new", reply_markup=keyboard("Done", "Done later"))
    assert (await sam.tap("Done")).message_id == new.message_id
    assert (await sam.tap("Done", message_id=old.message_id)).message_id == old.message_id
    assert (await sam.tap("Done l")).value == "tap:Done later"


async def test_deleting_and_pinning(bot: Bot, sam: Person) -> None:
    """A pinned message leaves a notice, a deleted one is gone for both, and ids are not used again."""
    await sam.say("hi")
    status = await bot.send_message(sam.chat_id, "status")
    await status.pin(disable_notification=True)
    chat = await bot.get_chat(sam.chat_id)
    assert chat.pinned_message is not None
    assert chat.pinned_message.message_id == status.message_id
    assert (await sam.chat())["pinned"] == status.message_id
    await status.unpin()
    await status.delete()
    await sam.wait_for_removal(status.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await status.delete()
    assert await bot.delete_messages(sam.chat_id, [status.message_id, 2])
    later = await bot.send_message(sam.chat_id, "later")
    assert later.message_id > status.message_id + 1


async def test_pictures_and_documents_arrive(emulator: TelegramEmulator, bot: Bot, sam: Person) -> None:
    """A picture has sides, a document its name, both can be fetched again, and other bytes are no picture."""
    await sam.say("hi")
    picture = await bot.send_photo(sam.chat_id, PNG, caption="<i>chart</i>", parse_mode="HTML")
    assert (picture.photo[-1].width, picture.photo[-1].height, picture.caption) == (4, 3, "chart")
    again = await bot.send_photo(sam.chat_id, picture.photo[-1].file_id)
    assert (await (await bot.get_file(again.photo[-1].file_id)).download_as_bytearray()) == PNG
    document = await bot.send_document(sam.chat_id, b"a,b\n", filename="fills.csv")
    assert document.document is not None
    assert document.document.file_name == "fills.csv"
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(sam.chat_id, b"not a picture")
    with pytest.raises(BadRequest, match="There is no text in the message"):
        await picture.edit_text("x")
    edited = await picture.edit_caption("chart of today")
    assert not isinstance(edited, bool)
    assert edited.caption == "chart of today"


async def test_menus_and_profile(bot: Bot, sam: Person) -> None:
    """A person sees the most particular menu; names that Telegram does not take are refused."""
    await sam.say("hi")
    await bot.set_my_commands([BotCommand("start", "Begin"), BotCommand("new", "Plan")])
    assert [command.command for command in await bot.get_my_commands()] == ["start", "new"]
    assert [command["command"] for command in (await sam.chat())["commands"]] == ["start", "new"]
    with pytest.raises(BadRequest, match="Bot_command_invalid"):
        await bot.set_my_commands([BotCommand("New", "Plan")])
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    await bot.set_my_description("Coaches, never trades")
    assert (await bot.get_my_description()).description == "Coaches, never trades"
    assert await bot.set_chat_menu_button()
    assert (await bot.get_chat_menu_button()).type == "commands"


async def test_a_forced_reply_answers_by_itself(bot: Bot, sam: Person) -> None:
    """The next text after a forced reply carries the question, and the returned message carries no such markup."""
    await sam.say("hi")
    asked = await bot.send_message(sam.chat_id, "Price?", reply_markup=ForceReply(input_field_placeholder="60k"))
    assert (await sam.chat())["input_field"]["placeholder"] == "60k"
    await sam.say("60k")
    await sam.say("more")
    first, second = [update.message for update in await bot.get_updates() if update.message][1:]
    assert first.reply_to_message is not None
    assert first.reply_to_message.message_id == asked.message_id
    assert second.reply_to_message is None


async def test_replies_name_a_message_that_exists(bot: Bot, sam: Person) -> None:
    """A reply to a message that is gone is refused unless the bot allows it."""
    said = await sam.say("question")
    answer = await bot.send_message(sam.chat_id, "answer", reply_to_message_id=said)
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.text == "question"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(sam.chat_id, "answer", reply_to_message_id=77)
    lonely = await bot.send_message(sam.chat_id, "answer", reply_to_message_id=77, allow_sending_without_reply=True)
    assert lonely.reply_to_message is None


async def test_a_reaction_is_seen(bot: Bot, sam: Person) -> None:
    """The bot may put one known emoji on a message."""
    said = await sam.say("thanks")
    await bot.set_message_reaction(sam.chat_id, said, "👍")
    assert (await sam.chat())["messages"][0]["reactions"] == ["👍"]
    with pytest.raises(BadRequest, match="Reaction_invalid"):
        await bot.set_message_reaction(sam.chat_id, said, "🦖")


async def test_a_restart_keeps_the_chat_and_reuses_no_number(
    tmp_path: Path,
    new_bot: Callable[[str], Bot],
) -> None:
    """With a state file the chat is still there, unconfirmed updates come again, and ids go on."""
    state = tmp_path / "telegram.sqlite"
    async with (
        TelegramEmulator(state_path=state) as first,
        Person(first.base_url) as sam,
        new_bot(first.base_url) as bot,
    ):
        await sam.say("before")
        sent = await bot.send_message(sam.chat_id, "noted", reply_markup=keyboard("Go"))
        old = await bot.get_updates()
        await bot.get_updates(offset=old[-1].update_id + 1)
        await sam.say("unread")
    async with (
        TelegramEmulator(state_path=state) as later,
        Person(later.base_url) as sam,
        new_bot(later.base_url) as bot,
    ):
        unread = await bot.get_updates()
        await bot.get_updates(offset=unread[-1].update_id + 1)
        await sam.request("POST", "/sim/reset", body={})
        assert await sam.transcript() == []
        said = await sam.say("after")
        new = await bot.get_updates()
    assert [update.message.text for update in unread if update.message] == ["unread"]
    assert new[0].update_id == unread[0].update_id + 1 == old[0].update_id + 2
    assert said == sent.message_id + 2


async def test_a_message_reads_the_same_after_a_restart(tmp_path: Path) -> None:
    """What a person saw before is what they see after."""
    state = tmp_path / "telegram.sqlite"
    async with TelegramEmulator(state_path=state) as first, Person(first.base_url) as sam:
        await sam.say("/start now")
        before = await sam.transcript()
    async with TelegramEmulator(state_path=state) as second, Person(second.base_url) as sam:
        assert await sam.transcript() == before
