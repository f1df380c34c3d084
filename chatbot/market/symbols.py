"""Which contract a person means: the many ways to write a symbol, and what comes near a wrong one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from chatbot.core.market import Instrument, Refused, Resolution, Unknown, Unsuitable
from chatbot.market.instruments import Catalogue, RefusedMarket

QUOTES: Final = ("USDT", "USDC")
LONGEST_NAME: Final = 40
SUGGESTIONS: Final = 3
PERPETUAL_WORD: Final = re.compile(r"(?<=\w)[\s/_\-.]*(?:PERPETUAL|PERP|SWAP|\.P)$")
SPOT_WORD: Final = re.compile(r"^SPOT\b\W*|\W+SPOT$")
DATED_SHAPE: Final = re.compile(r"[-_]\d{6}$")
INVERSE_SHAPE: Final = re.compile(r"^(\w+)/\w+:\1$")
MULTIPLIER: Final = re.compile(r"^(?:10{3,}|1M)(?=\w)|(?<=[A-Z])10{3,}$")
NOT_A_NAME: Final = re.compile(r"[^0-9A-Z]")


def resolve(text: str, catalogue: Catalogue) -> Resolution:
    """The contract that is meant; exact names win over guesses, what is refused is refused with its reason."""
    written = cleaned(text)
    name = PERPETUAL_WORD.sub("", written)
    key = key_of(name)
    if not key or len(written) > LONGEST_NAME:
        return Unknown(text, ())
    return (
        exact(written, catalogue)
        or refused_by_shape(written, key, catalogue)
        or by_key(key, catalogue)
        or refused_by_key(key, catalogue)
        or Unknown(text, nearest(key, catalogue))
    )


def cleaned(text: str) -> str:
    """Upper case, without the marks people and charting sites put around a symbol."""
    name = " ".join(text.upper().split()).lstrip("#$@ ")
    return name.split(":", 1)[1] if ":" in name and "/" not in name else name


def key_of(name: str) -> str:
    """The letters and digits before the settlement currency."""
    return NOT_A_NAME.sub("", name.split(":", 1)[0])


def exact(written: str, catalogue: Catalogue) -> Instrument | Refused | None:
    """A market whose own name was written out."""
    for instrument in catalogue.instruments.values():
        if written in {instrument.symbol.upper(), instrument.market_id.upper()}:
            return instrument
    for market in catalogue.refused:
        if written in {market.symbol.upper(), market.market_id.upper()} and not shadowed(market, catalogue):
            return Refused(market.symbol, market.why, of_base(market.base, catalogue))
    return None


def shadowed(market: RefusedMarket, catalogue: Catalogue) -> bool:
    """A spot market gives way to the perpetual of the same pair: nobody types the settlement currency."""
    return market.why is Unsuitable.SPOT and by_key(key_of(market.symbol), catalogue) is not None


def refused_by_shape(written: str, key: str, catalogue: Catalogue) -> Refused | None:
    """A name that can only be a spot market, a dated or an inverse contract, whether or not it is in the list."""
    if SPOT_WORD.search(written):
        return Refused(written, Unsuitable.SPOT, of_base(base_of(key_of(SPOT_WORD.sub("", written))), catalogue))
    if DATED_SHAPE.search(written):
        return Refused(written, Unsuitable.DATED, of_base(base_of(key), catalogue))
    if INVERSE_SHAPE.match(written):
        return Refused(written, Unsuitable.INVERSE, of_base(base_of(key), catalogue))
    if key.endswith("USD") and by_key(key, catalogue) is None and (known := of_base(key[:-3], catalogue)):
        return Refused(written, Unsuitable.INVERSE, known)
    return None


def base_of(key: str) -> str:
    """The part of a pair before the currency it is quoted in; dates are dropped."""
    return re.sub(r"(?:USDT|USDC|USD)(?:\d{6})?$", "", key) or key


def by_key(key: str, catalogue: Catalogue) -> Instrument | None:
    """The best of the contracts that may be called that."""
    ranked = [
        (rank, quote_rank(instrument), instrument.symbol)
        for instrument in catalogue.instruments.values()
        for rank, names in enumerate(names_of(instrument))
        if key in names
    ]
    return catalogue.instruments[min(ranked)[2]] if ranked else None


def names_of(instrument: Instrument) -> tuple[frozenset[str], frozenset[str]]:
    """Its own names, and those without the multiplier that cheap coins are listed with."""
    own = key_of(instrument.base.upper())
    bare = MULTIPLIER.sub("", own)
    quote = instrument.quote.upper()
    return (
        frozenset({own, own + quote, key_of(instrument.market_id.upper())}),
        frozenset({bare, bare + quote}),
    )


def quote_rank(instrument: Instrument) -> int:
    """USDT before USDC before all else."""
    return QUOTES.index(instrument.quote) if instrument.quote in QUOTES else len(QUOTES)


def refused_by_key(key: str, catalogue: Catalogue) -> Refused | None:
    """A market that exists under that name and can't be used."""
    for market in catalogue.refused:
        if key in {key_of(market.symbol.upper()), key_of(market.market_id.upper()), market.base.upper()}:
            return Refused(market.symbol, market.why, of_base(market.base, catalogue))
    return None


def of_base(base: str, catalogue: Catalogue) -> tuple[str, ...]:
    """The usable contract on the same base, if there is one."""
    found = by_key(key_of(base.upper()), catalogue)
    return () if found is None else (found.symbol,)


def nearest(key: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Up to three symbols that look like what was written, the likeliest first."""
    symbols: dict[str, str] = {}
    for instrument in sorted(catalogue.instruments.values(), key=quote_rank):
        for name in sorted(frozenset().union(*names_of(instrument))):
            symbols.setdefault(name, instrument.symbol)
    return tuple(dict.fromkeys(symbols[name] for name in alike(key, symbols)))[:SUGGESTIONS]


def alike(key: str, names: dict[str, str]) -> Iterator[str]:
    """Names that begin with what was written, then those spelled nearly so, as a pair or as a base."""
    if len(key) > 1:
        yield from sorted((name for name in names if name.startswith(key)), key=len)
    for wanted in dict.fromkeys((key, base_of(key))):
        yield from get_close_matches(wanted, names, n=2 * SUGGESTIONS, cutoff=0.6)
