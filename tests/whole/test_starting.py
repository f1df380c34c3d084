"""A start that meets trouble: it watches all the same, says in a sentence why it can't, and never tells secrets."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from chatbot.app import running
from chatbot.core.events import TierTriggered
from chatbot.deliver.intake import TokenRefused
from chatbot.sandbox.stage import BINANCE_HOST
from chatbot.sandbox.telegram import Person
from tests.whole.process import TOKEN, command, deployed, ended, log_of, ready, settings_of
from tests.whole.rig import BTC, EXCHANGE, ON_BOTH_DATABASES, SAM, SECOND, TAPES, World

SYMBOL = "BTC/USDT:USDT"
SECRET = "thirteen-purple-otters"
DOWN = {"status": 500, "code": -1000, "msg": "internal error"}


def on_tables(world: World, *statements: str) -> None:
    """What no bot would do to its own database."""
    connection = sqlite3.connect(world.folder / "bot.sqlite3", timeout=10)
    try:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Asks until it holds."""
    async with asyncio.timeout(20):
        while not await holds():
            pass


async def test_a_refused_token_is_one_sentence_without_the_token(world: World) -> None:
    """Exit code 2; neither the token nor a traceback is printed."""
    await world.fault(code=401, times=None)
    process = await command(world.folder, "run", settings=settings_of(world))
    code, _ = await ended(process)
    last = log_of(world.folder).strip().splitlines()[-1]
    assert (code, last.startswith("tierwise run: Telegram refuses the bot token")) == (2, True)
    assert TOKEN not in log_of(world.folder)
    assert "Traceback" not in log_of(world.folder)


async def test_a_refused_token_ends_an_embedded_bot(world: World) -> None:
    """Whoever waits for Telegram is told, and the error holds no token behind it."""
    await world.fault(code=404, times=None)
    async with running(world.settings(), world.outside) as bot:
        with pytest.raises(TokenRefused) as refused:
            await bot.reached()
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("trouble", [{"code": 502}, {"retry_after": 1}, {"drop": True}], ids=str)
async def test_an_unreachable_telegram_is_waited_for(world: World, trouble: dict[str, Any]) -> None:
    """The start survives it, and what was said meanwhile is answered once Telegram is back."""
    await world.fault(method="getMe", times=2, **trouble)
    await world.person().say("/start")
    async with world.bot() as bot:
        await bot.sam.wait_for("I never place an order", after=0)
    assert sum(line["event"] == "Telegram not reached" for line in world.logs) == 2


async def test_prices_are_watched_while_telegram_is_down(world: World) -> None:
    """A tier that triggers meanwhile is recorded; its alert comes when Telegram does."""
    async with world.bot() as bot:
        await bot.arm()
    await world.fault(method="getMe", code=502, times=None)
    before = int((await world.person().chat())["version"])
    async with running(world.settings(), world.outside) as started:
        world.stage.market.step(SECOND)
        world.stage.market.set_price(BTC, Decimal(60000))
        await started.watcher.poll(EXCHANGE)
        with started.units() as unit:
            found = unit.plans.of_user(SAM, 1)
        assert found is not None
        assert any(isinstance(event, TierTriggered) for event in found.events)
        assert not started.met.done()
        await world.heal()
        await world.person().wait_for("Add tier 1", after=before)


async def test_a_refused_menu_is_put_later(world: World) -> None:
    """The bot answers without its menu, and tries it again by the hour."""
    await world.fault(method="setMyCommands", code=500, times=1)
    async with world.bot() as bot:
        await bot.ask("/start", "I never place an order")
        assert sum(line["event"] == "menu not set" for line in world.logs) == 1
        # The bot's own first hour may not be over yet, and comes to the menu together with ours.
        await asyncio.gather(bot.running.hourly(), bot.running.hourly())
    calls = await world.person().request("GET", "/sim/calls")
    assert sum(call["method"] == "setMyCommands" and call["status"] == 200 for call in calls["calls"]) == 1


async def test_one_unreadable_plan_stops_nobody_elses(world: World) -> None:
    """The bot starts; the plan's user is told once, over two starts, and the others' plans are watched."""
    eve = world.person(2002)
    async with world.bot() as bot:
        await bot.arm()
        await bot.arm(person=eve)
    on_tables(world, 'UPDATE plans SET agreed = \'{"words": "thirteen"}\' WHERE plan_id = 1')
    before = int((await world.person().chat())["version"])
    for _ in range(2):
        async with world.bot() as bot:
            await bot.sam.wait_for("can't read plan 1 any more, it is NOT watched", after=before)
            assert list(bot.running.watcher.plans) == [2]
    async with world.bot() as bot:
        await bot.set_price("60000")
        await eve.wait_for("Add tier 1")
        assert sum("NOT watched" in text for text in await bot.said()) == 1
    failed = [line for line in world.logs if line["event"] == "plan failed"]
    assert {line["plan"] for line in failed} == {1}
    assert all("exc_info" not in line and "thirteen" not in str(line) for line in failed)
    world.logs[:] = [line for line in world.logs if line["event"] != "plan failed"]


