"""Which triggers hold at a candle's close and which at a price, as the table of the rules says; nothing of the core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.core.oracle_candles import MINUTE, MINUTES, OracleCandle, Reader, Readings, exact, reader_of_closes
from tests.core.oracle_indicators import Ema, MacdHistogram, Rsi, Sma

Part = dict[str, Any]
FLOAT_NOISE = 1e-9
NOISE = 1e-12
"""What floats may be off by, as a share of the price or of the scale of RSI: so near to a level is on the level."""


def prepared(trigger: Part) -> Part:
    """The trigger of a plan file with its defaults and exact numbers."""
    made: Part = {"tolerance_pct": "0.1", "period": 14, "fast": 12, "slow": 26, "signal": 9, "on": "cross"} | trigger
    for name in ("level", "pct", "tolerance_pct"):
        if name in made:
            made[name] = exact(made[name])
    made["reach_up"], made["reach_down"] = 1 + made["tolerance_pct"] / 100, 1 - made["tolerance_pct"] / 100
    if "of" in made:
        made["of"] = [prepared(part) for part in made["of"]]
    if "timeframe" in made:
        made["frame"] = MINUTES[made["timeframe"]] * MINUTE
    found = formula_of(made)
    made["reads"] = found[0] if found else None
    return made


def parts_of(trigger: Part) -> list[Part]:
    """The single conditions within, however they are joined."""
    return list(trigger["of"]) if trigger["kind"] in ("all", "any") else [trigger]


def formula_of(part: Part) -> tuple[tuple[Any, ...], Callable[[], Reader]] | None:
    """A name for the indicator the part reads, and how to start it; None where it reads prices only."""
    if part["kind"] == "ma_retest":
        average = Ema if part["ma"] == "ema" else Sma
        return (part["frame"], part["ma"], part["period"]), lambda: reader_of_closes(average(part["period"]))
    if part["kind"] == "rsi":
        return (part["frame"], "rsi", part["period"]), lambda: reader_of_closes(Rsi(part["period"]))
    if part["kind"] == "macd":
        numbers = (part["fast"], part["slow"], part["signal"])
        return (part["frame"], "macd", *numbers), lambda: reader_of_closes(MacdHistogram(*numbers))
    return None


@dataclass
class Closed:
    """A candle that closed, with what is known at that moment."""

    candle: OracleCandle
    readings: dict[tuple[Any, ...], Readings] = field(default_factory=dict)
    move_levels: dict[Fraction, Fraction] = field(default_factory=dict)
    sign: int = 1


def values_of(part: Part, closed: Closed) -> tuple[float | None, float | None]:
    """The indicator of the part at the candle before and at this one."""
    if part["reads"] is None:
        return None, None
    reading = closed.readings[part["reads"]]
    return reading.previous, reading.current


def firing(trigger: Part, closed: Closed) -> Part | None:
    """The part by which the trigger fires at this close; of `all` the first candle part."""
    candle_parts = [part for part in parts_of(trigger) if part.get("frame") == closed.candle.frame]
    if trigger["kind"] == "all":
        together = bool(candle_parts) and all(holds(part, closed) for part in trigger["of"])
        return candle_parts[0] if together else None
    return next((part for part in candle_parts if holds(part, closed)), None)


def holds(part: Part, closed: Closed) -> bool:
    """Whether one condition holds at the close."""
    candle, close = closed.candle, closed.candle.close
    previous, current = values_of(part, closed)
    match part["kind"]:
        case "price":
            return bool(close >= part["level"] if part["direction"] == "up" else close <= part["level"])
        case "move":
            return closed.sign * (close - closed.move_levels[part["pct"]]) >= 0
        case "close_beyond":
            return beyond(close, part["level"], part["direction"])
        case "bounce":
            return came_back(candle, part["level"], part)
        case "ma_retest":
            return current is not None and came_back(candle, Fraction(f"{current:.12g}"), part)
        case "rsi":
            return passed(part, previous, current, float(part["level"]), 100 * NOISE)
        case "macd":
            return passed(part, previous, current, 0, NOISE * float(close))
        case _:
            return False


def came_back(candle: OracleCandle, level: Fraction, part: Part) -> bool:
    """The candle touched the level, or nearly, and closed on the right side of it."""
    if not beyond(candle.close, level, part["direction"]):
        return False
    if part["direction"] == "up":
        return bool(candle.low <= level * part["reach_up"])
    return bool(candle.high >= level * part["reach_down"])


def passed(part: Part, previous: float | None, current: float | None, level: float, noise: float) -> bool:
    """The value crossed the level with this candle, or stands beyond it."""
    if current is None or not beyond(current, level, part["direction"], noise):
        return False
    if part["on"] == "state":
        return True
    return previous is not None and not beyond(previous, level, part["direction"], noise)


def beyond(value: Any, level: Any, direction: str, noise: float = 0) -> bool:
    """Strictly on the far side, by more than the noise; exact numbers have none."""
    if not noise:
        return bool(value > level if direction == "up" else value < level)
    return bool(value - level > noise if direction == "up" else level - value > noise)


def on_the_edge(part: Part, closed: Closed) -> bool:
    """Whether two ways of adding up the same floats may come to two answers here."""
    previous, current = values_of(part, closed)
    if current is None:
        return False
    candle = closed.candle
    scale = float(candle.close)
    if part["kind"] == "ma_retest":
        tolerance = float(part["tolerance_pct"]) / 100
        touched = (
            (float(candle.low), 1 + tolerance) if part["direction"] == "up" else (float(candle.high), 1 - tolerance)
        )
        distances = [scale - current, touched[0] - current * touched[1]]
    elif part["kind"] == "rsi":
        scale = 1
        distances = [value - float(part["level"]) for value in (previous, current) if value is not None]
    else:
        distances = [value for value in (previous, current) if value is not None]
    return any(abs(distance) < FLOAT_NOISE * scale for distance in distances)


def label(trigger: Part, part: Part) -> tuple[str, str]:
    """What a trigger that fired by this part is called where such are counted: its kind and the timeframe."""
    kind = f"{trigger['ma']} retest" if trigger["kind"] == "ma_retest" else trigger["kind"]
    return kind, part["timeframe"]
