"""What is counted: the list of indicators, and the cells that one visit or one referral fills.

An indicator is one entry of ``INDICATORS``; ``docs/recipes/add-an-indicator.md`` shows how to add one. Counts are of
people, of attentions, of referrals or of their answers. A person is counted once a month: by the visit that says so.
Where somebody can stand in several cells of a dimension (needs, vulnerabilities, documents) the dimension is
*overlapping*: its cells do not add up to the people. An indicator with a ``source`` keeps no counts of its own: it sums
those of another over the dimensions that it does not have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Literal, NamedTuple

NOT_GIVEN = "not_given"  # nothing was said; "NA" would be Namibia, "unknown" is an answer to some questions

# (day, point, table, cell): a month's table stands on the first day of its month.
CellKey = tuple[date, str, str, str]
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

K = 5
K_RESTRICTED = 10
# Codes whose every cell falls under the stricter limit, whatever the table: violence, trafficking, disability, gender;
# and the entities to which hardly anybody is sent for anything else.
RESTRICTED = frozenset(
    {"VBG", "TRATA", "gender_violence", "trafficking", "disability", "lgbti", "fiscalia", "comisaria-familia"}
)
# What must not be told of a whole group: "all of them are …" (DOMAIN.md §5, G5). Codes that say nothing are left out.
SENSITIVE: Mapping[str, frozenset[str]] = {
    "status": frozenset({"irregular", "in_process", "asylum_seeker"}),
    "ethnicity": frozenset({"1", "2", "3", "4", "5"}),
    "gender": frozenset({"trans_man", "trans_woman", "other"}),
    "disability": frozenset({"yes"}),
    "vulnerability": RESTRICTED,
    "need": RESTRICTED,
}


class VisitFacts(NamedTuple):
    """What counting needs to know of a visit. ``day`` and ``hour`` are the point's; codes are those of the code lists.

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


@dataclass(frozen=True, slots=True)
class Indicator:
    """One table. ``cells`` says to which cells a visit (or a referral) adds one; a cell is its codes joined by ``|``.

    ``k``: the least count that is published. ``overlapping``: dimensions in which one person may fill several cells;
    ``covering``: those of them in which everybody fills at least one. ``source``: the table whose sums these are.
    ``nested``: the second dimension divides the first, code by code, and is added up within it only.
    """

    id: str
    title: str
    counts: Literal["people", "attentions", "referrals", "answers"]
    dimensions: tuple[str, ...]
    cells: Callable[[Any], Cells] | None = None
    grain: Literal["day", "month"] = "month"
    overlapping: tuple[str, ...] = ()
    covering: tuple[str, ...] = ()
    k: int = K
    source: str | None = None
    nested: bool = False


def N_(message: str) -> str:  # noqa: N802 - marks a message for the catalogues; rules import nothing of the foundation
    """The message, which is translated where it is shown."""
    return message


def _band(value: int, bands: tuple[tuple[int, str], ...], beyond: str) -> str:
    return next((band for last, band in bands if value <= last), beyond)


def age_band(age: int | None) -> str:
    """The band of an age in whole years."""
    return NOT_GIVEN if age is None else _band(age, AGE_BANDS, OLDEST_BAND)


def _person_by(field: str) -> Callable[[VisitFacts], Cells]:
    value_of = attrgetter(field)

    def cells(facts: VisitFacts) -> Cells:
        if not facts.first_this_month:
            return ()
        value = value_of(facts)
        return (NOT_GIVEN if value is None else str(value),)

    return cells


def _day(facts: VisitFacts) -> Cells:
    return (facts.day.isoformat(),)


def _person_day(facts: VisitFacts) -> Cells:
    return (facts.day.isoformat(),) if facts.first_this_month else ()


def _hour(facts: VisitFacts) -> Cells:
    return (f"{facts.hour:02d}",)


def _person_hour(facts: VisitFacts) -> Cells:
    return (f"{facts.hour:02d}",) if facts.first_this_month else ()


def _first_time(facts: VisitFacts) -> Cells:
    return ("first" if facts.first_ever else "again",) if facts.first_this_month else ()


