"""A plan that fails: its user is told once each time it begins to, not at every price."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.coach.office import Office

BROKEN = "NOT watched"


def test_a_plan_that_recovered_and_fails_again_is_told_of_again(office: Office, tmp_path: Path) -> None:
    """It moved in between: the first word on it is no longer the last."""
    plan_id = office.arm().plan_id

    def store(agreed: str) -> str:
        with sqlite3.connect(tmp_path / "bot.db") as raw:
            (before,) = raw.execute("select agreed from plans where plan_id = ?", (plan_id,)).fetchone()
            raw.execute("update plans set agreed = ? where plan_id = ?", (agreed, plan_id))
        return str(before)

    agreed = store("{")
    assert BROKEN in office.price("60500")
    assert office.price("60400") == ""
    store(agreed)
    assert "Add tier 1" in office.price("60000")
    store("{")
    assert BROKEN in office.price("60500")
    assert office.price("60400") == ""
