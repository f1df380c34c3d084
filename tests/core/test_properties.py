"""What holds for every plan, every price and everything a user may say."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chatbot.chart.indicators import indicate
from chatbot.core.candles import Candle
from chatbot.core.engine import Outcome, advance, process, slide
from chatbot.core.events import Event, Filled, FillKind, StopAdvised, StopHit, StopReason, TargetHit, TierTriggered
from chatbot.core.evolve import evolve, history
from chatbot.core.inputs import Answer, Arm, ClockTick, Confirm, Jump, Skip
from chatbot.core.money import ZERO
from chatbot.core.overdue import deadline
from chatbot.core.plan import Follow
from chatbot.core.plan_format import plan_from_format
from chatbot.core.position import ENTRIES, money_at_risk
from chatbot.core.quiet import quiet_interval, thresholds
from chatbot.core.replay import replay
from chatbot.core.state import ActionKind, Phase, PlanState, TierPhase, fresh
from chatbot.core.timeframes import Timeframe
from tests.core import strategies as make
from tests.core.oracle import Row
from tests.core.rows import row_of
from tests.core.strategies import Step

HAIR = Decimal("1e-9")
MOST_EVENTS_AT_ONCE = 60
LOOKED_FOR = (TierPhase.ARMED, TierPhase.PENDING, TierPhase.WITHDRAWN)


@given(make.lives())
def test_a_stop_never_loosens(life: list[Step]) -> None:
    """Whatever happens and whatever is said, a long plan's stop only rises and a short one's only falls."""
    for step in life:
        sign = step.before.plan.sign
        stops = [step.before.stop, *(event.stop for event in step.outcome.events if isinstance(event, StopAdvised))]
        assert all(sign * (later - earlier) >= 0 for earlier, later in pairwise([*stops, step.outcome.state.stop]))


@given(make.lives(), st.lists(make.PRICES, min_size=3, max_size=3))
def test_no_price_inside_the_quiet_interval_changes_anything(life: list[Step], prices: list[Decimal]) -> None:
    """In every state that can be reached, a price strictly between the two bounds is no news, until time decides."""
    for step in life:
        state = step.outcome.state
        interval, due = quiet_interval(state), deadline(state)
        edges = [bound + HAIR * way for bound in (interval.low, interval.high) if bound is not None for way in (1, -1)]
        for price in filter(interval.holds, [*prices, *edges]):
            assert process(state, Jump(price, make.START)) == Outcome(state, ())
            last = make.START + make.LONG_AFTER if due is None else due - 1
            assert process(state, Jump(price, last)) == Outcome(state, ())


@given(make.lives(follow=Follow.ASSUMED), make.PRICES, make.PRICES, st.integers(0, 10))
def test_a_slide_is_the_same_in_one_go_or_in_two(life: list[Step], start: Decimal, end: Decimal, tenth: int) -> None:
    """Where a continuous way is looked at in between does not matter, but for adds that wait: "more than half an R
    too far" has no first price, so those are judged at the prices that are looked at.
    """
    settled = process(life[-1].outcome.state, Jump(start, make.START)).state
    between = start + (end - start) * tenth / 10
    whole, first = slide(settled, start, Jump(end, make.START)), slide(settled, start, Jump(between, make.START))
    second = slide(first.state, between, Jump(end, make.START))
    assert whole.events == first.events + second.events


@given(make.lives(), make.PRICES, make.PRICES)
def test_a_slide_equals_jumps_at_every_threshold(life: list[Step], start: Decimal, end: Decimal) -> None:
    """Going from threshold to threshold, and at last to the end, is what a slide does."""
    state, price, told = process(life[-1].outcome.state, Jump(start, make.START)).state, start, list[Event]()
    expected = slide(state, start, Jump(end, make.START))
    while price != end:
        levels = {level.price for level in thresholds(state)} | {end}
        price = min((p for p in levels if price < p <= end or end <= p < price), key=lambda p: abs(p - price))
        outcome = process(state, Jump(price, make.START))
        state = outcome.state
        told.extend(outcome.events)
    assert tuple(told) == expected.events


@given(make.lives(follow=Follow.ASSUMED))
def test_an_add_never_raises_the_money_at_risk_above_r(life: list[Step]) -> None:
    """Filled at its event's price, with the stop that follows, an add risks at most what tier 1 did."""
    for step in life:
        state, after_add = step.before, False
        for event in step.outcome.events:
            state = evolve(state, event)
            follows = isinstance(event, StopAdvised) and event.reason is StopReason.SCALE_IN
            later = isinstance(event, Filled) and event.kind is FillKind.TIER and event.index > 1
            is_last = event is step.outcome.events[-1]
            if after_add and (follows or is_last):
                assert money_at_risk(state.plan, state.position, state.stop) <= state.r_money + 2 * HAIR
            after_add = later


