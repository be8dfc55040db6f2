"""What is kept in memory of each referral of an entity, and the tabs under which it stands."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from attention_point.foundation import clock
from attention_point.referrals import rules
from attention_point.referrals.clocks import find_due_day
from attention_point.referrals.queries import DecryptedReferral, ListedReferral

WAITING, ACCEPTED, ANSWERED = "waiting", "accepted", "answered"
# What an entity has to do first stands first.
STATES_OF_TAB = {WAITING: rules.WAITING_STATES, ACCEPTED: ("accepted",), ANSWERED: rules.ANSWERED_STATES}
TAB_OF_STATE = {state: tab for tab, states in STATES_OF_TAB.items() for state in states}


class Entry(NamedTuple):
    """One referral in an entity's list. Nothing in it says who the person is.

    ``is_first``: urgent or mandatory, so that it stands on top. ``restricted`` is None for a damaged one: nobody knows.
    ``due_on``: the last day for what the entity owes next.
    """

    id: UUID
    state: str
    service: str
    is_first: bool
    restricted: bool | None
    came_on: date
    due_on: date | None

    @property
    def tab(self) -> str:
        """The tab under which it stands."""
        return TAB_OF_STATE[self.state]

    @property
    def sort_key(self) -> int:
        """Its place under its tab: urgent and mandatory ones first, then by the time in the id, oldest first."""
        return self.id.int if self.is_first and self.tab != ANSWERED else _AFTER_FIRST | self.id.int

    def is_late(self, today: date) -> bool:
        """Whether the entity owed something by an earlier day."""
        return self.due_on is not None and self.due_on < today

    def stands_in(self, *, restricted: bool) -> bool:
        """Whether it stands in the ordinary lists, or in the restricted ones; a damaged one in both."""
        return self.restricted is None or self.restricted is restricted


_AFTER_FIRST = 1 << 128  # ids have 128 bits


def build_entry(referral: ListedReferral) -> Entry:
    """The entry of a referral as it is now."""
    came_on = clock.local_day(referral.created_at)
    due_on = find_due_day(referral)
    if not isinstance(referral, DecryptedReferral):
        return Entry(referral.id, referral.state, "", False, None, came_on, due_on)
    return Entry(
        referral.id,
        referral.state,
        referral.service,
        referral.urgent or referral.mandatory,
        referral.restricted,
        clock.local_day(referral.waiting_since),
        due_on,
    )
