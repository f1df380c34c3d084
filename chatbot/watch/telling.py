"""How it is logged that something broke in the background: as an error, unless it is the database that went away.

A database that is away is waited for, and what was not done is done again: that is to be known, and is no fault.
"""

from __future__ import annotations

from typing import Any

import structlog

from chatbot.breakage import described
from chatbot.ports import DatabaseLost

log = structlog.get_logger(__name__)


def tell_broken(event: str, error: BaseException, **about: Any) -> None:
    """One line, of fixed words and without those of the error."""
    tell = log.warning if isinstance(error, DatabaseLost) else log.error
    tell(event, **about, error=described(error))
