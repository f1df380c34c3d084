"""Every trigger kind in replay against the oracle, by chains of plans over whole series of real minutes."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from math import isclose
from random import Random

import pytest

from chatbot.chart.indicators import indicate
from chatbot.core.candles import Candle
from chatbot.core.plan_format import plan_from_format
from chatbot.core.replay import replay
from chatbot.core.timeframes import Timeframe
from tests.core.chains import FRAMES, KINDS, SERIES, Chain, Link, bars_of_series, exact_bars
from tests.core.oracle import Oracle, Row
from tests.core.oracle_candles import Bar
from tests.core.rows import row_of

pytestmark = pytest.mark.long
REPORT = logging.getLogger(__name__)


@dataclass(slots=True)
class Story:
    """What came of one series: how many plans were followed, where the two sides differ, and what fired."""

    plans: int = 0
    events: int = 0
    doubtful: int = 0
    differences: list[str] = field(default_factory=list)
    fired: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    last_bar: int = 0


@cache
def told(name: str) -> Story:
    """The chain of a series, from its first bars to its last."""
    bars, story = bars_of_series(name), Story()
    plain = exact_bars(name)
    chain = Chain(SERIES[name], bars, Random(f"chain of {name}"))
    for link in chain.links():
        rows = compare(story, link, bars[link.first : link.after], plain[link.first : link.after])
        story.last_bar = min(link.after, len(bars)) - 1
        if rows and rows[-1]["event"] == "plan_closed":
            story.ends[str(rows[-1]["reason"])] += 1
            story.last_bar = bisect_right(bars, rows[-1]["at"] - 1, key=lambda bar: bar.at)
        chain.next = max(chain.next, min(story.last_bar, link.after - 1)) + 1
    return story


def compare(story: Story, link: Link, bars: list[Candle], plain: list[Bar]) -> list[Row]:
    """Both sides on one plan; what the core told is given back."""
    plan = link.plan
    events = replay(plan_from_format(plan), bars, Timeframe.M1, indicate)
    rows = [row for event in events if (row := row_of(event)) is not None]
    oracle = Oracle({**plan, "armed_at_ms": link.armed_at, "expires_at_ms": link.expires_at}, 1)
    expected = oracle.run(plain)
    story.plans += 1
    story.events += len(rows)
    story.fired += Counter((kind, plan["side"], frame) for kind, frame in oracle.fired)
    if not same_rows(rows, expected):
        story.doubtful += oracle.edges > 0
        if not oracle.edges:
            story.differences.append(f"{plan}\ncore:\n{shown(rows)}\noracle:\n{shown(expected)}")
    return rows


def same_rows(rows: list[Row], expected: list[Row]) -> bool:
    """The same events at the same moments, with the same numbers up to their last digits."""
    return len(rows) == len(expected) and all(map(same_row, rows, expected))


def same_row(row: Row, expected: Row) -> bool:
    return row.keys() == expected.keys() and all(same_value(row[name], value) for name, value in expected.items())


def same_value(one: object, other: object) -> bool:
    if isinstance(other, int | str):
        return one == other
    return isclose(float(one), float(other), rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]


def shown(rows: Iterable[Row]) -> str:
    return "\n".join(str({k: v if isinstance(v, int | str) else float(v) for k, v in row.items()}) for row in rows)


@pytest.mark.parametrize("name", SERIES)
def test_replay_agrees_with_the_oracle_over_the_whole_series(name: str) -> None:
    """The same events, prices, quantities and moments for every plan of the chain, to the last bar."""
    story = told(name)
    numbers = (name, story.plans, story.events, story.doubtful, dict(story.ends))
    REPORT.info("%s: %d plans, %d events, %d doubtful, ended %s", *numbers)
    assert not story.differences, f"{len(story.differences)} of {story.plans}, the first:\n{story.differences[0]}"
    assert story.doubtful == 0
    assert story.last_bar >= len(bars_of_series(name)) - 1
    assert story.plans >= 20
    assert {"stopped", "expired"} <= set(story.ends)


def test_every_kind_of_trigger_filled_tiers_on_every_timeframe_and_side() -> None:
    """A chain in which some kind never fires would agree about nothing."""
    fired = sum((told(name).fired for name in SERIES), Counter[tuple[str, str, str]]())
    cells = {cell: fired[cell] for cell in product(KINDS, ("long", "short"), FRAMES)}
    for cell, count in cells.items():
        REPORT.info("%s %s %s: %d tiers filled", *cell, count)
    assert {cell: count for cell, count in cells.items() if count < 3} == {}
