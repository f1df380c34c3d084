"""`tierwise replay PLAN.json CANDLES.csv[.gz] [--json]`: what a plan would have done on recorded candles."""

from __future__ import annotations

import gzip
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from chatbot.chart.indicators import indicate
from chatbot.cli.errors import UsageError
from chatbot.core.candles import Candle
from chatbot.core.events import (
    Event,
    PlanClosed,
    ReassessAdvised,
    StopAdvised,
    StopHit,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.core.evolve import history
from chatbot.core.plan import Plan
from chatbot.core.plan_format import PlanFormatError, iso, plan_from_format
from chatbot.core.replay import bar_length_of, replay
from chatbot.core.tape import TapeError, bars_of
from chatbot.core.timeframes import Timeframe
from chatbot.core.triggers import timeframes_of
from chatbot.messages.story import story, summary


def add_arguments(parser: ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("plan", type=Path, help="the plan, a JSON file")
    parser.add_argument("candles", type=Path, help="candles, CSV or CSV.gz: timestamp_ms,open,high,low,close,volume")
    parser.add_argument("--json", action="store_true", help="one event a line, as JSON")


def run(arguments: Namespace) -> int:
    """Replay and print. Raises UsageError for a bad plan or file."""
    plan = read_plan(arguments.plan)
    bars = read_bars(arguments.candles)
    length = length_of(bars, plan)
    events = tuple(replay(plan, bars, length, indicate))
    if arguments.json:
        sys.stdout.writelines(json.dumps(row) + "\n" for event in events if (row := row_of(event)) is not None)
    else:
        state = history(plan, events)
        sys.stdout.write(f"{story(plan, events)}\n{summary(state)}\n")
    return 0


def read_plan(path: Path) -> Plan:
    """The plan of a file."""
    try:
        return plan_from_format(json.loads(path.read_text("utf-8"), parse_float=Decimal))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not a text in UTF-8") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}: line {error.lineno}: not JSON: {error.msg}") from error
    except PlanFormatError as error:
        raise UsageError(f"{path}: {error}") from error


def read_bars(path: Path) -> Sequence[Candle]:
    """The bars of a file, plain or gzipped."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            bars = list(bars_of(lines))
    except (OSError, EOFError) as error:
        raise UsageError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not a text in UTF-8") from error
    except TapeError as error:
        raise UsageError(f"{path}: {error}") from error
    if not bars:
        raise UsageError(f"{path}: no candles in it; expected lines like 1722816600000,60000,60100,59900,60050,12.5")
    return bars


def length_of(bars: Sequence[Candle], plan: Plan) -> Timeframe:
    """The bars' timeframe; a trigger on a smaller one can't be built from them."""
    try:
        length = bar_length_of(bars)
    except ValueError as error:
        raise UsageError(str(error)) from error
    for index, tier in enumerate(plan.tiers):
        small = [t for t in timeframes_of(tier.trigger) if t.millis % length.millis]
        if small:
            raise UsageError(f"tiers[{index}].trigger.timeframe is {small[0]}; it can't be built from {length} candles")
    return length


def row_of(event: Event) -> Mapping[str, object] | None:
    """An event as replay prints it; None for what only live plans tell."""
    found = fields_of(event)
    if found is None:
        return None
    name, values = found
    row = {key: f"{value:f}" if isinstance(value, Decimal) else value for key, value in values.items()}
    return {"at": iso(event.at), "event": name, **row}


def fields_of(event: Event) -> tuple[str, Mapping[str, object]] | None:
    """The name and the fields of a public event."""
    match event:
        case TierTriggered(tier=tier, price=price, quantity=quantity):
            return "tier_triggered", {"tier": tier, "price": price, "quantity": quantity}
        case TierBlocked(tier=tier, price=price, reason=reason):
            return "tier_blocked", {"tier": tier, "price": price, "reason": reason.value}
        case ReassessAdvised(price=price):
            return "reassess", {"price": price}
        case StopAdvised(stop=stop, reason=why):
            return "stop_advised", {"stop": stop, "reason": why.value}
        case TargetHit(target=target, price=price, quantity=quantity, remaining=remaining):
            return "target_hit", {"target": target, "price": price, "quantity": quantity, "remaining": remaining}
        case StopHit(price=price, quantity=quantity):
            return "stop_hit", {"price": price, "quantity": quantity}
        case PlanClosed(reason=ended, realised_pnl=pnl, r_multiple=multiple):
            return "plan_closed", {"reason": ended.value, "realised_pnl": pnl, "r_multiple": multiple}
        case _:
            return None


def event_rows(events: Sequence[Event]) -> Iterator[Mapping[str, object]]:
    """The public events of a replay or of a live plan, in order."""
    return (row for event in events if (row := row_of(event)) is not None)
