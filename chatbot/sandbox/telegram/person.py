"""A person in Python: says things, taps buttons, reads the chat, and waits for what the bot does. Never sleeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Literal, Self, TypeAlias, TypeVar

import aiohttp

Kind: TypeAlias = Literal["callback", "copy", "url", "web_app"]
SEEN_AS_MESSAGE: Final = frozenset({"message", "edit"})


class PersonRefused(Exception):
    """What the person tried is not possible; the text says why."""


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button; the value is its callback data, the text to copy, or an address."""

    text: str
    kind: Kind
    value: str
    style: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as it looked at one version of the chat."""

    message_id: int
    from_bot: bool
    text: str
    html: str
    buttons: tuple[tuple[Button, ...], ...]
    version: int
    edited: bool

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(button.text for row in self.buttons for button in row)


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a tap did: a callback went to the bot, a text was copied, or an address was opened."""

    kind: Kind
    value: str
    message_id: int
    version: int


Found = TypeVar("Found")
Wanted: TypeAlias = str | Callable[[Shown], bool]


class Person:
    """One person's chat with the bot over HTTP. Close it, or use it as an async context manager."""

    def __init__(self, base_url: str, chat_id: int = 1001, *, first_name: str = "Sam") -> None:
        self.base_url = base_url
        self.chat_id = chat_id
        self.first_name = first_name
        self.acted_at = 0
        self.session: aiohttp.ClientSession | None = None

    async def say(self, text: str, *, reply_to: int | None = None) -> int:
        """Sends a text and returns its message id."""
        body: dict[str, Any] = {"text": text, "first_name": self.first_name}
        if reply_to is not None:
            body["reply_to"] = reply_to
        done = await self.act("message", body)
        return int(done["message_id"])

    async def tap(self, label: str, *, message_id: int | None = None) -> Pressed:
        """Taps the newest button with this label, or one that begins so; raises PersonRefused if none does."""
        return await self.press({"label": label}, message_id)

    async def tap_data(self, data: str, *, message_id: int | None = None) -> Pressed:
        return await self.press({"data": data}, message_id)

    async def press(self, which: dict[str, Any], message_id: int | None) -> Pressed:
        body = which if message_id is None else {**which, "message_id": message_id}
        done = await self.act("tap", body)
        return Pressed(done["kind"], done["value"], done["message_id"], done["version"])

    async def block(self) -> None:
        await self.act("block", {})

    async def unblock(self) -> None:
        await self.act("unblock", {})

    async def act(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        done = await self.request("POST", f"/sim/{what}", body={"chat_id": self.chat_id, **body})
        self.acted_at = int(done["version"])
        return done

    async def chat(self) -> dict[str, Any]:
        """Everything the emulator tells about the chat, as JSON."""
        return await self.request("GET", f"/sim/chat/{self.chat_id}")

    async def transcript(self) -> list[Shown]:
        return [read_shown(message) for message in (await self.chat())["messages"]]

    async def last(self) -> Shown:
        """The newest message that is still there; raises LookupError in an empty chat."""
        messages = await self.transcript()
        if not messages:
            raise LookupError(f"chat {self.chat_id} is empty")
        return messages[-1]

    async def toast(self) -> str | None:
        """The newest answer to a tap, an empty string for one without words, None while there is none."""
        answers = (await self.chat())["answers"]
        return str(answers[-1]["text"]) if answers else None

    async def wait_for(self, wanted: Wanted, *, after: int | None = None, timeout: float = 10.0) -> Shown:
        """The first message of the bot, new or edited, that fits and came after a version.

        Without ``after`` that is the version of what this person did last. Every state of a message is
        looked at, also one that was edited away since. Raises TimeoutError, with the chat, if none comes.
        """
        fits = (lambda shown: wanted in shown.text) if isinstance(wanted, str) else wanted

        def read(change: dict[str, Any]) -> Shown | None:
            seen = change.get("message") if change["kind"] in SEEN_AS_MESSAGE else None
            shown = read_shown(seen) if seen else None
            return shown if shown is not None and shown.from_bot and fits(shown) else None

        what = f"a message with {wanted!r}" if isinstance(wanted, str) else "the wanted message"
        return await self.first_change(read, after, timeout, what)

    async def wait_for_toast(self, *, after: int | None = None, timeout: float = 10.0) -> str:
        """The text of the next answer to a tap, which may be empty."""

        def read(change: dict[str, Any]) -> str | None:
            return str(change["text"]) if change["kind"] == "answer" else None

        return await self.first_change(read, after, timeout, "an answer to a tap")

    async def wait_for_removal(self, message_id: int, *, timeout: float = 10.0) -> None:
        """Returns once a message is deleted, whenever that was."""

        def read(change: dict[str, Any]) -> bool | None:
            return True if change["kind"] == "delete" and change["message_id"] == message_id else None

        await self.first_change(read, 0, timeout, f"the removal of message {message_id}")

    async def first_change(
        self,
        read: Callable[[dict[str, Any]], Found | None],
        after: int | None,
        patience: float,
        what: str,
    ) -> Found:
        """The first change after a version that ``read`` makes something of."""
        since = self.acted_at if after is None else after
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        while (left := deadline - loop.time()) > 0:
            query = {"chat_id": str(self.chat_id), "since": str(since), "timeout": f"{left:.3f}"}
            answer = await self.request("GET", "/sim/wait", query=query)
            for change in answer["changes"]:
                found = read(change)
                if found is not None:
                    return found
            since = answer["version"]
        screen = "\n".join(f"#{each.message_id} {each.text!r} {each.labels}" for each in await self.transcript())
        raise TimeoutError(f"{what} did not come within {patience} s; the chat is:\n{screen}")

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, Any] | None = None,
        query: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """A call of the emulator; raises PersonRefused with its sentence."""
        if self.session is None:
            self.session = aiohttp.ClientSession()
        async with self.session.request(method, self.base_url + path, json=body, params=query) as response:
            answer: dict[str, Any] = await response.json()
        if response.status != 200:
            raise PersonRefused(answer.get("error", f"status {response.status}"))
        return answer

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()
            self.session = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


def read_shown(message: dict[str, Any]) -> Shown:
    rows = tuple(tuple(Button(**button) for button in row) for row in message["keyboard"])
    return Shown(
        message_id=message["message_id"],
        from_bot=message["from_bot"],
        text=message["text"],
        html=message["html"],
        buttons=rows,
        version=message["version"],
        edited=message["edited"],
    )
