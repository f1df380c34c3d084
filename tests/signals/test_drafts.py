"""Single rules of reading: what is assumed, what is asked, and in which words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chatbot.core.plan import AnyOf, LockR, ManualTrigger, MarginMode, MoveTrigger, PriceTrigger, Tier, Trail
from chatbot.core.timeframes import Timeframe
from chatbot.signals.cleaning import LONGEST
from chatbot.signals.draft import ProblemCode, SignalDraft
from chatbot.signals.form import rule_in_words, rule_to_format, tier_to_format
from chatbot.signals.signal import looks_like_signal, read_signal

D = Decimal
GOOD = "long btc 60000 sl 59000 tp 61000 62000 63000"


def rules(text: str) -> str:
    """The stop rules of a text that is usable."""
    draft = read_signal(text)
    assert draft.problems == ()
    return " / ".join(rule_in_words(target.stop_rule) for target in draft.targets)


def moves(draft: SignalDraft) -> list[Decimal]:
    """The favourable moves of the later tiers."""
    return [tier.trigger.pct for tier in draft.tiers if isinstance(tier.trigger, MoveTrigger)]


def assumed(draft: SignalDraft, words: str) -> bool:
    """Whether some assumption says this."""
    return any(words in sentence for sentence in draft.assumed)


def test_a_text_longer_than_a_message_is_refused() -> None:
    """Its length is said, and nothing of it is read."""
    draft = read_signal(GOOD + " " * LONGEST)
    assert draft.codes == {ProblemCode.TOO_LONG}
    assert str(LONGEST) in draft.problems[0].sentence
    assert draft.symbol is None


def test_characters_that_stand_for_many_do_not_get_round_the_limit() -> None:
    """One sign may be a whole phrase; what counts is what it comes to."""
    assert read_signal("\ufdfa" * LONGEST).codes == {ProblemCode.TOO_LONG}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (GOOD, True),
        ("#ETHUSDT SHORT entry 3000 sl 3060", True),
        ("btc", False),
        ("61k 62.5k 64k", False),
        ("btc will go to 70000 or 80000", False),
        ("sl 59000 tp 61000", False),
        ("close above 60900 1h", False),
        ("long btc tp 61000", False),
        (GOOD + " " * LONGEST, False),
        ("", False),
    ],
)
def test_a_signal_is_noticed_by_its_coin_and_its_prices(text: str, wanted: bool) -> None:  # noqa: FBT001 -- a table
    """A coin, and an exit with one more price; answers to the bot's questions and chatter are none."""
    assert looks_like_signal(text) is wanted


def test_the_market_price_fills_an_entry_at_the_market() -> None:
    """With the price known, tier 1 has one, and the moves behind it end before the first target."""
    draft = read_signal("long btc now sl 59000 tp 60600 62000", D(60000))
    assert draft.usable
    assert draft.entries[0].price == 60000
    assert moves(draft) == [D("0.25"), D("0.5"), D("0.75")]
    assert assumed(draft, "Entry at the market: 60000 is its price now.")


def test_an_entry_at_the_market_without_its_price_is_a_question() -> None:
    """No price is made up; the later tiers are the usual moves."""
    draft = read_signal("long btc now sl 59000 tp 61000 62000")
    assert draft.entries[0].price is None
    assert isinstance(draft.tiers[0].trigger, ManualTrigger)
    assert moves(draft) == [D("0.5"), D("1.0"), D("1.5")]


def test_the_market_price_settles_what_is_written_shortly() -> None:
    """60.5 is sixty thousand five hundred only where the market says so; the sixty-dollar reading is refused."""
    assert read_signal("long btc 60.500 sl 59.500 tp 62.000").codes == {ProblemCode.AMBIGUOUS_NUMBER}
    draft = read_signal("long btc 60.500 sl 59.500 tp 62.000", D(60400))
    assert draft.usable
    assert (draft.entries[0].price, draft.stop, draft.targets[0].price) == (D(60500), D(59500), D(62000))
    assert assumed(draft, "“60.500” was read as 60500.")


