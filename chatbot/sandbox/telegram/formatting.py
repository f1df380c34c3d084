"""Reads the HTML that bots may send into text and entities, and refuses what Telegram refuses."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from chatbot.sandbox.telegram.entities import FormattedText, utf16_length
from chatbot.sandbox.telegram.wire import Fields, Refused, bad_request

TAGS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-time": "date_time",
    "tg-emoji": "custom_emoji",
}
TIME_FORMAT: Final = re.compile(r"r|w?[dD]?[tT]?")
REFERENCE: Final = re.compile(r"&(lt|gt|amp|quot|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
NAME: Final = re.compile(r"<([^\s>]*)")
END: Final = re.compile(r"</([^\s>]*)\s*>")
ATTRIBUTE: Final = re.compile(r"\s+([A-Za-z][\w-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9._-]+)))?")
START_REST: Final = re.compile(rf"((?:{ATTRIBUTE.pattern})*)\s*>")
TEXT: Final = re.compile(r"[^<&]+")


@dataclass(frozen=True, slots=True)
class OpenTag:
    """A start tag that still waits for its end."""

    name: str
    attributes: dict[str, str]
    offset: int


@dataclass(slots=True)
class HtmlReader:
    """One pass over the source; positions in errors are bytes, positions in entities UTF-16 units."""

    source: str
    position: int = 0
    parts: list[str] = field(default_factory=list)
    length: int = 0
    open_tags: list[OpenTag] = field(default_factory=list)
    entities: list[Fields] = field(default_factory=list)

    def read(self) -> FormattedText:
        while self.position < len(self.source):
            self.step()
        if self.open_tags:
            raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{self.open_tags[-1].name}"')
        return FormattedText("".join(self.parts), tuple(self.entities))

    def step(self) -> None:
        if self.source.startswith("</", self.position):
            self.close()
        elif self.source[self.position] == "<":
            self.open()
        elif found := REFERENCE.match(self.source, self.position):
            self.take(character(found[1]), found.end())
        elif plain := TEXT.match(self.source, self.position):
            self.take(plain.group(), plain.end())
        else:
            self.take(self.source[self.position], self.position + 1)

    def take(self, text: str, position: int) -> None:
        self.parts.append(text)
        self.length += utf16_length(text)
        self.position = position

    def here(self) -> str:
        return f"at byte offset {len(self.source[: self.position].encode())}"

    def open(self) -> None:
        name_found = NAME.match(self.source, self.position)
        name = name_found[1].lower() if name_found else ""
        if name_found is None or name not in TAGS:
            raise cannot_parse(f'Unsupported start tag "{name}" {self.here()}')
        rest = START_REST.match(self.source, name_found.end())
        if rest is None:
            raise cannot_parse(f"Unclosed start tag {self.here()}")
        attributes = {found[1].lower(): written(found) for found in ATTRIBUTE.finditer(rest[1])}
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise cannot_parse(f'Tag "span" must have class "tg-spoiler" {self.here()}')
        self.open_tags.append(OpenTag(name, attributes, self.length))
        self.position = rest.end()

    def close(self) -> None:
        found = END.match(self.source, self.position)
        if found is None:
            raise cannot_parse(f"Unclosed end tag {self.here()}")
        if not self.open_tags:
            raise cannot_parse(f"Unexpected end tag {self.here()}")
        tag = self.open_tags.pop()
        if found[1] and found[1].lower() != tag.name:
            reason = f'Unmatched end tag {self.here()}, expected "</{tag.name}>", found "</{found[1].lower()}>"'
            raise cannot_parse(reason)
        self.position = found.end()
        self.add(tag)

    def add(self, tag: OpenTag) -> None:
        nested = any(TAGS[tag.name] == TAGS[outer.name] for outer in self.open_tags)
        if nested or tag.offset == self.length or not wanted(tag):
            return
        language = tag.attributes.get("class", "").removeprefix("language-")
        outer = self.open_tags[-1] if self.open_tags else None
        if tag.name == "code" and outer is not None and outer.name == "pre":
            outer.attributes["language"] = language
            return
        entity: Fields = {"type": TAGS[tag.name], "offset": tag.offset, "length": self.length - tag.offset}
        self.entities.append({**entity, **details(tag)})


def cannot_parse(reason: str) -> Refused:
    return bad_request(f"can't parse entities: {reason}")


def character(reference: str) -> str:
    if reference in NAMED:
        return NAMED[reference]
    digits = reference[1:]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    is_scalar = 0 < code < 0xD800 or 0xDFFF < code < 0x110000
    return chr(code) if is_scalar else f"&{reference};"


def written(found: re.Match[str]) -> str:
    """The value of an attribute; an attribute without one counts as empty."""
    raw = next((value for value in found.groups()[1:] if value is not None), "")
    return REFERENCE.sub(lambda reference: character(reference[1]), raw)


def wanted(tag: OpenTag) -> bool:
    """A link without an address is only its text."""
    return tag.name != "a" or bool(tag.attributes.get("href"))


def details(tag: OpenTag) -> Fields:
    """What an entity says beside its place; raises Refused for a time nobody can read."""
    attributes = tag.attributes
    if tag.name == "a":
        return {"url": attributes["href"]}
    if tag.name == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    if tag.name == "pre" and attributes.get("language"):
        return {"language": attributes["language"]}
    if tag.name == "tg-emoji":
        return {"custom_emoji_id": attributes.get("emoji-id", "")}
    if tag.name == "tg-time":
        return time_details(attributes)
    return {}


def time_details(attributes: dict[str, str]) -> Fields:
    unix, time_format = attributes.get("unix", ""), attributes.get("format", "")
    if not unix.isdecimal() or not unix.isascii():
        raise cannot_parse("Invalid date-time specified")
    if not TIME_FORMAT.fullmatch(time_format):
        raise cannot_parse("Invalid date-time format specified")
    return {"unix_time": int(unix), **({"date_time_format": time_format} if time_format else {})}


def read_html(source: str) -> FormattedText:
    """Text and entities of a message written in Telegram's HTML; raises Refused where Telegram would."""
    return HtmlReader(source).read()
