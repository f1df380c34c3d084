"""The plan's timeframe, and the pause between adds that goes with the market's volatility there."""

from __future__ import annotations

from typing import Final

from chatbot.coach.answers import DialogView, Entered, entered, market_of
from chatbot.coach.steps.asking import Ask, Asking, Choice
from chatbot.coach.stored import Answers
from chatbot.core.reading import cleaned, timeframe
from chatbot.core.timeframes import Timeframe

FRAMES: Final = (Timeframe.M5, Timeframe.M15, Timeframe.H1, Timeframe.H4)


def paced(view: DialogView, answers: Answers) -> Answers:
    """The answers with the pause the volatility of their market asks for, until the user chose one.

    Nothing changes while there are no tiers, or no chart says what the volatility is.
    """
    given = entered(answers)
    preset = view.outlook.on(market_of(answers)).preset
    if preset is None or given.pause_chosen or not given.weights:
        return answers
    return {**answers, "pause": str(preset.pause_minutes)}


def pause_words(minutes: int) -> str:
    """`15 min`, `4 h`."""
    return f"{minutes // 60}\u00a0h" if minutes % 60 == 0 and minutes else f"{minutes}\u00a0min"


def ask_timeframe(_view: DialogView, given: Entered) -> Ask:
    return Ask(
        "Which candles does the plan look at?",
        f"Now: {given.timeframe.value}. Used for the chart and its ATR, and where a trigger names no timeframe.",
        (tuple(Choice(frame.value, frame.value) for frame in FRAMES),),
    )


def read_timeframe(_view: DialogView, _given: Entered, text: str) -> Answers:
    """`1h`, `timeframe 1h`; triggers that were answered keep theirs."""
    words = cleaned(text)
    named = words.casefold().startswith(("timeframe ", "tf "))
    frame = timeframe(words.partition(" ")[2] if named else text)
    return {"timeframe": frame.value}


TIMEFRAME_STEP: Final = Asking(
    0,
    "Type 15m, 1h, 4h and so on; at every other question timeframe 1h does the same. Triggers you already named keep "
    "their timeframe.",
    ask_timeframe,
    read_timeframe,
)