def test_a_price_far_from_the_market_is_out_of_range() -> None:
    """A plan for another coin's price is refused when the market is known."""
    assert ProblemCode.OUT_OF_RANGE in read_signal(GOOD, D(3000)).codes


def test_a_market_entry_with_a_second_price_is_a_ladder() -> None:
    """The question first, then the price below."""
    draft = read_signal("LONG LINKUSDT\nEntry: market, 13.8\nSL 13.4\nTP 15 16")
    assert draft.usable
    assert isinstance(draft.tiers[0].trigger, ManualTrigger)
    assert isinstance(draft.tiers[1].trigger, PriceTrigger)
    assert read_signal("LONG LINKUSDT\nEntry: market, 13.8\nSL 13.4\nTP 15 16", D("14.2")).entries[0].price == D("14.2")


def test_nothing_unused_is_kept_quiet() -> None:
    """A number that might have been a price and was not used is named."""
    draft = read_signal("BTC 60250 LONG\nEntry 60000\nSL 59000\nTP 61000 and with luck we could see 66000")
    assert draft.usable
    assert assumed(draft, "66000")
    assert assumed(draft, "60250")


def test_a_stop_in_percent_says_what_it_would_be() -> None:
    """The price it comes to where entry and side are known, and that margin would be another."""
    sentence = read_signal("long btc 60000 sl 2% tp 62000").problems[0].sentence
    assert (
        sentence
        == "“2%” is no price for the stop: of price it would be 58800, of margin something else; write the price."
    )
    assert (
        read_signal("btc 60000 sl 2% tp 62000").problems[0].sentence
        == "“2%” is no price for the stop; write the price."
    )


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Breakeven - Trigger: Target (1)", "break-even / hold / hold"),
        ("Stop: Breakeven - Trigger: Target (3)", "hold / hold / break-even"),
        ("Stop: Breakeven - Trigger: Target (5)", "hold / hold / hold"),
        ("Stop: Breakeven", "break-even / hold / hold"),
        ("Stop: Breakeven - Trigger: Percentage (3%)", "hold / break-even / hold"),
        ("Stop: Breakeven - Trigger: Percentage (9%)", "hold / hold / break-even"),
        ("Stop: Moving Target", "break-even / previous / previous"),
        ("Stop: Moving 2-Target", "hold / break-even / lock 1R"),
        ("Stop: Moving 2-Target - Trigger: Target (3)", "hold / hold / lock 1R"),
        ("Stop: Percent Below Highest (1.5%)", "trail 1.5% / hold / hold"),
        ("Stop: Percent Above Lowest (1,5%) - Trigger: Target (3)", "hold / hold / trail 1.5%"),
        ("Stop: Percent Below Triggers (2%) - Trigger: Target (2)", "hold / trail 2% / hold"),
        ("Stop: Percent Below Highest (0%)", "hold / hold / hold"),
        ("Stop: Without", "hold / hold / hold"),
        ("After TP3 move SL to TP1", "hold / hold / lock 1R"),
        ("After TP3 move SL to TP2", "hold / hold / previous"),
        ("After TP1 move SL to TP2", "hold / hold / hold"),
        ("move SL to TP1", "hold / previous / hold"),
        ("After the first target SL to entry", "break-even / hold / hold"),
        ("SL to BE after second target is hit", "hold / break-even / hold"),
        ("BE after TP1, trailing stop 2% after TP3", "break-even / hold / trail 2%"),
        ("BE after TP1, then trail 2%", "break-even / trail 2% / hold"),
        ("Take-Profit: Percentage (0.2%)", "break-even / lock 1R / trail 1%"),
        ("Entry: Percentage (0.0%)", "break-even / lock 1R / trail 1%"),
        ("rules hold / be / trail 2R", "hold / break-even / trail 2R"),
        ("rules break-even", "break-even / hold / hold"),
        ("rules: use a stop and be patient", "break-even / lock 1R / trail 1%"),
    ],
)
def test_words_about_the_stop_become_rules(said: str, wanted: str) -> None:
    """Each phrase maps to one rule for each target; what has no exact rule is taken as the nearest."""
    assert rules(f"{GOOD}\nTrailing Configuration:\n{said}") == wanted


