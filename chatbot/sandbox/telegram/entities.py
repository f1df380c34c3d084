"""Text with entities as Telegram keeps it: offsets in UTF-16 units, overlaps resolved, links and commands found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chatbot.sandbox.telegram.wire import Fields

STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
CODES = frozenset({"code", "pre"})
QUOTES = frozenset({"blockquote", "expandable_blockquote"})

FOUND = (
    ("url", re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]]")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?(?![\w/])")),
    ("hashtag", re.compile(r"(?<![\w&])#(?=\w*[^\W\d])\w+")),
)


@dataclass(frozen=True, slots=True)
class FormattedText:
    """Text and what is marked in it."""

    text: str
    entities: tuple[Fields, ...] = ()


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def utf16_slice(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", errors="replace")


def end_of(entity: Fields) -> int:
    return int(entity["offset"]) + int(entity["length"])


def settled(formatted: FormattedText) -> FormattedText:
    """Trimmed as Telegram trims, entities cut to what may overlap, and links, commands and hashtags marked."""
    first = min((int(entity["offset"]) for entity in formatted.entities), default=utf16_length(formatted.text))
    body = formatted.text.rstrip()
    lead = min(first, len(body) - len(body.lstrip()))
    text = body[lead:]
    entities = list(clipped(formatted.entities, lead, utf16_length(text)))
    entities = list(without_conflicts(entities))
    entities.extend(found_in(text, entities))
    return FormattedText(text, tuple(sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))))


def clipped(entities: Iterable[Fields], lead: int, length: int) -> Iterable[Fields]:
    for entity in entities:
        start = max(0, int(entity["offset"]) - lead)
        end = min(length, end_of(entity) - lead)
        if start < end:
            yield {**entity, "offset": start, "length": end - start}


def without_conflicts(entities: list[Fields]) -> Iterable[Fields]:
    """Styles never reach into code; links and codes never contain each other; quotes never nest."""
    codes = [entity for entity in entities if entity["type"] in CODES]
    taken: list[Fields] = []
    for entity in sorted(entities, key=lambda each: (each["offset"], -each["length"])):
        if entity["type"] in STYLES:
            yield from cut_out(entity, codes)
            continue
        if any(overlaps(entity, other) and same_layer(entity, other) for other in taken):
            continue
        taken.append(entity)
        yield entity


def same_layer(one: Fields, other: Fields) -> bool:
    return (one["type"] in QUOTES) == (other["type"] in QUOTES)


def overlaps(one: Fields, other: Fields) -> bool:
    return int(one["offset"]) < end_of(other) and int(other["offset"]) < end_of(one)


def cut_out(entity: Fields, holes: list[Fields]) -> Iterable[Fields]:
    start = int(entity["offset"])
    for hole in sorted((hole for hole in holes if overlaps(entity, hole)), key=lambda each: int(each["offset"])):
        if start < int(hole["offset"]):
            yield {**entity, "offset": start, "length": int(hole["offset"]) - start}
        start = max(start, end_of(hole))
    if start < end_of(entity):
        yield {**entity, "offset": start, "length": end_of(entity) - start}


def found_in(text: str, marked: list[Fields]) -> list[Fields]:
    """Links, commands and hashtags that nobody marked, outside of code and links."""
    closed = [entity for entity in marked if entity["type"] not in STYLES | QUOTES]
    found: list[Fields] = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            entity: Fields = {
                "type": kind,
                "offset": utf16_length(text[: match.start()]),
                "length": utf16_length(match.group()),
            }
            if not any(overlaps(entity, other) for other in [*closed, *found]):
                found.append(entity)
    return found
