"""HTML becomes the text and entities that Telegram would store, and is shown again without danger."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot, MessageEntity
from telegram.error import BadRequest

from chatbot.sandbox.telegram import Person
from chatbot.sandbox.telegram.entities import FormattedText, end_of, settled, utf16_length
from chatbot.sandbox.telegram.formatting import read_html
from chatbot.sandbox.telegram.rendering import render_html
from chatbot.sandbox.telegram.wire import Refused


def marks(formatted: FormattedText) -> list[tuple[str, int, int]]:
    return [(each["type"], each["offset"], each["length"]) for each in formatted.entities]


def stored(html: str) -> FormattedText:
    return settled(read_html(html))


@pytest.mark.parametrize(
    ("html", "text", "expected"),
    [
        ("<b>a</b> <i>b</i>", "a b", [("bold", 0, 1), ("italic", 2, 1)]),
        ("<u>a</u><s>b</s>", "ab", [("underline", 0, 1), ("strikethrough", 1, 1)]),
        ("<b>x <i>y</i></b>", "x y", [("bold", 0, 3), ("italic", 2, 1)]),
        ("📈 <b>up</b>", "📈 up", [("bold", 3, 2)]),
        ("a &lt; b &amp; c &#49;&#x32; &nbsp;", "a < b & c 12 &nbsp;", []),
        ("<code>a</code><pre>b</pre>", "ab", [("code", 0, 1), ("pre", 1, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("<b></b>x", "x", []),
        ("  <b>a</b>  ", "a", [("bold", 0, 1)]),
        ("<b>a <code>b</code> c</b>", "a b c", [("bold", 0, 2), ("code", 2, 1), ("bold", 3, 2)]),
        ("see /status now", "see /status now", [("bot_command", 4, 7)]),
        ("https://x.org/a.", "https://x.org/a.", [("url", 0, 15)]),
        ("#BTC 1/2 #1", "#BTC 1/2 #1", [("hashtag", 0, 4)]),
    ],
)
def test_html_is_read_as_telegram_reads_it(html: str, text: str, expected: list[tuple[str, int, int]]) -> None:
    """Tags become entities in UTF-16 units, references characters, and edges are trimmed."""
    formatted = stored(html)
    assert (formatted.text, marks(formatted)) == (text, expected)


def test_links_languages_and_times_keep_their_details() -> None:
    """An address, the language of a block of code, and a moment are stored with their entity."""
    link = stored('<a href="https://x.org/?a=1&amp;b=2">here</a>').entities[0]
    assert (link["type"], link["url"]) == ("text_link", "https://x.org/?a=1&b=2")
    block = stored('<pre><code class="language-json">{}</code></pre>').entities
    assert block == ({"type": "pre", "offset": 0, "length": 2, "language": "json"},)
    moment = stored('<tg-time unix="1722819600" format="r">soon</tg-time>').entities[0]
    assert (moment["type"], moment["unix_time"], moment["date_time_format"]) == ("date_time", 1722819600, "r")


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("é <x>", 'Unsupported start tag "x" at byte offset 3'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b x", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler"'),
        ('<tg-time unix="soon">x</tg-time>', "Invalid date-time specified"),
        ('<tg-time unix="1" format="q">x</tg-time>', "Invalid date-time format specified"),
    ],
)
def test_broken_html_is_refused_with_its_place(html: str, reason: str) -> None:
    """What Telegram cannot parse is refused, with the byte where it went wrong."""
    with pytest.raises(Refused) as refused:
        read_html(html)
    assert refused.value.description.startswith(f"Bad Request: can't parse entities: {reason}")


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<b>a <i>b</i></b> &lt;c&gt;", "<b>a <i>b</i></b> &lt;c&gt;"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<a href="https://x.org/&quot;&gt;">x</a>', "https://x.org/&quot;&gt;"),
        ("/new", '<a class="command" href="#" data-command="/new">/new</a>'),
        ('<tg-time unix="0">x</tg-time>', '<time datetime="1970-01-01T00:00:00+00:00" data-unix="0" data-format="">x'),
        ('<pre><code class="language-x">y</code></pre>', '<pre><code class="language-x">y</code></pre>'),
    ],
)
def test_shown_html_is_safe(html: str, shown: str) -> None:
    """Text is escaped and only web and Telegram links are links."""
    formatted = stored(html)
    assert shown in render_html(formatted.text, formatted.entities)


@given(st.text(alphabet="ab<>&\"'/ #\n📈", max_size=40))
def test_plain_text_is_never_markup(text: str) -> None:
    """Whatever is written without formatting shows no tag of its own making."""
    html = render_html(text, ())
    assert "<" not in html
    assert ">" not in html


@given(
    st.lists(
        st.tuples(st.sampled_from(["b", "i", "code", "u", "blockquote"]), st.text("ab 📈", max_size=5)), max_size=6
    )
)
def test_entities_stay_inside_the_text(pieces: list[tuple[str, str]]) -> None:
    """However tags are nested, entities are never empty and never reach beyond the text."""
    html = "".join(f"<{tag}>{text}" for tag, text in pieces) + "".join(f"</{tag}>" for tag, _ in reversed(pieces))
    formatted = stored(html)
    assert all(each["length"] > 0 and end_of(each) <= utf16_length(formatted.text) for each in formatted.entities)


async def test_the_library_reads_its_own_html_back(bot: Bot, sam: Person) -> None:
    """What was sent as HTML comes back as the same HTML."""
    await sam.say("hi")
    html = '<b>Stop</b> <code>59899.6</code> <blockquote expandable>why</blockquote> <a href="https://x.org/">x</a>'
    sent = await bot.send_message(sam.chat_id, html, parse_mode="HTML")
    assert sent.text_html == html
    marked = await bot.send_message(sam.chat_id, "bold", entities=[MessageEntity("bold", 0, 4)])
    assert marked.text_html == "<b>bold</b>"
    timed = await bot.send_message(
        sam.chat_id, '<tg-time unix="1722819600" format="wDT">x</tg-time>', parse_mode="HTML"
    )
    assert timed.entities[0].unix_time is not None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": "x" * 4097}, "Message is too long"),
        ({"text": "📈" * 2049}, "Message is too long"),
        ({"text": " "}, "Message text is empty"),
        ({"text": "<b>", "parse_mode": "HTML"}, "Can't parse entities"),
        ({"text": "*x*", "parse_mode": "MarkdownV2"}, "reads parse_mode html only"),
        ({"text": "x", "parse_mode": "Wiki"}, "Unsupported parse_mode"),
        ({"text": "x", "message_thread_id": 5}, "Message thread not found"),
    ],
)
async def test_texts_are_refused_like_telegram(bot: Bot, sam: Person, fields: dict[str, Any], reason: str) -> None:
    """Length counts UTF-16 units after parsing; what cannot be shown is refused."""
    await sam.say("hi")
    with pytest.raises(BadRequest, match=reason):
        await bot.send_message(sam.chat_id, **fields)
    assert len(await sam.transcript()) == 1


async def test_the_longest_text_passes(bot: Bot, sam: Person) -> None:
    """4096 units after parsing are fine, whatever the tags add; a caption ends at 1024."""
    await sam.say("hi")
    sent = await bot.send_message(sam.chat_id, f"<b>{'x' * 4096}</b>", parse_mode="HTML")
    assert len(sent.text or "") == 4096
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_document(sam.chat_id, b"x", filename="x.txt", caption="x" * 1025)
