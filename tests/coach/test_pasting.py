"""From a text to a draft's answers: where the market is, from which side tier 1 is reached, what is assumed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

import pytest

from chatbot.coach.answers import Step, entered
from chatbot.coach.assuming import TIER_1, about, answered
from chatbot.coach.pasting import MOST_ASSUMED, Pasted, Usual, placed, prefilled, priced
from chatbot.core.market import Instrument, Resolution
from chatbot.core.plan import MarginMode
from chatbot.core.reading_rules import rules
from chatbot.core.timeframes import Timeframe
from chatbot.signals.form import rule_in_words
from chatbot.signals.signal import read_signal
from tests.coach.talk import BTC, MARKET_PRICE, resolve
from tests.signals.corpus_reading import Case, corpus

USUAL: Final = Usual("binanceusdm", ("binanceusdm", "bybit"))
LINE: Final = "long btc 60000 sl 59000 tp 61k 62.5k 64k 10x 5%"
ZONE: Final = "LONG BTC\nEntry zone 60000-60600\nSL 59000\nTP 61000 62000"
CHEAP: Final = replace(BTC, symbol="1000PEPE/USDT:USDT", base="1000PEPE", tick_size=Decimal("0.0000001"))


def read(text: str, price: Decimal | str | None = MARKET_PRICE) -> Pasted:
    """A text on its market, at that market's price."""
    return priced(text, placed(text, USUAL, resolve), None if price is None else Decimal(price))


def triggers(text: str, price: Decimal | str | None = MARKET_PRICE) -> object:
    """The triggers a text comes to."""
    return prefilled(read(text, price)).answers["triggers"]


def test_one_line_fills_everything_but_the_equity() -> None:
    """Each answer is stored as the questions store it; prices are as given."""
    found = read(LINE)
    assert found.problems == ()
    assert prefilled(found).answers == {
        "exchange": "binanceusdm", "symbol": "BTC/USDT:USDT", "side": "long", "leverage": "10", "allocation": "5",
        "margin": "isolated", "timeframe": "15m", "weights": ["25", "25", "30", "20"], "stop": "59000",
        "triggers": ["below 60000", "+0.5%", "+1.0%", "+1.5%"], "targets": ["61000", "62500", "64000"],
        "closes": ["25", "35", "30"], "rules": "break-even / lock 1R / trail 1%", "resting": ["stop", "targets"],
    }  # fmt: skip


def test_what_the_text_gives_is_not_assumed() -> None:
    """Exchange, timeframe, margin and equity of the text count, and no sentence speaks of them."""
    found = read(f"{LINE} bybit cross 1h equity 10k")
    given = entered(prefilled(found).answers)
    assert (given.exchange, given.margin, given.timeframe) == ("bybit", MarginMode.CROSS, Timeframe.H1)
    assert given.equity == 10_000
    assert not [told for told in found.assumed if about(told) in (Step.TIMEFRAME, Step.MARGIN)]
    assert not [told for told in found.assumed if told.startswith("On ")]


@pytest.mark.parametrize(("more", "said"), [("", "the text names none"), ("on mexc", "mexc can't be chosen here")])
def test_the_users_exchange_is_assumed_in_words(more: str, said: str) -> None:
    """An exchange that is not named, or can't be chosen, is the user's own."""
    found = read(f"{LINE} {more}")
    assert found.venue.exchange == USUAL.exchange
    assert f"On binanceusdm, your exchange: {said}." in found.assumed


@pytest.mark.parametrize(
    ("price", "first", "said"),
    [
        ("60100", "below 60000", "Tier 1 is taken at 60000 or below: the market is at 60100."),
        ("60000", "below 60000", "Tier 1 is taken at 60000 or below, so at once: the market is at 60000."),
        ("59900", "above 60000", "Tier 1 is taken at 60000 or above: the market is at 59900."),
    ],
)
def test_a_level_is_reached_from_where_the_market_stands(price: str, first: str, said: str) -> None:
    """Up where it lies above the market's price, else down, for longs and shorts."""
    short = "short btc 60000 sl 61000 tp 59k"
    for text in (LINE, short):
        found = read(text, price)
        assert entered(prefilled(found).answers).triggers[0] == first
        assert said in found.assumed
        assert not [told for told in found.assumed if "names no direction" in told]


