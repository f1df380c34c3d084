"""`/health` for people and containers, `/metrics` for Prometheus. Numbers only: nobody's words, chats or secrets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import structlog
from aiohttp import web

from chatbot.serve.listening import listening
from chatbot.serve.metrics import CONTENT_TYPE, exposition, seconds
from chatbot.vitals import Spans, Trouble, TroubleKind, Vitals, name_of, troubles_of

Look = Callable[[], Awaitable[Vitals]]
"""Gives the vitals of now; never raises."""

ILL: Final = 503
log = structlog.get_logger(__name__)
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@asynccontextmanager
async def status_page(look: Look, host: str, port: int | None) -> AsyncIterator[str | None]:
    """Serves while entered, and gives its address; None where none is wanted or its port is taken."""
    async with AsyncExitStack() as stack:
        address = None
        if port is not None:
            try:
                address = await stack.enter_async_context(listening(status_app(look), host, port))
            except OSError as error:
                log.warning("status page not served", host=host, port=port, reason=error.strerror)
        yield address


def status_app(look: Look) -> web.Application:
    """The two pages."""

    async def health(_: web.Request) -> web.StreamResponse:
        vitals = await look()
        told = described(vitals)
        return web.json_response(told, status=200 if told["well"] else ILL, headers=HEADERS)

    async def metrics(_: web.Request) -> web.StreamResponse:
        text = exposition(await look())
        return web.Response(body=text.encode(), headers={**HEADERS, "Content-Type": CONTENT_TYPE})

    app = web.Application()
    app.router.add_get("/health", health)
    app.router.add_get("/metrics", metrics)
    return app


def described(vitals: Vitals) -> dict[str, Any]:
    """The vitals as JSON: what is wrong first."""
    reasons = [sentence_of(trouble) for trouble in troubles_of(vitals)]
    oldest, ping = vitals.outbox_oldest, vitals.database_ping
    return {
        "well": not reasons,
        "reasons": reasons,
        "version": vitals.version,
        "uptime_s": seconds(vitals.uptime),
        "telegram_reached": vitals.telegram_reached,
        "plans_watched": vitals.plans,
        "feeds": [
            {
                "market": name_of(feed.market),
                "heard_ago_s": seconds(feed.heard_ago),
                "by": "stream" if feed.is_streamed else "poll",
                "behind_s": None if feed.behind is None else seconds(feed.behind),
            }
            for feed in vitals.feeds
        ],
        "outbox": {"depth": vitals.outbox_depth, "oldest_s": None if oldest is None else seconds(oldest)},
        "database_ping_s": None if ping is None else seconds(ping),
        "jobs": {
            job.name: {"ended_ago_s": seconds(job.ended_ago), "late_s": seconds(job.late), "failures": job.failures}
            for job in vitals.jobs
        },
        "alert_latency": {urgency: span_summary(spans) for urgency, spans in vitals.latency.items()},
        "messages": dict(vitals.sent),
        "logged": {f"{level}: {kind}": count for (level, kind), count in sorted(vitals.logged.items())},
    }


def span_summary(spans: Spans) -> dict[str, Any]:
    """A histogram in short: `within_s` is how many took at most so many seconds."""
    within = {"more" if bound is None else f"{seconds(bound):g}": count for bound, count in spans.buckets}
    mean = seconds(spans.sum_ms) / spans.count if spans.count else 0
    return {"count": spans.count, "mean_s": round(mean, 3), "max_s": seconds(spans.max_ms), "within_s": within}


def sentence_of(trouble: Trouble) -> str:
    """What is wrong, for whoever looks after the machine."""
    span = f"{round(seconds(trouble.lasts))} s"
    match trouble.kind:
        case TroubleKind.FEED:
            return f"no price of {trouble.about} for {span}"
        case TroubleKind.BEHIND:
            return f"the minutes of {trouble.about} are known only up to {span} ago"
        case TroubleKind.OUTBOX:
            return f"a message has waited for {span} to be sent"
        case TroubleKind.DATABASE:
            return "the database does not answer"
        case TroubleKind.JOB:
            return f"the job {trouble.about} last ended {span} ago"
        case TroubleKind.TELEGRAM:
            return f"Telegram has not been reached since the start {span} ago"
