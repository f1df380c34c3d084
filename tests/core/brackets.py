"""Maintenance brackets to test with: those of the worked figures, and any table an exchange could publish."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from chatbot.core.liquidation import Maintenance, Source
from chatbot.core.market import Bracket

D = Decimal
BITCOIN = Maintenance(
    (
        Bracket(D(0), D("0.004")),
        Bracket(D(50_000), D("0.005"), D(50)),
        Bracket(D(600_000), D("0.0065"), D(950)),
        Bracket(D(3_000_000), D("0.01"), D(11_450)),
    ),
    Source.PUBLISHED,
)


@st.composite
def tables(draw: st.DrawFn) -> Maintenance:
    """Rising floors and rates, with the amounts that let the brackets join without a jump."""
    steps = draw(st.lists(st.tuples(st.integers(1, 500_000), st.integers(1, 40)), max_size=6))
    found = [Bracket(D(0), D(draw(st.integers(2, 20))) / 1000)]
    for wide, more in steps:
        last = found[-1]
        floor, rate = last.floor + wide, last.rate + D(more) / 1000
        found.append(Bracket(floor, rate, last.amount + floor * (rate - last.rate)))
    return Maintenance(tuple(found), Source.PUBLISHED)