@given(make.lives())
def test_no_tier_is_offered_within_the_pause(life: list[Step]) -> None:
    """Whatever came in last, tier or not: a later tier waits its pause, unless the user answers its question."""
    for step in life:
        state = step.before
        for event in step.outcome.events:
            if isinstance(event, TierTriggered) and event.tier > 1 and not isinstance(step.given, Answer):
                entered = max(fill.at for fill in state.fills if fill.kind in ENTRIES and fill.quantity)
                assert event.at >= entered + state.plan.guards.min_pause_minutes * make.MINUTE
            state = evolve(state, event)


@given(make.lives())
def test_one_tier_at_a_time_is_looked_for(life: list[Step]) -> None:
    """At most one tier is armed, asked about or withdrawn, and only a tier that is asked about is in question."""
    for step in life:
        state = step.outcome.state
        assert sum(tier.phase in LOOKED_FOR for tier in state.tiers) <= 1
        in_question = {action.index for action in state.actions if action.kind in (ActionKind.ADD, ActionKind.ANSWER)}
        assert all(state.tiers[number - 1].phase in LOOKED_FOR for number in in_question)


@given(make.lives())
def test_quantities_never_exceed_what_is_open(life: list[Step]) -> None:
    """Nothing more is asked to be closed than is open, and nothing more closed than was entered."""
    for step in life:
        state = step.before
        for event in step.outcome.events:
            if isinstance(event, TargetHit | StopHit):
                assert ZERO <= event.quantity <= state.position.quantity
            if isinstance(event, TargetHit):
                assert ZERO <= event.remaining <= state.position.quantity - event.quantity
            state = evolve(state, event)
            assert ZERO <= state.position.quantity <= state.position.entered


@given(make.lives())
def test_the_same_price_twice_changes_nothing(life: list[Step]) -> None:
    """A price that was dealt with is dealt with."""
    for step in life:
        if isinstance(step.given, Jump):
            assert process(step.outcome.state, step.given) == Outcome(step.outcome.state, ())


@given(make.lives(follow=Follow.CONFIRMED))
def test_answering_twice_changes_nothing(life: list[Step]) -> None:
    """The second press of a button, and any press of an old one, is no news; not even much later."""
    answers = [step.given for step in life if isinstance(step.given, Confirm | Skip | Answer)]
    for step in life:
        if step.given in answers and step.outcome.events:
            assert advance(step.outcome.state, step.given) == ()
    last = life[-1].outcome.state
    for given_before in answers:
        if last.action(given_before.action) is None:
            assert advance(last, given_before) == ()


@given(make.lives())
def test_folding_the_events_gives_the_state(life: list[Step]) -> None:
    """State is nothing but the plan and its events, each counted once."""
    events = [event for step in life for event in step.outcome.events]
    last = life[-1].outcome.state
    assert history(last.plan, events) == last
    assert last.sequence == len(events)


@given(make.lives())
def test_every_decision_ends_soon(life: list[Step]) -> None:
    """However odd the plan and the price, one input has few consequences."""
    assert all(len(step.outcome.events) < MOST_EVENTS_AT_ONCE for step in life)


@given(make.lives())
def test_nothing_follows_a_closed_plan(life: list[Step]) -> None:
    """A plan that is over hears no price, has nothing to ask and no deadline; only its fills may be corrected."""
    for step in life:
        if step.before.phase is Phase.CLOSED:
            state = step.outcome.state
            assert (state.phase, state.actions, deadline(state)) == (Phase.CLOSED, (), None)
            assert process(state, Jump(make.MIDDLE, make.START)) == Outcome(state, ())


