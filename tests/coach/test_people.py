"""People who come back: what waited for them leaves at once."""

from __future__ import annotations

from dataclasses import replace

from chatbot.coach.people import People
from tests.coach.office import SAM, Office


def test_who_writes_again_gets_what_waited(office: Office) -> None:
    """While the bot is blocked nothing leaves; a word from them, and the sender is woken to send it all."""
    office.arm()
    office.enter("60000")
    with office.units() as unit:
        unit.users.pause(SAM.chat_id, paused=True)
    assert office.price("58990") == ""
    woken: list[bool] = []
    office.desk.on_messages = lambda: woken.append(True)
    with office.desk.work() as work:
        here = People(office.desk).admit(work, SAM.user_id, SAM.chat_id)
    assert here == replace(SAM, paused=False)
    assert woken
    assert "Exit now" in office.read()
