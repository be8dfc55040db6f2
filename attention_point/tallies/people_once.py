"""A person counts once a month, once a quarter and once a year: what was counted before, and what a visit adds to it.

Plain Python. The month is counted by its news: who came for the first time in it, and with which needs. A longer
period is counted by the months' news without the *repeats*, which had been counted in that period before. Whoever comes
for the first time in a year repeats nothing, so that counting quarters and years costs nothing then
(docs/decisions/0046).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from attention_point.dates import PERIOD_KINDS, Period, PeriodKind, find_period
from attention_point.tallies.facts import LONGER_PERIODS, Repeats, VisitFacts

Codes = tuple[str, ...]


class Counted(NamedTuple):
    """What somebody was counted with in a period. None for codes that nobody knows, so that none of them is new.

    ``person`` holds the facts by which the person is counted in a month, where they are known.
    """

    needs: Codes | None = ()
    vulnerabilities: Codes | None = ()
    person: Mapping[str, Any] | None = None


UNKNOWN = Counted(None, None)


@dataclass(slots=True)
class PersonCounts:
    """As what one person was counted in which periods. ``latest`` are those after which nothing was counted.

    Of periods before the latest ones it may know nothing: ``find_unknown`` tells which must be read.
    """

    periods: dict[Period, Counted] = field(default_factory=dict)

    @property
    def latest_periods(self) -> dict[PeriodKind, Period]:
        """The last period of each kind in which the person was counted."""
        # Periods of one kind are ordered by their first day.
        return {period.kind: period for period in sorted(self.periods)}

    def find_unknown(self, day: date) -> Period | None:
        """The longest period of a day that must be read before somebody is counted on it; None where all is known."""
        latest = self.latest_periods
        unknown = [
            period
            for kind in PERIOD_KINDS
            if (period := find_period(kind, day)) not in self.periods and kind in latest and period < latest[kind]
        ]
        return unknown[-1] if unknown else None

    def count_visit(self, stated: VisitFacts, *, is_first_ever: bool) -> VisitFacts:
        """The facts of a visit as they count after what was counted before. It does not count them."""
        before = self.periods.get(find_period("month", stated.day))
        counted = stated._replace(
            first_ever=is_first_ever,
            first_this_month=before is None,
            new_needs=_select_new(stated.needs, before.needs if before else ()),
            new_vulnerabilities=_select_new(stated.vulnerabilities, before.vulnerabilities if before else ()),
            # As the month's first visit stated it: an age that changes within the month would
            # move the person to another cell.
            person=before.person if before and before.person is not None else stated.person,
        )
        return counted._replace(repeats=self.find_repeats(counted))

    def find_repeats(self, counted: VisitFacts) -> dict[PeriodKind, Repeats]:
        """What of a visit's news in the month was counted in the quarter and in the year before."""
        repeats: dict[PeriodKind, Repeats] = {}
        for kind in LONGER_PERIODS:
            before = self.periods.get(find_period(kind, counted.day))
            # Nobody who comes for the first time in the year repeats anything, so that most visits store nothing more.
            if before is not None:
                repeated = Repeats(
                    counted.first_this_month,
                    _select_repeated(counted.new_needs, before.needs),
                    _select_repeated(counted.new_vulnerabilities, before.vulnerabilities),
                )
                if any(repeated):
                    repeats[kind] = repeated
        return repeats

    def add_visit(self, counted: VisitFacts) -> None:
        """Keep what a visit was counted as."""
        for kind in PERIOD_KINDS:
            period = find_period(kind, counted.day)
            before = self.periods.get(period, Counted())
            self.periods[period] = Counted(
                _join_codes(before.needs, counted.new_needs),
                _join_codes(before.vulnerabilities, counted.new_vulnerabilities),
                before.person or (counted.person if kind == "month" and counted.first_this_month else None),
            )

    def add_unknown(self, day: date) -> None:
        """Keep that a visit of a day counts somehow: its record does not open. Never is anybody counted twice."""
        for kind in PERIOD_KINDS:
            period = find_period(kind, day)
            person = self.periods[period].person if period in self.periods else None
            self.periods[period] = UNKNOWN._replace(person=person)


def complete_repeats(facts_of_person: Iterable[VisitFacts]) -> list[VisitFacts]:
    """The visits of one person, in the order in which they were received, with the repeats that earlier versions of the
    program did not keep.
    """
    counts = PersonCounts()
    completed: list[VisitFacts] = []
    for facts in facts_of_person:
        completed.append(facts if facts.repeats is not None else facts._replace(repeats=counts.find_repeats(facts)))
        counts.add_visit(facts)
    return completed


def _select_new(codes: Codes, before: Codes | None) -> Codes:
    # Unknown before: then nothing is new, so that nobody is ever counted twice (decision 46).
    return () if before is None else tuple(code for code in codes if code not in before)


def _select_repeated(new_codes: Codes, before: Codes | None) -> Codes:
    return new_codes if before is None else tuple(code for code in new_codes if code in before)


def _join_codes(before: Codes | None, new_codes: Codes) -> Codes | None:
    return None if before is None else (*before, *(code for code in new_codes if code not in before))
