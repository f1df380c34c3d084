"""What every store of watermarks promises."""

from __future__ import annotations

from chatbot.core.market import Market
from chatbot.core.plan import TriggerPrice
from chatbot.ports import Units

LAST = Market("binanceusdm", "BTC/USDT:USDT", TriggerPrice.LAST)
MARK = Market("binanceusdm", "BTC/USDT:USDT", TriggerPrice.MARK)
OTHER = Market("bybit", "BTC/USDT:USDT", TriggerPrice.LAST)
MOMENT = 1_700_000_000_000


def test_a_market_nobody_watched_is_not_known(units: Units) -> None:
    """None, rather than a moment that was never reached."""
    with units() as unit:
        assert unit.watermarks.get(LAST) is None
        assert unit.watermarks.all() == {}


def test_each_market_and_each_of_its_prices_has_its_own(units: Units) -> None:
    """The last price of one exchange says nothing of its mark price, nor of another exchange."""
    kept = {LAST: MOMENT, MARK: MOMENT + 1, OTHER: MOMENT + 2}
    with units() as unit:
        for market, known_until in kept.items():
            unit.watermarks.put(market, known_until)
    with units() as unit:
        assert unit.watermarks.all() == kept
        assert [unit.watermarks.get(market) for market in kept] == list(kept.values())


def test_a_watermark_only_ever_moves_forward(units: Units) -> None:
    """An older moment, or the same one, changes nothing; a newer one does."""
    with units() as unit:
        for known_until in (MOMENT, MOMENT - 60_000, MOMENT, MOMENT + 60_000, 0):
            unit.watermarks.put(LAST, known_until)
        assert unit.watermarks.get(LAST) == MOMENT + 60_000


def test_a_watermark_that_is_dropped_begins_anew(units: Units) -> None:
    """Only that one, and then any moment is news; dropping what is not there is no error."""
    with units() as unit:
        unit.watermarks.put(LAST, MOMENT)
        unit.watermarks.put(MARK, MOMENT)
        unit.watermarks.drop(LAST)
        unit.watermarks.drop(LAST)
        assert unit.watermarks.all() == {MARK: MOMENT}
        unit.watermarks.put(LAST, MOMENT - 60_000)
        assert unit.watermarks.get(LAST) == MOMENT - 60_000
