"""Draws what the chart proposes on real moments, for people to judge. Run it with the project on the path:
`PYTHONPATH=. python benchmarks/draw_charts.py`.

Reads the candles of the folder TIERWISE_DATA (else `shared/data` beside the project), writes `docs/charts/*.png`.
"""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.patches import Rectangle

from chatbot.chart.fibonacci import retracements
from chatbot.chart.regime import preset
from chatbot.chart.stops import stops, structure_levels
from chatbot.chart.structure import chart_of
from chatbot.chart.targets import measured_targets, targets
from chatbot.chart.tier_triggers import triggers
from chatbot.chart.values import Chart, Setup, SwingKind, TriggerProposal
from chatbot.core.candles import Candle, CandleBuilder
from chatbot.core.money import Side
from chatbot.core.plan import Bounce, CloseBeyond, MoveTrigger
from chatbot.core.tape import bars_of
from chatbot.core.timeframes import Timeframe

PROJECT: Final = Path(__file__).parent.parent
DATA: Final = Path(os.environ.get("TIERWISE_DATA", PROJECT.parent / "shared" / "data"))
HISTORY: Final = 300
INK: Final = "#22303c"
COLOURS: Final = {"stop": "#c62828", "target": "#2e7d32", "guard": "#ef6c00", "trigger": "#1565c0", "fib": "#8e24aa"}


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment of one market, and the side taken there."""

    name: str
    file: str
    timeframe: Timeframe
    moment: str
    side: Side
    tick: str


BTC, ETH = "binance_um-perp_BTCUSDT_1h_20230501_20250630", "binance_um-perp_ETHUSDT_4h_20230501_20250630"
SOL, LAYER = "binance_um-perp_SOLUSDT_1m_20250504_20250603", "binance_um-perp_LAYERUSDT_1m_20250504_20250603"
SCENES: Final = (
    Scene("btc", BTC, Timeframe.H1, "2024-05-24 14:00", Side.LONG, "0.1"),
    Scene("eth", ETH, Timeframe.H4, "2024-12-24 12:00", Side.SHORT, "0.01"),
    Scene("sol", SOL, Timeframe.M15, "2025-05-19 18:00", Side.LONG, "0.01"),
    Scene("layer", LAYER, Timeframe.M15, "2025-05-16 16:00", Side.SHORT, "0.0001"),
    Scene("btc-breakout", BTC, Timeframe.H1, "2023-12-01 08:00", Side.LONG, "0.1"),
)


def main() -> None:
    """Draw every scene."""
    folder = PROJECT / "docs" / "charts"
    folder.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        path = folder / f"{scene.name}.png"
        draw(scene, path)
        sys.stdout.write(f"{path}: {path.stat().st_size // 1000} kB\n")


def candles_of(scene: Scene) -> list[Candle]:
    """The last closed candles at the scene's moment."""
    end = int(datetime.fromisoformat(scene.moment).replace(tzinfo=UTC).timestamp() * 1000)
    with gzip.open(DATA / f"{scene.file}.csv.gz", "rt") as lines:
        bars = [bar for bar in bars_of(lines) if bar.at < end]
    return joined(bars, scene.timeframe, end)[-HISTORY:]


def joined(bars: Iterable[Candle], timeframe: Timeframe, end: int) -> list[Candle]:
    """Bars as candles of the timeframe, closed by `end`."""
    builder, found = CandleBuilder(timeframe), list[Candle]()
    for bar in bars:
        closed = builder.closed_by(bar.at)
        if closed is not None:
            found.append(closed)
        builder.add(bar)
    last = builder.closed_by(end)
    return found if last is None else [*found, last]


def draw(scene: Scene, path: Path) -> None:
    """One picture."""
    chart = chart_of(candles_of(scene), scene.timeframe)
    figure, axes = plt.subplots(figsize=(12, 7), dpi=100)
    first = max(0, len(chart.candles) - HISTORY)
    draw_candles(axes, chart, first)
    draw_zones(axes, chart, first)
    draw_pivots(axes, chart, first)
    setup = Setup(scene.side, chart.candles[-1].close, Decimal(scene.tick))
    draw_proposals(axes, chart, setup)
    volatility = "volatility unknown" if chart.regime is None else f"{chart.regime.volatility.value} volatility"
    coin = scene.name.partition("-")[0].upper()
    title = f"{coin}, {scene.timeframe.value} {scene.side.value} at {scene.moment} UTC · {volatility}"
    axes.set_title(title, color=INK, loc="left")
    axes.set_xlim(-2, HISTORY * 1.42)
    for spine in ("top", "right"):
        axes.spines[spine].set_visible(False)
    axes.set_xticks([])
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def draw_candles(axes: Any, chart: Chart, first: int) -> None:
    """The last candles."""
    for place, candle in enumerate(chart.candles[first:]):
        colour = "#26a69a" if candle.close >= candle.open else "#ef5350"
        axes.vlines(place, float(candle.low), float(candle.high), color=colour, linewidth=0.8)
        axes.vlines(place, float(candle.open), float(candle.close), color=colour, linewidth=2.2)


