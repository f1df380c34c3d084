"""What the chart offers while a plan is built: levels with a reason, one tap each, sizes that fit the volatility."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chatbot.chart.values import Volatility
from chatbot.coach.answers import Answered, Refused, Step
from chatbot.coach.choosing import MARK, carried, chosen_text
from chatbot.coach.dialog import answer, tapped
from chatbot.coach.outlook import Outlook
from chatbot.coach.review import findings_of
from chatbot.coach.steps.asking import Choice
from chatbot.core.findings import Severity
from chatbot.core.money import Side
from chatbot.core.plan import Bounce, CloseBeyond, Direction, MoveTrigger
from chatbot.core.timeframes import Timeframe
from tests.coach.talk import MARKET_PRICE, NOW, TYPED, Talk, at, chart, resolve

D = Decimal
MOST_BUTTONS = 6


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("choice", [0, 1, 2])
def test_plan_is_built_by_tapping_proposals_only(side: Side, choice: int) -> None:
    """Whichever proposal is tapped at each step, few fit a card, and the plan has nothing that blocks it."""
    talk = Talk(chart=chart()).says("btc", side.value, "5x", "10000", "3%")
    while talk.step != Step.REVIEW:
        labels = talk.choices()
        assert len(labels) <= MOST_BUTTONS
        assert talk.arguments()
        talk.taps(labels[min(choice, len(labels) - 1)])
    assert [finding for finding in findings_of(talk.view) if finding.severity is Severity.BLOCK] == []


def test_first_tier_is_proposed_at_levels_of_the_chart_with_why() -> None:
    """A bounce below and a break above, each with the zone it stands on, before the plain prices."""
    talk = at("trigger 1", chart=chart())
    assert "• Bounce at the support 59 462–59 577 (16 touches)" in talk.text()
    assert [label.partition(" at ")[0] for label in talk.choices()[:1]] == ["15m bounce"]
    assert "Now, at 60 100" in talk.choices()
    talk.taps("15m bounce at 59 577")
    assert talk.answers["triggers"] == ["bounce up 59577 15m"]
    trigger = talk.says("+1%", "+2%", "+3%", "2%", "2R 4R 6R", "25/35/30", "default", "default").plan().tiers[0].trigger
    assert trigger == Bounce(Timeframe.M15, D(59577), Direction.UP)


def test_later_tiers_are_proposed_beyond_the_one_before() -> None:
    """A move, a break or a retest in the trade's favour; one that was taken already is not offered again."""
    talk = at("trigger 1", chart=chart()).says("60100")
    talk.taps("15m close above")
    first = talk.answers["triggers"]
    assert isinstance(first, list)
    assert not any(label.startswith("15m close above 60 876") for label in talk.choices())
    assert talk.choices()[-1] == "+1.5 % of price"


def test_plain_moves_begin_beyond_the_tier_before() -> None:
    """Half a percent of price further than where the last tier is expected, whatever that was."""
    talk = at("trigger 1").says("60100", "above 60580")
    assert talk.choices() == ["+1 %", "+1.5 %", "+2 %"]
    assert at("trigger 1").says("60100", "59900").choices() == ["+1 %", "+1.5 %", "+2 %"]
    assert at("trigger 1").says("60100", "rsi above 50").choices() == ["+1 %", "+1.5 %", "+2 %"]
    assert at("trigger 1").says("60000", "+1.2%").choices() == ["+1.5 %", "+2 %", "+2.5 %"]


def test_stop_is_proposed_behind_a_pivot_with_its_distance() -> None:
    """The price, how far it is in % of price, and what it lies under; a plain share is there as well."""
    talk = at("stop", chart=chart())
    label = talk.choices()[0]
    assert "(−" in label
    assert "% of price)" in label
    assert f"• {label}: " in talk.text()
    assert "ATR under the " in talk.text()
    assert "ATR away, whatever the chart shows" in talk.text()
    talk.taps(label)
    assert D(str(talk.answers["stop"])) < 60000


