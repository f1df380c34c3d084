"""Which answer a sentence of assumption is about: once that answer is the user's own, nothing is assumed there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chatbot.coach.answers import Step
from chatbot.coach.stored import Answers, texts_in

TIER_1: Final = "tier 1"
PRICES: Final = "prices"
CLEARED: Final = {
    "triggers": (TIER_1, Step.TRIGGER.value),
    "stop": (Step.STOP.value,),
    "targets": (Step.TARGETS.value,),
}
"""Answers that another market or side takes away, and what was assumed for them."""
ABOUT: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), about)
    for pattern, about in (
        (r"Tier 1 |Entry at the market", TIER_1),
        (r"Tiers 2 |The zone ", Step.TRIGGER),
        (r"Weights ", Step.WEIGHTS),
        (r"Closes |The % behind", Step.CLOSES),
        (r"Stop rules |\d+ stop rules |After TP", Step.RULES),
        (r"“.*(?:the stop |at TP\d|waits for|would put)", Step.RULES),
        (r"Leverage ", Step.LEVERAGE),
        (r"Both cross and isolated|Isolated margin", Step.MARGIN),
        (r"Allocation |.*as the allocation", Step.ALLOCATION),
        (r"(?:Long|Short), because", Step.SIDE),
        (r"Only the first \d|A target |Targets ", Step.TARGETS),
        (r"The stop counts", Step.STOP),
        (r"Several exchanges|.*(?:known exchange|was taken as the perpetual)", Step.MARKET),
        (r"On \S+,|Listed as ", Step.MARKET),
        (r"\w+ candles", Step.TIMEFRAME),
        (r"The stop and the targets rest", Step.RESTING),
        (r"Used as written", PRICES),
    )
)
"""Beginnings of sentences, and what they are about. On no line, as how a number was read: about no one answer."""


def about(sentence: str) -> str:
    """The step whose answer the sentence assumes, `TIER_1` for the first trigger; empty where it is no single one."""
    return next((step for pattern, step in ABOUT if pattern.match(sentence)), "")


def answered(answers: Answers, step: Step, tier: int) -> Answers:
    """The answers once the user gave the one of `step` (for triggers: of `tier`): it is not assumed any more.

    Neither is what was assumed for an answer that is not there any more.
    """
    assumed = texts_in(answers, "assumed")
    settled = TIER_1 if step is Step.TRIGGER and tier == 1 else step.value
    gone = {settled, *cleared(answers)}
    left = [sentence for sentence in assumed if about(sentence) not in gone]
    return answers if len(left) == len(assumed) else {**answers, "assumed": left}


def cleared(answers: Answers) -> Iterator[str]:
    """What can't be assumed because its answer was taken away: another market's, or the other side's."""
    missing = [about for name, about in CLEARED.items() if answers.get(name, ()) is None]
    yield from (one for about in missing for one in about)
    if len(missing) == len(CLEARED):
        yield PRICES
