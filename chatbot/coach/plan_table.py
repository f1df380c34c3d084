"""Closed plans as a CSV table for spreadsheets, in which no text can turn into a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from chatbot.core.evolve import history
from chatbot.core.state import PlanState
from chatbot.messages.numbers import utc_stamp
from chatbot.records import PlanRecord

COLUMNS: Final = (
    "plan", "exchange", "market", "side", "leverage", "armed", "closed", "how", "result", "result_in_r", "reasons",
)  # fmt: skip
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take a cell that begins so for."""
SEPARATORS: Final = str.maketrans(";\t", ",,")
"""What some spreadsheets split lines at: behind one of them a cell begins, quoted or not."""


def plan_table(records: Sequence[PlanRecord]) -> str:
    """A line a plan, in the order of their numbers."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    writer.writerows(cells(record) for record in records)
    return written.getvalue()


def cells(record: PlanRecord) -> Iterator[str]:
    """One plan; the numbers are our own, every word is kept from being a formula."""
    state, plan = history(record.plan, record.events), record.plan
    yield str(record.row.number)
    yield from (harmless(word) for word in (plan.exchange, plan.symbol, plan.side.value))
    yield f"{plan.leverage:f}"
    yield utc_stamp(record.events[0].at)
    yield utc_stamp(record.events[-1].at)
    yield "" if state.close_reason is None else state.close_reason.value
    yield f"{state.position.realised:f}"
    yield f"{state.r_multiple:.2f}"
    yield harmless(reasons(state))


def reasons(state: PlanState) -> str:
    """Why the user broke a rule, each time."""
    return " / ".join(breach.note for breach in state.broken if breach.note)


def harmless(text: str) -> str:
    """A text as a cell that no spreadsheet computes nor splits at another separator than the comma."""
    cell = text.translate(SEPARATORS)
    return f"'{cell}" if text.lstrip(" ").startswith(FORMULA) else cell
