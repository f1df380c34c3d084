"""The bot's side over HTTP: ``/bot<token>/<method>`` answered as Telegram would, with faults on demand."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from chatbot.sandbox.telegram import editing, profile, sending, taps
from chatbot.sandbox.telegram.faults import Fault
from chatbot.sandbox.telegram.wire import Fields, Parameters, Refused, Upload, as_written, bad_request
from chatbot.sandbox.telegram.world import Call, World

METHODS: Final[dict[str, Callable[[World, Parameters], Any]]] = {
    **sending.METHODS,
    **editing.METHODS,
    **taps.METHODS,
    **profile.METHODS,
}
TOKEN: Final = re.compile(r"\d{1,15}:[\w-]+", re.ASCII)
MOST_UPDATES: Final = 100
LONGEST_POLL: Final = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and the JSON that goes with it."""

    status: int
    body: Fields

    def response(self) -> web.Response:
        wait = self.body.get("parameters", {}).get("retry_after")
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return web.json_response(self.body, status=self.status, headers=headers)


@dataclass(frozen=True, slots=True)
class Asked:
    """One call as it came in."""

    request: web.Request
    token: str
    method: str
    given: Parameters
    at: float


class BotSide:
    """Reads calls, lets faults happen, runs methods, and writes down every call."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add_to(self, app: web.Application) -> None:
        app.router.add_route("*", "/bot{token}/{method}", self.call)
        app.router.add_get("/file/bot{token}/{path:.+}", self.download)

    async def call(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"]
        try:
            check_token(token)
            given = await read_parameters(request)
        except Refused as refused:
            return Answer(refused.code, refused.answer()).response()
        asked = Asked(request, token, method, given, self.world.clock())
        fault = self.world.faults.take(method.lower(), given)
        if fault is not None:
            return await self.suffer(asked, fault)
        answer = await self.execute(asked)
        self.write_down(asked, answer, "answered")
        return answer.response()

    async def suffer(self, asked: Asked, fault: Fault) -> web.StreamResponse:
        """What the fault leaves of the call; it is written down first, as the caller may be gone afterwards."""
        refusal = fault.refusal
        answer = None if refusal is None else Answer(refusal.code, refusal.answer())
        if fault.after:
            executed = await self.execute(asked)
            is_lost = answer is None or fault.body is not None
            self.write_down(asked, executed, "executed, answer lost" if is_lost else "executed, refused")
        elif fault.body is not None:
            self.write_down(asked, Answer(fault.code or 200, {}), "answered with something else")
        elif fault.cuts or answer is not None:
            self.write_down(asked, answer or Answer(0, {}), "cut off" if fault.cuts else "refused on demand")
        await asyncio.sleep(fault.delay)
        if fault.cuts:
            return cut(asked.request)
        if fault.body is not None:
            return web.Response(text=fault.body, status=fault.code or 200, content_type="text/html")
        if answer is None:
            answer = await self.execute(asked)
            self.write_down(asked, answer, "answered late")
        return answer.response()

    async def execute(self, asked: Asked) -> Answer:
        try:
            result = await self.result(asked)
        except Refused as refused:
            return Answer(refused.code, refused.answer())
        return Answer(200, {"ok": True, "result": result})

    async def result(self, asked: Asked) -> Any:
        method = asked.method.lower()
        if method == "getupdates":
            return await self.updates(asked)
        run = METHODS.get(method)
        if run is None:
            raise Refused("Not Found: method not found", code=404)
        self.world.flood.check(method, asked.given.text("chat_id"))
        with self.world.store.transaction():
            self.world.meet_bot(asked.token)
            return run(self.world, asked.given)

    async def updates(self, asked: Asked) -> list[Fields]:
        given = asked.given
        profile.read_allowed_updates(self.world, given)
        limit = min(max(given.integer("limit", MOST_UPDATES), 1), MOST_UPDATES)
        seconds = min(max(given.integer("timeout"), 0), LONGEST_POLL)
        return await self.world.inbox.poll(given.integer("offset"), limit, seconds)

    def write_down(self, asked: Asked, answer: Answer, outcome: str) -> None:
        response = json.loads(json.dumps(answer.body))
        call = Call(asked.at, asked.method, asked.given.readable(), answer.status, response, outcome)
        self.world.calls.append(call)

    async def download(self, request: web.Request) -> web.StreamResponse:
        try:
            check_token(request.match_info["token"])
        except Refused as refused:
            return Answer(refused.code, refused.answer()).response()
        folder, _, rest = request.match_info["path"].partition("/")
        found = self.world.files.find(rest.partition("/")[0]) if folder == "files" else None
        if found is None:
            return Answer(404, {"ok": False, "error_code": 404, "description": "Not Found"}).response()
        return web.Response(body=found.upload.data, content_type="application/octet-stream")


def check_token(token: str) -> None:
    if not TOKEN.fullmatch(token):
        raise Refused("Unauthorized: invalid token specified", code=401)


def cut(request: web.Request) -> web.StreamResponse:
    """Ends the connection without a word; the response that aiohttp wants goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def read_parameters(request: web.Request) -> Parameters:
    """Parameters from the address and the body, in whichever of the four ways they are written."""
    values = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        values.update(json_parameters(await request.text()))
        return Parameters(values, uploads)
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            uploads[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            values[name] = value if isinstance(value, str) else bytes(value).decode(errors="replace")
    return Parameters(values, uploads)


def json_parameters(body: str) -> dict[str, str]:
    try:
        read = json.loads(body or "{}")
    except json.JSONDecodeError as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(read, dict):
        raise bad_request("expected an Object of parameters")
    return {name: as_written(value) for name, value in read.items() if value is not None}
