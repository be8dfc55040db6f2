"""What counting knows of a visit and of a referral, and the cells of a table to which each adds one.

A cell is its codes joined by ``|``; "not given" stands where nothing was said.
"""

from collections.abc import Callable
from datetime import date
from operator import attrgetter
from typing import NamedTuple

NOT_GIVEN = "not_given"  # nothing was said; "NA" would be Namibia, "unknown" is an answer to some questions

Cells = tuple[str, ...]

# The Colombian life course (Ley 1622 de 2013, Ley 1098 de 2006). Only one scheme is ever published: two side by side
# would give single years of age away.
AGE_BANDS = ((5, "0-5"), (11, "6-11"), (17, "12-17"), (28, "18-28"), (59, "29-59"))
OLDEST_BAND = "60+"

# Upper ends of waiting times, in minutes, and of times to the first answer, in days; both included.
WAITS = ((15, "0-15"), (30, "16-30"), (60, "31-60"), (120, "61-120"))
LONGEST_WAIT = "121+"
ANSWER_TIMES = ((0, "0"), (1, "1"), (3, "2-3"), (7, "4-7"), (15, "8-15"), (30, "16-30"))
LONGEST_ANSWER = "31+"


class VisitFacts(NamedTuple):
    """What counting needs to know of a visit. ``day`` and ``hour`` are the point's; codes are those of the code lists.

    A person's particulars are those by which it is counted in its month: of a later visit those of the first.

    ``first_this_month``: the visit by which the person is counted in its month. ``new_needs`` and
    ``new_vulnerabilities``: those not yet counted for this person in this month. ``wait``: minutes from the arrival to
    the attention.
    """

    point: str
    day: date
    hour: int
    first_ever: bool = False
    first_this_month: bool = False
    new_needs: tuple[str, ...] = ()
    new_vulnerabilities: tuple[str, ...] = ()
    sex: str | None = None
    age: int | None = None
    population: str | None = None
    nationality: str | None = None
    status: str | None = None
    documents: tuple[str, ...] = ()
    origin: str | None = None
    municipality: str | None = None
    intention: str | None = None
    education: int | str | None = None
    ethnicity: int | str | None = None
    gender: str | None = None
    disability: bool | None = None
    needs: tuple[str, ...] = ()
    vulnerabilities: tuple[str, ...] = ()
    accompanied_by: str | None = None
    wait: int | None = None


class ReferralFacts(NamedTuple):
    """What counting needs to know of a referral. ``day`` is the day on which the visit that made it counts.

    ``answered_in``: whole days from the referral to the entity's first answer; None while there is none.
    """

    point: str
    day: date
    entity: str
    service: str
    state: str
    answered_in: int | None = None


def _band(value: int, bands: tuple[tuple[int, str], ...], beyond: str) -> str:
    return next((band for last, band in bands if value <= last), beyond)


def age_band(age: int | None) -> str:
    """The band of an age in whole years."""
    return NOT_GIVEN if age is None else _band(age, AGE_BANDS, OLDEST_BAND)


def as_if_first(again: VisitFacts) -> VisitFacts:
    """A return as the tables of people would count it: by what they have counted of the person already."""
    return again._replace(
        first_this_month=True,
        new_needs=tuple(need for need in again.needs if need not in again.new_needs),
        new_vulnerabilities=tuple(each for each in again.vulnerabilities if each not in again.new_vulnerabilities),
    )


def person_by(field: str) -> Callable[[VisitFacts], Cells]:
    value_of = attrgetter(field)

    def cells(facts: VisitFacts) -> Cells:
        if not facts.first_this_month:
            return ()
        value = value_of(facts)
        return (NOT_GIVEN if value is None else str(value),)

    return cells


def day_cells(facts: VisitFacts) -> Cells:
    return (facts.day.isoformat(),)


def person_day_cells(facts: VisitFacts) -> Cells:
    return (facts.day.isoformat(),) if facts.first_this_month else ()


def hour_cells(facts: VisitFacts) -> Cells:
    return (f"{facts.hour:02d}",)


def person_hour_cells(facts: VisitFacts) -> Cells:
    return (f"{facts.hour:02d}",) if facts.first_this_month else ()


def first_time_cells(facts: VisitFacts) -> Cells:
    return ("first" if facts.first_ever else "again",) if facts.first_this_month else ()


def sex_age_cells(facts: VisitFacts) -> Cells:
    return (f"{facts.sex or NOT_GIVEN}|{age_band(facts.age)}",) if facts.first_this_month else ()


def nationality_status_cells(facts: VisitFacts) -> Cells:
    return (f"{facts.nationality or NOT_GIVEN}|{facts.status or NOT_GIVEN}",) if facts.first_this_month else ()


def documents_cells(facts: VisitFacts) -> Cells:
    return (facts.documents or (NOT_GIVEN,)) if facts.first_this_month else ()


def disability_cells(facts: VisitFacts) -> Cells:
    if not facts.first_this_month:
        return ()
    return (NOT_GIVEN if facts.disability is None else "yes" if facts.disability else "no",)


def vulnerability_sex_cells(facts: VisitFacts) -> Cells:
    sex = facts.sex or NOT_GIVEN
    return tuple([f"{vulnerability}|{sex}" for vulnerability in facts.new_vulnerabilities])


def need_sex_age_cells(facts: VisitFacts) -> Cells:
    person = f"{facts.sex or NOT_GIVEN}|{age_band(facts.age)}"
    return tuple([f"{need}|{person}" for need in facts.new_needs])


def wait_cells(facts: VisitFacts) -> Cells:
    return (NOT_GIVEN if facts.wait is None else _band(facts.wait, WAITS, LONGEST_WAIT),)


def entity_service_state_cells(facts: ReferralFacts) -> Cells:
    return (f"{facts.entity}|{facts.service}|{facts.state}",)


def answer_time_cells(facts: ReferralFacts) -> Cells:
    return () if facts.answered_in is None else (_band(facts.answered_in, ANSWER_TIMES, LONGEST_ANSWER),)
