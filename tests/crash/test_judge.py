"""The judge itself: a transcript that was tampered with is found out, whatever was done to it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Final

import pytest

from chatbot.core.figures import grouped
from chatbot.core.inputs import Jump
from chatbot.core.plan import Follow
from chatbot.core.quiet import thresholds
from chatbot.sandbox.exchange.listing import DEFAULT_LISTINGS
from tests.crash.happenings import Due, Followed, Whose
from tests.crash.judge import SEPARATOR, Judge, Received
from tests.crash.plans import plan_near

ETH: Final = DEFAULT_LISTINGS[1]
CHAT: Final = 2001
MARK: Final = "🔁 Repeat: this may have reached you already.\n"


def traded(seed: int) -> list[Due]:
    """All that must be told of one plan, whose market goes from threshold to threshold until it is over."""
    random, dues = Random(seed), list[Due]()
    plan = plan_near(ETH.price, ETH, Follow.ASSUMED, random)
    followed = Followed.armed(Whose(CHAT, 1, 1), plan, 0, dues.append)
    for at in range(1, 200):
        if followed.is_over:
            break
        followed.give(Jump(random.choice(sorted(level.price for level in thresholds(followed.state))), at))
    return dues


def sent(dues: list[Due]) -> list[Received]:
    """A message for each, as a bot without fault would send them."""
    return [Received(CHAT, number, text_of(due)) for number, due in enumerate(dues, 1)]


def text_of(due: Due) -> str:
    """What its reader sees, as far as the judge reads it."""
    if due.headline.endswith("is armed"):
        return f"{due.headline}\nNext: tier 1"
    return f"{due.headline}\n{due.title} · and so on\nNext: stop"


def judged(dues: list[Due], messages: list[Received]) -> Judge:
    """A judge that heard both sides."""
    judge = Judge()
    for due in dues:
        judge.expect(due)
    for message in messages:
        judge.hear(message)
    return judge


@pytest.mark.parametrize("seed", range(5))
def test_a_faithful_transcript_is_good(seed: int) -> None:
    """Everything told once, in order: nothing is held against it."""
    dues = traded(seed)
    verdict = judged(dues, sent(dues)).verdict()
    assert verdict.is_good, list(verdict.problems)
    assert verdict.dues == len(dues) > 1
    assert verdict.repeats == 0


@pytest.mark.parametrize("seed", range(5))
def test_each_message_that_is_taken_away_is_missed(seed: int) -> None:
    """Whichever message never came, exactly that alert is lost."""
    dues = traded(seed)
    for index, due in enumerate(dues):
        messages = sent(dues)
        del messages[index]
        verdict = judged(dues, messages).verdict()
        assert verdict.lost == [due.words]
        assert not verdict.invented


@pytest.mark.parametrize("seed", range(5))
def test_what_nobody_did_is_invented(seed: int) -> None:
    """An alert with another number, for another plan, or out of nowhere is held against the bot."""
    dues = traded(seed)
    other = replace(dues[1], headline=dues[1].headline + "9")
    foreign = replace(dues[1], title="Plan 2 · ETH long")
    for stranger in (text_of(other), text_of(foreign), "All your coins are mine."):
        verdict = judged(dues, [*sent(dues), Received(CHAT, 99, stranger)]).verdict()
        assert len(verdict.invented) == 1
        assert not verdict.is_good


@pytest.mark.parametrize("seed", range(5))
def test_told_twice_must_be_marked(seed: int) -> None:
    """The second time says that it may be one; without the mark it is a fault."""
    dues = traded(seed)
    for index, message in enumerate(sent(dues)):
        again = replace(message, version=100 + index)
        unmarked = judged(dues, [*sent(dues), again]).verdict()
        marked = judged(dues, [*sent(dues), replace(again, text=MARK + again.text)]).verdict()
        assert (unmarked.repeats, len(unmarked.unmarked)) == (1, 1)
        assert (marked.repeats, marked.is_good) == (1, True)


def test_a_mark_alone_is_no_second_time() -> None:
    """An alert that came only once, marked because its first try was unsure, is told and no repeat."""
    dues = traded(0)
    messages = [replace(message, text=MARK + message.text) for message in sent(dues)]
    verdict = judged(dues, messages).verdict()
    assert (verdict.is_good, verdict.repeats) == (True, 0)


def test_an_exit_may_overtake_and_nothing_else() -> None:
    """Messages of a plan come in order; only what is more urgent may come before its turn."""
    dues = [one(number, priority) for number, priority in ((1, 5), (2, 5), (3, 1))]
    add, second, stop = sent(dues)
    assert judged(dues, [replace(stop, version=0), add, second]).verdict().is_good
    assert len(judged(dues, [replace(second, version=0), add, stop]).verdict().disordered) == 1
    assert judged(dues, [merged([stop.text, add.text, second.text])]).verdict().is_good
    assert len(judged(dues, [merged([stop.text, second.text, add.text])]).verdict().disordered) == 1


def one(number: int, priority: int) -> Due:
    """An alert of no real plan."""
    urgency = traded(0)[0].priority.__class__(priority)
    return Due(CHAT, 1, number, "Plan 1 · ETH long", f"Event {number}", urgency, number)


def test_an_alert_that_gave_way_to_its_exit_is_not_lost() -> None:
    """What an exit took off the queue need not be told; without an exit it must."""
    dues = [one(1, 5), one(2, 1)]
    messages = sent(dues)[1:]
    assert judged(dues, messages).verdict(frozenset({(CHAT, 1, 1)})).overtaken == 1
    assert judged(dues, messages).verdict().lost == [dues[0].words]
    assert judged(dues[:1], []).verdict(frozenset({(CHAT, 1, 1)})).lost == [dues[0].words]


def test_several_steps_of_a_stop_may_be_one_message() -> None:
    """A trailing stop that moved thrice may be told once, from the first stop to the last; a shorter move may not."""
    stops = [grouped(Decimal(stop)) for stop in (60_000, 60_100, 60_200, 60_300)]
    steps = [
        replace(one(number, 3), headline=f"Move stop {a} → {b}", step=(a, b))
        for number, (a, b) in enumerate(pairwise(stops), 1)
    ]
    whole, part = (text_of(replace(steps[0], headline=f"Move stop {stops[0]} → {stop}")) for stop in stops[:1:-1])
    assert judged(steps, [Received(CHAT, 1, whole)]).verdict().is_good
    assert judged(steps, [Received(CHAT, 1, part)]).verdict().lost == [steps[2].words]
    again = judged(steps, [*sent(steps), Received(CHAT, 9, whole)]).verdict()
    assert (again.repeats, len(again.unmarked)) == (1, 1)


def test_several_alerts_may_share_a_message() -> None:
    """Under flood control alerts are joined: each is found, and what is smuggled in between is found out."""
    dues = traded(1)
    texts = [text_of(due) for due in dues]
    assert judged(dues, [merged(texts)]).verdict().is_good
    for stranger in ("Exit now: 3 ETH\nPlan 1 · ETH long · by nobody", "All your coins are mine."):
        for index in range(len(texts) + 1):
            verdict = judged(dues, [merged([*texts[:index], stranger, *texts[index:]])]).verdict()
            assert (len(verdict.invented), verdict.lost) == (1, [])


@pytest.mark.parametrize("seed", range(5))
def test_what_is_missing_in_a_shared_message_is_missed(seed: int) -> None:
    """Each part that is left out is lost, and one that is there twice must say so."""
    dues = traded(seed)
    texts = [text_of(due) for due in dues]
    for index, due in enumerate(dues):
        assert judged(dues, [merged([*texts[:index], *texts[index + 1 :]])]).verdict().lost == [due.words]
        assert len(judged(dues, [merged([*texts, texts[index]])]).verdict().unmarked) == 1
        assert judged(dues, [merged([*texts, MARK + texts[index]])]).verdict().is_good


def merged(texts: list[str]) -> Received:
    """As the bot puts them together: a rule between them, and numerals that lead to their buttons."""
    return Received(CHAT, 1, SEPARATOR.join(f"{chr(0x2460 + n)} {text}" for n, text in enumerate(texts)))


def test_what_the_bot_says_of_itself_is_no_invention() -> None:
    """That it sees nothing, that it sees again, and how late it saw something."""
    dues = traded(0)
    late = [replace(one, text=f"{one.text}\n⏱ Hit 14:03 UTC, seen 14:09; now 60\u00a0700.") for one in sent(dues)]
    notes = ("⚠ No price of ETH/USDT:USDT since 14:02 UTC.", "✅ I see prices again. I was blind 14:02–14:09 UTC.")
    assert judged(dues, [*late, *(Received(CHAT, 900 + n, note) for n, note in enumerate(notes))]).verdict().is_good
