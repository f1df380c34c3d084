"""The judge of a replay: whatever is wrong is found and named, what is right is left alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

import pytest

from chatbot.core.events import (
    BlockReason,
    CloseReason,
    Event,
    Filled,
    FillKind,
    PlanClosed,
    StopAdvised,
    StopHit,
    StopReason,
    TargetHit,
    TierBlocked,
    TierTriggered,
)
from chatbot.sandbox.exchange.trade_tape import read_trades
from chatbot.sandbox.telegram.person import Shown
from tests.day.crowd import MINUTE, Entry, crowd
from tests.day.judge import Case, Verdict, is_in_order, judged
from tests.day.recordings import SYNTHETIC, Recording, listing_of
from tests.day.reference import expected
from tests.day.told import Said, headline, said_of, stop_in, stops_to_tell, to_tell
from tests.day.troubles import LASTS, Kind, troubles

TRADES: Final = read_trades(SYNTHETIC)
LISTING: Final = listing_of(Recording("", "BTC", "USDT"), TRADES)


def entries() -> list[Entry]:
    """A small crowd over the synthetic recording."""
    return crowd(LISTING, TRADES, waves=2, each=12, seed=3)


def busiest() -> Entry:
    """The plan to which most happens."""
    return max(entries(), key=lambda entry: len(expected(entry, TRADES)))


def case_of(entry: Entry, stored: Sequence[Event] | None = None, said: Sequence[Said] | None = None) -> Case:
    """A plan that went as it should, but for what is given."""
    wanted = expected(entry, TRADES)
    found = wanted if stored is None else tuple(stored)
    decided = [event.at for event in found]
    return Case("one", entry.plan, wanted, found, decided, heard_of(found) if said is None else said)


def heard_of(found: Sequence[Event]) -> list[Said]:
    """The alerts of these events, stop moves after the rest."""
    alerts = [Said(what, repeated=False) for what in to_tell(found)]
    stops = stops_to_tell(found, [event.at for event in found])
    return [*alerts, *(Said("move", repeated=False, stop=stop) for stop in stops)]


def verdict_of(stored: Sequence[Event] | None = None, said: Sequence[Said] | None = None) -> Verdict:
    """The verdict on the busiest plan."""
    return judged([case_of(busiest(), stored, said)])


def events() -> list[Event]:
    return list(expected(busiest(), TRADES))


def heard() -> list[Said]:
    return heard_of(events())


ADD = TierTriggered(2, Decimal(101), Decimal(1), 4, 1)
REFUSED = TierBlocked(2, Decimal(102), BlockReason.AVERAGING_DOWN, 2)
HIT = StopHit(Decimal(99), Decimal(1), 5, 3)
ENTERED = Filled(FillKind.TIER, 2, Decimal(101), Decimal(1), 4, 2)


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ([ADD, REFUSED], ["blocked 2"]),
        ([ADD, replace(REFUSED, tier=3)], ["tier 2", "blocked 3"]),
        ([ADD, HIT], ["stop"]),
        ([ADD, REFUSED, HIT], ["blocked 2", "stop"]),
        ([ADD, ENTERED, HIT], ["tier 2", "stop"]),
        ([replace(ADD, action=0), HIT], ["tier 2", "stop"]),
        ([ADD], ["tier 2"]),
    ],
    ids=["refused", "another refused", "stop", "refused, then stop", "entered before", "never asked for", "nothing"],
)
def test_an_add_may_be_taken_back_for_what_takes_it_off_alone(stored: Sequence[Event], told: Sequence[str]) -> None:
    """Its message was superseded, and something that was told instead says why; otherwise it had to be told."""
    assert to_tell(stored, withdrawn=range(1, len(stored) + 1)) == told
    assert "tier 2" in to_tell(stored)


def test_of_two_stops_by_one_trade_the_last_is_to_be_told() -> None:
    """An add between them changes nothing; what another trade or a later decision brought is told by itself."""
    first, last = (StopAdvised(Decimal(stop), StopReason.SCALE_IN, 0, 1) for stop in (99, 100))
    assert stops_to_tell([first, ADD, last], [1, 1, 1]) == [100]
    assert stops_to_tell([first, ADD, replace(last, at=2)], [1, 1, 1]) == [99, 100]
    assert stops_to_tell([first, ADD, last], [1, 2, 2]) == [99, 100]


def test_a_plan_that_went_as_the_trades_did_has_no_differences() -> None:
    """Every touch counts once, as touched and as alerted."""
    verdict = judged([case_of(entry) for entry in entries()])
    assert verdict.differences == []
    assert verdict.touched == verdict.alerted > 30
    assert set(verdict.late) == {0}


@pytest.mark.parametrize("index", range(1, len(events())))
def test_each_event_that_is_left_out_is_missed(index: int) -> None:
    """Whichever event is not stored is named."""
    stored = events()
    gone = stored.pop(index)
    assert any(str(gone) in row or type(gone).__name__ in row for row in verdict_of(stored).missed)


def test_an_event_that_never_was_is_invented() -> None:
    """A target that no trade reached is no alert, but an invention."""
    never = TargetHit(3, Decimal(1), Decimal(1), Decimal(0), 0, TRADES[-1].at)
    verdict = verdict_of([*events(), never])
    assert len(verdict.invented) == 1
    assert "TargetHit" in verdict.invented[0]


def test_another_price_or_moment_is_inexact() -> None:
    """The right event at a wrong number is a difference of its own."""
    stored = events()
    index = next(number for number, event in enumerate(stored) if isinstance(event, StopHit | TargetHit))
    stored[index] = replace(stored[index], at=stored[index].at + 1)
    verdict = verdict_of(stored)
    assert (len(verdict.inexact), verdict.missed, verdict.invented) == (1, [], [])


def test_two_events_in_the_wrong_order_are_a_difference() -> None:
    """Order counts: what comes too early is invented there and missed where it belongs."""
    stored = events()
    stored[1], stored[2] = stored[2], stored[1]
    verdict = verdict_of(stored)
    assert verdict.missed
    assert verdict.invented


def test_an_expiry_may_be_told_by_the_clock_before_the_next_trade() -> None:
    """A plan that is over by its time may be closed at any moment from then on, but not before."""
    crowded = crowd(LISTING, TRADES, waves=3, each=16, seed=1)
    entry = next(one for one in crowded if is_expired(expected(one, TRADES)))
    limit, wanted = entry.plan.expires_at, list(expected(entry, TRADES))
    assert limit is not None
    assert judged([case_of(entry, [*wanted[:-1], moved(wanted[-1], limit)])]).differences == []
    assert judged([case_of(entry, [*wanted[:-1], moved(wanted[-1], limit - 1)])]).inexact
    assert judged([case_of(entry, [*wanted[:-1], moved(wanted[-1], wanted[-1].at + 3 * MINUTE)])]).inexact


def is_expired(found: Sequence[Event]) -> bool:
    """Whether a plan ended by its time."""
    last = found[-1]
    return isinstance(last, PlanClosed) and last.reason is CloseReason.EXPIRED


def moved(event: Event, at: int) -> Event:
    """The same at another time."""
    return replace(event, at=at)


def test_what_was_stored_and_not_told_is_named() -> None:
    """An event without its alert is no alert."""
    for index, one in enumerate(heard()):
        verdict = verdict_of(said=[*heard()[:index], *heard()[index + 1 :]])
        assert len(verdict.untold) == 1, one
        assert verdict.alerted == verdict.touched - 1


def test_alerts_in_another_order_are_named() -> None:
    """The order in which a chat shows them is the order in which they happened."""
    said = heard()
    said[1], said[2] = said[2], said[1]
    assert len(verdict_of(said=said).misplaced) == 1


@pytest.mark.parametrize(
    ("told", "right"),
    [
        (["armed", "tier 1", "target 1", "stop", "closed"], True),
        (["armed", "stop", "tier 1", "target 1", "closed"], True),
        (["armed", "tier 1", "target 1", "closed", "stop"], False),
        (["armed", "target 1", "tier 1", "stop", "closed"], False),
    ],
)
def test_only_a_stop_may_overtake(told: list[str], *, right: bool) -> None:
    """What calls for an exit goes first; all else keeps its order, and nothing overtakes a stop."""
    assert is_in_order(told, ["armed", "tier 1", "target 1", "stop", "closed"]) is right


def test_an_alert_twice_is_a_difference_unless_it_is_marked() -> None:
    """A repeat that says it is one is counted and forgiven."""
    said = heard()
    assert len(verdict_of(said=[*said, said[2]]).unmarked) == 1
    marked = verdict_of(said=[*said, Said(said[2].what, repeated=True)])
    assert (marked.differences, marked.repeats) == ([], 1)


def test_a_marked_alert_that_came_only_once_is_an_alert() -> None:
    """A message that may be a repeat may also be the only one that arrived."""
    said = heard()
    verdict = verdict_of(said=[replace(said[0], repeated=True), *said[1:]])
    assert (verdict.differences, verdict.repeats) == ([], 1)


def test_lateness_is_from_the_trade_to_the_decision() -> None:
    """Only touched thresholds are measured, each from the trade that touched it."""
    case = case_of(busiest())
    verdict = judged([replace(case, decided=[event.at + 700 for event in case.stored])])
    assert set(verdict.late) == {700}
    assert "decided after 700 ms in the middle, 700 ms at most" in verdict.line()


def test_a_scale_in_stop_is_no_touched_threshold() -> None:
    """What follows from an add is told with it; a trail step is a threshold of its own."""
    at = TRADES[0].at
    follows = StopAdvised(Decimal(1), StopReason.SCALE_IN, 0, at)
    trails = replace(follows, reason=StopReason.TRAIL)
    wanted = (follows, trails)
    verdict = judged([Case("one", busiest().plan, wanted, wanted, [at, at], [])])
    assert verdict.touched == 1
    assert verdict.untold == ["one: stop to 1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Plan 3 · BTC long is armed\nNext …", "armed"),
        ("Add tier 2: 0.02 BTC near 60 300\nPlan 3 · BTC long · …", "tier 2"),
        ("🔁 Repeat: this may have reached you already.\nTier 2 reached at 60 300. Filled?\nPlan 3 · …", "tier 2"),
        ("Do not add tier 4 at 59 000: …", "blocked 4"),
        ("Reassess or exit tier 1: …", "reassess"),
        ("Close 0.02 BTC at TP1 61 000", "target 1"),
        ("TP2 62 500 reached: 0.02 BTC. Filled?", "target 2"),
        ("Stop 59 000 reached at 58 999: 0.02 BTC.", "stop"),
        ("Exit now: 0.02 BTC.", "stop"),
        ("Plan 12 closed: +196.22 USDT", "closed"),
        ("Tier 2 is armed again: price is back", ""),
        ("Prices of BTC are back", ""),
        ("Move stop 59 000 → 59 899.6\nPlan 3 · BTC long", "move"),
    ],
)
def test_an_alert_is_known_by_its_headline(text: str, expected: str) -> None:
    """The words a trader reads first say what happened."""
    assert headline(text) == expected


@pytest.mark.parametrize(
    ("text", "stop"),
    [
        ("Move stop 59 000 → 59 899.6\nPlan 3 · BTC long · trail 1 % of price", Decimal("59899.6")),
        ("Close 0.02 BTC at TP1\nThen move stop 0.0015 → 0.00153: break-even.", Decimal("0.00153")),
        ("Stop stays at 59 000: no scale-in rule gives a tighter one.", None),
    ],
)
def test_where_a_stop_goes_is_read_from_the_words(text: str, stop: Decimal | None) -> None:
    """A stop move is told by its price, alone or with what brought it."""
    assert stop_in(text) == stop


def test_alerts_are_sorted_by_the_plan_they_name() -> None:
    """Only what the bot says about a plan counts, in the order in which it stands in the chat."""
    chat = [
        shown("/start", from_bot=False),
        shown("Add tier 1: 0.02 BTC near 60 300\nPlan 3 · BTC long"),
        shown("Plan 12 closed: nothing entered\nPlan 12 · BTC long"),
        shown("🔁 Repeat: this may have reached you already.\nExit now: 0.02 BTC.\nPlan 3 · BTC long"),
    ]
    assert said_of(chat) == {
        3: [Said("tier 1", repeated=False), Said("stop", repeated=True)],
        12: [Said("closed", repeated=False)],
    }


def test_alerts_that_left_as_one_message_are_told_one_by_one() -> None:
    """Under flood control several alerts share a message; each still counts for its own plan, repeated or not."""
    rule = "\n──────────\n"
    merged = rule.join(
        [
            "① Add tier 1: 0.02 BTC near 60 300\nPlan 3 · BTC long",
            "🔁 Repeat: this may have reached you already.\nExit now: 0.02 BTC.\nPlan 4 · BTC long",
            "② Close 0.02 BTC at TP1\nPlan 3 · BTC long",
        ]
    )
    assert said_of([shown(merged)]) == {
        3: [Said("tier 1", repeated=False), Said("target 1", repeated=False)],
        4: [Said("stop", repeated=True)],
    }


def shown(text: str, *, from_bot: bool = True) -> Shown:
    return Shown(1, from_bot, text, text, (), 1, edited=False)


@pytest.mark.parametrize("seed", range(20))
def test_troubles_come_one_after_the_other_and_none_is_left_out(seed: int) -> None:
    """A long enough schedule has every kind, each as long as it may be, none during another, all by one seed."""
    kinds = tuple(Kind)
    made = troubles(seed, 0, 24 * 60 * MINUTE, 5 * MINUTE, kinds)
    assert made == troubles(seed, 0, 24 * 60 * MINUTE, 5 * MINUTE, kinds)
    assert {trouble.kind for trouble in made} == set(kinds)
    assert all(LASTS[one.kind][0] <= one.lasts <= LASTS[one.kind][1] for one in made)
    assert all(before.end < after.begin for before, after in itertools.pairwise(made))
    assert made[-1].end < 24 * 60 * MINUTE
