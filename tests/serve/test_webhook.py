"""The webhook's door: only Telegram comes in, only with an update, and hears 200 only once it is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from chatbot.serve.listening import listening
from chatbot.serve.webhook import MOST_BYTES, PATH, SECRET_HEADER, is_telegram, webhook_app

SECRET = "a-word-nobody-else-knows"
JSON = "application/json"
PRIVATE = "thirteen-purple-otters"


@dataclass
class Door:
    """The open door, and what came in."""

    address: str = ""
    taken: list[Mapping[str, Any]] = field(default_factory=list)
    fails: bool = False

    async def take(self, updates: Sequence[Mapping[str, Any]]) -> int | None:
        if self.fails:
            raise OSError(f"disk full while writing {updates}")
        self.taken += updates
        return updates[-1].get("update_id")

    async def knock(self, body: bytes, secret: str | None = SECRET, kind: str = JSON, method: str = "POST") -> int:
        headers = {"Content-Type": kind} if secret is None else {"Content-Type": kind, SECRET_HEADER: secret}
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.address + PATH, data=BytesIO(body), headers=headers) as answer,
        ):
            assert await answer.text() == "" or answer.status in {405, 413}
            return answer.status


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    made = Door()
    async with listening(webhook_app(made.take, SECRET), "127.0.0.1", 0) as made.address:
        yield made


async def test_an_update_with_the_secret_is_taken(door: Door) -> None:
    """200, and it was stored before that."""
    assert await door.knock(b'{"update_id": 7, "message": {}}') == 200
    assert door.taken == [{"update_id": 7, "message": {}}]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "ÄÖ"])
async def test_a_wrong_secret_is_refused_without_a_word(door: Door, secret: str | None) -> None:
    """403, an empty answer, nothing stored, and nothing read of the body."""
    with capture_logs() as lines:
        assert await door.knock(b'{"update_id": 7}', secret) == 403
    assert door.taken == []
    assert lines == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b'{"update_id": 7}', "text/plain", 415),
        (b'{"update_id": 7}', "application/json; charset=utf-8", 415),
        (b"", JSON, 400),
        (b"no JSON", JSON, 400),
        (b"\xff\xfe", JSON, 400),
        (b"[1]", JSON, 400),
        (b'"update_id"', JSON, 400),
        (b"[" * 200_000, JSON, 400),
        (b'{"message": {}}', JSON, 400),
        (b'{"x": "' + b"x" * MOST_BYTES + b'"}', JSON, 413),
    ],
    ids=["kind", "charset", "empty", "words", "bytes", "list", "text", "deep", "number", "size"],
)
async def test_what_is_no_update_is_refused(door: Door, body: bytes, kind: str, status: int) -> None:
    """Its kind, size and form are bounded; nothing of it is logged."""
    with capture_logs() as lines:
        assert await door.knock(body, kind=kind) == status
    assert [update for update in door.taken if "update_id" in update] == []
    assert lines == []


async def test_only_posts_to_the_one_path_are_answered(door: Door) -> None:
    """Nothing else is there."""
    assert await door.knock(b"", method="GET") == 405
    async with aiohttp.ClientSession() as session, session.post(f"{door.address}/other") as answer:
        assert answer.status == 404


async def test_what_could_not_be_stored_is_asked_for_again(door: Door) -> None:
    """500, so Telegram brings it once more; the log names the error and none of the words."""
    door.fails = True
    with capture_logs() as lines:
        assert await door.knock(f'{{"update_id": 7, "text": "{PRIVATE}"}}'.encode()) == 500
    assert [line["event"] for line in lines] == ["update not stored"]
    assert PRIVATE not in repr(lines)
    door.fails = False
    assert await door.knock(b'{"update_id": 7}') == 200


def test_half_characters_in_a_header_are_no_error() -> None:
    """What HTTP lets through as bytes is compared, not decoded."""
    assert not is_telegram("\udcff", SECRET)
