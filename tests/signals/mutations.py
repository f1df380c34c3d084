"""Texts that were copied, cut, retyped and pasted together badly: seeded changes to the corpus."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

EMOJI: Final = "🎯🛑✅🔥📈🟢❌1️⃣²½"
SEPARATORS: Final = " ,.-/:;|'\n\t–—_~()@#$%+=\u200b\u00a0"
Mutation = Callable[[Random, str, str], str]


def drop_line(random: Random, text: str, _: str) -> str:
    lines = text.splitlines()
    del lines[random.randrange(len(lines)) :][:1]
    return "\n".join(lines[: random.randrange(len(lines)) + 1] if lines else lines)


def without_line(random: Random, text: str, _: str) -> str:
    lines = text.splitlines()
    lines.pop(random.randrange(len(lines)))
    return "\n".join(lines)


def doubled_line(random: Random, text: str, _: str) -> str:
    lines = text.splitlines()
    lines.insert(random.randrange(len(lines)), random.choice(lines))
    return "\n".join(lines)


def swapped_lines(random: Random, text: str, _: str) -> str:
    lines = text.splitlines()
    random.shuffle(lines)
    return "\n".join(lines)


def joined_lines(random: Random, text: str, _: str) -> str:
    return text.replace("\n", random.choice(["", " ", ", ", "; "]))


def without_character(random: Random, text: str, _: str) -> str:
    at = random.randrange(len(text))
    return text[:at] + text[at + 1 :]


def doubled_character(random: Random, text: str, _: str) -> str:
    at = random.randrange(len(text))
    return text[:at] + text[at] * random.randint(2, 4) + text[at + 1 :]


def swapped_characters(random: Random, text: str, _: str) -> str:
    at = random.randrange(len(text))
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def without_digit(random: Random, text: str, _: str) -> str:
    digits = [at for at, character in enumerate(text) if character.isdigit()] or [0]
    at = random.choice(digits)
    return text[:at] + text[at + 1 :]


def other_digit(random: Random, text: str, _: str) -> str:
    digits = [at for at, character in enumerate(text) if character.isdigit()] or [0]
    at = random.choice(digits)
    return text[:at] + str(random.randrange(10)) + text[at + 1 :]


def other_case(random: Random, text: str, _: str) -> str:
    return random.choice([text.upper(), text.lower(), text.title(), text.swapcase()])


def separator_put_in(random: Random, text: str, _: str) -> str:
    at = random.randrange(len(text))
    return text[:at] + random.choice(SEPARATORS) + text[at:]


def separator_exchanged(random: Random, text: str, _: str) -> str:
    return text.replace(random.choice(SEPARATORS), random.choice(SEPARATORS))


def emoji_put_in(random: Random, text: str, _: str) -> str:
    at = random.randrange(len(text))
    return text[:at] + random.choice(EMOJI) + text[at:]


def spliced(random: Random, text: str, other: str) -> str:
    return text[: random.randrange(len(text))] + other[random.randrange(len(other)) :]


def behind_each_other(_: Random, text: str, other: str) -> str:
    return f"{text}\n{other}"


def lines_mixed_in(random: Random, text: str, other: str) -> str:
    lines = text.splitlines()
    for line in other.splitlines():
        if random.random() < 0.3:
            lines.insert(random.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def huge(random: Random, text: str, _: str) -> str:
    return text * random.randint(20, 60)


def any_characters(random: Random, text: str, _: str) -> str:
    at = random.randrange(len(text))
    return text[:at] + "".join(chr(random.randrange(0x2FFF)) for _ in range(random.randint(1, 9))) + text[at:]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    drop_line,
    without_line,
    doubled_line,
    swapped_lines,
    joined_lines,
    without_character,
    doubled_character,
    swapped_characters,
    without_digit,
    other_digit,
    other_case,
    separator_put_in,
    separator_exchanged,
    emoji_put_in,
    spliced,
    behind_each_other,
    lines_mixed_in,
    any_characters,
)


def mutated(random: Random, text: str, other: str) -> str:
    """The text after one to three changes, now and then a huge one."""
    for _ in range(random.randint(1, 3)):
        text = random.choice(MUTATIONS)(random, text, other) or other
    return huge(random, text, other) if random.random() < 0.01 else text