@given(make.lives())
def test_time_alone_decides_only_at_the_deadline(life: list[Step]) -> None:
    """A millisecond early is too early; at the deadline something happens, and it happens once."""
    for step in life:
        state = step.outcome.state
        due = deadline(state)
        if due is None:
            assert advance(state, ClockTick(make.START + 10**12)) == ()
            continue
        assert advance(state, ClockTick(due - 1)) == ()
        outcome = process(state, ClockTick(due))
        assert outcome.events
        assert advance(outcome.state, ClockTick(due)) == ()


def mirrored_price(price: Decimal) -> Decimal:
    return 2 * make.MIDDLE - price


def mirrored_bar(bar: Candle) -> Candle:
    high, low = mirrored_price(bar.low), mirrored_price(bar.high)
    return Candle(bar.at, mirrored_price(bar.open), high, low, mirrored_price(bar.close), bar.volume)


@st.composite
def mirrorable_files(draw: st.DrawFn) -> make.PlanFile:
    """Long plans in which nothing is a percentage of a price: no fees, moves, trails; each tier is one lot."""
    file = draw(make.plan_files(("long",)))
    for tier in file["tiers"]:
        parts = tier["trigger"].get("of", [tier["trigger"]])
        for part in parts:
            if part["kind"] == "move":
                part.pop("pct")
                part.update(kind="price", level=make.offset("long", draw(make.tenths(-20, 40))), direction="up")
            if part["kind"] == "bounce":
                part["tolerance_pct"] = "0"
    for target in file["targets"]:
        if (target["stop_rule"] or {}).get("kind") == "trail":
            target["stop_rule"] = {"kind": "previous_target"}
    weights = ("33.33", "33.33", "33.34")
    file["tiers"] = [{**tier, "weight_pct": w} for tier, w in zip((file["tiers"] * 3)[:3], weights, strict=True)]
    return {
        **file,
        "leverage": "1",
        "equity": "8000",
        "allocation_pct": "5",
        "lot_size": "1",
        "fees": {"taker_pct": "0"},
    }


def mirrored_plan(plan: make.PlanFile) -> make.PlanFile:
    """The same plan as a short, seen in a mirror at the middle."""
    turned = {"up": "down", "down": "up"}

    def mirror(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: mirror(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [mirror(inner, key) for inner in value]
        if key in ("level", "price", "stop", "structure_level") and value is not None:
            return str(mirrored_price(Decimal(str(value))))
        return turned.get(str(value), value) if key == "direction" else value

    return {**{name: mirror(value, name) for name, value in plan.items()}, "side": "short"}


def story(file: make.PlanFile, bars: list[Candle]) -> list[Row]:
    """What a replay tells, numbers to fifteen digits: divisions differ in their last."""
    told = (row_of(event) for event in replay(plan_from_format(file), bars, Timeframe.M1, indicate))
    return [{name: plain(value) for name, value in row.items()} for row in told if row is not None]


def plain(value: object) -> object:
    """A number without what a division may leave behind it."""
    return (round(value, 15) + 0).normalize() if isinstance(value, Decimal) else value


def mirrored_row(row: Row) -> Row:
    """The row with its prices seen in the mirror."""
    return {name: plain(mirrored_price(value)) if name in ("price", "stop") else value for name, value in row.items()}


@given(mirrorable_files(), make.bars())
def test_long_and_short_mirror_each_other(file: make.PlanFile, bars: list[Candle]) -> None:
    """A short on mirrored bars does what the long does, price for price and to the same result."""
    as_short = story(mirrored_plan(file), [mirrored_bar(bar) for bar in bars])
    assert [mirrored_row(row) for row in story(file, bars)] == as_short


def test_arming_twice_changes_nothing() -> None:
    """A plan that is watched is not armed again."""
    state = process(fresh(plan_from_format(PLAIN)), Arm(make.START)).state
    assert advance(state, Arm(make.START + 1)) == ()


PLAIN: make.PlanFile = {
    "side": "long",
    "leverage": 10,
    "equity": 1000,
    "allocation_pct": 5,
    "tiers": [{"weight_pct": 100, "trigger": {"kind": "price", "level": 100, "direction": "down"}}],
    "stop": 98,
    "targets": [{"price": 103, "close_pct": 50}],
}


def test_a_draft_hears_no_price() -> None:
    """Before it is armed a plan is not watched."""
    state: PlanState = fresh(plan_from_format(PLAIN))
    assert process(state, Jump(make.MIDDLE, make.START)) == Outcome(state, ())
    assert quiet_interval(state).holds(make.MIDDLE)