def _sex_age(facts: VisitFacts) -> Cells:
    return (f"{facts.sex or NOT_GIVEN}|{age_band(facts.age)}",) if facts.first_this_month else ()


def _nationality_status(facts: VisitFacts) -> Cells:
    return (f"{facts.nationality or NOT_GIVEN}|{facts.status or NOT_GIVEN}",) if facts.first_this_month else ()


def _documents(facts: VisitFacts) -> Cells:
    return (facts.documents or (NOT_GIVEN,)) if facts.first_this_month else ()


def _disability(facts: VisitFacts) -> Cells:
    if not facts.first_this_month:
        return ()
    return (NOT_GIVEN if facts.disability is None else "yes" if facts.disability else "no",)


def _vulnerability_sex(facts: VisitFacts) -> Cells:
    sex = facts.sex or NOT_GIVEN
    return tuple([f"{vulnerability}|{sex}" for vulnerability in facts.new_vulnerabilities])


def _need_sex_age(facts: VisitFacts) -> Cells:
    person = f"{facts.sex or NOT_GIVEN}|{age_band(facts.age)}"
    return tuple([f"{need}|{person}" for need in facts.new_needs])


def _wait(facts: VisitFacts) -> Cells:
    return (NOT_GIVEN if facts.wait is None else _band(facts.wait, WAITS, LONGEST_WAIT),)


def _entity_service_state(facts: ReferralFacts) -> Cells:
    return (f"{facts.entity}|{facts.service}|{facts.state}",)


def _answer_time(facts: ReferralFacts) -> Cells:
    return () if facts.answered_in is None else (_band(facts.answered_in, ANSWER_TIMES, LONGEST_ANSWER),)


INDICATORS: tuple[Indicator, ...] = (
    Indicator("attentions-by-day", N_("Attentions by day"), "attentions", ("day",), _day, "day"),
    Indicator("attentions-by-hour", N_("Attentions by hour of the day"), "attentions", ("hour",), _hour),
    Indicator("attentions-by-wait", N_("Attentions by waiting time"), "attentions", ("wait",), _wait),
    Indicator("people-by-day", N_("People by the day on which they first came in the month"), "people", ("day",),
              _person_day, "day"),
    Indicator("people-by-hour", N_("People by the hour at which they first came in the month"), "people", ("hour",),
              _person_hour),
    Indicator("people-by-first-time", N_("People who came for the first time, and people who came again"), "people",
              ("first_time",), _first_time),
    Indicator("people-by-sex", N_("People by sex"), "people", ("sex",), source="people-by-sex-and-age"),
    Indicator("people-by-age", N_("People by age"), "people", ("age",), source="people-by-sex-and-age"),
    Indicator("people-by-sex-and-age", N_("People by sex and age"), "people", ("sex", "age"), _sex_age),
    Indicator("people-by-population", N_("People by population"), "people", ("population",), _person_by("population")),
    Indicator("people-by-nationality", N_("People by nationality"), "people", ("nationality",),
              source="people-by-nationality-and-status"),
    Indicator("people-by-status", N_("People by migration status"), "people", ("status",),
              source="people-by-nationality-and-status"),
    Indicator("people-by-nationality-and-status", N_("People by nationality and migration status"), "people",
              ("nationality", "status"), _nationality_status),
    Indicator("people-by-document", N_("People by document that they carried"), "people", ("document",), _documents,
              overlapping=("document",), covering=("document",)),
    Indicator("people-by-origin", N_("People by place of origin"), "people", ("origin",), _person_by("origin")),
    Indicator("people-by-municipality", N_("People by municipality of residence"), "people", ("municipality",),
              _person_by("municipality")),
    Indicator("people-by-intention", N_("People by intention"), "people", ("intention",), _person_by("intention")),
    Indicator("people-by-education", N_("People by level of education"), "people", ("education",),
              _person_by("education")),
    Indicator("people-by-ethnicity", N_("People by ethnic group"), "people", ("ethnicity",), _person_by("ethnicity"),
              k=K_RESTRICTED),
    Indicator("people-by-gender", N_("People by gender identity"), "people", ("gender",), _person_by("gender"),
              k=K_RESTRICTED),
    Indicator("people-by-disability", N_("People by disability"), "people", ("disability",), _disability,
              k=K_RESTRICTED),
    Indicator("people-by-vulnerability", N_("People by vulnerability"), "people", ("vulnerability",),
              overlapping=("vulnerability",), source="vulnerabilities-by-sex"),
    Indicator("vulnerabilities-by-sex", N_("People by vulnerability and sex"), "people", ("vulnerability", "sex"),
              _vulnerability_sex, overlapping=("vulnerability",)),
    Indicator("people-by-need", N_("People by need"), "people", ("need",), overlapping=("need",), covering=("need",),
              source="needs-by-sex-and-age"),
    Indicator("needs-by-sex", N_("People by need and sex"), "people", ("need", "sex"), overlapping=("need",),
              covering=("need",), source="needs-by-sex-and-age"),
    Indicator("needs-by-age", N_("People by need and age"), "people", ("need", "age"), overlapping=("need",),
              covering=("need",), source="needs-by-sex-and-age"),
    Indicator("needs-by-sex-and-age", N_("People by need, sex and age"), "people", ("need", "sex", "age"),
              _need_sex_age, overlapping=("need",), covering=("need",)),
    Indicator("referrals-by-entity", N_("Referrals by entity"), "referrals", ("entity",),
              source="referrals-by-service-and-state"),
    Indicator("referrals-by-state", N_("Referrals by state"), "referrals", ("state",),
              source="referrals-by-service-and-state"),
    Indicator("referrals-by-entity-and-state", N_("Referrals by entity and state"), "referrals", ("entity", "state"),
              source="referrals-by-service-and-state"),
    Indicator("referrals-by-service", N_("Referrals by entity and service"), "referrals", ("entity", "service"),
              source="referrals-by-service-and-state", nested=True),
    Indicator("referrals-by-service-and-state", N_("Referrals by service and outcome"), "referrals",
              ("entity", "service", "state"), _entity_service_state, nested=True),
    Indicator("answers-by-time", N_("Answers by the days that they took"), "answers", ("answer_time",), _answer_time),
)  # fmt: skip

