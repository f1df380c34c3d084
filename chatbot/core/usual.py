"""What a plan usually looks like where nobody says otherwise (RULES 1): a rule that stands here and nowhere else."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Final

from chatbot.core.money import HUNDRED

RUNNER_PCT: Final = Decimal(10)
CLOSES: Final = {
    1: (Decimal(90),),
    2: (Decimal(40), Decimal(50)),
    3: (Decimal(25), Decimal(35), Decimal(30)),
}


def usual_closes(count: int) -> tuple[Decimal, ...]:
    """What each of so many targets closes, in %; a runner of 10 % or a little more stays."""
    even = ((HUNDRED - RUNNER_PCT) / count).to_integral_value(ROUND_FLOOR)
    return CLOSES.get(count, (even,) * count)
