"""Text with entities as HTML that is safe to show: everything escaped, and only http(s) and tg links are links."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final
from urllib.parse import urlsplit

from chatbot.sandbox.telegram.entities import end_of, utf16_length, utf16_slice
from chatbot.sandbox.telegram.wire import Fields

SAFE_SCHEMES: Final = frozenset({"http", "https", "tg"})
PLAIN_TAGS: Final = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "blockquote": "blockquote",
}


def render_html(text: str, entities: Sequence[Fields]) -> str:
    """The message as HTML; line breaks stay line breaks."""
    ordered = sorted(entities, key=lambda entity: (int(entity["offset"]), -int(entity["length"])))
    return render_span(text, 0, utf16_length(text), ordered)


def render_span(text: str, start: int, end: int, entities: Sequence[Fields]) -> str:
    """The part from start to end; an entity that reaches beyond it is cut there."""
    parts: list[str] = []
    position = start
    for index, entity in enumerate(entities):
        first, last = max(int(entity["offset"]), position), min(end_of(entity), end)
        if first >= last or int(entity["offset"]) < position:
            continue
        inner = [other for other in entities[index + 1 :] if int(other["offset"]) < last]
        parts.append(escape(utf16_slice(text, position, first)))
        parts.append(wrapped(entity, render_span(text, first, last, inner), utf16_slice(text, first, last)))
        position = last
    parts.append(escape(utf16_slice(text, position, end)))
    return "".join(parts)


def wrapped(entity: Fields, inner: str, plain: str) -> str:
    kind = str(entity["type"])
    match kind:
        case "bold" | "italic" | "underline" | "strikethrough" | "code" | "blockquote":
            return f"<{PLAIN_TAGS[kind]}>{inner}</{PLAIN_TAGS[kind]}>"
        case "spoiler":
            return f'<span class="tg-spoiler">{inner}</span>'
        case "expandable_blockquote":
            return f"<blockquote expandable>{inner}</blockquote>"
        case "pre":
            return preformatted(entity, inner)
        case "text_link" | "url":
            return link(str(entity.get("url", plain)), inner)
        case "date_time":
            return moment(entity, inner)
        case "bot_command":
            return f'<a class="command" href="#" data-command="{escape(plain)}">{inner}</a>'
        case _:
            return inner


def preformatted(entity: Fields, inner: str) -> str:
    language = entity.get("language")
    if not language:
        return f"<pre>{inner}</pre>"
    return f'<pre><code class="language-{escape(str(language))}">{inner}</code></pre>'


def is_safe(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in SAFE_SCHEMES
    except ValueError:
        return False


def link(url: str, inner: str) -> str:
    if not is_safe(url):
        return inner
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{inner}</a>'


def moment(entity: Fields, inner: str) -> str:
    unix = int(entity["unix_time"])
    written_format = escape(str(entity.get("date_time_format", "")))
    try:
        written = datetime.fromtimestamp(unix, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return inner
    return f'<time datetime="{written}" data-unix="{unix}" data-format="{written_format}">{inner}</time>'
