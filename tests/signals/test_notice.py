"""What is noticed as a signal in a chat: whole trades, never an answer, a question or a word about a running plan."""

from __future__ import annotations

import pytest

from chatbot.signals.signal import looks_like_signal, read_signal

ANSWERS = (
    "10x", "5%", "1h", "btc", "BTC/USDT", "long btc", "BTC 10x 5%", "isolated", "60000", "above 60000", "25/25/30/20",
    "60000/60300/60600", "61k 62.5k 64k", "61k 25%, 62.5k 35%, 64k 30%", "be / lock 1r / trail 1%", "stop 59000",
    "sl 59000 tp 61000", "tp 61000 62000 63000", "close above 60900 1h and rsi above 50", "bounce 60000 15m",
    "rsi 14 above 50 15m", "ema 20 retest 15m", "move 0.5%", "all: close above 60900 1h; rsi above 50",
    "manual: is BTC above 60000 and stop 59000 safe?", "manual: long btc at 60000, target 61000 and stop 59000 hold",
    "manual: did btc hold 60000 with target 61000 and stop 59000?",
)  # fmt: skip
TALK = (
    "how is btc doing at 60000?", "what if btc falls to 58000 and my stop is at 59000?", "is eth 3000 a good target?",
    "btc hit 60000 and my stop 59000 is close", "btc closed at 60500, tp 61000 next", "btc target 65000",
    "why did btc tp1 61000 close only 25%?", "move my btc stop from 59000 to 59500", "set sl btc 59500 tp 61000",
    "i added 0.01 btc at 60500, stop 59000", "exited btc at 61000, stop was 59000", "filled 0.02 at 60010",
    "TP1 hit ✅ +35%", "long btc 60000 sl 59000 tp 61000 - good idea?",
)  # fmt: skip
SIGNALS = (
    "long btc 60000 sl 59000 tp 61k 62.5k 64k 10x 5%", "BTC long entry 60000 stop 59000", "btc 60000 sl 59000 tp 61000",
    "sol entry 150 tp 160 no stop", "SOL long sl 144 tp 155 160", "short eth 3000 tp 2900",
    "BTC/USDT LONG\nEntry 60000\nSL 59000\nTP 61000\nReady?",
)  # fmt: skip


@pytest.mark.parametrize("text", [*ANSWERS, *TALK])
def test_an_answer_or_a_question_is_no_signal(text: str) -> None:
    """What people type to the wizard or about a trade is left to whoever asked for it."""
    assert not looks_like_signal(text)


@pytest.mark.parametrize("text", SIGNALS)
def test_a_trade_with_coin_entry_and_exit_is_a_signal(text: str) -> None:
    """A coin, an exit and an entry or a side are enough; what is still missing is said after that."""
    assert looks_like_signal(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Cancelled: #ETH/USDT long entry 3000 stop 2940 targets 3060", "Cancelled"),
        ("LTC/USDT long\nentry 80\ntargets 82 85\nstop 77\nUpdate: target 1 reached", "target 1 reached"),
        ("Закрыли лонг BTC, вход 60000, стоп 59000, тейк 61000", "Закрыли"),
    ],
)
def test_a_report_is_refused_with_the_words_that_tell_it(text: str, said: str) -> None:
    """A trade that is over or running is no new plan, though every number of one is there."""
    assert [problem.sentence for problem in read_signal(text).problems] == [
        f"“{said}” reports on a trade that is running or over; expected a new plan, entry to targets."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SOL/USDT long 150, stop 144, tp 155 160. When TP1 is hit close half.",
        "Yesterday all targets hit on the last one\nSOL/USDT long 150, stop 144, tp 155 160",
    ],
)
def test_what_is_to_come_or_was_elsewhere_is_no_report(text: str) -> None:
    """A condition, or praise for other trades, takes nothing from the plan below it."""
    assert read_signal(text).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "LINK LONG Entry: 14.11 Target: 14.52 Target: 14.93 Target: 15.4Stop: 13.5",
        "LINK LONG Entry: 14.1\n1 Target: 14.52 Target: 14.93 Target: 15.4Stop: 13.5",
        "LINK LONG Entry: 14.1 Targets: 1. 14.52. 14.93. 15.4 Stop: 13.5",
        "LINK LONG Entry: 14.1 Targets: 1 - 14.52 - 14.93 - 15.4 Stop: 13.5",
    ],
)
def test_the_number_of_the_next_target_never_becomes_a_digit(text: str) -> None:
    """A number that can be split in two ways, because line breaks got lost, is asked about."""
    assert [problem.code for problem in read_signal(text).problems if problem.code != "ambiguous_number"] == []
    assert not read_signal(text).usable


def test_numbered_targets_on_their_own_lines_are_read() -> None:
    """The same list with its line breaks has only one meaning."""
    draft = read_signal("LINK LONG\nEntry: 14.1\n1 Target: 14.5\n2 Target: 14.9\n3 Target: 15.4\nStop: 13.5")
    assert [str(target.price) for target in draft.targets] == ["14.5", "14.9", "15.4"]
    assert draft.usable