def test_targets_are_proposed_with_what_each_of_them_is() -> None:
    """Three prices on one button; the card says how many R each is away, and what is there."""
    talk = at("stop", chart=chart()).says("59500")
    text, label = talk.text(), talk.choices()[0]
    assert label.count("·") == 2
    assert f"• {label}: " in text
    assert [line[:8] for line in text.splitlines() if line.startswith("     TP")][:3] == [
        "     TP1",
        "     TP2",
        "     TP3",
    ]
    talk.taps(label)
    assert len(talk.plan_targets()) == 3


@pytest.mark.parametrize("more", [{}, {"chart": chart()}])
def test_targets_the_market_has_passed_are_not_proposed(more: dict[str, object]) -> None:
    """A plan that waits for a dip would end at once if its first target lay below the market."""
    talk = dip("58000", **more)
    assert talk.choices()
    for label in talk.choices():
        assert replace(talk).taps(label).plan_targets()[0] > MARKET_PRICE, label


def dip(stop: str, **more: Any) -> Talk:
    """A long that waits 1 100 below the market, at its targets."""
    first = ("btc", "long", "10x", "10k", "5%", "25/25/30/20")
    return Talk(**more).says(*first, "below 59000", "+1%", "+2%", "+3%", stop)


def test_targets_leave_every_tier_its_turn() -> None:
    """TP1 ends the scale-in: multiples of R begin beyond the last tier; a set of the chart that does not says so."""
    talk = at("trigger 1").says("60000", "+1%", "+2%", "+3%", "59000")
    assert talk.choices() == ["2R 4R 6R: 62 000 · 64 000 · 66 000", "3R 5R 8R: 63 000 · 65 000 · 68 000"]
    charted = at("trigger 1", chart=chart()).says("60000", "+1%", "+2%", "+5%", "59500")
    assert "TP1 comes before tier 3, which is not added any more then" in charted.text()


def test_multiples_of_r_are_offered_even_if_the_market_has_passed_all_of_them() -> None:
    """There is always something to tap."""
    talk = dip("58990")
    assert talk.choices() == ["1R 2.5R 4R: 59 010 · 59 025 · 59 040", "1.5R 3R 5R: 59 015 · 59 030 · 59 050"]


def test_usual_market_takes_the_usual_sizes() -> None:
    """The advice says the number first; weights and closes are the usual ones, and there is no pause."""
    talk = at("weights", chart=chart())
    assert "💡 ATR 0.37 % of price, 1× its median: normal volatility." in talk.text()
    assert talk.choices()[0] == "25/25/30/20 %"
    assert "timeframe 1h" in talk.text()
    assert talk.says("25/25/30/20").answers["pause"] == "0"
    assert "pause" not in talk.text()


def test_wild_market_proposes_smaller_first_tiers_and_a_pause() -> None:
    """RULES 7: 20/25/30/25, closes 35/35/20, one candle between adds, said on the card."""
    wild = chart(wild=6)
    assert wild.regime is not None
    assert wild.regime.volatility is Volatility.HIGH
    talk = at("weights", chart=wild)
    assert "high volatility" in talk.text()
    assert talk.choices()[0] == "20/25/30/25 %"
    talk.taps("20/25/30/25")
    assert "20/25/30/25 % of the allocation, 15 min pause between adds" in talk.text()
    talk.says("60000", "+0.5%", "+1%", "+1.5%", "58500", "62000/64000/66000")
    assert talk.choices()[0] == "35/35/20 %"
    talk.says("35/35/20", "default", "default")
    assert talk.plan().guards.min_pause_minutes == 15
    assert "15 min between adds" in talk.text()


def test_quiet_market_proposes_larger_first_tiers() -> None:
    """RULES 7: 40/35/25."""
    talk = at("weights", chart=chart(calm=12))
    assert "low volatility" in talk.text()
    assert talk.choices()[0] == "40/35/25 %"


def test_closes_of_a_preset_fit_three_targets_only() -> None:
    """Two targets are closed in the usual way."""
    talk = at("targets", chart=chart(wild=6)).says("62000 64000")
    assert talk.choices() == ["40/50 %", "50/50 %"]
    assert "high volatility" not in talk.text()


