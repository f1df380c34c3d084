"""A card has room for what matters: what must stay stays whole, the rest is shortened and says so."""

from __future__ import annotations

from chatbot.messages.fitting import LIMIT, LONG_LINE, Block, length, sparing

CUT = "more"
WARNINGS = Block(tuple(f"⚠ warning {number}" for number in range(20)), "")


def test_blocks_with_room_stay_as_they_are() -> None:
    """Empty ones are left out, nothing is shortened."""
    long = "a" * (LONG_LINE + 1)
    assert sparing((Block((long,), CUT), Block((), CUT), Block(("c", "d"), ""))) == f"{long}\n\nc\nd"


def test_long_lines_are_shortened_first() -> None:
    """Lines with tags stay, and a sign of HTML is never cut in two; what must stay is not touched."""
    long, tagged, kept = "&amp;" * 200, f"<b>{'b' * 200}</b>", "k" * 200
    shown = sparing((Block((long, tagged, "short"), CUT), Block((kept,), "")), room=1_000)
    assert shown == f"{'&amp;' * (LONG_LINE - 1)}…\n{tagged}\nshort\n\n{kept}"


def test_the_last_block_that_may_loses_its_last_lines() -> None:
    """It says where the rest is; what must stay stays whole however long it is."""
    first = Block(tuple(f"first {number}" for number in range(20)), CUT)
    second = Block(tuple(f"second {number}" for number in range(20)), CUT)
    shown = sparing((first, second, WARNINGS), room=600)
    assert length(shown) <= 600
    assert first.text in shown
    assert WARNINGS.text in shown
    assert f"\n… {CUT}\n" in shown
    assert "second 19" not in shown


def test_what_must_stay_is_never_cut() -> None:
    """Blocks that may be shortened keep their first line; the others everything."""
    shown = sparing((Block(("first", "second"), CUT), WARNINGS), room=10)
    assert shown == f"first\n… {CUT}\n\n{WARNINGS.text}"
    assert length(shown) < LIMIT