def test_a_direction_that_is_written_counts() -> None:
    """`above` stays above, wherever the market is; nothing is assumed of it."""
    found = read("long btc entry above 60000 sl 59000 tp 61000 62000", "60100")
    assert "above 60000" in str(prefilled(found).answers["triggers"])
    assert not [told for told in found.assumed if about(told) == TIER_1]


def test_a_zone_is_entered_from_the_markets_side() -> None:
    """From below its lowest price first, from above its highest; within it tier 1 is taken at once."""
    assert triggers(ZONE, "59800") == ["above 60000", "above 60300", "above 60600"]
    assert triggers(ZONE, "60800") == ["below 60600", "below 60300", "below 60000"]
    assert triggers(ZONE, "60400") == ["below 60600", "below 60300", "below 60000"]
    assert "Tier 1 is taken at 60600 or below, so at once: the market is at 60400." in read(ZONE, "60400").assumed
    short = ZONE.replace("LONG", "SHORT").replace("59000", "61000").replace("61000 62000", "59000 58000")
    assert triggers(short.replace("TP 61000", "TP 59000"), "60400") == ["above 60000", "above 60300", "above 60600"]


def test_tiers_in_an_order_of_their_own_keep_it() -> None:
    """A ladder that is written out is never turned round; only its first side follows from the market."""
    line = "long btc @60000/60300/60600 sl 59000 tp 62000 63000 10x"
    assert triggers(line, "60100") == ["below 60000", "above 60300", "above 60600"]
    assert triggers(line, "59900") == ["above 60000", "above 60300", "above 60600"]


def test_an_entry_now_is_at_the_markets_price() -> None:
    """A short is entered at that price or above; without a price of now the user is asked when it is time."""
    now = "short btc now sl 61000 tp 59000"
    assert str(triggers(now, "60100")).startswith("['above 60100'")
    assert "Entry at the market: 60100 is its price now." in read(now).assumed
    assert str(triggers(now, None)).startswith("['manual: Enter at the market price now?'")


def test_without_a_price_the_usual_side_is_assumed() -> None:
    """The parser's own sentence stands."""
    assert "Tier 1 is taken at 60000 or below; the text names no direction." in read(LINE, None).assumed


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("long btc 60000 tp 61000", "The text has no stop"),
        ("long btc 60000 sl 61000 tp 62000", "is on the wrong side"),
        ("long bnt 60000 sl 59000 tp 61000", "“BNT/USDT:USDT” is no market on binanceusdm. Did you mean BTC/USDT:USDT"),
        ("long 60000 sl 59000 tp 61000", "No coin is named"),
        ("BTC spot buy 60000 sl 59000 tp 61000", "speaks of spot"),
        ("long btc 600 sl 590 tp 610", "lies far from the other prices"),
        ("x" * 5000, "at most 4096 are read"),
    ],
)
def test_a_text_with_a_problem_is_refused_in_words(text: str, reason: str) -> None:
    """The reason is a sentence, and what was understood besides goes with it."""
    found = read(text)
    assert reason in "\n".join(found.problems)
    assert found.understood.problems == found.problems


def resolve_cheap(exchange: str, text: str, /) -> Resolution:
    """A listing of one coin, by the thousand."""
    return replace(CHEAP, exchange=exchange)


def test_a_coin_listed_by_the_thousand_is_never_mistaken() -> None:
    """Prices of one coin are refused; those of a thousand count and are said to; without a price nothing does."""
    single, thousand = "long pepe 0.00001 sl 0.000009 tp 0.000012", "long pepe 0.01 sl 0.009 tp 0.012"
    for text, price, usable in ((single, "0.01", False), (thousand, "0.01", True), (single, None, False)):
        found = placed(text, USUAL, resolve_cheap)
        seen = priced(text, found, None if price is None else Decimal(price))
        assert (seen.problems == ()) is usable, seen
    assert (
        "Listed as 1000PEPE/USDT:USDT: the prices are taken as its own."
        in priced(thousand, placed(thousand, USUAL, resolve_cheap), Decimal("0.01")).assumed
    )


