"""What every store of invites promises."""

from __future__ import annotations

from dataclasses import replace

from chatbot.ports import Units
from chatbot.records import Invite

ONE = Invite("one", 7, 1_000, 5_000)


def test_an_invite_is_used_once(units: Units) -> None:
    """The first who comes with it is let in, the second is not."""
    with units() as unit:
        unit.invites.put(ONE)
    with units() as unit:
        assert unit.invites.take("one", 2_000)
    with units() as unit:
        assert not unit.invites.take("one", 2_000)


def test_an_invite_expires(units: Units) -> None:
    """At its end it is worth nothing any more, and is not counted among the open ones."""
    with units() as unit:
        unit.invites.put(ONE)
        assert unit.invites.open_of(7, 4_999) == [ONE]
        assert unit.invites.open_of(7, 5_000) == []
        assert not unit.invites.take("one", 5_000)


def test_a_made_up_invite_lets_nobody_in(units: Units) -> None:
    """Nor does it use up one that is open."""
    with units() as unit:
        unit.invites.put(ONE)
        assert not unit.invites.take("other", 2_000)
        assert unit.invites.open_of(7, 2_000) == [ONE]


def test_invites_are_revoked_one_or_all_and_only_ones_own(units: Units) -> None:
    """What one user takes back leaves another's open."""
    two, foreign = replace(ONE, digest="two", created_at=1_001), replace(ONE, digest="foreign", created_by=8)
    with units() as unit:
        for invite in (two, ONE, foreign, replace(ONE, digest="three")):
            unit.invites.put(invite)
        assert unit.invites.revoke(7, "three") == 1
        assert unit.invites.revoke(7, "foreign") == 0
        assert unit.invites.open_of(7, 2_000) == [ONE, two]
        assert unit.invites.revoke(7) == 2
        assert unit.invites.open_of(8, 2_000) == [foreign]


def test_expired_invites_are_forgotten(units: Units) -> None:
    """Tidying leaves the open ones."""
    later = replace(ONE, digest="later", expires_at=9_000)
    with units() as unit:
        unit.invites.put(ONE)
        unit.invites.put(later)
        unit.invites.tidy(5_000)
        assert unit.invites.open_of(7, 0) == [later]
