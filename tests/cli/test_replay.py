"""`tierwise replay`: the worked example to the digit, stories that read, and refusals that name the place."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from chatbot.__main__ import main

PROJECT: Final = Path(__file__).parent.parent.parent
TAPES: Final = PROJECT / "tests" / "tapes"
PLAN: Final = TAPES / "worked_example.json"
BARS: Final = TAPES / "worked_example.csv"
CRASH: Final = "binance_spot_BTCUSDT_1m_20240727_20240824.csv.gz"
TABLE: Final[tuple[tuple[str, Mapping[str, object]], ...]] = (
    ("tier_triggered", {"tier": 1, "price": "60000", "quantity": "0.02083333"}),
    ("tier_triggered", {"tier": 2, "price": "60300", "quantity": "0.02072968"}),
    ("stop_advised", {"stop": "59899.6259", "reason": "scale_in"}),
    ("tier_triggered", {"tier": 3, "price": "60600", "quantity": "0.02475248"}),
    ("stop_advised", {"stop": "60067.7295", "reason": "scale_in"}),
    ("tier_triggered", {"tier": 4, "price": "60900", "quantity": "0.01642036"}),
    ("stop_advised", {"stop": "60433.2912", "reason": "scale_in"}),
    ("target_hit", {"target": 1, "price": "61000", "quantity": "0.02068396"}),
    ("target_hit", {"target": 2, "price": "62500", "quantity": "0.02895755"}),
    ("stop_advised", {"stop": "61433.2912", "reason": "lock_r"}),
    ("target_hit", {"target": 3, "price": "64000", "quantity": "0.02482076"}),
    ("stop_advised", {"stop": "63360", "reason": "trail"}),
)
BLANKS: Final = str.maketrans("\u00a0\u202f", "  ")
TRAIL_STEPS: Final = 9
END: Final[tuple[tuple[str, Mapping[str, object]], ...]] = (
    ("stop_hit", {"price": "64799.9395", "quantity": "0.00827359"}),
    ("plan_closed", {"reason": "stopped", "realised_pnl": "196.22", "r_multiple": "9.42"}),
)


def rows_of(printed: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in printed.splitlines()]


def equal(found: object, wanted: object) -> bool:
    """The same, decimals to the digits of the table."""
    if not isinstance(wanted, str) or not isinstance(found, str) or not wanted[0].isdigit():
        return found == wanted
    return Decimal(found).quantize(Decimal(wanted)) == Decimal(wanted)


def same(row: dict[str, Any], wanted: tuple[str, Mapping[str, object]]) -> bool:
    name, fields = wanted
    return row["event"] == name and all(equal(row[key], value) for key, value in fields.items())


def test_the_worked_example_gives_the_table_of_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    """Every price, quantity and stop of RULES 9, in order, and the trail's steps of 0.25 % between TP3 and the stop."""
    assert main(["replay", str(PLAN), str(BARS), "--json"]) == 0
    rows = rows_of(capsys.readouterr().out)
    middle = rows[len(TABLE) : -len(END)]
    assert [(row, wanted) for row, wanted in zip(rows, TABLE, strict=False) if not same(row, wanted)] == []
    assert [(row, wanted) for row, wanted in zip(rows[-len(END) :], END, strict=True) if not same(row, wanted)] == []
    assert {(row["event"], row["reason"]) for row in middle} == {("stop_advised", "trail")}
    assert len(middle) == TRAIL_STEPS
    assert equal(middle[-1]["stop"], "64799.9395")


def test_every_row_has_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    """The bar's open time, ISO 8601 in UTC; never out of order."""
    main(["replay", str(PLAN), str(BARS), "--json"])
    times = [row["at"] for row in rows_of(capsys.readouterr().out)]
    assert times == sorted(times)
    assert times[0] == "2024-08-05T00:00:00Z"


def test_the_story_reads_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json: one line an event and a summary."""
    assert main(["replay", str(PLAN), str(BARS)]) == 0
    lines = capsys.readouterr().out.translate(BLANKS).splitlines()
    assert lines[0] == "2024-08-05 00:00 UTC  tier 1        add 0.02083333 BTC at 60 000 (25 % of margin)"
    assert "stop          59 000 → 59 899.6259 (scale-in rule), at risk 10.39 USDT" in lines[2]
    assert lines[-1] == "Result    +196.22 USDT, 9.42 R"


def test_compressed_bars_are_the_same_bars(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CSV.gz and CSV print the same."""
    packed = tmp_path / "bars.csv.gz"
    packed.write_bytes(gzip.compress(BARS.read_bytes()))
    main(["replay", str(PLAN), str(BARS), "--json"])
    plain = capsys.readouterr().out
    main(["replay", str(PLAN), str(packed), "--json"])
    assert capsys.readouterr().out == plain


