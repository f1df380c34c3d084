"""The settings: one frozen object, read once from the environment and `.env`, refusing nonsense with a sentence."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX: Final = "TIERWISE_"
TESTS_OWN: Final = frozenset({"DATA", "TEST_DATABASE_URL"})
PUBLIC_API: Final = "https://api.telegram.org"
TOKEN: Final = re.compile(r"\d+:[\w-]{5,}")
SQLITE: Final = "sqlite:///"
POSTGRESQL: Final = frozenset({"postgresql", "postgresql+psycopg", "postgres"})
WEBHOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{16,256}")
HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class SettingsError(ValueError):
    """One or more sentences: which setting, what it was, what was expected."""


class FeedKind(StrEnum):
    """How prices come: streamed, with polling where and while that can't be, or polled only."""

    STREAM = "stream"
    POLL = "poll"


class Settings(BaseSettings):
    """Everything that can be set. Without a bot token the bot runs in its own sandbox."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore")

    bot_token: SecretStr | None = None
    telegram_api: str = PUBLIC_API
    database_url: str = Field(default="sqlite:///var/tierwise.sqlite3", repr=False)
    state_dir: Path = Path("var")
    feed: FeedKind = FeedKind.STREAM
    poll_seconds: Annotated[float, Field(ge=0.05, le=60)] = 5
    default_exchange: str = "binanceusdm"
    exchange_hosts: Annotated[Mapping[str, str], NoDecode] = Field(default_factory=dict)
    allowed_users: Annotated[frozenset[int], NoDecode] = frozenset()
    open: bool = False
    invite_hours: Annotated[float, Field(gt=0, le=8_760)] = 48
    most_plans: Annotated[int, Field(ge=1)] = 20
    most_levels: Annotated[int, Field(ge=1)] = 15
    messages_per_minute: Annotated[int, Field(ge=1)] = 20
    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    status_host: str = "127.0.0.1"
    status_port: Annotated[int, Field(ge=0, le=65535)] | None = 9464
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    webhook_host: str = "127.0.0.1"
    webhook_port: Annotated[int, Field(ge=0, le=65535)] = 8090
    log: Literal["logfmt", "json"] = "logfmt"

    @field_validator("bot_token", mode="before")
    @classmethod
    def token_or_none(cls, value: object) -> object:
        """An empty token is no token."""
        if value == "" or value is None:
            return None
        if isinstance(value, str) and not TOKEN.fullmatch(value):
            raise ValueError('expected the token BotFather gave you, such as "123456:ABC-DEF"')
        return value

    @field_validator("status_port", "webhook_url", mode="before")
    @classmethod
    def nothing_or(cls, value: object) -> object:
        """An empty setting switches it off."""
        return None if value == "" else value

    @field_validator("webhook_url")
    @classmethod
    def secure_address(cls, value: str | None) -> str | None:
        """Telegram calls https only; beside a Bot API on this machine no certificate is needed."""
        parts = urlsplit(value or "https://nowhere")
        if not parts.netloc or parts.query or parts.fragment:
            raise ValueError('expected an address such as "https://bot.example.org"')
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
            raise ValueError('expected an https address such as "https://bot.example.org"')
        return value

    @field_validator("webhook_secret", mode="before")
    @classmethod
    def secret_or_none(cls, value: object) -> object:
        """An empty secret is none: the bot makes one itself."""
        if value == "" or value is None:
            return None
        if isinstance(value, str) and not WEBHOOK_SECRET.fullmatch(value):
            raise ValueError("expected 16 to 256 letters, digits, _ or -")
        return value

    @field_validator("exchange_hosts", mode="before")
    @classmethod
    def hosts_from_json(cls, value: object) -> object:
        """A JSON object of host names and base URLs."""
        if not isinstance(value, str):
            return value
        try:
            hosts = json.loads(value or "{}")
        except json.JSONDecodeError:
            hosts = None
        if not isinstance(hosts, dict) or not all(
            isinstance(url, str) and urlsplit(url).netloc for url in hosts.values()
        ):
            raise ValueError('expected JSON like {"fapi.binance.com": "http://127.0.0.1:8081"}')
        return hosts

    @field_validator("allowed_users", mode="before")
    @classmethod
    def ids_from_list(cls, value: object) -> object:
        """User ids, separated by commas or blanks."""
        if not isinstance(value, str):
            return value
        ids = re.split(r"[,\s]+", value.strip()) if value.strip() else []
        if not all(re.fullmatch(r"\d{1,18}", one) for one in ids):
            raise ValueError('expected Telegram user ids such as "12345,67890"')
        return frozenset(int(one) for one in ids)

    @field_validator("telegram_api")
    @classmethod
    def base_address(cls, value: str) -> str:
        """A base address without a path."""
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f'expected a base address such as "{PUBLIC_API}"')
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def known_database(cls, value: str) -> str:
        """A SQLite file, or a database of a PostgreSQL server."""
        if value.startswith(SQLITE) and value != SQLITE:
            return value
        scheme, _, rest = value.partition("://")
        # Counted by hand: an address that can't be split can have a password too.
        if scheme in POSTGRESQL and re.split(r"[/?#]", rest, maxsplit=1)[0].count("@") > 1:
            raise ValueError(
                'more than one "@" stands before the database\'s name; expected those of the password as "%40",'
                ' such as "postgresql+psycopg://user:pass%40word@host/tierwise"'
            )
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in POSTGRESQL or not parts.path.strip("/"):
            raise ValueError(
                'expected a SQLite file such as "sqlite:///var/tierwise.sqlite3"'
                ' or a PostgreSQL database such as "postgresql+psycopg://user:password@host/tierwise"'
            )
        return value

    @model_validator(mode="after")
    def agree(self) -> Settings:
        """Settings that contradict each other."""
        if self.bot_token is None and self.telegram_api != PUBLIC_API:
            raise ValueError("TIERWISE_TELEGRAM_API is set but TIERWISE_BOT_TOKEN is not: a Bot API needs a token")
        if self.open and self.allowed_users:
            raise ValueError("TIERWISE_OPEN lets everybody in and TIERWISE_ALLOWED_USERS only some: set one of them")
        if self.bot_token is None and self.webhook_url is not None:
            raise ValueError("TIERWISE_WEBHOOK_URL is set but TIERWISE_BOT_TOKEN is not: the sandbox needs no webhook")
        if self.webhook_secret is not None and self.webhook_url is None:
            raise ValueError("TIERWISE_WEBHOOK_SECRET is set but TIERWISE_WEBHOOK_URL is not")
        return self

    @property
    def database_path(self) -> Path | None:
        """The database's file; None where a server keeps it."""
        return Path(self.database_url.removeprefix(SQLITE)) if self.database_url.startswith(SQLITE) else None

    @property
    def kept_beside(self) -> Path:
        """What the bot's other files are named after: the database's file, or a name in TIERWISE_STATE_DIR."""
        if self.database_path is not None:
            return self.database_path
        return self.state_dir / urlsplit(self.database_url).path.strip("/")

    @property
    def sandboxed(self) -> bool:
        """Whether the bot runs in its own sandbox."""
        return self.bot_token is None


