"""What an entity's list is narrowed to, as it stands in the address: codes and days, nothing of a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from attention_point.foundation import clock
from attention_point.portal.inbox.order.entries import ANSWERED, STATES_OF_TAB, TAB_OF_STATE, WAITING, Entry

LATE = "late"
# How long ago a referral came, in days: the first and the last of each span.
SPANS = {"today": (0, 0), "days-1-3": (1, 3), "days-4-7": (4, 7), "days-8-30": (8, 30), "days-31": (31, 100_000)}


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """A tab, and within it one service, one state, how long ago, one day; None where it is not narrowed.

    ``came``: ``late`` or a key of ``SPANS``. ``restricted``: the confidential ones alone, which no other list shows.
    """

    tab: str = WAITING
    restricted: bool = False
    service: str | None = None
    state: str | None = None
    came: str | None = None
    day: date | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether something else than the tab is chosen."""
        return bool(self.service or self.state or self.came or self.day)

    @property
    def states(self) -> tuple[str, ...]:
        """The states that the list shows."""
        return (self.state,) if self.state else tuple(STATES_OF_TAB[self.tab])

    @property
    def arguments(self) -> dict[str, Any]:
        """The filter as arguments of an address, each a text."""
        values = {
            "show": self.tab if self.tab != WAITING else None,
            "service": self.service,
            "state": self.state,
            "came": self.came,
            "day": self.day.isoformat() if self.day else None,
        }
        return {name: value for name, value in values.items() if value}

    def find_days(self, today: date) -> tuple[date, date] | None:
        """The first and the last day on which a referral of the list came; None for any."""
        if self.day:
            return self.day, self.day
        if self.came in SPANS:
            least, most = SPANS[self.came]
            first = today - timedelta(days=most) if most < 100_000 else date(2000, 1, 1)
            return first, today - timedelta(days=least)
        return None

    def accepts(self, entry: Entry, today: date) -> bool:
        """Whether the list shows an entry."""
        days = self.find_days(today)
        return (
            entry.state in self.states
            and entry.stands_in(restricted=self.restricted)
            and (self.service is None or entry.service == self.service)
            and (days is None or days[0] <= entry.came_on <= days[1])
            and (self.came != LATE or entry.is_late(today))
        )


def read_filter(arguments: Mapping[str, str], *, restricted: bool = False) -> InboxFilter:
    """The filter of an address. What is none is passed over."""
    state, came, show = arguments.get("state"), arguments.get("came"), arguments.get("show")
    if state and state not in TAB_OF_STATE:
        state = None
    if came and came not in SPANS and came != LATE:
        came = None
    tab = TAB_OF_STATE[state] if state else show if show in STATES_OF_TAB else WAITING
    return InboxFilter(
        tab=tab,
        restricted=restricted,
        service=(arguments.get("service") or "")[:40] or None,
        state=state or None,
        # What is answered owes nothing any more.
        came=None if tab == ANSWERED and came == LATE else came or None,
        day=_read_day(arguments.get("day")),
    )


def _read_day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day and date(2000, 1, 1) <= day <= clock.today() else None
