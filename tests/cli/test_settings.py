"""The settings: read once from the environment or a file, refused with sentences that name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.__main__ import main
from chatbot.settings import Settings, SettingsError, read_settings

SECRET = "123456:not-a-real-one"


def read(monkeypatch: pytest.MonkeyPatch, folder: Path, **given: str) -> Settings:
    """Settings from the environment alone."""
    for name, value in given.items():
        monkeypatch.setenv(f"TIERWISE_{name}", value)
    return read_settings(folder / "none.env")


def test_without_settings_the_bot_plays_in_its_sandbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing has to be set; an empty token is none."""
    settings = read(monkeypatch, tmp_path, BOT_TOKEN="")
    assert settings.sandboxed
    assert (settings.poll_seconds, settings.default_exchange) == (5, "binanceusdm")


def test_everything_can_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Values as people write them in an environment."""
    settings = read(
        monkeypatch,
        tmp_path,
        BOT_TOKEN=SECRET,
        TELEGRAM_API="http://127.0.0.1:8081/",
        EXCHANGE_HOSTS='{"fapi.binance.com": "http://127.0.0.1:8082"}',
        ALLOWED_USERS=" 12, 34 56 ",
        POLL_SECONDS="0.5",
        HTTP_PORT="0",
    )
    assert settings.telegram_api == "http://127.0.0.1:8081"
    assert settings.exchange_hosts == {"fapi.binance.com": "http://127.0.0.1:8082"}
    assert settings.allowed_users == {12, 34, 56}
    assert not settings.sandboxed
    assert SECRET not in repr(settings)


def test_settings_come_from_a_file_too(tmp_path: Path) -> None:
    """A `.env` beside the bot."""
    path = tmp_path / ".env"
    path.write_text("TIERWISE_POLL_SECONDS=7\nTIERWISE_ALLOWED_USERS=\n", "utf-8")
    settings = read_settings(path)
    assert (settings.poll_seconds, settings.allowed_users) == (7, frozenset())


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("BOT_TOKEN", "hunter2-secret", "BotFather"),
        ("POLL_SECONDS", "0", "greater than or equal to 0.05"),
        ("POLL_SECONDS", "soon", "number"),
        ("HTTP_PORT", "70000", "65535"),
        ("ALLOWED_USERS", "sam", '"12345,67890"'),
        ("EXCHANGE_HOSTS", "{", "expected JSON like"),
        ("EXCHANGE_HOSTS", "[]", "expected JSON like"),
        ("EXCHANGE_HOSTS", '{"a": "b"}', "expected JSON like"),
        ("TELEGRAM_API", "ftp://x", "base address"),
        ("DATABASE_URL", "mysql://x", "SQLite"),
    ],
)
def test_a_wrong_value_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, expected: str
) -> None:
    """The setting is named with what was expected; a secret's value is not repeated."""
    with pytest.raises(SettingsError, match=f"TIERWISE_{name}") as caught:
        read(monkeypatch, tmp_path, **{name: value})
    assert expected in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("address", ["sam:hunter2@half@host/tierwise", "sam:hunter2@@[host/tierwise"])
def test_an_at_sign_in_a_database_password_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    """What follows it would be taken for the host, and be shown where the host can't be reached."""
    with pytest.raises(SettingsError, match="TIERWISE_DATABASE_URL") as caught:
        read(monkeypatch, tmp_path, DATABASE_URL=f"postgresql+psycopg://{address}")
    assert '"%40"' in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "half" not in str(caught.value)


def test_an_at_sign_in_percent_form_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """So is one behind the host."""
    url = "postgresql+psycopg://sam:hunter2%40half@host/tierwise?application_name=a@b"
    assert read(monkeypatch, tmp_path, DATABASE_URL=url).database_url == url


def test_an_unknown_setting_is_a_typing_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Near one that exists it is proposed; else all are listed. The tests' own variable is no setting."""
    monkeypatch.setenv("TIERWISE_DATA", "/anywhere")
    read(monkeypatch, tmp_path)
    with pytest.raises(SettingsError, match="did you mean TIERWISE_POLL_SECONDS"):
        read(monkeypatch, tmp_path, POL_SECONDS="1")
    monkeypatch.delenv("TIERWISE_POL_SECONDS")
    with pytest.raises(SettingsError, match="known are ALLOWED_USERS"):
        read(monkeypatch, tmp_path, ZZZZZ="1")


