"""What is counted: the list of indicators, and the cells that one visit or one referral fills.

An indicator is one entry of ``DECLARED_INDICATORS``; ``docs/recipes/add-an-indicator.md`` shows how to add one. It
counts people, attentions, referrals or answers to referrals. A person is counted once a month, by the first visit of
the month. A dimension is *overlapping* when one person can stand in several of its cells (needs, vulnerabilities,
documents); its cells do not add up to the people. An indicator with a ``source`` stores no counts: it sums the counts
of its source over the dimensions that it does not have.

A person is counted once a quarter and once a year too. Of that, only the *repeats* are stored, on the month's first
day: the people of a month who were counted in the quarter or in the year before, under the cell under which the month
counts them. The people of a quarter or a year are those of its months without its repeats (docs/decisions/0046).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from attention_point.person_fields import PERSON_FIELDS
from attention_point.tallies.facts import (
    Cells,
    build_answer_time_cells,
    build_day_cells,
    build_disability_cells,
    build_document_cells,
    build_entity_answer_cells,
    build_first_time_cells,
    build_hour_cells,
    build_need_cells,
    build_opening_cells,
    build_outcome_cells,
    build_person_day_cells,
    build_person_hour_cells,
    build_person_outcome_cells,
    build_sex_age_cells,
    build_status_cells,
    build_vulnerability_cells,
    build_wait_cells,
    count_by,
)

BASE = 5  # published counts are multiples of it
RESTRICTED_BASE = 10  # of restricted topics
# Every cell with one of these codes has the greater base, whatever its table: violence, trafficking,
# disability and gender, victims of the conflict, and the entities to which people are sent for hardly anything else.
RESTRICTED_CODES = frozenset(
    ("VBG", "VBG-SALUD", "VBG-PROT", "VBG-PSI", "TRATA", "CERT-DISC", "CONFLICTO")
    + ("gender_violence", "trafficking", "disability", "lgbti")
    + ("fiscalia", "comisaria-familia", "caribe-afirmativo", "uariv")
)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One table of counts.

    ``build_cells`` returns the cells to which a visit or a referral adds one; a cell is its codes joined by ``|``.
    ``overlapping`` are the dimensions in which one person may fill several cells; ``covering`` says that everybody
    fills at least one of them. ``base`` is the number of which every published count is a multiple. ``source`` is the
    table whose sums these are. ``nested`` says that the second dimension divides each code of the first and is added up
    within it only. ``published`` is false for a table that only the dashboard shows; releases by earlier versions of
    the program have it too, unless it is ``internal``: then no release ever had it.
    """

    id: str
    title: str
    counts: Literal["people", "attentions", "referrals", "answers"]
    dimensions: tuple[str, ...]
    build_cells: Callable[[Any], Cells] | None = None
    grain: Literal["day", "month"] = "month"
    overlapping: tuple[str, ...] = ()
    covering: bool = False
    base: int = BASE
    source: str | None = None
    nested: bool = False
    published: bool = True
    internal: bool = False

    @property
    def stored_table(self) -> str:
        """The id of the stored table whose cells this table sums."""
        return self.source or self.id


def N_(message: str) -> str:  # noqa: N802 - marks a message for the catalogues; rules import nothing of the foundation
    """Return the message. It is translated where it is shown."""
    return message


# Tables of finest cells, of which others are the sums.
SEX_AND_AGE = "people-by-sex-and-age"
STATUS = "people-by-nationality-and-status"
NEEDS = "needs-by-sex-and-age"
OUTCOMES = "referrals-by-service-and-state"

# The tables of people by their answer to one question, as ``person_fields.py`` declares them.
_ANSWER_TABLES: Mapping[str, Indicator] = {
    field.name: Indicator(
        f"people-by-{field.name}",
        field.table.people,
        "people",
        (field.name,),
        count_by(field.name),
        base=RESTRICTED_BASE if field.sensitive else BASE,
    )
    for field in PERSON_FIELDS
    if field.table
}

