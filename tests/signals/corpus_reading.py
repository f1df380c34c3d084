"""The corpus: pasted texts with what a trader means by them, written by hand.

A case is `=== name`, the text, `---`, and expectations, one a line. A text that can't be used has `problems:` alone,
all codes of them. A usable one names all that is no default: what is left out must be unknown, or the usual value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from chatbot.core.plan import PriceTrigger
from chatbot.core.reading_rules import USUAL
from chatbot.signals.draft import SignalDraft
from chatbot.signals.form import rule_in_words

FOLDER: Final = Path(__file__).parent / "corpus"
LITERAL: Final = ("exchange", "symbol", "side", "stop", "leverage", "margin", "timeframe", "equity", "allocation")
KNOWN: Final = frozenset({*LITERAL, "entries", "targets", "closes", "weights", "rules", "direction", "problems"})
NUMBER: Final = re.compile(r"[\d.]+(?:E[+-]?\d+)?")
CLOSES: Final = {1: "90", 2: "40 50", 3: "25 35 30", 4: "22 22 22 22", 6: "15 15 15 15 15 15"}
WEIGHTS: Final = {2: "50 50", 3: "40 30 30", 4: "25 25 30 20"}


@dataclass(frozen=True, slots=True)
class Case:
    """A text and what is expected of it."""

    name: str
    text: str
    expected: Mapping[str, str]

    @property
    def usable(self) -> bool:
        return "problems" not in self.expected


def corpus() -> list[Case]:
    """Every case of every file."""
    return [case for path in sorted(FOLDER.glob("*.txt")) for case in cases_of(path)]


def cases_of(path: Path) -> Iterator[Case]:
    """The cases of a file."""
    for block in path.read_text("utf-8").split("=== ")[1:]:
        head, _, tail = block.partition("\n---\n")
        name, _, text = head.partition("\n")
        pairs = [line.partition(": ") for line in tail.strip().splitlines()]
        expected = {key: value for key, _, value in pairs}
        unknown = expected.keys() - KNOWN
        if unknown or not text.strip():
            raise ValueError(f"{path.name}, {name}: {unknown or 'no text'}")
        yield Case(f"{path.stem}: {name}", text, expected)


def differences(case: Case, draft: SignalDraft) -> list[str]:
    """Everything in which the draft is not what the case expects."""
    if not case.usable:
        codes = " ".join(sorted(draft.codes))
        wanted = " ".join(sorted(case.expected["problems"].split()))
        return [] if codes == wanted else [f"problems: {codes or 'none'}, expected {wanted}"]
    found, wanted_all = values_of(draft), expectations(case, draft)
    wrong = [
        f"{name}: {found[name]}, expected {wanted}" for name, wanted in wanted_all.items() if found[name] != wanted
    ]
    return wrong + [f"{problem.code}: {problem.sentence}" for problem in draft.problems]


def expectations(case: Case, draft: SignalDraft) -> dict[str, str]:
    """What the case expects of every value, the usual ones included."""
    expected = case.expected
    targets = len(expected["targets"].split())
    wanted = {name: plain(expected.get(name, "none")) for name in LITERAL}
    wanted |= {name: plain(expected[name]) for name in ("entries", "targets")}
    wanted["closes"] = plain(expected.get("closes", CLOSES.get(targets, "?")))
    wanted["weights"] = plain(expected.get("weights", WEIGHTS.get(len(draft.tiers), "?")))
    wanted["rules"] = expected.get("rules", " / ".join(USUAL[:targets]))
    usual = "none" if expected["entries"].startswith("market") else "down" if expected["side"] == "long" else "up"
    return wanted | {"direction": expected.get("direction", usual)}


def values_of(draft: SignalDraft) -> dict[str, str]:
    """The draft's values as the corpus writes them."""
    triggers = [tier.trigger for tier in draft.tiers]
    first = triggers[0].direction.value if triggers and isinstance(triggers[0], PriceTrigger) else "none"
    levels = [trigger.level for trigger in triggers if isinstance(trigger, PriceTrigger)]
    prices = [str(level) for level in levels] if first != "none" else ["market", *map(str, levels)]
    return {
        "exchange": draft.exchange or "none",
        "symbol": draft.symbol or "none",
        "side": draft.side or "none",
        "stop": text_of(draft.stop),
        "leverage": text_of(draft.leverage),
        "margin": draft.margin_mode or "none",
        "timeframe": draft.timeframe or "none",
        "equity": text_of(draft.equity),
        "allocation": text_of(draft.allocation_pct),
        "entries": plain(" ".join(prices)),
        "targets": plain(" ".join(str(target.price) for target in draft.targets)),
        "closes": plain(" ".join(str(target.close_pct) for target in draft.targets)),
        "weights": plain(" ".join(str(tier.weight_pct) for tier in draft.tiers)),
        "rules": " / ".join(rule_in_words(target.stop_rule) for target in draft.targets),
        "direction": first,
    }


def plain(words: str) -> str:
    """Numbers without trailing zeros, words as they are."""
    return " ".join(f"{Decimal(word).normalize():f}" if NUMBER.fullmatch(word) else word for word in words.split())


def text_of(value: Decimal | None) -> str:
    """A value, or none."""
    return "none" if value is None else plain(str(value))
