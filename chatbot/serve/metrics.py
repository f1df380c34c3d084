"""Vitals in Prometheus' text format, version 0.0.4: seconds and counts, labels without anybody's words or numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from chatbot.core.market import Market
from chatbot.core.money import Millis
from chatbot.vitals import Vitals, troubles_of

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
PREFIX: Final = "tierwise"

Sample = tuple[Mapping[str, str], float]


def exposition(vitals: Vitals) -> str:
    """All metrics, each with its help and its type."""
    return "\n".join([*gauges(vitals), *feeds(vitals), *jobs(vitals), *counters(vitals), *latency(vitals)]) + "\n"


def gauges(vitals: Vitals) -> Iterator[str]:
    """What there is one of."""
    ping, oldest = vitals.database_ping, vitals.outbox_oldest
    yield from family("build_info", "gauge", "The running version; always 1.", [({"version": vitals.version}, 1)])
    yield from one("uptime_seconds", "Since the start.", seconds(vitals.uptime))
    yield from one("healthy", "1 where nothing is wrong.", float(not troubles_of(vitals)))
    yield from one("telegram_reached", "1 once Telegram has answered.", float(vitals.telegram_reached))
    yield from one("plans_watched", "Plans that are armed and not over.", vitals.plans)
    yield from one("database_up", "1 where the database answers.", float(ping is not None))
    if ping is not None:
        yield from one("database_ping_seconds", "How long the database took to answer.", seconds(ping))
        yield from one("outbox_messages", "Messages that are queued or under way.", vitals.outbox_depth)
        age = "How long the oldest unsent message waits; 0 where none does."
        yield from one("outbox_oldest_seconds", age, seconds(oldest or 0))


def feeds(vitals: Vitals) -> Iterator[str]:
    """Each watched market."""
    heard = [(market_labels(feed.market), seconds(feed.heard_ago)) for feed in vitals.feeds]
    streamed = [(market_labels(feed.market), float(feed.is_streamed)) for feed in vitals.feeds]
    behind = [(market_labels(feed.market), seconds(f)) for feed in vitals.feeds if (f := feed.behind) is not None]
    yield from family("feed_age_seconds", "gauge", "Since the last price of a watched market.", heard)
    yield from family("feed_streamed", "gauge", "1 where prices are streamed, 0 where they are polled.", streamed)
    yield from family("watermark_lag_seconds", "gauge", "How far behind now a market's minutes are known.", behind)


def jobs(vitals: Vitals) -> Iterator[str]:
    """Each scheduled job."""
    named = [({"job": job.name}, job) for job in vitals.jobs]
    ended = [(labels, seconds(job.ended_ago)) for labels, job in named]
    late = [(labels, seconds(job.late)) for labels, job in named]
    runs: list[Sample] = [(labels, job.runs) for labels, job in named]
    failures: list[Sample] = [(labels, job.failures) for labels, job in named]
    yield from family("job_age_seconds", "gauge", "Since a job's last run ended.", ended)
    yield from family("job_late_seconds", "gauge", "How much later than planned a job's last run began.", late)
    yield from family("job_runs_total", "counter", "Runs that ended, well or not.", runs)
    yield from family("job_failures_total", "counter", "Runs that ended with an error.", failures)


def counters(vitals: Vitals) -> Iterator[str]:
    """What is counted since the start."""
    sent: list[Sample] = [({"outcome": outcome}, count) for outcome, count in sorted(vitals.sent.items())]
    logged: list[Sample] = [
        ({"level": level, "kind": kind}, count) for (level, kind), count in sorted(vitals.logged.items())
    ]
    yield from family("messages_total", "counter", "What became of messages.", sent)
    yield from family("logged_total", "counter", "Warnings and errors that were logged, by kind.", logged)


def latency(vitals: Vitals) -> Iterator[str]:
    """From a print to its delivered alert, by urgency."""
    name = f"{PREFIX}_alert_latency_seconds"
    if vitals.latency:
        yield from head(name, "histogram", "From a print to the alert that Telegram took.")
    for urgency, spans in vitals.latency.items():
        for bound, count in spans.buckets:
            edge = "+Inf" if bound is None else f"{seconds(bound):g}"
            yield line(f"{name}_bucket", {"urgency": urgency, "le": edge}, count)
        yield line(f"{name}_sum", {"urgency": urgency}, seconds(spans.sum_ms))
        yield line(f"{name}_count", {"urgency": urgency}, spans.count)
    slowest = [({"urgency": urgency}, seconds(spans.max_ms)) for urgency, spans in vitals.latency.items()]
    yield from family("alert_latency_max_seconds", "gauge", "The slowest alert since the start.", slowest)


def one(name: str, told: str, value: float) -> Iterator[str]:
    """A gauge without labels."""
    return family(name, "gauge", told, [({}, value)])


def family(name: str, kind: str, told: str, samples: Iterable[Sample]) -> Iterator[str]:
    """One metric with all its samples; without any, nothing."""
    lines = [line(f"{PREFIX}_{name}", labels, value) for labels, value in samples]
    if lines:
        yield from head(f"{PREFIX}_{name}", kind, told)
        yield from lines


def head(name: str, kind: str, told: str) -> Iterator[str]:
    """What comes before a metric's samples."""
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} {kind}"


def line(name: str, labels: Mapping[str, str], value: float) -> str:
    """One sample."""
    written = ",".join(f'{label}="{escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{written}}} {value:.15g}" if written else f"{name} {value:.15g}"


def escaped(text: str) -> str:
    """A label's value as the format wants it."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def market_labels(market: Market) -> Mapping[str, str]:
    return {"exchange": market.exchange, "symbol": market.symbol, "price": str(market.trigger_price)}


def seconds(span: Millis) -> float:
    return span / 1_000