async def test_a_plan_that_breaks_while_watched_is_told_once(world: World) -> None:
    """Its user is told, the plan beside it on the same price moves, and the log is not filled with it."""
    eve = world.person(2002)
    async with world.bot() as bot:
        await bot.arm()
        await bot.arm(person=eve)
        on_tables(world, "UPDATE plan_events SET payload = '{}' WHERE plan_id = 1")
        await bot.set_price("60000")
        await eve.wait_for("Add tier 1")
        await bot.sam.wait_for("NOT watched")
        await bot.set_price("59990")
        await bot.set_price("59980")
        assert sum("NOT watched" in text for text in await bot.said()) == 1
    assert sum(line["event"] == "plan failed" for line in world.logs) == 1
    world.logs[:] = [line for line in world.logs if line["event"] != "plan failed"]


async def test_an_answer_killed_while_a_price_is_looked_up_is_not_lost(world: World) -> None:
    """A look-up before the answer itself must not mark the update as done, whatever it finds about its user."""
    async with world.bot() as bot:
        await bot.talk((("btc", "Long or short?"),))
    on_tables(world, "UPDATE users SET paused = 1")
    await world.exchange_fault(path="ticker", silence=True)
    await world.person().say("long")
    async with deployed(world) as bot_process:
        await until(lambda: is_looking_up(world))
        await bot_process.kill()
    await world.exchange_fault()
    async with deployed(world):
        await world.person().wait_for("Which leverage?")


async def is_looking_up(world: World) -> bool:
    """Whether the exchange was asked for a price: nobody but the conversation asks."""
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{world.stage.exchange_hosts[BINANCE_HOST]}/sim/calls")
        return any("ticker" in call["path"] for call in await answer.json())


async def test_an_instrument_is_known_before_anybody_talks(world: World) -> None:
    """After a restart the exchanges of watched plans are asked at once; one that fails, again by the hour."""
    async with world.bot() as bot:
        await bot.arm()
    await world.exchange_fault(path="exchangeInfo", **DOWN)
    async with world.bot() as bot:
        assert bot.running.trades.desk.instruments.get(EXCHANGE, SYMBOL) is None
        await world.exchange_fault()
        await bot.running.hourly()
        assert bot.running.trades.desk.instruments.get(EXCHANGE, SYMBOL) is not None


@ON_BOTH_DATABASES
async def test_a_second_bot_on_a_database_is_refused(world: World) -> None:
    """A sentence and exit code 2; once the first has been killed, a start succeeds."""
    async with deployed(world) as first:
        code, _ = await ended(await command(world.folder, "run", settings=settings_of(world)))
        assert code == 2
        assert "is in use: another bot runs on it" in log_of(world.folder)
        assert "Traceback" not in log_of(world.folder)
        await first.kill()
    async with deployed(world):
        pass


async def test_neither_token_nor_words_get_into_the_log(world: World) -> None:
    """Whatever breaks while a person's words are worked on, the log names the error and never the words."""
    async with deployed(world):
        sam = world.person()
        await sam.say("/new")
        await sam.wait_for("Which market?")
        for table in ("outbox", "drafts", "inbox"):
            refuse = f"CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"
            on_tables(world, refuse)
            lines = log_of(world.folder).count("\n")
            await sam.say(f"{SECRET} {table}")
            await until(partial(more_lines, world, lines))
            on_tables(world, "DROP TRIGGER broken")
        await sam.say("/help")
        await sam.wait_for("/status")
    log = log_of(world.folder)
    assert "IntegrityError" in log
    assert SECRET not in log
    assert TOKEN not in log
    assert "Traceback" not in log


async def more_lines(world: World, before: int) -> bool:
    """Whether anything was logged since."""
    return log_of(world.folder).count("\n") > before


async def test_a_chat_begun_anew_is_answered(tmp_path: Path) -> None:
    """The sandbox's chat file may be deleted alone: its new numbers are none that the bot knows."""
    folder = tmp_path / "play"
    settings = {"TIERWISE_HTTP_PORT": "0", "TIERWISE_DATABASE_URL": f"sqlite:///{folder / 'bot.sqlite3'}"}
    for _ in range(2):
        process = await command(tmp_path, "run", settings=settings)
        try:
            page = (await ready(process, tmp_path)).split()[-1]
            person = Person(page, SAM)
            await person.say("/start")
            await person.wait_for("I never place an order")
            await person.close()
        finally:
            process.terminate()
            assert await process.wait() == 0
        for file in folder.glob("sandbox-chat.sqlite3*"):
            file.unlink()


async def test_every_candle_file_has_a_game_of_its_own(tmp_path: Path) -> None:
    """A tape of another year leaves the random market's game alone."""
    folder = tmp_path / "play"
    settings = {"TIERWISE_HTTP_PORT": "0", "TIERWISE_DATABASE_URL": f"sqlite:///{folder / 'bot.sqlite3'}"}
    tape = str(TAPES / "rise_and_fall.csv")
    for words in ((), ("--candles", tape)):
        process = await command(tmp_path, "run", *words, settings=settings)
        try:
            await ready(process, tmp_path)
        finally:
            process.terminate()
            assert await process.wait() == 0
    assert sorted(file.name for file in folder.glob("*.sqlite3")) == [
        "sandbox-chat.sqlite3",
        "sandbox-rise_and_fall.csv-chat.sqlite3",
        "sandbox-rise_and_fall.csv.sqlite3",
        "sandbox.sqlite3",
    ]
