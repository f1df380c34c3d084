"""Closed plans as a table: one line each, and no cell that a spreadsheet computes."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.coach.plan_table import COLUMNS, harmless, plan_table, reasons
from chatbot.core.state import PlanState
from tests.coach.office import Office


def test_a_closed_plan_is_one_line(office: Office) -> None:
    """What it was, when, how it ended, and what it gave."""
    office.arm()
    office.enter("60000")
    office.command("/exited 60500")
    (line,) = csv.DictReader(io.StringIO(plan_table([office.record()])))
    assert (line["plan"], line["market"], line["side"], line["how"]) == ("1", "BTC/USDT:USDT", "long", "exited")
    assert line["result"].startswith("10.")
    assert line["result_in_r"] == "0.50"


def test_a_plan_that_is_not_over_has_no_end(office: Office) -> None:
    """Every column is there all the same."""
    office.arm()
    rows = list(csv.reader(io.StringIO(plan_table([office.record()]))))
    assert [len(row) for row in rows] == [len(COLUMNS)] * 2
    assert rows[1][COLUMNS.index("how")] == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1"])
def test_no_text_is_a_formula(text: str) -> None:
    """Whatever a spreadsheet takes for one is quoted."""
    assert harmless(text) == f"'{text}".replace("\t", ",")


@pytest.mark.parametrize(
    ("text", "cell"), [("late;=1+1", "late,=1+1"), ("late\t=1+1", "late,=1+1"), (";=1", ",=1"), ("=1;=2", "'=1,=2")]
)
def test_no_text_ends_its_cell(text: str, cell: str) -> None:
    """Spreadsheets of many countries split lines at semicolons, some at tabs."""
    assert harmless(text) == cell


def test_a_table_split_at_semicolons_has_one_cell_a_line() -> None:
    """Also where several reasons stand beside each other."""
    state = SimpleNamespace(broken=[SimpleNamespace(note=note) for note in ("hope;=1+1", "", "=2")])
    assert reasons(cast("PlanState", state)) == "hope;=1+1 / =2"
    assert harmless(reasons(cast("PlanState", state))) == "hope,=1+1 / =2"


@given(st.text(st.characters(codec="utf-8")))
def test_any_name_reads_back_as_it_is_or_quoted(text: str) -> None:
    """Commas, quotes and line breaks of a name stay in its cell; what other separators there are is a comma."""
    plain = text.replace(";", ",").replace("\t", ",")
    assert harmless(text) in (plain, f"'{plain}")
    assert not harmless(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.sampled_from(["=cmd|' /C calc'!A0", 'x","=1+1', "+1", "a\n=1"]))
def test_names_from_outside_can_not_break_out(symbol: str) -> None:
    """An exchange's or a user's words stay one harmless cell."""
    from chatbot.core.events import PlanArmed
    from chatbot.core.quiet import Interval
    from chatbot.core.state import Phase
    from chatbot.records import PlanRecord, PlanRow
    from tests.messages.trading import long_plan

    row = PlanRow(1, 1, 1, 1, "binanceusdm", symbol, Phase.CLOSED, 1, Interval(None, None), None)
    record = PlanRecord(row, replace(long_plan(), symbol=symbol), (PlanArmed(1),))
    (line,) = csv.DictReader(io.StringIO(plan_table([record]), newline=""))
    assert line["market"] == harmless(symbol)
    assert line["side"] == "long"
