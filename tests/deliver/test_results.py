"""Every error the library can raise is sorted into what to do, whatever its place in the class tree."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.warnings import PTBDeprecationWarning

from chatbot.deliver.results import (
    Blocked,
    Later,
    Moved,
    Never,
    Result,
    Why,
    is_bad_keyboard,
    is_target_gone,
    is_unchanged,
    is_unreadable_markup,
    sort_error,
)


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    """As the library raises it: with the HTTP client's error behind it."""
    error.__cause__ = cause
    return error


REQUEST = httpx.Request("POST", "http://127.0.0.1/")
LOST = Later(None, Why.NETWORK, uncertain=True)
NOT_SENT = Later(None, Why.NETWORK, uncertain=False)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ChatMigrated(-1009), Moved(-1009)),
        (Forbidden("Forbidden: bot was blocked by the user"), Blocked("Forbidden: bot was blocked by the user")),
        (Forbidden("Forbidden: user is deactivated"), Blocked("Forbidden: user is deactivated")),
        (BadRequest("Bad Request: chat not found"), Blocked("Chat not found")),
        (BadRequest("Bad Request: message text is empty"), Never("Message text is empty")),
        (BadRequest("Bad Request: message is too long"), Never("Message is too long")),
        (caused(TimedOut(), httpx.ReadTimeout("", request=REQUEST)), LOST),
        (caused(TimedOut(), httpx.WriteTimeout("", request=REQUEST)), LOST),
        (caused(TimedOut(), httpx.ConnectTimeout("", request=REQUEST)), NOT_SENT),
        (caused(TimedOut(), httpx.PoolTimeout("", request=REQUEST)), NOT_SENT),
        (caused(NetworkError("x"), httpx.ConnectError("", request=REQUEST)), NOT_SENT),
        (caused(NetworkError("x"), httpx.ReadError("", request=REQUEST)), LOST),
        (caused(NetworkError("x"), httpx.RemoteProtocolError("", request=REQUEST)), LOST),
        (NetworkError("Bad Gateway"), LOST),
        (NetworkError("Too Many Requests"), Later(None, Why.FLOOD, uncertain=False)),
        (TelegramError("Invalid server response"), LOST),
        (InvalidToken(), Later(None, Why.TOKEN, uncertain=False)),
        (Conflict("Conflict: terminated"), Later(None, Why.TOKEN, uncertain=False)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_sorted_into_what_to_do(error: TelegramError, expected: Result) -> None:
    """Only what can heal is tried again, and only what may have arrived is called uncertain."""
    assert sort_error(error) == expected


def test_a_flood_wait_is_read_as_a_timedelta() -> None:
    """The library's new type of waits."""
    assert sort_error(RetryAfter(timedelta(seconds=7))) == Later(7_000, Why.FLOOD, uncertain=False)


def test_a_flood_wait_is_read_as_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's old type of waits, which it still gives by default."""
    monkeypatch.delenv("PTB_TIMEDELTA")
    with pytest.warns(PTBDeprecationWarning):
        assert sort_error(RetryAfter(7)) == Later(7_000, Why.FLOOD, uncertain=False)


def test_refusals_are_known_whatever_their_capitals() -> None:
    """The library lower-cases most of what Telegram says, and capitalises its first letter."""
    assert is_unchanged(BadRequest("Bad Request: message is not modified: specified new message content"))
    assert is_target_gone(BadRequest("Bad Request: MESSAGE_ID_INVALID"))
    assert is_target_gone(BadRequest("Bad Request: message to edit not found"))
    assert is_unreadable_markup(BadRequest("Bad Request: can't parse entities: unclosed tag"))
    assert is_bad_keyboard(BadRequest("Bad Request: BUTTON_DATA_INVALID"))
    assert not is_bad_keyboard(BadRequest("Bad Request: message is too long"))
