"""What is said of limits, invites and everything held about a person: with numbers, and how to go on."""

from __future__ import annotations

from chatbot.messages import inviting, limits, privacy
from chatbot.messages.values import Press, Verb
from tests.messages.trading import message_text

NOON = 1_700_000_000_000


def test_limits_name_the_number_and_the_way_on() -> None:
    """What was refused is kept, or has to be said again."""
    assert limits.too_many_plans(20).startswith("20 at a time is the limit here")
    assert "it is kept as it stands" in limits.too_many_plans(20)
    assert "17 levels, and 15 a plan" in limits.too_many_levels(17, 15)
    assert "more than 20 messages within a minute" in limits.too_fast(20).text
    assert "hidden characters" in limits.turned_around().text
    assert limits.private_chats_only("https://t.me/b").text.endswith("https://t.me/b")
    assert len(limits.TOO_MANY_TAPS) <= 200


def test_an_invitation_is_shown_with_its_end_and_the_others() -> None:
    """Its time in UTC, how many links are open besides, and how to take all back."""
    alone = inviting.invitation("https://t.me/b?start=a&b", NOON, 0).text
    assert "https://t.me/b?start=a&amp;b" in alone
    assert "UTC" in alone
    assert "still open" not in alone
    assert "1 link made before is still open" in inviting.invitation("x", NOON, 1).text
    assert "2 links made before are still open" in inviting.invitation("x", NOON, 2).text
    assert "/invite revoke" in alone


def test_what_links_can_not_do_is_said() -> None:
    """Each in one sentence with its reason."""
    assert inviting.revoked(0).text == "No link was open."
    assert inviting.revoked(1).text.startswith("1 link revoked")
    assert "Only the owner" in inviting.owner_only().text
    assert inviting.no_use(named=True).text.startswith("TIERWISE_ALLOWED_USERS")
    assert inviting.no_use(named=False).text.startswith("TIERWISE_OPEN")
    assert "/invite revoke" in inviting.expected().text
    assert "worthless" in inviting.not_shown().text


def test_forgetting_is_asked_with_what_is_lost() -> None:
    """Open plans are named, and the only button carries until when it counts."""
    message = privacy.asks_to_forget(2, NOON)
    assert "2 plans are open: nobody watches the stop" in message.text
    assert "1 plan is open" in privacy.asks_to_forget(1, NOON).text
    assert "nobody watches" not in privacy.asks_to_forget(0, NOON).text
    ((button,),) = message.keyboard
    assert button.press == Press(Verb.FORGET, version=NOON // 1_000)
    assert "Delete everything" in message_text(message)
    assert len(privacy.FORGOTTEN) <= 200
    assert "/export" in privacy.not_sent().text