def test_a_price_finer_than_the_markets_steps_is_kept_and_said() -> None:
    """It is used exactly as written."""
    found = read("long btc 60000 sl 59000.05 tp 61000")
    assert prefilled(found).answers["stop"] == "59000.05"
    assert "Used as written, though orders go in steps of 0.1: 59000.05." in found.assumed


def test_a_text_that_leaves_too_much_open_is_refused() -> None:
    """A card has room for so many assumptions only, and none is left out: the text is to be written plainly."""
    targets = " ".join(f"{price}.000" for price in range(61, 300))
    found = read(f"long btc 60000 sl 59000 tp {targets}")
    assert sum(map(len, found.assumed)) > MOST_ASSUMED
    assert "too much to be assumed" in found.problems[0]


@pytest.mark.parametrize("case", [case for case in corpus() if case.usable], ids=lambda case: case.name)
def test_every_usable_text_of_the_corpus_fills_a_draft(case: Case) -> None:
    """Whatever a plan needs is there and reads back as the text's; nothing is changed on the way."""
    base = (read_signal(case.text).symbol or "").partition("/")[0]

    def listed(exchange: str, _: str, /) -> Instrument:
        return replace(BTC, exchange=exchange, base=base)

    found = priced(case.text, placed(case.text, USUAL, listed), None)
    assert found.problems == ()
    given, draft = entered(prefilled(found).answers), found.draft
    assert given.stop == draft.stop
    assert given.targets == tuple(target.price for target in draft.targets)
    assert given.weights == tuple(tier.weight_pct for tier in draft.tiers)
    assert [given.trigger_of(number) for number in range(1, len(given.weights) + 1)] == [t.trigger for t in draft.tiers]
    assert rules(given.rules or "", len(given.targets)) == tuple(target.stop_rule for target in draft.targets)
    assert sum(map(len, found.assumed)) <= MOST_ASSUMED


@pytest.mark.parametrize(
    ("text", "step"),
    [
        (LINE, Step.WEIGHTS),
        (LINE, Step.CLOSES),
        (LINE, Step.RULES),
        (LINE, Step.ALLOCATION),
        (LINE, Step.MARKET),
        (LINE, Step.TIMEFRAME),
        (LINE, Step.MARGIN),
        (LINE, Step.RESTING),
        (LINE, Step.TRIGGER),
        (ZONE, Step.TRIGGER),
        ("btc 60000 sl 59000 tp 61000 62000 lev 5-10x", Step.LEVERAGE),
        ("btc 60000 sl 59000 tp 61000 62000", Step.SIDE),
        ("long btc 60000 sl 59000 tp 63000 62000", Step.TARGETS),
        ("long btc 60000 sl 59000 (4h close) tp 61000", Step.STOP),
        ("long btc 60000 sl 59000 tp 61000 62000 moving target", Step.RULES),
        ("long btc 60000 sl 59000 tp 61000 62000 trailing stop 2%", Step.RULES),
    ],
)
def test_what_is_answered_is_assumed_no_more(text: str, step: Step) -> None:
    """A sentence about an answer goes with the user's own; all others stay."""
    found = read(text)
    kept = answered({"assumed": list(found.assumed)}, step, 2)["assumed"]
    assert isinstance(kept, list)
    gone = [told for told in found.assumed if told not in kept]
    assert gone, found.assumed
    assert {about(told) for told in gone} == {step}


def test_tier_1_and_later_tiers_are_assumed_apart() -> None:
    """Answering tier 1's trigger leaves what is assumed of the others, and a price's reading is about no one answer."""
    told = list(read(LINE).assumed)
    assert answered({"assumed": told}, Step.TRIGGER, 1)["assumed"] == [one for one in told if about(one) != TIER_1]
    assert about("“60.000” was read as 60000.") == ""
    untouched = {"assumed": ["Not used: 2024."]}
    assert answered(untouched, Step.STOP, 1) is untouched


def test_rules_read_back_as_they_are_stored() -> None:
    """A draft stores the words; odd multiples of R and distances survive."""
    text = "long btc 60000 sl 59000 tp 61000 62000 63000 moving 2-target"
    draft = read_signal(text)
    told = " / ".join(rule_in_words(target.stop_rule) for target in draft.targets)
    assert rules(told, 3) == tuple(target.stop_rule for target in draft.targets)
