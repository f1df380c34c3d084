"""The simulated exchanges as one web server on loopback: public market data only, nothing that could place an order.

Each dialect answers as one exchange does, all from the same market; a path says which of them is meant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Final

from aiohttp import web

from chatbot.sandbox.exchange.dialects.binance import Binance
from chatbot.sandbox.exchange.dialects.bingx import BingX
from chatbot.sandbox.exchange.dialects.bitget import Bitget
from chatbot.sandbox.exchange.dialects.bybit import Bybit
from chatbot.sandbox.exchange.dialects.dialect import SPOILED_BY, Dialect, RefusedError
from chatbot.sandbox.exchange.dialects.mexc import Mexc
from chatbot.sandbox.exchange.dialects.weex import Weex
from chatbot.sandbox.exchange.faults import Fault, FaultBook
from chatbot.sandbox.exchange.market import Market
from chatbot.sandbox.exchange.payloads import WEIGHT_LIMIT
from chatbot.sandbox.exchange.sockets import SocketSide
from chatbot.sandbox.exchange.weights import Call, CallLog

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DIALECTS: Final[tuple[type[Dialect], ...]] = (Binance, Bybit, BingX, Weex, Mexc, Bitget)


class ExchangeEmulator:
    """Serves one market. `app` may also be served by somebody else's runner.

    `weight_limit` None never refuses; otherwise it is what a minute's requests to Binance may weigh before they get
    429, and every other dialect keeps the limit of its own exchange.
    """

    def __init__(self, market: Market, *, weight_limit: int | None = WEIGHT_LIMIT) -> None:
        self.market = market
        self.weight_limit = weight_limit
        self.faults = FaultBook()
        self.log = CallLog()
        self.base_url = ""
        self.runner: web.AppRunner | None = None
        self.dialects = tuple(dialect(lambda: self.market) for dialect in DIALECTS)
        self.app = web.Application(middlewares=[self.guard])
        self.app.add_routes(self.routes())
        for spoken in self.dialects:
            self.app.add_routes(spoken.routes())
        self.sockets = SocketSide(lambda: self.market)
        self.sockets.serve(self.app)

    def routes(self) -> list[web.RouteDef]:
        """The hand on what goes wrong, and the log of what was asked."""
        return [
            web.post("/sim/fault", self.add_fault),
            web.delete("/sim/fault", self.clear_faults),
            web.get("/sim/calls", self.calls),
        ]

    @property
    def hosts(self) -> dict[str, str]:
        """Every host of every exchange that is spoken here, and who serves it instead. Call once it listens."""
        return {host: self.base_url + path for dialect in self.dialects for host, path in dialect.hosts.items()}

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes any free one. `base_url` then says where."""
        self.runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=1)
        await self.runner.setup()
        await web.TCPSite(self.runner, host, port).start()
        self.base_url = f"http://{host}:{self.runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Let go of silent requests and close."""
        self.faults.clear()
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count, let faults happen, refuse over the limit, and answer errors in the exchange's form."""
        spoken = next((one for one in self.dialects if request.path.startswith(one.prefixes)), None)
        if spoken is None:
            return await handler(request)
        now = asyncio.get_running_loop().time()
        weight = spoken.weight(request.path, request.query)
        self.log.add(Call(request.path, weight, now, spoken.exchange, request.query_string))
        fault = self.faults.take(request.path)
        request[SPOILED_BY] = fault or Fault()
        broken = None if fault is None else await self.faults.answer(fault, request, spoken.error)
        if broken is not None:
            return broken
        used = self.log.used(now, spoken.exchange)
        if self.is_spent(spoken, used):
            response: web.StreamResponse = spoken.too_many(60 - int(now % 60))
        else:
            response = await self.answer(spoken, request, handler)
        response.headers["x-mbx-used-weight-1m"] = str(used)
        return response

    def is_spent(self, spoken: Dialect, used: int) -> bool:
        """Whether this minute's requests to an exchange weigh more than it allows."""
        if self.weight_limit is None:
            return False
        return used > (self.weight_limit if isinstance(spoken, Binance) else spoken.a_minute)

    async def answer(self, spoken: Dialect, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The right answer, or the right error."""
        try:
            return await handler(request)
        except RefusedError as error:
            return web.json_response(spoken.error(error.code, error.msg), status=spoken.refused_status)

    async def add_fault(self, request: web.Request) -> web.Response:
        """Let something go wrong."""
        try:
            self.faults.add(Fault.from_json(await request.json()))
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"faults": len(self.faults.waiting)})

    async def clear_faults(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """Let nothing go wrong any more."""
        self.faults.clear()
        return web.json_response({"faults": 0})

    async def calls(self, request: web.Request) -> web.Response:  # noqa: ARG002 -- a handler
        """What was asked, oldest first."""
        return web.json_response([asdict(call) for call in self.log.calls])