def test_pause_of_the_users_own_stays() -> None:
    """Volatility decides only until the user does."""
    talk = at("review", chart=chart(wild=6)).says("pause none")
    assert talk.plan().guards.min_pause_minutes == 0
    talk.says("edit 2", "20/25/30/25")
    assert talk.plan().guards.min_pause_minutes == 0
    assert at("review", chart=chart(wild=6)).says("pause 30m", "stop 58000").plan().guards.min_pause_minutes == 30


def test_pause_follows_the_timeframe_until_it_is_chosen() -> None:
    """One candle of the plan's timeframe, once its chart is there."""
    talk = at("review", chart=chart(wild=6))
    assert talk.plan().guards.min_pause_minutes == 15
    talk.chart = chart(wild=6, timeframe=Timeframe.H4)
    assert talk.says("timeframe 4h").plan().guards.min_pause_minutes == 240
    assert "4 h between adds" in talk.text()


def test_pause_of_another_market_is_forgotten() -> None:
    """How wild one market is says nothing of another."""
    talk = at("review", chart=chart(wild=6)).says("edit market")
    talk.chart = None
    assert talk.says("eth").answers["pause"] is None


def test_chart_argues_against_the_users_own_tiers() -> None:
    """Advice, never in the way: beside the question it is about, and on the review."""
    talk = at("weights", chart=chart(wild=6)).says("50/30/20")
    assert "💡 50 % of the allocation in tier 1 is much while ATR is 1.8× its median" in talk.text()
    talk.says("60000", "+0.1%", "+2%")
    assert "💡 0.1 ATR between tiers 1 and 2" in talk.text()
    talk.says("58500", "2R 4R 6R", "35/35/20", "default", "default")
    assert talk.text().count("💡") == 2
    assert not any(finding.severity is Severity.BLOCK for finding in findings_of(talk.view))
    assert "💡" not in at("review").text()


def test_chart_of_another_timeframe_counts_for_nothing() -> None:
    """Until the right candles are there, the plan is built as without any."""
    talk = at("stop", chart=chart(timeframe=Timeframe.H1))
    assert talk.choices() == at("stop").choices()


def test_outlook_of_another_market_counts_for_nothing() -> None:
    """Neither its price nor its chart may decide anything here."""
    talk = at("trigger 1", chart=chart())
    view = talk.view
    assert view.outlook.of is not None
    other = replace(view, outlook=replace(view.outlook, of=replace(view.outlook.of, symbol="ETH/USDT:USDT")))
    assert other.market_price is None
    assert other.context.atr is None
    assert replace(view, outlook=Outlook()).known == Outlook()


def test_answer_too_long_for_a_button_goes_by_its_fingerprint() -> None:
    """It stands for its own text or for nothing: never for what another card offers."""
    text = "close above 60876 15m and rsi crosses above 50 15m"
    offered = ((Choice("first", "60000"),), (Choice("second", text),))
    argument = carried(text)
    assert argument.startswith(MARK)
    assert len(argument.encode()) < 32
    assert chosen_text(argument, offered) == text
    assert chosen_text(argument, offered[:1]) is None
    assert chosen_text("60000", ()) == "60000"


def test_fingerprint_of_what_is_no_longer_offered_is_refused() -> None:
    """The chart has moved on: the card says so and shows what there is now."""
    talk = at("trigger 1", chart=chart())
    reply = tapped(talk.view, carried("close above 60876 15m and rsi above 50 15m"), resolve)
    assert isinstance(reply, Refused)
    assert "moved on" in reply.sentence
    assert isinstance(tapped(at("review").view, "~abc", resolve), Refused)


def test_typed_level_stays_possible_beside_the_proposals() -> None:
    """A chart takes nothing away."""
    talk = Talk(chart=chart()).says(*TYPED)
    assert talk.step == Step.REVIEW
    assert [tier.trigger for tier in talk.plan().tiers[1:3]] == [
        MoveTrigger(D("0.5")),
        at("review").plan().tiers[2].trigger,
    ]
    assert talk.plan().tiers[3].trigger == CloseBeyond(Timeframe.H1, D(60900), Direction.UP)
    assert isinstance(answer(talk.view, "stop 58000", resolve), Answered)
    assert talk.view.now == NOW
