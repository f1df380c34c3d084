"""Keeps a long message within what Telegram takes: detail lines go first, and the reader is told where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape
from typing import Final

LIMIT: Final = 4096
"""Characters of a message, counted in UTF-16 units. Tags count here too, so the result is never too long."""

LONG_LINE: Final = 90
"""Characters of a line that is shortened when there is no room for all of it."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together, the most important first; `rest` says where the others are."""

    lines: tuple[str, ...]
    rest: str
    shortened: bool = False

    @property
    def text(self) -> str:
        """The block as it is shown."""
        rest = (f"… {self.rest}",) if self.shortened else ()
        return "\n".join([*self.lines, *rest])


def length(text: str) -> int:
    """How long Telegram finds a text."""
    return len(text.encode("utf-16-le")) // 2


def fitted(title: str, blocks: Iterable[Block], gap: str = "\n\n") -> str:
    """All blocks under a bold title; the longest lose their last lines, then the last blocks go."""
    return under(f"<b>{title}</b>", blocks, gap, lambda missing: f"{missing} more: /plan with a number shows any")


def under(heading: str, blocks: Iterable[Block], gap: str, more: Callable[[int], str]) -> str:
    """As `fitted`, under a line of HTML; `more` says where the blocks that were left out are."""
    kept = list(blocks)
    total = len(kept)

    def shown() -> str:
        missing = total - len(kept)
        left_out = [f"… and {more(missing)}"] if missing else []
        return gap.join([heading, *(block.text for block in kept), *left_out])

    while length(shown()) > LIMIT:
        longest = max(range(len(kept)), key=lambda place: (len(kept[place].lines), place))
        if len(kept[longest].lines) == 1:
            kept.pop()
        else:
            kept[longest] = Block(kept[longest].lines[:-1], kept[longest].rest, shortened=True)
    return shown()


def sparing(blocks: Iterable[Block], room: int = LIMIT) -> str:
    """Blocks apart from each other, within `room`; one without a `rest` is never touched.

    Long lines of the others are shortened first, then the last of the others lose their last lines.
    """
    kept = [block for block in blocks if block.lines]
    if length(apart(kept)) > room:
        kept = [squeezed(block) if block.rest else block for block in kept]
    for place in reversed(range(len(kept))):
        while length(apart(kept)) > room and kept[place].rest and len(kept[place].lines) > 1:
            kept[place] = replace(kept[place], lines=kept[place].lines[:-1], shortened=True)
    return apart(kept)


def apart(blocks: Sequence[Block]) -> str:
    """Blocks with space between."""
    return "\n\n".join(block.text for block in blocks)


def squeezed(block: Block) -> Block:
    """The block with its long lines shortened; a line with tags stays as it is."""
    return replace(block, lines=tuple("\n".join(short_line(one) for one in line.split("\n")) for line in block.lines))


def short_line(line: str) -> str:
    """A line of HTML, short where it has no tags."""
    plain = unescape(line)
    return line if "<" in line or len(plain) <= LONG_LINE else f"{escape(plain[: LONG_LINE - 1], quote=False)}…"
