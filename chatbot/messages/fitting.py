"""Keeps a long message within what Telegram takes: detail lines go first, and the reader is told where they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

LIMIT: Final = 4096
"""Characters of a message, counted in UTF-16 units. Tags count here too, so the result is never too long."""


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
    kept = list(blocks)
    total = len(kept)
    while length(joined(title, kept, total, gap)) > LIMIT:
        longest = max(range(len(kept)), key=lambda place: (len(kept[place].lines), place))
        if len(kept[longest].lines) == 1:
            kept.pop()
        else:
            kept[longest] = Block(kept[longest].lines[:-1], kept[longest].rest, shortened=True)
    return joined(title, kept, total, gap)


def joined(title: str, blocks: Sequence[Block], total: int, gap: str) -> str:
    """The blocks apart from each other, with a word on those left out."""
    missing = total - len(blocks)
    left_out = [f"… and {missing} more: /plan with a number shows any"] if missing else []
    return gap.join([f"<b>{title}</b>", *(block.text for block in blocks), *left_out])
