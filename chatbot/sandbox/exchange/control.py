"""The hand on the market: routes for a page with buttons, and the task that lets simulated time pass."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from aiohttp import web

from chatbot.sandbox.exchange.market import MAX_SPEED, Market, UnknownContractError

TICK_SECONDS: Final = 0.25


def market_state(market: Market) -> dict[str, Any]:
    """What the page shows."""
    return {
        "symbols": [
            {
                "symbol": book.listing.symbol,
                "id": book.listing.id,
                "last": f"{book.last:f}",
                "tick_size": f"{book.listing.tick_size:f}",
            }
            for book in market.books.values()
            if book.listing.trading
        ],
        "speed": float(market.speed),
        "playing": market.playing,
        "now": market.now,
        "source": market.source_name,
    }


def market_routes(market: Market) -> list[web.RouteDef]:
    """Routes under /market, to be added to any application."""

    async def state(request: web.Request) -> web.Response:  # noqa: ARG001 -- a handler
        return web.json_response(market_state(market))

    def command(apply: Callable[[Market, Mapping[str, Any]], None]) -> Callable[..., Any]:
        async def handle(request: web.Request) -> web.Response:
            try:
                apply(market, object_of(await request.json()))
            except UnknownContractError as error:
                return web.json_response({"error": f"no contract is called {error}"}, status=404)
            except ValueError as error:
                return web.json_response({"error": str(error)}, status=400)
            return web.json_response(market_state(market))

        return handle

    return [
        web.get("/market/state", state),
        web.post("/market/move", command(move)),
        web.post("/market/speed", command(set_speed)),
        web.post("/market/play", command(set_playing)),
    ]


def move(market: Market, wish: Mapping[str, Any]) -> None:
    """Move a price by percent, or set it."""
    contract = wish.get("id")
    if not isinstance(contract, str) or ("price" in wish) == ("pct" in wish):
        raise ValueError("expected an id and either pct or price")
    if "price" in wish:
        market.set_price(contract, number(wish, "price"))
    else:
        market.move(contract, number(wish, "pct"))


def set_speed(market: Market, wish: Mapping[str, Any]) -> None:
    """Let time pass so many times faster."""
    speed = number(wish, "speed")
    if not 0 < speed <= MAX_SPEED:
        raise ValueError(f"speed must be above 0 and at most {MAX_SPEED}")
    market.speed = speed


def set_playing(market: Market, wish: Mapping[str, Any]) -> None:
    """Pause the market, or let it go on."""
    playing = wish.get("playing")
    if not isinstance(playing, bool):
        raise ValueError("playing must be true or false")  # noqa: TRY004 -- the caller's value is wrong, not its type
    market.playing = playing


def object_of(data: object) -> Mapping[str, Any]:
    """The JSON object that was posted. Raises ValueError for anything else."""
    if not isinstance(data, dict):
        raise ValueError("expected a JSON object")  # noqa: TRY004 -- the caller's value is wrong, not its type
    return data


def number(wish: Mapping[str, Any], name: str) -> Decimal:
    """A finite number, given as text or as a number. Raises ValueError."""
    try:
        value = Decimal(str(wish.get(name)))
    except InvalidOperation as error:
        raise ValueError(f"{name} must be a number") from error
    if not value.is_finite():
        raise ValueError(f"{name} must be a number")
    return value


async def run_market(market: Market) -> None:
    """Let simulated time pass with real time, times the speed, until cancelled."""
    loop = asyncio.get_running_loop()
    before = loop.time()
    while True:
        await asyncio.sleep(TICK_SECONDS)
        now = loop.time()
        if market.playing:
            market.step(int(Decimal(now - before) * 1_000 * market.speed))
        before = now
