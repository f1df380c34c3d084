"""Every text of the corpus means what a trader means by it, or is refused for the right reason."""

from __future__ import annotations

import pytest

from chatbot.coach.steps.exits import default_closes, default_rules
from chatbot.core.plan_format import plan_from_format
from chatbot.signals.form import draft_to_format, rule_in_words
from chatbot.signals.signal import looks_like_signal, read_signal
from tests.signals.corpus_reading import Case, corpus, differences

CASES = corpus()
USABLE = [case for case in CASES if case.usable]
REFUSED = [case for case in CASES if not case.usable]


def names(case: Case) -> str:
    return case.name


def test_the_corpus_is_large_and_has_both_kinds() -> None:
    """At least 140 texts, a quarter of them unusable, no name twice."""
    assert len(CASES) >= 140
    assert len(REFUSED) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", USABLE, ids=names)
def test_a_usable_text_gives_the_plan_that_is_meant(case: Case) -> None:
    """Market, side, entries, stop, targets, shares, rules, leverage and everything that stays unknown."""
    assert differences(case, read_signal(case.text)) == []


@pytest.mark.parametrize("case", REFUSED, ids=names)
def test_an_unusable_text_is_refused_for_the_right_reason(case: Case) -> None:
    """Exactly the problems that a trader would name, and each with a sentence."""
    draft = read_signal(case.text)
    assert differences(case, draft) == []
    assert all(problem.sentence.endswith(".") for problem in draft.problems)


@pytest.mark.parametrize("case", USABLE, ids=names)
def test_a_usable_draft_is_a_plan_once_the_open_numbers_are_filled_in(case: Case) -> None:
    """What `parse --json` prints is PLAN.json: replay reads it when leverage, equity and allocation are there."""
    form = draft_to_format(read_signal(case.text))
    del form["assumed"], form["problems"]
    for name, value in (("leverage", "10"), ("equity", "10000"), ("allocation_pct", "5")):
        form[name] = form[name] or value
    plan = plan_from_format(form)
    assert plan.symbol == case.expected["symbol"]
    assert plan.side == case.expected["side"]


@pytest.mark.parametrize("case", USABLE, ids=names)
def test_a_usable_text_is_noticed_in_a_chat(case: Case) -> None:
    """Whatever makes a plan is also taken for a signal when it is pasted."""
    assert looks_like_signal(case.text)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.upper(),
        lambda text: text.lower(),
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", ", "),
        lambda text: "\n".join(f"> {line}" for line in text.splitlines()),
        lambda text: text.replace(": ", "="),
    ],
    ids=["upper case", "lower case", "empty lines", "other line ends", "one line", "quoted", "equals signs"],
)
def test_what_changes_nothing_in_the_meaning_never_makes_another_plan(change: object) -> None:
    """Case, line ends and punctuation may cost a text its readability, never its meaning; nearly always neither."""
    assert callable(change)
    drafts = [(case, read_signal(change(case.text))) for case in USABLE]
    wrong = [
        (case.name, differences(case, draft)) for case, draft in drafts if draft.usable and differences(case, draft)
    ]
    assert wrong == []
    assert sum(draft.usable for _, draft in drafts) >= 0.95 * len(drafts)


@pytest.mark.parametrize("count", range(1, 7))
def test_the_defaults_are_those_of_the_wizard(count: int) -> None:
    """A signal and the questions of a new plan assume the same closes and stop rules."""
    prices = " ".join(str(61000 + 1000 * place) for place in range(count))
    draft = read_signal(f"long btc 60000 sl 59000 tp {prices}")
    assert "/".join(f"{target.close_pct:f}" for target in draft.targets) == default_closes(count)
    assert " / ".join(rule_in_words(target.stop_rule) for target in draft.targets) == default_rules(count)