def test_contradictions_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Bot API without a token can't be meant."""
    with pytest.raises(SettingsError, match="a Bot API needs a token"):
        read(monkeypatch, tmp_path, TELEGRAM_API="http://127.0.0.1:8081")


@pytest.mark.parametrize(
    ("settings", "words", "expected"),
    [
        ({"BOT_TOKEN": "nonsense"}, [], "BotFather"),
        ({"EXCHANGE_HOSTS": "{"}, [], "expected JSON like"),
        ({"BOT_TOKEN": SECRET}, ["--candles", "x.csv"], "--candles plays in the sandbox"),
        ({"HTTP_PORT": "0"}, ["--candles", "missing.csv"], "missing.csv"),
        ({"HTTP_PORT": "0"}, ["--candles", "bad.csv"], "line 1"),
        ({"HTTP_PORT": "0"}, ["--candles", "good.csv", "--contract", "NOPE"], "NOPE"),
        ({"HTTP_PORT": "0", "DATABASE_URL": "sqlite:///bad.csv/x.db"}, [], "bad.csv"),
    ],
    ids=["token", "hosts", "candles with token", "no file", "no candles", "no contract", "no folder"],
)
def test_run_refuses_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    settings: dict[str, str],
    words: list[str],
    expected: str,
) -> None:
    """`tierwise run` with what can't be meant: exit code 2 and a sentence, before anything is begun."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.csv").write_text("hello\n", "utf-8")
    rows = "\n".join(f"{n * 60_000},1,1,1,1,1" for n in range(400))
    (tmp_path / "good.csv").write_text(f"timestamp_ms,open,high,low,close,volume\n{rows}\n", "utf-8")
    for name, value in settings.items():
        monkeypatch.setenv(f"TIERWISE_{name}", value)
    assert main(["run", *words]) == 2
    printed = capsys.readouterr().err
    assert expected in printed
    assert printed.startswith("tierwise run: ")


def test_the_webhook_and_the_status_page_can_be_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty setting switches off; the webhook's secret is shown nowhere."""
    word = "a-word-nobody-else-knows"
    settings = read(
        monkeypatch,
        tmp_path,
        BOT_TOKEN=SECRET,
        WEBHOOK_URL="https://bot.example.org/tierwise",
        WEBHOOK_SECRET=word,
        STATUS_PORT="",
        LOG="json",
    )
    assert settings.webhook_url == "https://bot.example.org/tierwise"
    assert (settings.status_port, settings.log) == (None, "json")
    assert word not in repr(settings)
    assert read(monkeypatch, tmp_path, WEBHOOK_SECRET="", WEBHOOK_URL="").webhook_url is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"WEBHOOK_URL": "http://bot.example.org"}, "expected an https address"),
        ({"WEBHOOK_URL": "bot.example.org"}, "expected an address"),
        ({"WEBHOOK_URL": "https://bot.example.org/?a=1"}, "expected an address"),
        ({"WEBHOOK_URL": "https://bot.example.org", "WEBHOOK_SECRET": "two words of mine"}, "16 to 256 letters"),
        ({"WEBHOOK_SECRET": "a-word-nobody-else-knows"}, "TIERWISE_WEBHOOK_URL is not"),
        ({"WEBHOOK_URL": "https://bot.example.org", "BOT_TOKEN": ""}, "the sandbox needs no webhook"),
        ({"STATUS_PORT": "70000"}, "TIERWISE_STATUS_PORT"),
        ({"LOG": "xml"}, "TIERWISE_LOG"),
    ],
    ids=str,
)
def test_a_wrong_webhook_or_page_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: dict[str, str], expected: str
) -> None:
    """With a sentence that does not repeat the secret."""
    with pytest.raises(SettingsError, match=expected) as refused:
        read(monkeypatch, tmp_path, **{"BOT_TOKEN": SECRET, **given})
    assert "two words" not in str(refused.value)
