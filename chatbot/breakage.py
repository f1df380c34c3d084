"""What may be said in a log about an unexpected error: its kind and place, never its words.

Messages of errors carry what was being worked on: SQL parameters, addresses with the bot's token, people's texts.
"""

from __future__ import annotations

from traceback import extract_tb


def described(error: BaseException) -> str:
    """`OperationalError at outbox.py:120`; of a group, each of its errors."""
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(described(each) for each in error.exceptions)
    frames = extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place
