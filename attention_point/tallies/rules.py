"""What is counted: the list of indicators, and the cells that one visit or one referral fills.

An indicator is one entry of ``LISTED``; ``docs/recipes/add-an-indicator.md`` shows how to add one. Counts are of
people, of attentions, of referrals or of their answers. A person is counted once a month: by the visit that says so.
Where somebody can stand in several cells of a dimension (needs, vulnerabilities, documents) the dimension is
*overlapping*: its cells do not add up to the people. An indicator with a ``source`` keeps no counts of its own: it sums
those of another over the dimensions that it does not have.

A table of people may have one of attentions beside it: each visit, by what the person was counted as in that month. Of
these only the visits by which nobody was counted anew are kept (*returns*), so that whoever comes for the first time in
a month costs no more to count; attentions are people and returns.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from attention_point.tallies.facts import (
    Cells,
    ReferralFacts,
    VisitFacts,
    answer_time_cells,
    as_if_first,
    day_cells,
    disability_cells,
    documents_cells,
    entity_service_state_cells,
    first_time_cells,
    hour_cells,
    nationality_status_cells,
    need_sex_age_cells,
    person_by,
    person_day_cells,
    person_hour_cells,
    sex_age_cells,
    vulnerability_sex_cells,
    wait_cells,
)

# (day, point, table, cell): a month's table stands on the first day of its month.
CellKey = tuple[date, str, str, str]

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


@dataclass(frozen=True, slots=True)
class Indicator:
    """One table. ``cells`` says to which cells a visit (or a referral) adds one; a cell is its codes joined by ``|``.

    ``k``: the least count that is published. ``overlapping``: dimensions in which one person may fill several cells;
    ``covering``: those of them in which everybody fills at least one. ``source``: the table whose sums these are.
    ``nested``: the second dimension divides the first, code by code, and is added up within it only. ``attentions``:
    the title of a table of attentions beside this one of people; that table has in ``people`` the id of this one, and
    in ``returns`` that of the kept returns. ``published``: whether releases have the table; the others are counted for
    the dashboard, and stand in releases of earlier versions of the program.
    """

    id: str
    title: str
    counts: Literal["people", "attentions", "returns", "referrals", "answers"]
    dimensions: tuple[str, ...]
    cells: Callable[[Any], Cells] | None = None
    grain: Literal["day", "month"] = "month"
    overlapping: tuple[str, ...] = ()
    covering: tuple[str, ...] = ()
    k: int = K
    source: str | None = None
    nested: bool = False
    attentions: str | None = None
    people: str | None = None
    returns: str | None = None
    published: bool = True

    @property
    def kept(self) -> tuple[str, ...]:
        """The ids of the kept tables whose cells it sums."""
        return tuple(filter(None, (self.source or self.id, self.returns)))


def N_(message: str) -> str:  # noqa: N802 - marks a message for the catalogues; rules import nothing of the foundation
    """The message, which is translated where it is shown."""
    return message


LISTED: tuple[Indicator, ...] = (
    Indicator("attentions-by-day", N_("Attentions by day"), "attentions", ("day",), day_cells, "day"),
    Indicator("attentions-by-hour", N_("Attentions by hour of the day"), "attentions", ("hour",), hour_cells),
    Indicator("attentions-by-wait", N_("Attentions by waiting time"), "attentions", ("wait",), wait_cells),
    # Beside attentions by day and by hour these would tell how many came again on a day: 1 to 4 of them, often.
    Indicator("people-by-day", N_("People by the day on which they first came in the month"), "people", ("day",),
              person_day_cells, "day", published=False),
    Indicator("people-by-hour", N_("People by the hour at which they first came in the month"), "people", ("hour",),
              person_hour_cells, published=False),
    Indicator("people-by-first-time", N_("People who came for the first time, and people who came again"), "people",
              ("first_time",), first_time_cells),
    Indicator("people-by-sex", N_("People by sex"), "people", ("sex",), source="people-by-sex-and-age",
              attentions=N_("Attentions by sex")),
    Indicator("people-by-age", N_("People by age"), "people", ("age",), source="people-by-sex-and-age",
              attentions=N_("Attentions by age")),
    Indicator("people-by-sex-and-age", N_("People by sex and age"), "people", ("sex", "age"), sex_age_cells,
              attentions=N_("Attentions by sex and age")),
    Indicator("people-by-population", N_("People by population"), "people", ("population",), person_by("population"),
              attentions=N_("Attentions by population")),
    Indicator("people-by-nationality", N_("People by nationality"), "people", ("nationality",),
              source="people-by-nationality-and-status", attentions=N_("Attentions by nationality")),
    Indicator("people-by-status", N_("People by migration status"), "people", ("status",),
              source="people-by-nationality-and-status", attentions=N_("Attentions by migration status")),
    Indicator("people-by-nationality-and-status", N_("People by nationality and migration status"), "people",
              ("nationality", "status"), nationality_status_cells,
              attentions=N_("Attentions by nationality and migration status")),
    Indicator("people-by-document", N_("People by document that they carried"), "people", ("document",),
              documents_cells, overlapping=("document",), covering=("document",),
              attentions=N_("Attentions by document that the person carried")),
    Indicator("people-by-origin", N_("People by place of origin"), "people", ("origin",), person_by("origin"),
              attentions=N_("Attentions by place of origin")),
    Indicator("people-by-municipality", N_("People by municipality of residence"), "people", ("municipality",),
              person_by("municipality"), attentions=N_("Attentions by municipality of residence")),
    Indicator("people-by-intention", N_("People by intention"), "people", ("intention",), person_by("intention"),
              attentions=N_("Attentions by intention")),
    Indicator("people-by-education", N_("People by level of education"), "people", ("education",),
              person_by("education"), attentions=N_("Attentions by level of education")),
    Indicator("people-by-ethnicity", N_("People by ethnic group"), "people", ("ethnicity",), person_by("ethnicity"),
              k=K_RESTRICTED, attentions=N_("Attentions by ethnic group")),
    Indicator("people-by-gender", N_("People by gender identity"), "people", ("gender",), person_by("gender"),
              k=K_RESTRICTED, attentions=N_("Attentions by gender identity")),
    Indicator("people-by-disability", N_("People by disability"), "people", ("disability",), disability_cells,
              k=K_RESTRICTED, attentions=N_("Attentions by disability")),
    Indicator("people-by-vulnerability", N_("People by vulnerability"), "people", ("vulnerability",),
              overlapping=("vulnerability",), source="vulnerabilities-by-sex",
              attentions=N_("Attentions by vulnerability")),
    Indicator("vulnerabilities-by-sex", N_("People by vulnerability and sex"), "people", ("vulnerability", "sex"),
              vulnerability_sex_cells, overlapping=("vulnerability",),
              attentions=N_("Attentions by vulnerability and sex")),
    Indicator("people-by-need", N_("People by need"), "people", ("need",), overlapping=("need",), covering=("need",),
              source="needs-by-sex-and-age", attentions=N_("Attentions by need")),
    Indicator("needs-by-sex", N_("People by need and sex"), "people", ("need", "sex"), overlapping=("need",),
              covering=("need",), source="needs-by-sex-and-age", attentions=N_("Attentions by need and sex")),
    Indicator("needs-by-age", N_("People by need and age"), "people", ("need", "age"), overlapping=("need",),
              covering=("need",), source="needs-by-sex-and-age", attentions=N_("Attentions by need and age")),
    Indicator("needs-by-sex-and-age", N_("People by need, sex and age"), "people", ("need", "sex", "age"),
              need_sex_age_cells, overlapping=("need",), covering=("need",),
              attentions=N_("Attentions by need, sex and age")),
    Indicator("referrals-by-entity", N_("Referrals by entity"), "referrals", ("entity",),
              source="referrals-by-service-and-state"),
    Indicator("referrals-by-state", N_("Referrals by state"), "referrals", ("state",),
              source="referrals-by-service-and-state"),
    Indicator("referrals-by-entity-and-state", N_("Referrals by entity and state"), "referrals", ("entity", "state"),
              source="referrals-by-service-and-state"),
    Indicator("referrals-by-service", N_("Referrals by entity and service"), "referrals", ("entity", "service"),
              source="referrals-by-service-and-state", nested=True),
    Indicator("referrals-by-service-and-state", N_("Referrals by service and outcome"), "referrals",
              ("entity", "service", "state"), entity_service_state_cells, nested=True),
    Indicator("answers-by-time", N_("Answers by the days that they took"), "answers", ("answer_time",),
              answer_time_cells),
)  # fmt: skip


def _returns(one: Indicator) -> str:
    return f"returns-by-{'-and-'.join(one.dimensions)}"


def _attentions(listed: tuple[Indicator, ...]) -> Iterator[Indicator]:
    """The tables of attentions beside those of people."""
    by_id = {one.id: one for one in listed}
    for one in listed:
        if one.attentions:
            kept = by_id[one.source or one.id]
            name = f"attentions-by-{'-and-'.join(one.dimensions)}"
            yield replace(one, id=name, title=one.attentions, counts="attentions", cells=None, source=kept.id,
                          attentions=None, people=one.id, returns=_returns(kept))  # fmt: skip


# What is published, in the order in which it is protected.
INDICATORS: tuple[Indicator, ...] = (*(one for one in LISTED if one.published), *_attentions(LISTED))
RETURNS: tuple[Indicator, ...] = tuple(
    replace(one, id=_returns(one), counts="returns", covering=(), attentions=None)
    for one in LISTED
    if one.cells and one.attentions
)
BY_ID: Mapping[str, Indicator] = {one.id: one for one in (*LISTED, *INDICATORS, *RETURNS)}
KEPT: tuple[Indicator, ...] = (*(one for one in LISTED if one.cells), *RETURNS)

_Kept = tuple[tuple[str, bool, Callable[[Any], Cells]], ...]


def _tables(*counts: str) -> _Kept:
    return tuple((one.id, one.grain == "day", one.cells) for one in KEPT if one.cells and one.counts in counts)


_OF_VISITS, _OF_RETURNS, _OF_REFERRALS = (
    _tables("people", "attentions"), _tables("returns"), _tables("referrals", "answers")
)  # fmt: skip


def limit(indicator: Indicator, codes: tuple[str, ...]) -> int:
    """The least count that may be published at these codes: the table's ``k``, or a restricted code's stricter one."""
    return indicator.k if RESTRICTED.isdisjoint(codes) else max(indicator.k, K_RESTRICTED)


def first_of_month(day: date) -> date:
    """The day on which a month's rows stand."""
    return day.replace(day=1)


def visit_cells(facts: VisitFacts) -> dict[CellKey, int]:
    """The cells that a visit fills, each once."""
    cells = _cells(_OF_VISITS, facts)
    return cells if facts.first_this_month else {**cells, **_cells(_OF_RETURNS, as_if_first(facts))}


def referral_cells(facts: ReferralFacts) -> dict[CellKey, int]:
    """The cells that a referral fills, each once."""
    return _cells(_OF_REFERRALS, facts)


def cells_of(facts: VisitFacts | ReferralFacts) -> dict[CellKey, int]:
    """The cells of either."""
    return visit_cells(facts) if isinstance(facts, VisitFacts) else referral_cells(facts)


def _cells(tables: _Kept, facts: VisitFacts | ReferralFacts) -> dict[CellKey, int]:
    point, day = facts.point, facts.day
    month = first_of_month(day)
    return {(day if daily else month, point, table, cell): 1 for table, daily, cells in tables for cell in cells(facts)}
