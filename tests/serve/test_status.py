"""What `/health` and `/metrics` say of a bot, well and ill."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from chatbot.serve.metrics import exposition
from chatbot.serve.status import described, status_page
from chatbot.vitals import Feed, Job, TroubleKind, Vitals, troubles_of
from tests.serve.vitals_of import BTC, ETH, vitals_of

SAMPLE = re.compile(r'(tierwise_[a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+\})? (-?[0-9.e+-]+|\+Inf)')
MINUTE = 60_000

ILL: Mapping[TroubleKind, Mapping[str, Any]] = {
    TroubleKind.FEED: {"feeds": (Feed(BTC, 6 * MINUTE),)},
    TroubleKind.BEHIND: {"feeds": (Feed(ETH, 0, behind=11 * MINUTE),)},
    TroubleKind.OUTBOX: {"outbox_oldest": 6 * MINUTE},
    TroubleKind.DATABASE: {"database_ping": None},
    TroubleKind.JOB: {"jobs": (Job("clock", 1_000, 2 * MINUTE),)},
    TroubleKind.TELEGRAM: {"telegram_reached": False},
}


async def page_of(vitals: Vitals, path: str) -> tuple[int, str]:
    """Status and text of a page, over HTTP."""

    async def look() -> Vitals:
        return vitals

    async with (
        status_page(look, "127.0.0.1", 0) as address,
        aiohttp.ClientSession() as session,
        session.get(f"{address}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def test_a_well_bot_answers_200_with_its_numbers() -> None:
    """Feeds with their age and kind, the outbox, latency, jobs, the database, uptime and version."""
    status, _ = await page_of(vitals_of(), "/health")
    told = described(vitals_of())
    assert (status, told["well"], told["reasons"]) == (200, True, [])
    assert told["feeds"][0] == {
        "market": "binanceusdm BTC/USDT:USDT",
        "heard_ago_s": 1.5,
        "by": "stream",
        "behind_s": 62.0,
    }
    assert told["feeds"][1]["market"] == "binanceusdm ETH/USDT:USDT mark"
    assert told["feeds"][1]["by"] == "poll"
    assert told["alert_latency"]["stop"] == {
        "count": 4,
        "mean_s": 2.312,
        "max_s": 8.0,
        "within_s": {"0.05": 1, "1": 3, "more": 4},
    }


@pytest.mark.parametrize("kind", list(TroubleKind))
async def test_an_ill_bot_answers_503_with_a_reason(kind: TroubleKind) -> None:
    """Every kind of trouble is found, is the only one, and has a sentence."""
    vitals = vitals_of(**ILL[kind])
    assert [trouble.kind for trouble in troubles_of(vitals)] == [kind]
    status, text = await page_of(vitals, "/health")
    assert status == 503
    assert '"well": false' in text
    assert len(described(vitals)["reasons"]) == 1


@pytest.mark.parametrize(
    "still_well",
    [
        {"feeds": (Feed(BTC, 5 * MINUTE, behind=10 * MINUTE),)},
        {"outbox_oldest": 5 * MINUTE},
        {"outbox_oldest": None},
        {"jobs": (Job("refresh", 60 * MINUTE, 179 * MINUTE), Job("candles", 500, MINUTE))},
        {"telegram_reached": False, "uptime": MINUTE},
    ],
    ids=str,
)
def test_what_is_within_bounds_is_well(still_well: dict[str, Any]) -> None:
    """A limit itself is no trouble; a bot that has just started may still be reaching Telegram."""
    assert troubles_of(vitals_of(**still_well)) == ()


async def test_metrics_are_in_the_format_prometheus_reads() -> None:
    """Every line is a comment or a sample; every metric has its help and type before its samples, once."""
    status, text = await page_of(vitals_of(), "/metrics")
    assert status == 200
    announced: list[str] = []
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            announced.append(line.split()[2])
        elif not line.startswith("# HELP "):
            found = SAMPLE.fullmatch(line)
            assert found is not None, line
            assert found[1].removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") in announced, line
    assert len(announced) == len(set(announced))
    assert 'tierwise_feed_age_seconds{exchange="binanceusdm",symbol="BTC/USDT:USDT",price="last"} 1.5' in text
    assert 'tierwise_alert_latency_seconds_bucket{urgency="stop",le="+Inf"} 4' in text
    assert 'tierwise_logged_total{level="warning",kind="message \\"waits\\""} 2' in text


def test_a_bot_without_a_database_still_has_metrics() -> None:
    """What can't be known is left out rather than told as nought."""
    text = exposition(vitals_of(database_ping=None, feeds=(), latency={}))
    assert "tierwise_database_up 0" in text
    assert "tierwise_healthy 0" in text
    assert "outbox" not in text
    assert "feed_age" not in text


async def test_a_taken_port_does_not_break_the_start() -> None:
    """It is logged, and the bot works without its page; without a port there is none, and no word about it."""

    async def look() -> Vitals:
        return vitals_of()

    with socket.socket() as taken, capture_logs() as lines:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with status_page(look, "127.0.0.1", taken.getsockname()[1]) as address:
            assert address is None
        async with status_page(look, "127.0.0.1", None) as address:
            assert address is None
    assert [line["event"] for line in lines] == ["status page not served"]
