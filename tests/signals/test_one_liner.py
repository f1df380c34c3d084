"""A plan written as our one-liner reads back as the same plan, in any order of its parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chatbot.core.money import Side
from chatbot.core.plan import MarginMode, MoveTrigger, PriceTrigger
from chatbot.core.timeframes import Timeframe
from chatbot.signals.form import rule_in_words
from chatbot.signals.signal import read_signal

COINS = ("btc", "ETH", "sol", "XRP/USDT", "1000PEPEUSDT", "AVAX/USDT:USDT")
WEIGHTS = {1: "", 2: "60/40", 3: "50/30/20", 4: "40/30/20/10"}
RULES = ("break-even", "lock 1.5R", "previous", "trail 2%", "trail 1.5% step 0.5%", "hold")
CLOSES = {1: "80", 2: "30/60", 3: "20/30/40"}


@dataclass(frozen=True, slots=True)
class Line:
    """A plan as parts of a line, and the numbers in it."""

    parts: tuple[str, ...]
    rules: tuple[str, ...]
    side: Side
    prices: tuple[Decimal, ...]
    stop: Decimal
    targets: tuple[Decimal, ...]
    leverage: Decimal
    allocation: Decimal
    equity: Decimal
    frame: Timeframe
    mode: MarginMode
    weighted: bool


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A plan whose stop loses and whose targets win, its distances in thousandths of the price."""
    side = draw(st.sampled_from(Side))
    price = draw(st.integers(2_000, 90_000)) * Decimal(10) ** draw(st.integers(-6, 0))
    coin = draw(st.sampled_from(COINS[1:] if price < 2000 else COINS))
    adds, exits = draw(st.integers(0, 3)), draw(st.integers(1, 3))
    stop = price * (1000 - side.sign * draw(st.integers(5, 90))) / 1000
    steps = [draw(st.integers(2, 9)) for _ in range(adds)] + [draw(st.integers(11, 60)) for _ in range(exits)]
    levels = [price * (1000 + side.sign * sum(steps[: place + 1])) / 1000 for place in range(len(steps))]
    prices, targets = (price, *levels[:adds]), tuple(levels[adds:])
    leverage, equity = Decimal(draw(st.integers(1, 125))), Decimal(draw(st.integers(100, 99_999)))
    allocation = draw(st.integers(1, 200)) / Decimal(10)
    frame, mode = draw(st.sampled_from(Timeframe)), draw(st.sampled_from(MarginMode))
    weighted = draw(st.booleans()) and adds > 0
    closes = CLOSES[exits]
    parts = [
        f"{side} {coin} " + ("@" if adds else "") + "/".join(f"{one:f}" for one in prices),
        f"sl {stop:f}",
        "tp " + " ".join(f"{one:f}" for one in targets),
        f"{leverage}x {mode}",
        f"allocation {allocation}%",
        f"equity {equity}",
        f"tf {frame}",
        f"closes {closes}",
        *([f"weights {WEIGHTS[adds + 1]}"] if weighted else []),
    ]
    rules = tuple(draw(st.sampled_from(RULES)) for _ in range(exits))
    shuffled = tuple(draw(st.permutations(parts)))
    return Line(shuffled, rules, side, prices, stop, targets, leverage, allocation, equity, frame, mode, weighted)


@given(lines())
def test_a_plan_written_as_a_line_reads_back_the_same(line: Line) -> None:
    """Every number of the line is in the draft, whatever the order of the parts, and nothing is wrong with it."""
    draft = read_signal(" ".join(line.parts) + "\nrules " + " / ".join(line.rules))
    assert draft.problems == ()
    assert (draft.side, draft.stop, draft.leverage) == (line.side, line.stop, line.leverage)
    assert (draft.allocation_pct, draft.equity) == (line.allocation, line.equity)
    assert (draft.timeframe, draft.margin_mode) == (line.frame, line.mode)
    assert tuple(entry.price for entry in draft.entries) == line.prices
    assert tuple(target.price for target in draft.targets) == line.targets
    assert tuple(rule_in_words(target.stop_rule) for target in draft.targets) == line.rules
    assert "/".join(f"{target.close_pct:f}" for target in draft.targets) == CLOSES[len(line.targets)]
    weights = "/".join(f"{tier.weight_pct:f}" for tier in draft.tiers)
    assert not line.weighted or weights == WEIGHTS[len(line.prices)]


@given(lines())
def test_later_tiers_of_a_single_entry_come_before_the_first_target(line: Line) -> None:
    """However near the first target is, every favourable move ends before it."""
    draft = read_signal(f"{line.side} btc {line.prices[0]:f} sl {line.stop:f} tp {line.targets[-1]:f}", line.prices[0])
    first, *later = (tier.trigger for tier in draft.tiers)
    assert isinstance(first, PriceTrigger)
    assert len(later) == 3
    for trigger in later:
        assert isinstance(trigger, MoveTrigger)
        assert trigger.pct > 0
        reached = first.level * (1 + line.side.sign * trigger.pct / 100)
        assert line.side.sign * (line.targets[-1] - reached) > 0


def test_the_order_of_a_lines_parts_is_free() -> None:
    """The same parts in a hundred orders are the same plan."""
    parts = ["long btc 60000", "sl 59000", "tp 61k 62.5k 64k", "10x", "allocation 5%"]
    whole, random = read_signal(" ".join(parts)), Random(3)
    for _ in range(100):
        random.shuffle(parts)
        draft = read_signal(" ".join(parts))
        assert sorted(draft.assumed) == sorted(whole.assumed)
        assert replace(draft, assumed=whole.assumed) == whole
