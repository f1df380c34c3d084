"""What a person can do, as JSON under ``/sim``: write, tap, block, read the chat, and follow what happens."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from chatbot.sandbox.telegram import people, profile
from chatbot.sandbox.telegram.journal import Change
from chatbot.sandbox.telegram.people import NotPossible
from chatbot.sandbox.telegram.transcript import plain_lines, shown
from chatbot.sandbox.telegram.wire import Fields
from chatbot.sandbox.telegram.world import World

HEARTBEAT_SECONDS: Final = 15.0
LONGEST_WAIT: Final = 60.0
INLINE_PICTURES: Final = frozenset({"image/png", "image/jpeg"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def speaking(handler: Handler) -> Handler:
    """Turns what is not possible into a sentence with a status."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotPossible as refused:
            return web.json_response({"error": str(refused)}, status=refused.status)

    return handle


class PersonSide:
    """The routes of the people, for tests, scripts and the chat page."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add_to(self, app: web.Application) -> None:
        router = app.router
        router.add_post("/sim/message", self.acting(people.say))
        router.add_post("/sim/tap", self.acting(people.press))
        router.add_post("/sim/block", self.acting(people.block))
        router.add_post("/sim/unblock", self.acting(people.unblock))
        router.add_get("/sim/chat/{chat_id}", speaking(self.chat))
        router.add_get("/sim/wait", speaking(self.wait))
        router.add_get("/sim/events", speaking(self.events))
        router.add_get("/sim/file/{file_id}", self.file)

    def acting(self, act: Callable[[World, Fields], Fields]) -> Handler:
        @speaking
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await read_object(request)
            with self.world.store.transaction():
                done = act(self.world, body)
            return web.json_response(done)

        return handle

    async def chat(self, request: web.Request) -> web.StreamResponse:
        chat_id = read_number(request.match_info["chat_id"], "chat_id")
        described = self.describe(chat_id)
        if request.query.get("format") == "text":
            return web.Response(text=plain_lines(described["messages"]) + "\n")
        return web.json_response(described)

    def describe(self, chat_id: int) -> Fields:
        """The whole chat; one that nobody has opened yet is empty."""
        chat = self.world.chats.find(chat_id)
        language = str(chat.person.get("language_code", "")) if chat else ""
        return {
            "chat_id": chat_id,
            "version": self.world.journal.latest(),
            "person": chat.person if chat else None,
            "blocked": chat.blocked if chat else False,
            "pinned": chat.pinned if chat else None,
            "input_field": chat.input_field if chat else None,
            "bot": {**self.world.bot_user(), "description": self.world.store.setting("description ", "")},
            "commands": profile.commands_shown(self.world, chat_id, language),
            "messages": [shown(row) for row in self.world.chats.rows(chat_id)],
            "answers": [change.fields() for change in self.world.journal.of_kind(chat_id, "answer")],
        }

    async def wait(self, request: web.Request) -> web.StreamResponse:
        """The changes after a version; the answer comes with the first one."""
        chat_id, since = wanted_chat(request), read_number(request.query.get("since", "0"), "since")
        seconds = min(read_seconds(request.query.get("timeout", "25")), LONGEST_WAIT)
        changes = await self.world.journal.wait_since(since, chat_id, seconds)
        version = changes[-1].version if changes else since
        return web.json_response({"version": version, "changes": [change.fields() for change in changes]})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events, one for each change; without ``since`` only what happens from now on."""
        written = request.headers.get("Last-Event-ID") or request.query.get("since")
        chat_id = wanted_chat(request)
        version = self.world.journal.latest() if written is None else read_number(written, "since")
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        while not self.world.journal.closed:
            changes = await self.world.journal.wait_since(version, chat_id, HEARTBEAT_SECONDS)
            await response.write(b"".join(map(event, changes)) or b": still here\n\n")
            version = changes[-1].version if changes else version
        return response

    async def file(self, request: web.Request) -> web.StreamResponse:
        found = self.world.files.find(request.match_info["file_id"])
        if found is None:
            return web.json_response({"error": "there is no such file"}, status=404)
        is_picture = found.upload.content_type in INLINE_PICTURES
        kind = found.upload.content_type if is_picture else "application/octet-stream"
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "inline" if is_picture else "attachment",
        }
        return web.Response(body=found.upload.data, content_type=kind, headers=headers)


def event(change: Change) -> bytes:
    return f"id: {change.version}\nevent: {change.kind}\ndata: {json.dumps(change.fields())}\n\n".encode()


def wanted_chat(request: web.Request) -> int | None:
    written = request.query.get("chat_id")
    return None if written is None else read_number(written, "chat_id")


def read_number(written: str, name: str) -> int:
    try:
        return int(written)
    except ValueError as error:
        raise NotPossible(f"{name} is {written!r}, which is not a whole number") from error


def read_seconds(written: str) -> float:
    try:
        seconds = float(written)
    except ValueError as error:
        raise NotPossible(f"timeout is {written!r}, which is not a number of seconds") from error
    return max(0.0, seconds) if seconds < LONGEST_WAIT else LONGEST_WAIT


async def read_object(request: web.Request) -> Fields:
    try:
        read: Any = await request.json()
    except json.JSONDecodeError as error:
        raise NotPossible("the body is not JSON") from error
    if not isinstance(read, dict):
        raise NotPossible("the body must be a JSON object")
    return read