def draw_zones(axes: Any, chart: Chart, first: int) -> None:
    """Zones as bands, the stronger the darker, with their touches; the recent range as dotted lines."""
    strongest = max((zone.strength for zone in chart.zones), default=1.0)
    low, high = axes.get_ylim()
    for zone in chart.zones:
        if zone.high < low or zone.low > high:
            continue
        height = max(float(zone.high - zone.low), 0.002 * (high - low))
        shade = 0.10 + 0.30 * zone.strength / strongest
        axes.add_patch(Rectangle((-2, float(zone.low)), HISTORY + 2, height, color="#78909c", alpha=shade, linewidth=0))
        axes.text(-2, float(zone.middle), f"{zone.touches}", fontsize=8, color=INK, va="center", ha="right")
    for edge in (chart.range_low, chart.range_high):
        axes.hlines(float(edge), len(chart.candles) - first - 96, HISTORY, color=INK, linestyle=":", linewidth=1)


def draw_pivots(axes: Any, chart: Chart, first: int) -> None:
    """Pivots as ticks, turns filled, the last leg as a line with its retracements."""
    places = {candle.at: place - first for place, candle in enumerate(chart.candles)}
    for swing in chart.swings:
        if places[swing.at] >= 0:
            marker = "v" if swing.kind is SwingKind.HIGH else "^"
            size = 30 if swing in chart.turns else 10
            axes.scatter(places[swing.at], float(swing.price), marker=marker, s=size, color=INK, zorder=3)
    if chart.leg is None:
        return
    start, end = chart.leg
    axes.plot(
        [places[start.at], places[end.at]], [float(start.price), float(end.price)], color=COLOURS["fib"], linewidth=1
    )
    for ratio in retracements(chart.leg):
        left = places[start.at]
        axes.hlines(float(ratio.price), left, places[end.at], color=COLOURS["fib"], linewidth=0.5)
        axes.text(
            left - 1, float(ratio.price), f"{ratio.ratio}", fontsize=6, color=COLOURS["fib"], va="center", ha="right"
        )


def draw_proposals(axes: Any, chart: Chart, setup: Setup) -> None:
    """Entry, stops, the targets of the first stop, structure levels, and what would trigger tiers."""
    labels = [(setup.entry, f"entry {setup.entry}", INK)]
    found = stops(chart, setup)
    labels += [(stop.price, f"stop {stop.price}: {stop.why}", COLOURS["stop"]) for stop in found]
    if found:
        setup = replace(setup, stop=found[0].price)
        labels += [(guard.price, f"guard {guard.price}", COLOURS["guard"]) for guard in structure_levels(chart, setup)]
        factor = preset(chart.regime, chart.timeframe).target_factor
        sets = targets(chart, setup, factor) or measured_targets(chart, setup, factor)
        if sets:
            setup = replace(setup, first_target=sets[0].targets[0].price)
            named = enumerate(sets[0].targets, 1)
            labels += [(tp.price, f"TP{n} {tp.price}: {tp.why}", COLOURS["target"]) for n, tp in named]
    for number in range(1, 4):
        found_levels = [(level_of(it, setup), f"tier {number}: {it.why}") for it in triggers(chart, setup, number)]
        labels += [(level, why, COLOURS["trigger"]) for level, why in found_levels if level is not None]
        if number > 1 and found_levels:
            setup = replace(setup, last_tier=found_levels[0][0])
    place(axes, labels)


def level_of(proposal: TriggerProposal, setup: Setup) -> Decimal | None:
    """Where a trigger lies, if it names a price."""
    match proposal.trigger:
        case CloseBeyond(level=level) | Bounce(level=level):
            return level
        case MoveTrigger(pct=pct):
            return setup.entry * (1 + setup.side.sign * pct / 100)
        case _:
            return None


def place(axes: Any, labels: list[tuple[Decimal, str, str]]) -> None:
    """Lines at their prices, their words beside each other without touching."""
    prices = [float(price) for price, _, _ in labels]
    low, high = axes.get_ylim()
    low, high = min(low, *prices), max(high, *prices)
    axes.set_ylim(low - 0.02 * (high - low), high + 0.02 * (high - low))
    step, below = (high - low) / 36, low - (high - low)
    for price, words, colour in sorted(labels):
        level = max(float(price), below + step)
        below = level
        axes.hlines(float(price), HISTORY - 45, HISTORY + 6, color=colour, linewidth=1.4)
        axes.plot([HISTORY + 6, HISTORY + 8], [float(price), level], color=colour, linewidth=0.7)
        axes.text(HISTORY + 13, level, words, fontsize=7, color=colour, va="center")


if __name__ == "__main__":
    main()
