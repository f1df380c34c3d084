"""What is said about a draft while it is made: assumptions and problems, in the order they were found."""

from __future__ import annotations

from dataclasses import dataclass, field

from chatbot.signals.draft import Problem, ProblemCode


@dataclass(slots=True)
class Notes:
    """Collects sentences; each once."""

    assumed: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def assume(self, sentence: str) -> None:
        """Something that is not literally in the text."""
        if sentence not in self.assumed:
            self.assumed.append(sentence)

    def refuse(self, code: ProblemCode, sentence: str) -> None:
        """A reason not to use the draft."""
        problem = Problem(code, sentence)
        if problem not in self.problems:
            self.problems.append(problem)