DECLARED_INDICATORS: tuple[Indicator, ...] = (
    Indicator("attentions-by-day", N_("Attentions by day"), "attentions", ("day",), build_day_cells, "day"),
    Indicator("attentions-by-hour", N_("Attentions by hour of the day"), "attentions", ("hour",), build_hour_cells),
    Indicator("attentions-by-wait", N_("Attentions by waiting time"), "attentions", ("wait",), build_wait_cells),
    # These two are not published: beside attentions by day and by hour they would tell how many people came again on a
    # day, often 1 to 4.
    Indicator(
        "people-by-day",
        N_("People by the day on which they first came in the month"),
        "people",
        ("day",),
        build_person_day_cells,
        "day",
        published=False,
    ),
    Indicator(
        "people-by-hour",
        N_("People by the hour at which they first came in the month"),
        "people",
        ("hour",),
        build_person_hour_cells,
        published=False,
    ),
    Indicator(
        "people-by-first-time",
        N_("People who came for the first time, and people who came again"),
        "people",
        ("first_time",),
        build_first_time_cells,
    ),
    Indicator("people-by-sex", N_("People by sex"), "people", ("sex",), source=SEX_AND_AGE),
    Indicator("people-by-age", N_("People by age"), "people", ("age",), source=SEX_AND_AGE),
    Indicator(SEX_AND_AGE, N_("People by sex and age"), "people", ("sex", "age"), build_sex_age_cells),
    _ANSWER_TABLES["population"],
    Indicator("people-by-nationality", N_("People by nationality"), "people", ("nationality",), source=STATUS),
    Indicator("people-by-status", N_("People by migration status"), "people", ("status",), source=STATUS),
    Indicator(
        STATUS,
        N_("People by nationality and migration status"),
        "people",
        ("nationality", "status"),
        build_status_cells,
    ),
    Indicator(
        "people-by-document",
        N_("People by document that they carried"),
        "people",
        ("document",),
        build_document_cells,
        overlapping=("document",),
        covering=True,
    ),
    # Published files keep the order of their tables: people by population have stood above since the first release.
    *(table for name, table in _ANSWER_TABLES.items() if name != "population"),
    Indicator(
        "people-by-disability",
        N_("People by disability"),
        "people",
        ("disability",),
        build_disability_cells,
        base=RESTRICTED_BASE,
    ),
    Indicator(
        "people-by-vulnerability",
        N_("People by vulnerability"),
        "people",
        ("vulnerability",),
        overlapping=("vulnerability",),
        source="vulnerabilities-by-sex",
    ),
    Indicator(
        "vulnerabilities-by-sex",
        N_("People by vulnerability and sex"),
        "people",
        ("vulnerability", "sex"),
        build_vulnerability_cells,
        overlapping=("vulnerability",),
    ),
    Indicator(
        "people-by-need", N_("People by need"), "people", ("need",), overlapping=("need",), covering=True, source=NEEDS
    ),
    Indicator(
        "needs-by-sex",
        N_("People by need and sex"),
        "people",
        ("need", "sex"),
        overlapping=("need",),
        covering=True,
        source=NEEDS,
    ),
    Indicator(
        "needs-by-age",
        N_("People by need and age"),
        "people",
        ("need", "age"),
        overlapping=("need",),
        covering=True,
        source=NEEDS,
    ),
    Indicator(
        NEEDS,
        N_("People by need, sex and age"),
        "people",
        ("need", "sex", "age"),
        build_need_cells,
        overlapping=("need",),
        covering=True,
    ),
    Indicator("referrals-by-entity", N_("Referrals by entity"), "referrals", ("entity",), source=OUTCOMES),
    Indicator("referrals-by-state", N_("Referrals by state"), "referrals", ("state",), source=OUTCOMES),
    Indicator(
        "referrals-by-entity-and-state",
        N_("Referrals by entity and state"),
        "referrals",
        ("entity", "state"),
        source=OUTCOMES,
    ),
    # A service is of one entity only, so that it is added up within its entity.
    Indicator(
        "referrals-by-service",
        N_("Referrals by entity and service"),
        "referrals",
        ("entity", "service"),
        source=OUTCOMES,
        nested=True,
    ),
    Indicator(
        OUTCOMES,
        N_("Referrals by service and outcome"),
        "referrals",
        ("entity", "service", "state"),
        build_outcome_cells,
        nested=True,
    ),
    Indicator(
        "answers-by-time",
        N_("Answers by the days that they took"),
        "answers",
        ("answer_time",),
        build_answer_time_cells,
    ),
    # How soon which entity answers is between the office and the entity: the monitor shows it, nothing publishes it.
    Indicator(
        "answers-by-entity-and-time",
        N_("Answers by entity and the days that they took"),
        "answers",
        ("entity", "answer_time"),
        build_entity_answer_cells,
        published=False,
        internal=True,
    ),
    Indicator(
        "openings-by-entity-and-time",
        N_("Referrals opened by entity and the days until then"),
        "answers",
        ("entity", "answer_time"),
        build_opening_cells,
        published=False,
        internal=True,
    ),
    # What people say of an entity is for the office to act upon: a few words of a month, published beside its answers,
    # would tell the entity who complained (decision 81).
    Indicator(
        "person-outcomes-by-entity",
        N_("What people say became of their referrals, by entity"),
        "referrals",
        ("entity", "person_outcome"),
        build_person_outcome_cells,
        overlapping=("person_outcome",),
        published=False,
        internal=True,
    ),
)

PUBLISHED_INDICATORS: tuple[Indicator, ...] = tuple(table for table in DECLARED_INDICATORS if table.published)
INDICATORS_BY_ID: Mapping[str, Indicator] = {indicator.id: indicator for indicator in DECLARED_INDICATORS}
STORED_INDICATORS: tuple[Indicator, ...] = tuple(table for table in DECLARED_INDICATORS if table.build_cells)


def get_base(indicator: Indicator, codes: Iterable[str]) -> int:
    """Return the number of which a published count is a multiple: the table's ``base``, or a restricted code's."""
    return indicator.base if RESTRICTED_CODES.isdisjoint(codes) else max(indicator.base, RESTRICTED_BASE)