def read_settings(env_file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises SettingsError."""
    file = env_file or Path(".env")
    refuse_unknown([*environ, *dotenv_values(file)])
    try:
        return Settings(_env_file=file)  # type: ignore[call-arg]  # pydantic-settings' own argument
    except ValidationError as error:
        sentences = [sentence_of(dict(problem)) for problem in error.errors()]
        raise SettingsError("; ".join(sentences)) from None


def refuse_unknown(names: Iterable[str]) -> None:
    """A setting nobody reads is a typing error."""
    known = {name.upper() for name in Settings.model_fields}
    for name in sorted(names):
        short = name.removeprefix(PREFIX)
        if not name.startswith(PREFIX) or short in known or short in TESTS_OWN:
            continue
        near = get_close_matches(short, known, 1)
        hint = f"did you mean {PREFIX}{near[0]}?" if near else f"known are {', '.join(sorted(known))}"
        raise SettingsError(f"{name} is not a setting; {hint}")


def sentence_of(problem: Mapping[str, object]) -> str:
    """One refused setting; the value of a secret is never repeated."""
    place = problem["loc"]
    message = str(problem["msg"]).removeprefix("Value error, ")
    if not isinstance(place, tuple) or not place:
        return message
    name = f"{PREFIX}{str(place[0]).upper()}"
    value = "" if is_secret(str(place[0])) else f" is {str(problem.get('input'))[:60]!r}"
    return f"{name}{value}: {message}"


def is_secret(field: str) -> bool:
    """Whether a setting's value may never be shown: it is a secret, or an address that a password can stand in."""
    return field.endswith("_url") or "SecretStr" in str(Settings.model_fields[field].annotation)