def test_an_approximated_rule_is_told() -> None:
    """Two targets behind is a multiple of R, a percentage below triggers trails in between too."""
    assert assumed(read_signal(f"{GOOD}\nMoving 2-Target"), "after TP3 the stop goes near TP1, as a multiple of R")
    assert assumed(read_signal(f"{GOOD}\nPercent Below Triggers (2%)"), "and also between targets")
    assert assumed(read_signal(f"{GOOD}\nTake-Profit: Percentage (0.2%)"), "is not followed")
    assert assumed(read_signal(f"{GOOD}\nBreakeven - Trigger: Target (5)"), "waits for target 5")


def test_two_targets_behind_without_an_entrys_price_leaves_the_stop() -> None:
    """No R is known, so nothing can be locked."""
    assert rules("long btc now sl 59000 tp 61000 62000 63000\nMoving 2-Target") == "hold / break-even / hold"


def test_a_target_next_to_the_entry_locks_the_least_there_is() -> None:
    """A multiple of R that would round to nothing stays above it."""
    draft = read_signal("long btc 60000 sl 59000 tp 60001 62000 63000\nMoving 2-Target")
    assert draft.targets[2].stop_rule == LockR(D("0.01"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("long btc 60000 sl 59000xyz tp 61000", ProblemCode.AMBIGUOUS_NUMBER),
        ("LONG BTC Entry 0.45 SL 0.44 TP 1 0.50", ProblemCode.AMBIGUOUS_NUMBER),
        ("LONG BTC Entry 60000 SL 59000 TP 61,000.50.2", ProblemCode.AMBIGUOUS_NUMBER),
        ("LONG ETH Entry 3000 SL 2900 TP 3100.57) 3200", ProblemCode.AMBIGUOUS_NUMBER),
        ("BTC-27JUN25 long 60000 sl 59000 tp 61000", ProblemCode.SPOT_OR_INVERSE),
        (f"{GOOD} equity 10000 balance 5000", ProblemCode.AMBIGUOUS_NUMBER),
        (f"{GOOD} leverage 0.5x", ProblemCode.OUT_OF_RANGE),
        ("BTC entry 60000", ProblemCode.NO_SIDE),
        ("long btc 60000 sl 59000 tp 61000 weights 60/40", ProblemCode.NO_TARGETS),
    ],
)
def test_what_can_not_be_used_says_so(text: str, code: ProblemCode) -> None:
    """One text for each refusal that the corpus does not show."""
    if code is ProblemCode.NO_TARGETS:
        assert read_signal(text).usable
        assert len(read_signal(text).tiers) == 2
    else:
        assert code in read_signal(text).codes


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"{GOOD} cross or isolated", "Both cross and isolated are named; the margin mode is left open."),
        (f"{GOOD} margin 500 USDT", "“500” was not used as the allocation: it is no % of equity."),
        ("long btc 3% 5% 60000 sl 59000 tp 61000 62000", "Not used: 3%, 5%."),
        (f"{GOOD} allocation 2% 3%", "Allocation 2 % of equity, the lowest named."),
        ("long btc 60000 sl 59000 tp 61000 61000 62000", "A target that is written twice counts once."),
        ("btc 60000 sl 59000 tp 61000 62000", "Long, because of where stop and targets lie."),
        (f"Exchange: OKX\n{GOOD}", "OKX is not a known exchange; the exchange is left open."),
        ("#ADA/BTC Buy 1200 Sell 1300 Stop 1100", "Prices were read as satoshis: 1200 is 0.000012."),
        (f"{GOOD}\nrules be / hold", "2 stop rules are written for 3 targets; missing ones leave the stop as it is."),
    ],
)
def test_every_assumption_is_a_sentence(text: str, sentence: str) -> None:
    """What is not literally in the text is told."""
    assert sentence in read_signal(text).assumed


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (f"{GOOD} tf 4h", Timeframe.H4),
        (f"{GOOD} H1 chart", Timeframe.H1),
        ("long btc 45m 60000 sl 59000 tp 61000", None),
        ("long btc 15m 1h 60000 sl 59000 tp 61000", None),
        (f"{GOOD}\nposted 15m ago", None),
        (f"{GOOD}\n24h volume 5m", None),
        (f"{GOOD} tf 1m closes 20/30/40", Timeframe.M1),
    ],
)
def test_a_timeframe_is_one_that_is_meant(text: str, frame: Timeframe | None) -> None:
    """Named as such or beside the trade, of a length that exists, and only one."""
    assert read_signal(text).timeframe is frame


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("BTCUSDT\nBuy Stop 60500\nSL 59900\nTP 61500", ["60500 up"]),
        ("BTCUSDT\nSell Stop 59500\nSL 60100\nTP 58500", ["59500 down"]),
        ("SHORT ETHUSDT below 2950, 2940 sl 3000 tp 2800", ["2950 down", "2940 down"]),
        ("LONG ETHUSDT entry 3000 above the low, sl 2900 tp 3100", ["3000 down"]),
        ("SHORT ETHUSDT Entry 3000 Stop 3060 Buy: 2900 2800", ["3000 up"]),
        ("ETHUSDT Sell: 3000 Stop: 3060 Buy: 2900 2800", ["3000 up"]),
        ("LONG ETHUSDT entry 3000~2980 sl 2900 tp 3100", ["3000 down", "2990 down", "2980 down"]),
        ("long btc 60000 to 59600 weights 40/30/20/10 sl 59000 tp 61000",
         ["60000 down", "59866.66666 down", "59733.33333 down", "59600 down"]),
        ("long eth 3000 weights 100 sl 2900 tp 3100", ["3000 down"]),
    ],
)  # fmt: skip
def test_entries_have_their_order_and_direction(text: str, entries: list[str]) -> None:
    """Breakouts, covers, zones, and prices with words around them."""
    draft = read_signal(text)
    assert [problem.sentence for problem in draft.problems] == []
    levels = [tier.trigger for tier in draft.tiers if isinstance(tier.trigger, PriceTrigger)]
    assert [f"{one.level:f} {one.direction}" for one in levels] == entries


def test_margin_and_exchange_are_found_where_they_stand() -> None:
    """A prefix of the symbol names the exchange as well as a line of its own."""
    draft = read_signal(f"MEXC:ETHUSDT isolated\n{GOOD.replace('btc', '')}".replace("60000", "3000"))
    assert (draft.exchange, draft.margin_mode) == ("mexc", MarginMode.ISOLATED)


def test_a_rule_is_written_so_that_it_can_be_read() -> None:
    """Every distance of a trail has its words and its fields."""
    assert rule_in_words(Trail(distance_atr=D(3))) == "trail 3 ATR"
    assert rule_in_words(Trail(distance_pct=D(1), step_pct=D("0.25"))) == "trail 1% step 0.25%"
    assert rule_to_format(Trail(distance_r=D(2), step_pct=D(1))) == {
        "kind": "trail",
        "distance_r": "2",
        "step_pct": "1",
    }


def test_a_trigger_no_text_makes_has_no_form() -> None:
    """A draft is never quietly printed with another trigger."""
    with pytest.raises(ValueError, match="no draft has"):
        tier_to_format(Tier(D(100), AnyOf(())))