def test_a_number_may_be_a_json_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Strings and numbers mean the same, without passing through binary floats."""
    plan = json.loads(PLAN.read_text("utf-8"))
    plan["stop"], plan["tiers"][1]["trigger"]["pct"] = 59000, 0.5
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan), "utf-8")
    main(["replay", str(PLAN), str(BARS), "--json"])
    texts = capsys.readouterr().out
    main(["replay", str(path), str(BARS), "--json"])
    assert rows_of(capsys.readouterr().out)[-1]["event"] == rows_of(texts)[-1]["event"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"stop": "banana"}, "stop"),
        ({"stop": None}, "stop"),
        ({"side": "sideways"}, "side"),
        ({"leverage": "0"}, "leverage"),
        ({"tiers": []}, "tiers"),
        ({"tiers": [{"weight_pct": "100", "trigger": {"kind": "magic"}}]}, "tiers[0].trigger.kind"),
        ({"targets": [{"price": "x", "close_pct": "25"}]}, "targets[0].price"),
        ({"surprise": 1}, "surprise"),
        ({"armed_at": "yesterday"}, "armed_at"),
        ({"equity": True}, "equity"),
    ],
)
def test_a_bad_plan_is_refused_by_its_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], named: str
) -> None:
    """Exit code 2 and one sentence on stderr that names the file and the field; nothing on stdout."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**json.loads(PLAN.read_text("utf-8")), **change}), "utf-8")
    assert main(["replay", str(path), str(BARS)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"tierwise replay: {path}: ")
    assert named in printed.err
    assert printed.err.count("\n") == 1


def test_a_candle_trigger_finer_than_the_bars_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A close of a 1-minute candle can't be built from 5-minute bars."""
    plan = json.loads(PLAN.read_text("utf-8"))
    plan["tiers"][2]["trigger"] = {"kind": "close_beyond", "timeframe": "1m", "level": "60600", "direction": "up"}
    path, bars = tmp_path / "plan.json", tmp_path / "bars.csv"
    path.write_text(json.dumps(plan), "utf-8")
    rows = (f"{1722816000000 + n * 300_000},60100,60100,60000,60050,1" for n in range(4))
    bars.write_text("timestamp_ms,open,high,low,close,volume\n" + "\n".join(rows), "utf-8")
    assert main(["replay", str(path), str(bars)]) == 2
    assert "tiers[2].trigger.timeframe is 1m" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "no candles"),
        (b"timestamp_ms,open,high,low,close,volume\n", "no candles"),
        (b"timestamp_ms,open,high,low,close,volume\n1722816000000,60100,60100,60000\n", "line 2"),
        (b"timestamp_ms,open,high,low,close,volume\n1722816000000,60100,x,60000,60000,1\n", "line 2"),
        (b"timestamp_ms,open,high,low,close,volume\n1722816000000,60100,60000,60100,60000,1\n", "line 2"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
    ids=["nothing", "a header alone", "too few columns", "no number", "high below low", "no text"],
)
def test_bad_bars_are_refused_by_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, named: str
) -> None:
    """Exit code 2 and one sentence that names the file and the line."""
    path = tmp_path / "bars.csv"
    path.write_bytes(content)
    assert main(["replay", str(PLAN), str(path)]) == 2
    error = capsys.readouterr().err
    assert str(path) in error
    assert named in error


def test_bars_out_of_order_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Time runs forwards."""
    lines = BARS.read_text("utf-8").splitlines()
    path = tmp_path / "bars.csv"
    path.write_text("\n".join([*lines[:3], lines[1]]), "utf-8")
    assert main(["replay", str(PLAN), str(path)]) == 2
    assert "line 4" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["plan", "bars"])
def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    """A file that is not there, or no gzip though it says so, gets a sentence."""
    missing = tmp_path / "missing.json"
    words = [str(missing), str(BARS)] if what == "plan" else [str(PLAN), str(missing)]
    assert main(["replay", *words]) == 2
    assert "missing.json: No such file" in capsys.readouterr().err


def test_a_file_that_is_no_gzip_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The ending promises gzip and the content is none."""
    fake = tmp_path / "bars.csv.gz"
    fake.write_bytes(BARS.read_bytes())
    assert main(["replay", str(PLAN), str(fake)]) == 2
    assert str(fake) in capsys.readouterr().err


@pytest.mark.parametrize(("content", "named"), [(b"{", "line 1"), (b"\xff", "UTF-8"), (b"[]", "the plan")])
def test_a_plan_that_is_no_json_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, named: str
) -> None:
    """What is wrong with the file, and in which line."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    assert main(["replay", str(path), str(BARS)]) == 2
    assert named in capsys.readouterr().err


def test_the_crash_of_august_2024_is_replayed(data_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A short through the crash, on a month of real minutes: entered before it, out with a profit, in order."""
    candles = data_folder / CRASH
    if not candles.exists():
        pytest.skip(reason=f"{candles} is absent")
    assert main(["replay", str(PROJECT / "docs" / "examples" / "crash-short.json"), str(candles), "--json"]) == 0
    rows = rows_of(capsys.readouterr().out)
    assert rows[0]["event"] == "tier_triggered"
    assert [row["target"] for row in rows if row["event"] == "target_hit"] == [1, 2, 3]
    stops = [Decimal(row["stop"]) for row in rows if row["event"] == "stop_advised"]
    assert stops == sorted(stops, reverse=True)
    assert rows[-1]["event"] == "plan_closed"
    assert Decimal(rows[-1]["realised_pnl"]) > 0
