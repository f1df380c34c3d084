"""A pasted text in ordinary characters, without emoji, markup and links; line breaks that got lost are back."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from chatbot.core.reading import MARKS_OF_MINUS, digit

LONGEST: Final = 4096
"""One message."""
UNSURE: Final = "^"
"""Stands for a raised, lowered or broken digit: nobody knows which number it makes."""
KEYCAP: Final = re.compile("([0-9])\ufe0f?\u20e3")
TARGET_EMOJI: Final = re.compile(r"^[^\w\n]*🎯[^\w\n$]*(?=[\d$])", re.MULTILINE)
STOP_EMOJI: Final = re.compile(r"^[^\w\n]*[🛑⛔🚫❌][^\w\n$]*(?=[\d$])", re.MULTILINE)
ARROW: Final = re.compile(r"((?:tp|targets?|entry|цель|тейк) ?#?\d{1,2}) ?[➜➔→➡⟶»›👉▶]\ufe0f?", re.IGNORECASE)
"""Between the number of an item and its price."""
TAG: Final = re.compile(r"</?(?:b|i|u|s|a|em|strong|code|pre|br|p)\b[^<>\n]{0,120}>", re.IGNORECASE)
LINK: Final = re.compile(r"(?:https?://|www\.|t\.me/)\S+|@[a-z_]\w+", re.IGNORECASE)
MARKUP: Final = re.compile(r"[*`~]{2}|[*`]|\|\||(?<!\w)_+|_+(?!\w)")
CYRILLIC_K: Final = re.compile(r"(?<=\d)[кК](?!\w)")
CYRILLIC_X: Final = re.compile(r"(?<=\d)( ?)[хХ](?!\w)|(?<!\w)[хХ](?= ?\d)")
FIELD_WORD: Final = (
    r"(?:leverage|lev|entry|entries|enter|dca|exit|targets?|take|tp\d?|stop(?:loss)?|sl|trailing|exchanges?|signal|long|short|buy|sell|"
    r"вход|стоп|цели|цель|тейк|плечо)(?![^\W\d_])"
)
AFTER_NUMBER: Final = re.compile(rf"(?:(?<=\d)|(?<=\d[xX%k])|(?<=\)))(?={FIELD_WORD})", re.IGNORECASE)
AFTER_WORD: Final = re.compile(
    rf"(?:(?<=long)|(?<=short)|(?<=usdt)|(?<=cross)|(?<=isolated))(?={FIELD_WORD})|(?:(?<=long)|(?<=short))(?=\d)",
    re.IGNORECASE,
)
CAMEL: Final = re.compile(
    r"(?<=[A-Za-z])(?=(?:Leverage|Entry|Entries|Enter|Targets?|Take|Stop|Loss|Profit|Trailing|Exchanges?|Signal|Zone|Price)"
    r"(?![a-z]))"
)
SIDE_ON_PAIR: Final = re.compile(r"(?<![^\W_])(long|short)(?=[A-Z0-9]{2,10}/?USDT)", re.IGNORECASE)
NAME_ON_PAIR: Final = re.compile(r"(?<=[a-z])(?=[A-Z0-9]{2,10}/?USDT)")
BLANKS: Final = re.compile(r"[^\S\n]+")
LINES: Final = re.compile(r" ?\n[ \n]*")


def cleaned(text: str) -> str:
    """Plain characters, single blanks, no empty lines."""
    lines = "\n".join(text.splitlines())
    marked = KEYCAP.sub(r" \1) ", lines.replace("🔟", " 10) "))
    marked = ARROW.sub(r"\1: ", marked)
    marked = STOP_EMOJI.sub(" stop ", TARGET_EMOJI.sub(" target ", marked))
    plain = unicodedata.normalize("NFKC", "".join(listed(c) for c in marked)).translate(MARKS_OF_MINUS)
    plain = "".join(ordinary(c) for c in plain)
    plain = MARKUP.sub(" ", LINK.sub(" ", TAG.sub(" ", plain)))
    plain = CYRILLIC_X.sub(lambda found: f"{found[1] or ''}x", BLANKS.sub(" ", plain))
    plain = CYRILLIC_K.sub("k", plain)
    plain = NAME_ON_PAIR.sub(" ", SIDE_ON_PAIR.sub(r"\1 ", plain))
    plain = CAMEL.sub(" ", AFTER_WORD.sub(" ", AFTER_NUMBER.sub("\n", plain)))
    return LINES.sub("\n", BLANKS.sub(" ", plain)).strip()


def listed(character: str) -> str:
    """Circled numbers count the items of a list; raised and lowered digits and fractions are no safe part of one."""
    if unicodedata.category(character) not in ("No", "Nl"):
        return character
    value = unicodedata.numeric(character)
    changed = unicodedata.decomposition(character).startswith(("<super>", "<sub>", "<fraction>"))
    return UNSURE if changed or value != int(value) else f" {int(value)}) "


def ordinary(character: str) -> str:
    """A character that can matter, or a blank."""
    category = unicodedata.category(character)
    if character in "\n+<>=$€^|~" or category[0] in "LN":
        return digit(character)
    if category in ("Cf", "Mn"):
        return " " if character == "\u200b" else ""
    return character if category[0] == "P" and character not in "•·‣⁃" else " "
