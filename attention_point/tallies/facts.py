"""The facts of a visit and of a referral that are counted, and the cells of a table to which each adds one.

A cell is its codes joined by ``|``. ``NOT_GIVEN`` stands where nothing was said.
"""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from attention_point.dates import PeriodKind

NOT_GIVEN = "not_given"  # nothing was said; "NA" would be Namibia, "unknown" is an answer to some questions

Cells = tuple[str, ...]

# The Colombian life course (Ley 1622 de 2013, Ley 1098 de 2006). Only one scheme is ever published: two side by side
# would give single years of age away.
AGE_BANDS = ((5, "0-5"), (11, "6-11"), (17, "12-17"), (28, "18-28"), (59, "29-59"))
OLDEST_AGE_BAND = "60+"

# Upper ends of waiting times, in minutes, and of times to the first answer, in days; both included.
WAIT_BANDS = ((15, "0-15"), (30, "16-30"), (60, "31-60"), (120, "61-120"))
LONGEST_WAIT_BAND = "121+"
ANSWER_TIME_BANDS = ((0, "0"), (1, "1"), (3, "2-3"), (7, "4-7"), (15, "8-15"), (30, "16-30"))
LONGEST_ANSWER_BAND = "31+"

ASKED_FOR_MONEY = "asked_for_money"  # stands beside what became of the referral, in a cell of its own

LONGER_PERIODS: tuple[PeriodKind, ...] = ("quarter", "year")
"""The periods in which a person counts once, beside the month."""

NO_PERSON_FACTS: Mapping[str, Any] = MappingProxyType({})


class Repeats(NamedTuple):
    """What a visit counts anew in its month and had been counted in a longer period before."""

    person: bool = False
    needs: tuple[str, ...] = ()
    vulnerabilities: tuple[str, ...] = ()


class VisitFacts(NamedTuple):
    """The facts of a visit that are counted. ``day`` and ``hour`` are local to the point.

    ``person`` holds the counted attributes (``person_fields.py``) by name, as they count in this month: those of the
    first visit of the month, also on a later one. The age is in whole years, documents are a tuple of types, disability
    is a bool or None.

    ``first_this_month`` marks the visit by which the person is counted in the month. ``new_needs`` and
    ``new_vulnerabilities`` were not yet counted for this person in this month. ``repeats`` says what of that had been
    counted in the quarter and in the year before; it is None in what earlier versions of the program recorded. ``wait``
    is the number of minutes from the arrival to the attention.
    """

    point: str
    day: date
    hour: int
    first_ever: bool = False
    first_this_month: bool = False
    new_needs: tuple[str, ...] = ()
    new_vulnerabilities: tuple[str, ...] = ()
    person: Mapping[str, Any] = NO_PERSON_FACTS
    needs: tuple[str, ...] = ()
    vulnerabilities: tuple[str, ...] = ()
    accompanied_by: str | None = None
    wait: int | None = None
    repeats: Mapping[PeriodKind, Repeats] | None = None


class ReferralFacts(NamedTuple):
    """The facts of a referral that are counted. ``day`` is the day on which the visit that made it counts.

    ``answered_in`` is the number of whole days from the referral to the first answer; None while there is none.
    ``opened_in`` is the same until the entity opened it, or answered it unopened. ``person_outcome`` is what the person
    says became of it, and ``asked_for_money`` that somebody asked her for money there.
    """

    point: str
    day: date
    entity: str
    service: str
    state: str
    answered_in: int | None = None
    opened_in: int | None = None
    person_outcome: str | None = None
    asked_for_money: bool = False


def _find_band(value: int, bands: tuple[tuple[int, str], ...], last_band: str) -> str:
    return next((band for upper_end, band in bands if value <= upper_end), last_band)


def classify_age(age: int | None) -> str:
    """Return the band of an age in whole years."""
    return NOT_GIVEN if age is None else _find_band(age, AGE_BANDS, OLDEST_AGE_BAND)


