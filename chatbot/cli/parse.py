"""`tierwise parse FILE [--json]`: what a pasted signal says, every assumption and problem; exit code 3: not usable."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from chatbot.cli.errors import UsageError
from chatbot.core.figures import GAP
from chatbot.core.plan import Direction, ManualTrigger, MoveTrigger, PriceTrigger, Tier
from chatbot.messages.numbers import number, percent, price
from chatbot.signals.draft import SignalDraft
from chatbot.signals.form import draft_to_format, rule_in_words
from chatbot.signals.signal import read_signal

MOST_BYTES: Final = 64 * 1024
NOT_USABLE: Final = 3
UNKNOWN: Final = "?"


def add_arguments(parser: ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("file", help="the text, in UTF-8; - reads it from standard input")
    parser.add_argument("--json", action="store_true", help="the plan format of replay, with assumptions and problems")


def run(arguments: Namespace) -> int:
    """Read, print, and tell by the exit code whether the draft is usable. Raises UsageError for unreadable input."""
    draft = read_signal(read_text(arguments.file))
    if arguments.json:
        sys.stdout.write(json.dumps(draft_to_format(draft), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.writelines(line.rstrip() + "\n" for line in lines_of(draft))
    return 0 if draft.usable else NOT_USABLE


def read_text(name: str) -> str:
    """The text of a file or of standard input."""
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or error}") from error
    if len(content) > MOST_BYTES:
        raise UsageError(f"{name}: more than {MOST_BYTES} bytes; expected one message")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name}: not a text in UTF-8") from error
    if not text.strip():
        raise UsageError(f"{name}: empty; expected a text such as long btc 60000 sl 59000 tp 61000")
    return text


def lines_of(draft: SignalDraft) -> Iterator[str]:
    """The draft for people: the plan as it was understood, then what was assumed, then what is wrong."""
    yield row("Market", f"{draft.symbol or draft.symbol_text or UNKNOWN} on {draft.exchange or UNKNOWN}")
    yield row("Side", draft.side or UNKNOWN)
    margin = "" if draft.margin_mode is None else f", {draft.margin_mode}"
    yield row("Leverage", f"{UNKNOWN if draft.leverage is None else number(draft.leverage) + 'x'}{margin}")
    if draft.timeframe is not None:
        yield row("Timeframe", draft.timeframe)
    yield row("Equity", told(draft.equity, ""))
    yield row("Allocation", told(draft.allocation_pct, f"{GAP}% of equity"))
    for place, tier in enumerate(draft.tiers, 1):
        yield row(f"Tier {place}", f"{percent(tier.weight_pct)} of the allocation {when(tier)}")
    if not draft.tiers:
        entries = " · ".join("market" if entry.price is None else price(entry.price) for entry in draft.entries)
        yield row("Entries", entries or UNKNOWN)
    yield row("Stop", UNKNOWN if draft.stop is None else price(draft.stop))
    for place, target in enumerate(draft.targets, 1):
        closes = f"close {percent(target.close_pct)} of the position"
        yield row(f"TP{place}", f"{price(target.price)}, {closes}, stop: {rule_in_words(target.stop_rule)}")
    if not draft.targets:
        yield row("Targets", UNKNOWN)
    yield from listed("Assumed", draft.assumed)
    yield from listed("Problems", [problem.sentence for problem in draft.problems])


def row(name: str, value: str) -> str:
    """One line of the plan."""
    return f"{name:<11} {value}"


def told(value: Decimal | None, unit: str) -> str:
    """A number, or that it is not known."""
    return UNKNOWN if value is None else f"{number(value)}{unit}"


def when(tier: Tier) -> str:
    """When a tier is taken."""
    match tier.trigger:
        case PriceTrigger(level=level, direction=direction):
            return f"at {price(level)} or {'above' if direction is Direction.UP else 'below'}"
        case MoveTrigger(pct=pct):
            return f"at +{number(pct)}{GAP}% of price from tier 1"
        case ManualTrigger(question=question):
            return f"on your answer: {question}"
        case other:
            raise ValueError(f"no draft has {other}")


def listed(heading: str, sentences: list[str] | tuple[str, ...]) -> Iterator[str]:
    """Sentences under a heading; nothing where there are none."""
    if sentences:
        yield f"\n{heading}"
        yield from (f"- {sentence}" for sentence in sentences)