BY_ID: Mapping[str, Indicator] = {indicator.id: indicator for indicator in INDICATORS}
KEPT = tuple(one for one in INDICATORS if one.cells)
_KEPT = [(one.counts in {"referrals", "answers"}, (one.id, one.grain == "day", one.cells)) for one in KEPT if one.cells]
_OF_VISITS = tuple(table for of_referrals, table in _KEPT if not of_referrals)
_OF_REFERRALS = tuple(table for of_referrals, table in _KEPT if of_referrals)


def limit(indicator: Indicator, codes: tuple[str, ...]) -> int:
    """The least count that may be published at these codes: the table's ``k``, or a restricted code's stricter one."""
    return indicator.k if RESTRICTED.isdisjoint(codes) else max(indicator.k, K_RESTRICTED)


def first_of_month(day: date) -> date:
    """The day on which a month's rows stand."""
    return day.replace(day=1)


def visit_cells(facts: VisitFacts) -> dict[CellKey, int]:
    """The cells that a visit fills, each once."""
    return _cells(_OF_VISITS, facts)


def referral_cells(facts: ReferralFacts) -> dict[CellKey, int]:
    """The cells that a referral fills, each once."""
    return _cells(_OF_REFERRALS, facts)


def cells_of(facts: VisitFacts | ReferralFacts) -> dict[CellKey, int]:
    """The cells of either."""
    return visit_cells(facts) if isinstance(facts, VisitFacts) else referral_cells(facts)


def _cells(
    tables: tuple[tuple[str, bool, Callable[[Any], Cells]], ...], facts: VisitFacts | ReferralFacts
) -> dict[CellKey, int]:
    point, day = facts.point, facts.day
    month = first_of_month(day)
    return {(day if daily else month, point, table, cell): 1 for table, daily, cells in tables for cell in cells(facts)}
