"""`tierwise health`: whether a bot runs here and its loop turns."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from chatbot.__main__ import main
from chatbot.cli.health import beat, heartbeat_of, leave_sign
from chatbot.serve.listening import listening
from chatbot.settings import read_settings


@pytest.fixture
def heartbeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The heartbeat of a bot with a database of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIERWISE_DATABASE_URL", f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    return heartbeat_of(read_settings())


def test_where_no_bot_has_run_it_fails(heartbeat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and why."""
    assert main(["health"]) == 1
    assert "no bot has run here" in capsys.readouterr().out


async def test_a_beating_heart_is_well(heartbeat: Path) -> None:
    """As soon as the loop turns, the bot is well; the sign lies beside its database."""
    beating = asyncio.create_task(beat(heartbeat))
    await asyncio.sleep(0)
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating
    assert main(["health"]) == 0
    assert heartbeat.name == "bot.sqlite3.heartbeat"


def test_another_bots_heart_is_not_this_ones(heartbeat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each database has its own."""
    leave_sign(heartbeat)
    monkeypatch.setenv("TIERWISE_DATABASE_URL", f"sqlite:///{heartbeat.with_name('other.sqlite3')}")
    assert main(["health"]) == 1


def test_a_heart_that_stopped_is_not(heartbeat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A minute without a beat is too long."""
    heartbeat.touch()
    old = time.time() - 90
    os.utime(heartbeat, (old, old))
    assert main(["health"]) == 1
    assert "last heartbeat 90 s ago" in capsys.readouterr().out


def test_a_beat_that_cannot_be_written_is_logged(tmp_path: Path) -> None:
    """The bot goes on without it, but not in silence."""
    with capture_logs() as lines:
        leave_sign(tmp_path / "nowhere" / "heartbeat")
    assert [line["event"] for line in lines] == ["heartbeat not written"]


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({"well": True, "reasons": []}, 0, "well"),
        ({"well": False, "reasons": ["no price", "no disk"]}, 1, "no price; no disk"),
        ([], 0, "its status page does not answer"),
    ],
    ids=["well", "ill", "not ours"],
)
async def test_the_bots_own_page_is_asked(
    heartbeat: Path, capsys: pytest.CaptureFixture[str], body: object, code: int, said: str
) -> None:
    """What it says decides, in its words; what is no answer of a bot is none."""
    app = web.Application()

    async def page(_: web.Request) -> web.StreamResponse:
        return web.json_response(body)

    app.router.add_get("/health", page)
    async with listening(app, "127.0.0.1", 0) as address:
        leave_sign(heartbeat, address)
        assert await asyncio.to_thread(main, ["health"]) == code
    assert said in capsys.readouterr().out


def test_a_page_that_is_gone_leaves_the_heartbeat(heartbeat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A young heart that beats is well all the same."""
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        port = gone.getsockname()[1]
    leave_sign(heartbeat, f"http://127.0.0.1:{port}")
    assert main(["health"]) == 0
    assert "its status page does not answer" in capsys.readouterr().out
