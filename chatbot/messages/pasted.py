"""What is said of a pasted plan: why it can't be used, or that another one is being built; what was understood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Final

from chatbot.core.figures import GAP
from chatbot.core.plan import MarginMode
from chatbot.messages.numbers import number, percent
from chatbot.messages.values import Button, Message, Press, Style, Verb
from chatbot.messages.views import bold
from chatbot.signals.draft import SignalDraft

EXAMPLE: Final = "/new long btc 60000 sl 59000 tp 61k 62.5k 64k 10x 5%"
LONGEST: Final = 240
MOST_PROBLEMS: Final = 6
MOST_PRICES: Final = 6
INSTEAD: Final = "pasted"
"""The argument of the button that takes the pasted plan instead of the one being built."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A text as it was understood. The market is named as its exchange does; without an exchange it is not there."""

    draft: SignalDraft
    symbol: str
    exchange: str = ""
    problems: tuple[str, ...] = ()


def refusal(understood: Understood, building: str = "") -> Message:
    """Every reason, what was understood besides, and how to go on; nothing was stored."""
    problems = understood.problems
    lines = [bold("✋ I can't make a plan of this text:"), *(f"• {short(one)}" for one in problems[:MOST_PROBLEMS])]
    if len(problems) > MOST_PROBLEMS:
        lines.append(f"• … and {len(problems) - MOST_PROBLEMS} more")
    blocks = ["\n".join(lines)]
    known = summary(understood)
    if known:
        blocks.append(f"Understood so far: {known}.")
    stays = f" The plan being built ({short(building)}) stays as it is." if building else ""
    blocks.append(
        f"Nothing was stored.{stays} Correct the text and send all of it again, for example "
        f"<code>{escape(EXAMPLE)}</code>; /new alone asks for everything step by step."
    )
    return Message("\n\n".join(blocks))


def which_one(understood: Understood, building: str, draft_id: int, mark: int) -> Message:
    """Two plans, of which one can be built: nothing is thrown away unasked. `mark` is the pasted text's own."""
    return Message(
        f"A plan is being built already: {short(building)}. Nothing of it was changed.\n\n"
        f"Pasted: {summary(understood)}.\n\n"
        "Use the pasted one instead? Then what was entered for the other one is dropped.",
        (
            (Button("Use the pasted one", Press(Verb.NEW, draft_id, mark, INSTEAD), style=Style.MAIN),),
            (Button("Keep building", Press(Verb.NEW)),),
        ),
    )


def replaced() -> Message:
    """What the card of a plan says that gave way to a pasted one."""
    return Message("This plan was dropped for the pasted one; nothing of it is watched.")


def unanswered(exchange: str) -> Message:
    """Without its exchange's list of markets a text can't be placed."""
    return Message(
        f"✋ {short(exchange)} does not answer right now, so I can't look the market up. Nothing was stored: send the "
        "text again in a moment."
    )


def summary(understood: Understood) -> str:
    """One line of what is known: `BTC/USDT:USDT on binanceusdm · long 10x · entry 60 000 · stop 59 000`; HTML."""
    return " · ".join(short(part) for part in parts_of(understood))


def parts_of(understood: Understood) -> Iterator[str]:
    """What is known, part by part; plain text."""
    draft = understood.draft
    if understood.symbol:
        yield f"{understood.symbol} on {understood.exchange}" if understood.exchange else understood.symbol
    way = [draft.side.value] if draft.side is not None else []
    way += [f"{number(draft.leverage)}x"] if draft.leverage is not None else []
    way += ["cross margin"] if draft.margin_mode is MarginMode.CROSS else []
    if way:
        yield " ".join(way)
    if draft.entries:
        entries = listed([entry.price for entry in draft.entries])
        yield f"{'entry' if len(draft.entries) == 1 else 'entries'} {entries}"
    if draft.stop is not None:
        yield f"stop {number(draft.stop)}"
    if draft.targets:
        yield f"{'target' if len(draft.targets) == 1 else 'targets'} {listed([one.price for one in draft.targets])}"
    if draft.allocation_pct is not None:
        yield f"allocation {percent(draft.allocation_pct)} of equity"
    if draft.equity is not None:
        yield f"equity {number(draft.equity)}"


def listed(prices: Sequence[Decimal | None]) -> str:
    """Prices with a slash between; one that is not known is the market's."""
    told = f"{GAP}/ ".join("market" if one is None else number(one) for one in prices[:MOST_PRICES])
    return told if len(prices) <= MOST_PRICES else f"{told}{GAP}…"


def short(text: str) -> str:
    """Plain text, of bounded length and safe inside HTML."""
    return escape(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…", quote=False)
