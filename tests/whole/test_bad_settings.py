"""Settings that can't be meant: a sentence that names the setting, and exit code 2, from the real command line."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.whole.process import command, ended, log_of
from tests.whole.rig import World


@pytest.mark.parametrize(
    ("settings", "words", "expected"),
    [
        ({"TIERWISE_BOT_TOKN": "1:abcdef"}, (), "TIERWISE_BOT_TOKN is not a setting; did you mean TIERWISE_BOT_TOKEN?"),
        ({"TIERWISE_BOT_TOKEN": "1:abcdef"}, ("--candles", "x.csv"), "unset TIERWISE_BOT_TOKEN"),
    ],
    ids=["unknown", "contradiction"],
)
async def test_a_wrong_setting_gets_a_sentence_and_exit_code_2(
    tmp_path: Path, settings: dict[str, str], words: tuple[str, ...], expected: str
) -> None:
    """One sentence on stderr that says what was wrong, no traceback."""
    code, _ = await ended(await command(tmp_path, "run", *words, settings=settings))
    assert code == 2
    assert expected in log_of(tmp_path)
    assert log_of(tmp_path).startswith("tierwise run: ")
    assert log_of(tmp_path).count("\n") == 1


async def test_a_taken_port_gets_a_sentence(tmp_path: Path) -> None:
    """The page's port in use: said with host and port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _ = await ended(await command(tmp_path, "run", settings={"TIERWISE_HTTP_PORT": port}))
    assert code == 2
    assert f"127.0.0.1:{port} taken?" in log_of(tmp_path)
    assert "Traceback" not in log_of(tmp_path)


async def test_a_token_telegram_does_not_know_ends_the_bot(world: World) -> None:
    """A refused token is final: a sentence, and exit code 2."""
    await world.fault(code=401, times=None)
    settings = {"TIERWISE_BOT_TOKEN": "1:sandbox-token", "TIERWISE_TELEGRAM_API": world.stage.telegram_api}
    process = await command(world.folder, "run", settings={**settings, "TIERWISE_DATABASE_URL": world.database_url})
    code, _ = await ended(process)
    assert code == 2
    assert "Telegram refuses the bot token" in log_of(world.folder)
    assert "Traceback" not in log_of(world.folder)
