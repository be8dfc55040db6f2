"""What is counted: the list of indicators, and the cells that one visit or one referral fills.

An indicator is one entry of ``INDICATORS``; ``docs/recipes/add-an-indicator.md`` shows how to add one. Counts are of
people, of attentions or of referrals. A person is counted once a month: by the visit that says so. Where somebody can
stand in several cells of a dimension (needs, vulnerabilities, documents) the dimension is *overlapping*: its cells do
not add up to the people.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Literal

NOT_GIVEN = "not_given"  # nothing was said; "NA" would be Namibia, "unknown" is an answer to some questions

# (day, point, table, cell): a month's table stands on the first day of its month.
CellKey = tuple[date, str, str, str]
Cells = tuple[str, ...]

# The Colombian life course (Ley 1622 de 2013, Ley 1098 de 2006). Only one scheme is ever published: two side by side
# would give single years of age away.
AGE_BANDS = ((5, "0-5"), (11, "6-11"), (17, "12-17"), (28, "18-28"), (59, "29-59"))
OLDEST_BAND = "60+"

K = 5
K_RESTRICTED = 10
# Codes whose every cell falls under the stricter limit, whatever the table: violence, trafficking, disability, gender.
RESTRICTED = frozenset({"VBG", "TRATA", "gender_violence", "trafficking", "disability", "lgbti"})


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What counting needs to know of a visit. ``day`` and ``hour`` are the point's; codes are those of the code lists.

    ``first_this_month``: the visit by which the person is counted in its month. ``new_needs`` and
    ``new_vulnerabilities``: those not yet counted for this person in this month.
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


@dataclass(frozen=True, slots=True)
class ReferralFacts:
    """What counting needs to know of a referral. ``day`` is the day of the visit that made it."""

    point: str
    day: date
    entity: str
    service: str
    state: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One table. ``cells`` says to which cells a visit (or a referral) adds one; a cell is its codes joined by ``|``.

    ``k``: the least count that is published. ``overlapping``: dimensions in which one person may fill several cells.
    """

    id: str
    title: str
    counts: Literal["people", "attentions", "referrals"]
    dimensions: tuple[str, ...]
    cells: Callable[[Any], Cells]
    grain: Literal["day", "month"] = "month"
    overlapping: tuple[str, ...] = ()
    k: int = K


def N_(message: str) -> str:  # noqa: N802 - marks a message for the catalogues; rules import nothing of the foundation
    """The message, which is translated where it is shown."""
    return message


def age_band(age: int | None) -> str:
    """The band of an age in whole years."""
    if age is None:
        return NOT_GIVEN
    for oldest, band in AGE_BANDS:
        if age <= oldest:
            return band
    return OLDEST_BAND


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


def _need_sex(facts: VisitFacts) -> Cells:
    sex = facts.sex or NOT_GIVEN
    return tuple([f"{need}|{sex}" for need in facts.new_needs])


def _need_age(facts: VisitFacts) -> Cells:
    band = age_band(facts.age)
    return tuple([f"{need}|{band}" for need in facts.new_needs])


def _entity_state(facts: ReferralFacts) -> Cells:
    return (f"{facts.entity}|{facts.state}",)


def _service_state(facts: ReferralFacts) -> Cells:
    return (f"{facts.service}|{facts.state}",)


INDICATORS: tuple[Indicator, ...] = (
    Indicator("attentions-by-day", N_("Attentions by day"), "attentions", ("day",), _day, "day"),
    Indicator("people-by-day", N_("People by the day on which they first came in the month"), "people", ("day",),
              _person_day, "day"),
    Indicator("attentions-by-hour", N_("Attentions by hour of the day"), "attentions", ("hour",), _hour),
    Indicator("people-by-first-time", N_("People who came for the first time, and people who came again"), "people",
              ("first_time",), _first_time),
    Indicator("people-by-sex-and-age", N_("People by sex and age"), "people", ("sex", "age"), _sex_age),
    Indicator("people-by-population", N_("People by population"), "people", ("population",), _person_by("population")),
    Indicator("people-by-nationality-and-status", N_("People by nationality and migration status"), "people",
              ("nationality", "status"), _nationality_status),
    Indicator("people-by-document", N_("People by document that they carried"), "people", ("document",), _documents,
              overlapping=("document",)),
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
    Indicator("vulnerabilities-by-sex", N_("People by vulnerability and sex"), "people", ("vulnerability", "sex"),
              _vulnerability_sex, overlapping=("vulnerability",)),
    Indicator("needs-by-sex", N_("People by need and sex"), "people", ("need", "sex"), _need_sex,
              overlapping=("need",)),
    Indicator("needs-by-age", N_("People by need and age"), "people", ("need", "age"), _need_age,
              overlapping=("need",)),
    Indicator("referrals-by-entity", N_("Referrals by entity and state"), "referrals", ("entity", "state"),
              _entity_state),
    Indicator("referrals-by-service", N_("Referrals by service and state"), "referrals", ("service", "state"),
              _service_state),
)  # fmt: skip

BY_ID: Mapping[str, Indicator] = {indicator.id: indicator for indicator in INDICATORS}
_OF_VISITS = tuple((one.id, one.grain == "day", one.cells) for one in INDICATORS if one.counts != "referrals")
_OF_REFERRALS = tuple((one.id, one.grain == "day", one.cells) for one in INDICATORS if one.counts == "referrals")


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
