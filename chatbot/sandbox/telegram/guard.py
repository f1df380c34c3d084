"""Keeps other web pages out: only this page and programs on this machine may drive the person or the market."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

GUARDED: Final = ("/sim", "/market", "/static")
LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def guard(more_names: Collection[str]) -> Middleware:
    """A middleware that answers 403 to a foreign Host or Origin and 415 to a body that is not JSON."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = refusal_of(request, more_names) if is_guarded(request.path) else None
        if refusal is not None:
            status, sentence = refusal
            return web.json_response({"error": sentence}, status=status)
        return await handler(request)

    return check


def is_guarded(path: str) -> bool:
    return path == "/" or path.startswith(GUARDED)


def refusal_of(request: web.Request, more_names: Collection[str]) -> tuple[int, str] | None:
    if host_name(request.host) not in LOCAL_NAMES | set(more_names):
        return 403, f"the sandbox does not answer to the name {request.host}"
    origin = request.headers.get("Origin")
    if origin is not None and origin not in {f"http://{request.host}", f"https://{request.host}"}:
        return 403, "the sandbox takes no requests from other web pages"
    if request.method in CHANGING and request.can_read_body and request.content_type != "application/json":
        return 415, "the body must be JSON, with Content-Type application/json"
    if request.method == "POST" and request.content_type != "application/json":
        return 415, "a POST needs Content-Type application/json"
    return None


def host_name(host: str) -> str:
    """The name in a Host header, without port and without the brackets of an IPv6 address."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
