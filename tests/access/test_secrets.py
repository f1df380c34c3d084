"""Everything the bot writes but its database, after all that can go wrong: no secret in it, and no user's word."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from chatbot.logs import WithoutWords
from tests.access.place import OWNER_WORDS, Place
from tests.whole.process import Deployed, command, deployed, ended, log_of
from tests.whole.rig import SAM, TALK

TOKEN: Final = "123456789:AAHq-7Zk3vXw9pRtYu5LmN2bGfDsEcJo81"
PASSWORD: Final = "hunter2-is-no-password"
WORD: Final = "pomegranate"
NAME: Final = "Ermintrude"
DATABASE: Final = ("bot.sqlite3", "bot.sqlite3-wal", "bot.sqlite3-shm")


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Asks until it holds."""
    async with asyncio.timeout(30):
        while not await holds():
            pass


def database(place: Place) -> sqlite3.Connection:
    """The bot's own file, from outside."""
    return sqlite3.connect(place.world.folder / "bot.sqlite3", isolation_level=None, timeout=10)


def ask(place: Place, question: str) -> list[str]:
    """What stands in one column."""
    connection = database(place)
    try:
        return [row[0] for row in connection.execute(question)]
    finally:
        connection.close()


async def talked(place: Place, bot: Deployed) -> list[str]:
    """The owner comes and says much; gives back what was secret in it."""
    sam = place.world.person()
    sam.first_name = NAME
    found = re.search(r"start=([\w-]+)", bot.said)
    assert found is not None, bot.said
    for text, expected in ((f"/start {found[1]}", OWNER_WORDS), ("/new", "Which market?"), *TALK[:3]):
        await sam.say(text)
        await sam.wait_for(expected)
    await sam.say("/invite")
    link = await sam.wait_for("For one person")
    for text in (f"/{WORD}", f"{WORD} is no leverage", f"/size {WORD}", f"long btc 60000 sl {WORD} tp 61000 entry 5"):
        await sam.say(text)
        await sam.wait_for(lambda _: True)
    return [found[1], link.text.partition("start=")[2].split()[0]]


async def went_wrong(place: Place) -> None:
    """The exchange answers nonsense, Telegram refuses and goes silent, the database loses a table under a handler."""
    sam = place.world.person()
    await place.world.exchange_fault(body={"code": -1, "msg": WORD}, times=3)
    await place.world.fault(method="sendMessage", code=502, times=2)
    await place.world.fault(method="getUpdates", code=500, times=1)
    await sam.say("/status")
    await sam.wait_for("no open plan")
    connection = database(place)
    connection.execute("ALTER TABLE reminders RENAME TO gone")
    await sam.say(f"10k {WORD}")
    await sam.say("10k")
    await sam.wait_for("Something went wrong")
    connection.execute("ALTER TABLE gone RENAME TO reminders")
    connection.close()
    await sam.say("10k")
    await sam.wait_for("Which part")


async def unreadable(place: Place) -> None:
    """An update of a form nobody knows, which the library logs with all its words."""
    place.send("message", {"message_id": 1, "text": WORD, "from": {"id": SAM, "first_name": NAME}})

    async def told() -> bool:
        await place.world.person().chat()
        return "parsing updates" in log_of(place.world.folder) or "cannot be read" in log_of(place.world.folder)

    await until(told)


@pytest.mark.timeout(180)
async def test_nothing_written_has_a_secret_or_a_word(place: Place) -> None:
    """The log, and every file but the database: neither token, key, links, password, name nor anything typed."""
    folder = place.world.folder
    async with deployed(place.world, TIERWISE_BOT_TOKEN=TOKEN, TIERWISE_ALLOWED_USERS="") as bot:
        secrets = await talked(place, bot)
        await went_wrong(place)
        await unreadable(place)
    secrets += ask(place, "SELECT value FROM settings WHERE name = 'signing_key'")
    refused = {"TIERWISE_BOT_TOKEN": TOKEN}
    for address in (f"postgresql://tierwise:{PASSWORD}@127.0.0.1:1/none", f"mysql://tierwise:{PASSWORD}@127.0.0.1/x"):
        code, _ = await ended(await command(folder, "run", settings=refused | {"TIERWISE_DATABASE_URL": address}))
        assert code == 2
    written = {file.name: file.read_text("utf-8", "replace") for file in folder.iterdir() if file.name not in DATABASE}
    assert "handler failed" in written["stderr.txt"]
    forbidden = [TOKEN, TOKEN.partition(":")[2], PASSWORD, WORD, NAME, *secrets]
    assert len(secrets) == 3
    assert [(name, word) for name, text in written.items() for word in forbidden if word in text] == []


def test_lines_of_libraries_keep_only_their_fixed_words() -> None:
    """What a library fills in, adds on further lines or raises may be anybody's; tokens are nowhere."""
    with pytest.raises(ValueError, match=WORD) as raised:
        int(WORD)
    error = (raised.type, raised.value, raised.tb)
    made = logging.LogRecord("lib", logging.ERROR, "", 1, f"bad %s of bot{TOKEN}\n{WORD}", (WORD,), error)
    line = WithoutWords().format(made)
    assert line.startswith("ERROR lib: bad %s of bot(token) error=ValueError at test_secrets.py:")
    assert WORD not in line
