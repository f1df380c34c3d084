"""The demo's chat: what was said is printed as it comes, and held against what should have been said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TextIO

from chatbot.cli.demo_script import Hear
from chatbot.sandbox.telegram import Person, Shown

PATIENCE: Final = 15.0
INDENT: Final = " " * 6
GAP: Final = "\u00a0"


@dataclass(slots=True)
class Chat:
    """One person's chat with the bot, printed to `out`, and the checks made on it."""

    person: Person
    out: TextIO
    passed: int = 0
    differences: list[str] = field(default_factory=list)
    cards: dict[int, str] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether every check passed."""
        return not self.differences

    async def say(self, text: str) -> None:
        """The person types."""
        self.write("Sam", text)
        await self.person.say(text)

    async def tap(self, label: str) -> bool:
        """The person taps a button, and the bot answers the tap."""
        self.write("Sam", f"[{label}]")
        for shown in reversed(await self.person.transcript()):
            for button in (button for row in shown.buttons for button in row if plain(button.text) == label):
                await self.person.tap(button.text, message_id=shown.message_id)
                await self.person.wait_for_toast(timeout=PATIENCE)
                return True
        return await self.missing(f"a button “{label}”")

    async def hear(self, act: Hear) -> bool:
        """The message that should come now, with everything it should say. False where it does not come."""
        head, *rest = act.says
        try:
            shown = await self.person.wait_for(lambda seen: fits(seen, act), timeout=PATIENCE)
        except TimeoutError:
            return await self.missing(f"a message with “{head}”")
        self.passed += 1
        self.show(shown)
        text = f"{plain(shown.text)}\n{buttons(shown)}"
        for wanted in rest:
            self.check(wanted in text, f"expected “{wanted}” in:\n{text}")
        return True

    async def missing(self, what: str) -> bool:
        """What did not come, with what the chat shows instead."""
        last = await self.person.last()
        self.differences.append(f"expected {what}; the last message is:\n{plain(last.text)}\n{buttons(last)}")
        return False

    async def check_nothing_else(self) -> None:
        """The bot said what the script heard and no more."""
        unheard = [s for s in await self.person.transcript() if s.from_bot and s.message_id not in self.cards]
        told = "\n".join(plain(shown.text) for shown in unheard)
        self.check(not unheard, f"expected nothing else, but the bot also said:\n{told}")

    def check(self, holds: bool, otherwise: str) -> None:  # noqa: FBT001 -- a check is a condition and a sentence
        """Count what holds, keep what does not."""
        if holds:
            self.passed += 1
        else:
            self.differences.append(otherwise)

    def show(self, shown: Shown) -> None:
        """A message of the bot; of one that was edited, what is new."""
        before = self.cards.get(shown.message_id, "").splitlines()
        text = plain(shown.text)
        self.cards[shown.message_id] = text
        new = [line for line in text.splitlines() if line and line not in before]
        self.write("Bot", "\n".join([*new, *buttons(shown).splitlines()]))

    def note(self, text: str) -> None:
        """What happens outside the chat."""
        self.out.write(f"\n      ~~ {text}\n")

    def write(self, who: str, text: str) -> None:
        """Who said what."""
        self.out.write(f"\n{who}:  " + text.replace("\n", f"\n{INDENT}") + "\n")
        self.out.flush()

    def verdict(self, seconds: float) -> str:
        """The last word."""
        if self.is_right:
            return f"demo: {self.passed} checks passed in {seconds:.1f} s"
        told = "\n".join(f"✗ {difference}" for difference in self.differences)
        return f"{told}\ndemo: {len(self.differences)} of {self.passed + len(self.differences)} checks failed"


def fits(shown: Shown, act: Hear) -> bool:
    """Whether a message begins what the script waits for: a new one, or the card in its next state."""
    return act.says[0] in plain(shown.text) and (act.card or not shown.edited)


def buttons(shown: Shown) -> str:
    """The keyboard in brackets, a row a line."""
    return "\n".join(" ".join(f"[{plain(button.text)}]" for button in row) for row in shown.buttons)


def plain(text: str) -> str:
    """With ordinary blanks, as the script is written."""
    return text.replace(GAP, " ")
