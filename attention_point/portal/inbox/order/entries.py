"""What is kept in memory of each referral of an entity, and the tabs under which it stands."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from attention_point.foundation import clock
from attention_point.referrals import rules
from attention_point.referrals.clocks import find_due_day
from attention_point.referrals.decrypted_referrals import DecryptedReferral, ListedReferral

WAITING, ACCEPTED, ANSWERED = "waiting", "accepted", "answered"
# What an entity has to do first stands first.
STATES_OF_TAB = {WAITING: rules.WAITING_STATES, ACCEPTED: ("accepted",), ANSWERED: rules.ANSWERED_STATES}
TAB_OF_STATE = {state: tab for tab, states in STATES_OF_TAB.items() for state in states}


class Entry(NamedTuple):
    """One referral in an entity's list. Nothing in it says who the person is.

    ``is_first``: urgent or mandatory, so that it stands on top. ``restricted`` is None for a damaged one: nobody knows.
    ``came_at``: when it came to the entity, in milliseconds since 1970. ``due_on``: the last day for what it owes next.
    """

    id: UUID
    state: str
    service: str
    is_first: bool
    restricted: bool | None
    came_at: int
    came_on: date
    due_on: date | None

    @property
    def tab(self) -> str:
        """The tab under which it stands."""
        return TAB_OF_STATE[self.state]

    @property
    def sort_key(self) -> int:
        """Its place under its tab: urgent and mandatory ones first, then by when it came, oldest first."""
        is_on_top = self.is_first and self.tab != ANSWERED
        return build_sort_key(self.came_at, self.id, is_on_top=is_on_top)

    def is_late(self, today: date) -> bool:
        """Whether the entity owed something by an earlier day."""
        return self.due_on is not None and self.due_on < today

    def stands_in(self, *, restricted: bool) -> bool:
        """Whether it stands in the ordinary lists, or in the restricted ones; a damaged one in both."""
        return self.restricted is None or self.restricted is restricted


# A sort key has 128 bits for the id, 56 above for the moment, and one above for those that do not stand on top.
ID_BITS, _MOMENT_BITS = 128, 56
AFTER_FIRST = 1 << (ID_BITS + _MOMENT_BITS)


def build_sort_key(came_at: int, referral: UUID, *, is_on_top: bool) -> int:
    """The sort key of a referral that came at a moment, in milliseconds."""
    return (0 if is_on_top else AFTER_FIRST) | came_at << ID_BITS | referral.int


def read_sort_key(key: int) -> UUID:
    """The id in a sort key."""
    return UUID(int=key & ((1 << ID_BITS) - 1))


def build_entry(referral: ListedReferral) -> Entry:
    """The entry of a referral as it is now."""
    came_at = referral.waiting_since if isinstance(referral, DecryptedReferral) else referral.created_at
    moment, day, due_on = int(came_at.timestamp() * 1000), clock.local_day(came_at), find_due_day(referral)
    if not isinstance(referral, DecryptedReferral):
        return Entry(referral.id, referral.state, "", False, None, moment, day, due_on)
    return Entry(
        referral.id,
        referral.state,
        referral.service,
        referral.urgent or referral.mandatory,
        referral.restricted,
        moment,
        day,
        due_on,
    )
