"""How far the data of an entry can be relied on: who confirmed them is a fact that grows old."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal, Protocol

# After so many days data must be confirmed again. The office chose both numbers; no law names them.
REVIEW_DAYS = 180
# The office is warned so many days before the last day of an entry.
WARNING_DAYS = 60

Freshness = Literal["unconfirmed", "stale", "ending", "fresh"]
UNCONFIRMED: Freshness = "unconfirmed"
STALE: Freshness = "stale"
ENDING: Freshness = "ending"
FRESH: Freshness = "fresh"
# The worst first.
FRESHNESS: tuple[Freshness, ...] = (UNCONFIRMED, STALE, ENDING, FRESH)


class Confirmable(Protocol):
    """A row that somebody confirmed on a day, or nobody has."""

    @property
    def confirmed_on(self) -> date | None:
        """The day of the last confirmation."""

    @property
    def review_on(self) -> date | None:
        """The day by which it must be confirmed again."""

    @property
    def valid_to(self) -> date | None:
        """The last day."""


def find_freshness(row: Confirmable, today: date) -> Freshness:
    """How far a row can be relied on; the worst that can be said of it.

    ``unconfirmed``: nobody confirmed it. ``stale``: the day of its review has come, or 180 days have passed.
    ``ending``: its last day is at most 60 days away.
    """
    if row.confirmed_on is None:
        return UNCONFIRMED
    if today >= (row.review_on or find_review_day(row.confirmed_on)):
        return STALE
    return ENDING if is_ending(row.valid_to, today) else FRESH


def find_worst_freshness(rows: Iterable[Confirmable], today: date) -> Freshness:
    """The worst of several rows; ``unconfirmed`` where there is none, because then nothing is known."""
    return min((find_freshness(row, today) for row in rows), key=FRESHNESS.index, default=UNCONFIRMED)


def find_review_day(confirmed_on: date) -> date:
    """The day by which what was confirmed on a day must be confirmed again, if the office names none."""
    return confirmed_on + timedelta(days=REVIEW_DAYS)


def is_ending(valid_to: date | None, today: date) -> bool:
    """Whether a last day is today or at most 60 days away."""
    return valid_to is not None and timedelta(0) <= valid_to - today <= timedelta(days=WARNING_DAYS)
