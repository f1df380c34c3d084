"""What a test or a curious developer controls under ``/sim``: calls, faults, flood control, raw updates, a reset."""

from __future__ import annotations

from aiohttp import web

from chatbot.sandbox.telegram.faults import WrongFault, read_fault
from chatbot.sandbox.telegram.people import NotPossible
from chatbot.sandbox.telegram.person_side import read_object, speaking
from chatbot.sandbox.telegram.wire import Fields
from chatbot.sandbox.telegram.world import World


class ControlSide:
    """The routes that change how the emulator behaves, not what is said in it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def add_to(self, app: web.Application) -> None:
        router = app.router
        router.add_get("/sim/calls", self.calls)
        router.add_get("/sim/fault", self.faults)
        router.add_post("/sim/fault", speaking(self.add_fault))
        router.add_delete("/sim/fault", self.clear_faults)
        router.add_post("/sim/flood", speaking(self.flood))
        router.add_post("/sim/update", speaking(self.update))
        router.add_post("/sim/reset", self.reset)

    async def calls(self, request: web.Request) -> web.StreamResponse:
        """Every call so far, oldest first; ``?method=`` keeps one method, ``?chat_id=`` one chat."""
        method, chat_id = request.query.get("method", "").lower(), request.query.get("chat_id")
        found = [call.fields() for call in self.world.calls if method in {"", call.method.lower()}]
        if chat_id is not None:
            found = [call for call in found if call["params"].get("chat_id") == chat_id]
        return web.json_response({"calls": found})

    async def faults(self, _: web.Request) -> web.StreamResponse:
        return self.waiting()

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        try:
            fault = read_fault(await read_object(request))
        except WrongFault as error:
            raise NotPossible(str(error)) from error
        self.world.faults.add(fault)
        return self.waiting()

    async def clear_faults(self, _: web.Request) -> web.StreamResponse:
        self.world.faults.clear()
        return self.waiting()

    def waiting(self) -> web.Response:
        return web.json_response({"faults": [fault.fields() for fault in self.world.faults.waiting]})

    async def flood(self, request: web.Request) -> web.StreamResponse:
        body: Fields = await read_object(request)
        if not isinstance(body.get("on"), bool):
            raise NotPossible("on must be true or false")
        self.world.flood.switch(on=body["on"])
        return web.json_response({"on": self.world.flood.on})

    async def update(self, request: web.Request) -> web.StreamResponse:
        """Updates for the bot word for word, possible or not; each is handed out once."""
        body: Fields = await read_object(request)
        updates = body.get("updates")
        if not isinstance(updates, list) or not all(is_numbered_or_new(each) for each in updates):
            raise NotPossible("updates must be a list of objects, with whole numbers as update_id or with none")
        self.world.inbox.add_raw(updates)
        return web.json_response(
            {"waiting": self.world.inbox.count(), "newest": self.world.store.current_number("update")}
        )

    async def reset(self, _: web.Request) -> web.StreamResponse:
        self.world.reset()
        return web.json_response({"ok": True})


def is_numbered_or_new(update: object) -> bool:
    """Telegram's own part of an update, its number, is always sound."""
    return isinstance(update, dict) and type(update.get("update_id", 0)) is int
