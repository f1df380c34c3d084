"""Ten thousand damaged texts: none crashes the reader, none makes a plan that is no plan, none takes long."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Final

import pytest

from chatbot.core.plan import PriceTrigger
from chatbot.signals.cleaning import LONGEST
from chatbot.signals.draft import SignalDraft
from chatbot.signals.form import draft_to_format
from chatbot.signals.signal import looks_like_signal, read_signal
from tests.signals.corpus_reading import corpus
from tests.signals.mutations import mutated

TEXTS: Final = 10_000
SEED: Final = 20240805
HOSTILE: Final = (
    "1 " * 2048, "1." * 2048, "1," * 2048, "1-" * 2048, "- " * 2048, "\n" * 4096, "tp " * 1365, "tp1 " * 1024,
    "x1" * 2048, "1x-" * 1365, "$" * 4096, "(" * 4096, "a" * 4096, "1" * 4096, "BTC/" * 1024, "BTCUSDT" * 585,
    "long " * 819, "stop to tp1 after " * 227, "after tp1 move " * 273, "1 000 " * 682, "entry zone " * 372,
    "ﷺ" * 4096, "1️⃣" * 1365, "<b" * 2048, "leverage: " * 409, "12:30:" * 682, "jan 1, " * 585, "<b>" * 1365,
)  # fmt: skip


def faults(draft: SignalDraft) -> list[str]:
    """What a usable draft must never be."""
    if draft.symbol is None or draft.side is None or draft.stop is None or not draft.tiers or not draft.targets:
        return ["incomplete"]
    sign, targets = draft.side.sign, [target.price for target in draft.targets]
    levels = [tier.trigger.level for tier in draft.tiers if isinstance(tier.trigger, PriceTrigger)] or targets[:1]
    found = {
        "stop not on the losing side": any(sign * (level - draft.stop) <= 0 for level in levels),
        "targets not favourable": any(sign * (targets[0] - level) < 0 for level in levels),
        "targets not ordered": any(sign * (b - a) <= 0 for a, b in pairwise(targets)),
        "closes over 100": sum(target.close_pct for target in draft.targets) > 100,
        "weights": sum(tier.weight_pct for tier in draft.tiers) != 100,
        "no price": min(draft.stop, *levels, *targets) <= 0,
        "leverage": draft.leverage is not None and not 1 <= draft.leverage <= 200,
        "allocation": draft.allocation_pct is not None and not 0 < draft.allocation_pct <= 100,
        "equity": draft.equity is not None and draft.equity <= Decimal(0),
    }
    return [name for name, wrong in found.items() if wrong]


def test_damaged_texts_crash_nothing_and_make_no_nonsense() -> None:
    """Whatever is usable has a market, a side, a stop that loses, targets that win in order, and shares that fit."""
    random, texts = Random(SEED), [case.text for case in corpus()]
    usable = 0
    for _ in range(TEXTS):
        text = mutated(random, random.choice(texts), random.choice(texts))
        draft = read_signal(text)
        usable += draft.usable
        assert not draft.usable or faults(draft) == [], text
    assert TEXTS / 10 < usable < TEXTS * 0.9


def test_every_draft_has_a_form() -> None:
    """A broken text too can be printed as JSON, and asked about."""
    random, texts = Random(SEED + 1), [case.text for case in corpus()]
    for _ in range(300):
        text = mutated(random, random.choice(texts), random.choice(texts))
        form = draft_to_format(read_signal(text, Decimal(60000)))
        assert form.keys() >= {"symbol", "tiers", "stop", "targets", "assumed", "problems"}
        assert looks_like_signal(text) in (True, False)


@pytest.mark.timeout(60)
def test_no_text_keeps_the_reader_busy() -> None:
    """Texts made to send a pattern back and forth without end are read to their end, and none becomes a plan."""
    for text in HOSTILE:
        assert not read_signal(text[:LONGEST]).usable
        assert looks_like_signal(text[:LONGEST]) in (True, False)