def convert_to_repeat(facts: VisitFacts, kind: PeriodKind) -> VisitFacts:
    """Return a visit as the tables of people would count it, were only its repeats in a longer period new."""
    # The same builders count both, so that a repeat always stands in the cell from which it is subtracted.
    repeats = (facts.repeats or {}).get(kind, Repeats())
    return facts._replace(
        first_this_month=repeats.person, new_needs=repeats.needs, new_vulnerabilities=repeats.vulnerabilities
    )


def count_by(field: str) -> Callable[[VisitFacts], Cells]:
    """Return a function that builds the cell of a person by one field of the facts."""

    def build_person_cells(facts: VisitFacts) -> Cells:
        if not facts.first_this_month:
            return ()
        value = facts.person.get(field)
        return (NOT_GIVEN if value is None else str(value),)

    return build_person_cells


def build_day_cells(facts: VisitFacts) -> Cells:
    return (facts.day.isoformat(),)


def build_person_day_cells(facts: VisitFacts) -> Cells:
    return build_day_cells(facts) if facts.first_this_month else ()


def build_hour_cells(facts: VisitFacts) -> Cells:
    return (f"{facts.hour:02d}",)


def build_person_hour_cells(facts: VisitFacts) -> Cells:
    return build_hour_cells(facts) if facts.first_this_month else ()


def build_first_time_cells(facts: VisitFacts) -> Cells:
    return ("first" if facts.first_ever else "again",) if facts.first_this_month else ()


def build_sex_age_cells(facts: VisitFacts) -> Cells:
    return (_join_sex_and_age(facts),) if facts.first_this_month else ()


def _join_sex_and_age(facts: VisitFacts) -> str:
    return f"{_get_code(facts, 'sex')}|{classify_age(facts.person.get('age'))}"


def _get_code(facts: VisitFacts, field: str) -> str:
    return facts.person.get(field) or NOT_GIVEN


def build_status_cells(facts: VisitFacts) -> Cells:
    return (f"{_get_code(facts, 'nationality')}|{_get_code(facts, 'status')}",) if facts.first_this_month else ()


def build_document_cells(facts: VisitFacts) -> Cells:
    # Without a document there is a code for it in the list; an empty tuple is a question that was not asked.
    return (facts.person.get("documents") or (NOT_GIVEN,)) if facts.first_this_month else ()


def build_disability_cells(facts: VisitFacts) -> Cells:
    if not facts.first_this_month:
        return ()
    disability = facts.person.get("disability")
    return (NOT_GIVEN if disability is None else "yes" if disability else "no",)


# A later visit of the month adds what it says for the first time: somebody who came for papers and then for violence
# stands among the people with either need, once each.
def build_vulnerability_cells(facts: VisitFacts) -> Cells:
    return tuple(f"{vulnerability}|{_get_code(facts, 'sex')}" for vulnerability in facts.new_vulnerabilities)


def build_need_cells(facts: VisitFacts) -> Cells:
    return tuple(f"{need}|{_join_sex_and_age(facts)}" for need in facts.new_needs)


def build_wait_cells(facts: VisitFacts) -> Cells:
    return (NOT_GIVEN if facts.wait is None else _find_band(facts.wait, WAIT_BANDS, LONGEST_WAIT_BAND),)


def build_outcome_cells(facts: ReferralFacts) -> Cells:
    return (f"{facts.entity}|{facts.service}|{facts.state}",)


def build_answer_time_cells(facts: ReferralFacts) -> Cells:
    days = facts.answered_in
    return () if days is None else (_find_band(days, ANSWER_TIME_BANDS, LONGEST_ANSWER_BAND),)


def build_entity_answer_cells(facts: ReferralFacts) -> Cells:
    return tuple(f"{facts.entity}|{band}" for band in build_answer_time_cells(facts))


def build_opening_cells(facts: ReferralFacts) -> Cells:
    days = facts.opened_in
    return () if days is None else (f"{facts.entity}|{_find_band(days, ANSWER_TIME_BANDS, LONGEST_ANSWER_BAND)}",)


def build_person_outcome_cells(facts: ReferralFacts) -> Cells:
    codes = (facts.person_outcome, ASKED_FOR_MONEY if facts.asked_for_money else None)
    return tuple(f"{facts.entity}|{code}" for code in codes if code)
