"""`tierwise parse`: a pasted text as a plan draft, for people or as JSON; the exit code says if it is usable."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from chatbot.__main__ import main
from chatbot.core.plan_format import plan_from_format

GOOD: Final = "long btc 60000 sl 59000 tp 61k 62.5k 64k 10x 5%"
ZONE: Final = "SHORT ETHUSDT zone 3000-3060, sl 3150, tp 2900 (40%) 2800 (50%), cross 5x, tf 1h, equity 10000, bybit"
BAD: Final = "long btc 60000 tp 61000"
BLANKS: Final = str.maketrans("\u00a0\u202f", "  ")


def written(folder: Path, content: str | bytes) -> str:
    """A file with the content."""
    path = folder / "signal.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_a_usable_text_is_printed_as_a_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0; market, side, every tier, the stop, every target, and all that was assumed."""
    assert main(["parse", written(tmp_path, GOOD)]) == 0
    lines = capsys.readouterr().out.translate(BLANKS).splitlines()
    assert lines[:9] == [
        "Market      BTC/USDT:USDT on ?",
        "Side        long",
        "Leverage    10x",
        "Equity      ?",
        "Allocation  5 % of equity",
        "Tier 1      25 % of the allocation at 60 000 or below",
        "Tier 2      25 % of the allocation at +0.5 % of price from tier 1",
        "Tier 3      30 % of the allocation at +1 % of price from tier 1",
        "Tier 4      20 % of the allocation at +1.5 % of price from tier 1",
    ]
    assert "Stop        59 000" in lines
    assert "TP2         62 500, close 35 % of the position, stop: lock 1R" in lines
    assert "Assumed" in lines
    assert "- Closes 25/35/30 %: the text gives none." in lines
    assert "Problems" not in lines


def test_everything_a_text_may_say_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exchange, margin mode, timeframe and equity have their place."""
    assert main(["parse", written(tmp_path, ZONE)]) == 0
    lines = capsys.readouterr().out.translate(BLANKS).splitlines()
    assert lines[0] == "Market      ETH/USDT:USDT on bybit"
    assert "Leverage    5x, cross" in lines
    assert "Timeframe   1h" in lines
    assert "Equity      10 000" in lines
    assert "Tier 2      30 % of the allocation at 3 030 or above" in lines


def test_an_entry_at_the_market_is_a_question(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No price is made up: tier 1 waits for an answer."""
    assert main(["parse", written(tmp_path, "long btc now sl 59000 tp 61000 62000")]) == 0
    assert "on your answer: Enter at the market price now?" in capsys.readouterr().out


def test_a_text_with_problems_is_printed_with_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, on stdout what was understood and why it can't be used, nothing on stderr."""
    assert main(["parse", written(tmp_path, BAD)]) == 3
    printed = capsys.readouterr()
    assert "Stop        ?" in printed.out
    assert "Entries     60 000" in printed.out.translate(BLANKS)
    assert "Problems\n- The text has no stop; write one, for example SL 59000.\n" in printed.out
    assert printed.err == ""


def test_a_text_about_nothing_is_printed_as_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything is a question mark."""
    assert main(["parse", written(tmp_path, "good morning")]) == 3
    out = capsys.readouterr().out
    assert "Market      ? on ?" in out
    assert "Entries     ?" in out
    assert "Targets     ?" in out


def test_the_json_is_the_plan_format_of_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown fields are null, assumptions are sentences; what is left is a plan once the nulls are filled."""
    assert main(["parse", written(tmp_path, GOOD), "--json"]) == 0
    form = json.loads(capsys.readouterr().out)
    assert form["equity"] is None
    assert form["exchange"] is None
    assert form["tiers"][0] == {
        "weight_pct": "25",
        "trigger": {"kind": "price", "level": "60000", "direction": "down"},
    }
    assert form["targets"][2]["stop_rule"] == {"kind": "trail", "distance_pct": "1"}
    assert all(isinstance(sentence, str) for sentence in form.pop("assumed"))
    assert form.pop("problems") == []
    assert plan_from_format({**form, "equity": "10000"}).notional == 5000


def test_problems_in_json_have_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A script can tell why."""
    assert main(["parse", written(tmp_path, BAD), "--json"]) == 3
    form = json.loads(capsys.readouterr().out)
    assert [problem["code"] for problem in form["problems"]] == ["no_stop"]
    assert form["stop"] is None


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A signal can be piped in."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    assert main(["parse", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["symbol"] == "BTC/USDT:USDT"


def test_the_command_line_itself_reads_a_pipe() -> None:
    """The very process, its input and its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "chatbot", "parse", "-", "--json"], input=BAD.encode(), capture_output=True, check=False
    )
    assert done.returncode == 3
    assert json.loads(done.stdout)["side"] == "long"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\xff\xfe\x00long", "not a text in UTF-8"),
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"long btc " * 9000, "more than 65536 bytes"),
    ],
    ids=["no text", "nothing", "blanks", "too much"],
)
def test_an_unreadable_input_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, named: str
) -> None:
    """Exit code 2 and one sentence on stderr, nothing on stdout."""
    path = written(tmp_path, content)
    assert main(["parse", path]) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"tierwise parse: {path}: {named}")
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2; a folder is no text either."""
    assert main(["parse", str(tmp_path / "nothing.txt")]) == 2
    assert "nothing.txt: No such file" in capsys.readouterr().err
    assert main(["parse", str(tmp_path)]) == 2
    assert "Is a directory" in capsys.readouterr().err


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Texts saved by editors that put one in front are read."""
    assert main(["parse", written(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["side"] == "long"


def test_a_text_longer_than_a_message_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Readable, but no signal: exit code 3."""
    assert main(["parse", written(tmp_path, GOOD + " and so on" * 500), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["problems"][0]["code"] == "too_long"
