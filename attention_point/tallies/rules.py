"""What is counted: the list of indicators, and the cells that one visit or one referral fills.

An indicator is one entry of ``DECLARED_INDICATORS``; ``docs/recipes/add-an-indicator.md`` shows how to add one. It
counts people, attentions, referrals or answers to referrals. A person is counted once a month, by the first visit of
the month. A dimension is *overlapping* when one person can stand in several of its cells (needs, vulnerabilities,
documents); its cells do not add up to the people. An indicator with a ``source`` stores no counts: it sums the counts
of its source over the dimensions that it does not have.

A table of people may have a table of attentions beside it, which counts each visit by what its person was counted as in
that month. Of these attentions only the *returns* are stored: the visits by which nobody was counted anew. A person who
comes for the first time in a month therefore costs no more to count. Attentions are the sum of people and returns
(docs/decisions/0013).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from attention_point.dates import first_of_month
from attention_point.person_fields import PERSON_FIELDS
from attention_point.tallies.facts import (
    Cells,
    ReferralFacts,
    VisitFacts,
    build_answer_time_cells,
    build_day_cells,
    build_disability_cells,
    build_document_cells,
    build_first_time_cells,
    build_hour_cells,
    build_need_cells,
    build_outcome_cells,
    build_person_day_cells,
    build_person_hour_cells,
    build_sex_age_cells,
    build_status_cells,
    build_vulnerability_cells,
    build_wait_cells,
    convert_repeat_to_first,
    count_by,
)

# (day, point, table, cell). The counts of a monthly table stand on the first day of the month: a count by day would say
# on which day the one older woman from Zulia came (docs/decisions/0003).
CellKey = tuple[date, str, str, str]

LEAST_COUNT = 5  # k of decision 11: the least count that is published
LEAST_RESTRICTED_COUNT = 10  # k of restricted topics
# Every cell with one of these codes falls under the stricter limit, whatever its table: violence, trafficking,
# disability and gender, and the entities to which people are sent for hardly anything else.
RESTRICTED_CODES = frozenset(
    {"VBG", "TRATA", "gender_violence", "trafficking", "disability", "lgbti", "fiscalia", "comisaria-familia"}
)
# "All of them are …" must not be said of a group about these codes (decision 11, G5). Codes that say nothing of a
# person, such as "none" or "not given", are not among them.
SENSITIVE_CODES: Mapping[str, frozenset[str]] = {
    **{field.name: field.harmful_codes for field in PERSON_FIELDS if field.harmful_codes},
    "vulnerability": RESTRICTED_CODES,
    "need": RESTRICTED_CODES,
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One table of counts.

    ``build_cells`` returns the cells to which a visit or a referral adds one; a cell is its codes joined by ``|``.
    ``overlapping`` are the dimensions in which one person may fill several cells; ``covering`` says that everybody
    fills at least one of them. ``k`` is the least count that is published. ``source`` is the table whose sums these
    are. ``nested`` says that the second dimension divides each code of the first and is added up within it only. A
    table of attentions names the table of people beside it and the table of its returns. ``published`` is false for a
    table that only the dashboard shows; releases by earlier versions of the program have it too.
    """

    id: str
    title: str
    counts: Literal["people", "attentions", "returns", "referrals", "answers"]
    dimensions: tuple[str, ...]
    build_cells: Callable[[Any], Cells] | None = None
    grain: Literal["day", "month"] = "month"
    overlapping: tuple[str, ...] = ()
    covering: bool = False
    k: int = LEAST_COUNT
    source: str | None = None
    nested: bool = False
    people_table: str | None = None
    returns_table: str | None = None
    published: bool = True

    @property
    def stored_tables(self) -> tuple[str, ...]:
        """The ids of the stored tables whose cells this table sums."""
        return tuple(filter(None, (self.source or self.id, self.returns_table)))


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
        k=LEAST_RESTRICTED_COUNT if field.sensitive else LEAST_COUNT,
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
        k=LEAST_RESTRICTED_COUNT,
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
)

# The tables of people that have a table of attentions beside them, with the title of the latter.
ATTENTION_TITLES: Mapping[str, str] = {
    "people-by-sex": N_("Attentions by sex"),
    "people-by-age": N_("Attentions by age"),
    SEX_AND_AGE: N_("Attentions by sex and age"),
    "people-by-nationality": N_("Attentions by nationality"),
    "people-by-status": N_("Attentions by migration status"),
    STATUS: N_("Attentions by nationality and migration status"),
    "people-by-document": N_("Attentions by document that the person carried"),
    "people-by-disability": N_("Attentions by disability"),
    "people-by-vulnerability": N_("Attentions by vulnerability"),
    "vulnerabilities-by-sex": N_("Attentions by vulnerability and sex"),
    "people-by-need": N_("Attentions by need"),
    "needs-by-sex": N_("Attentions by need and sex"),
    "needs-by-age": N_("Attentions by need and age"),
    NEEDS: N_("Attentions by need, sex and age"),
    **{f"people-by-{field.name}": field.table.attentions for field in PERSON_FIELDS if field.table},
}


def _build_returns_id(people: Indicator) -> str:
    return f"returns-by-{'-and-'.join(people.dimensions)}"


def _derive_attention_indicators() -> Iterator[Indicator]:
    """Yield the tables of attentions that stand beside tables of people, in the order of these."""
    by_id = {indicator.id: indicator for indicator in DECLARED_INDICATORS}
    for people in DECLARED_INDICATORS:
        if people.id in ATTENTION_TITLES:
            stored = by_id[people.source or people.id]
            yield replace(
                people,
                id=f"attentions-by-{'-and-'.join(people.dimensions)}",
                title=ATTENTION_TITLES[people.id],
                counts="attentions",
                build_cells=None,
                source=stored.id,
                people_table=people.id,
                returns_table=_build_returns_id(stored),
            )


# What is published, in the order in which it is protected: a table of attentions needs the decisions about its people.
PUBLISHED_INDICATORS: tuple[Indicator, ...] = (
    *(indicator for indicator in DECLARED_INDICATORS if indicator.published),
    *_derive_attention_indicators(),
)
RETURN_INDICATORS: tuple[Indicator, ...] = tuple(
    replace(people, id=_build_returns_id(people), counts="returns", covering=False)
    for people in DECLARED_INDICATORS
    if people.build_cells and people.id in ATTENTION_TITLES
)
INDICATORS_BY_ID: Mapping[str, Indicator] = {
    indicator.id: indicator for indicator in (*DECLARED_INDICATORS, *PUBLISHED_INDICATORS, *RETURN_INDICATORS)
}
STORED_INDICATORS: tuple[Indicator, ...] = (
    *(indicator for indicator in DECLARED_INDICATORS if indicator.build_cells),
    *RETURN_INDICATORS,
)


def get_published_indicator(counts: str, dimensions: tuple[str, ...]) -> Indicator:
    """Return the published table of these counted units with these dimensions."""
    return next(table for table in PUBLISHED_INDICATORS if (table.counts, table.dimensions) == (counts, dimensions))


def get_least_count(indicator: Indicator, codes: tuple[str, ...]) -> int:
    """Return the least count that may be published: the table's ``k``, or the stricter one of a restricted code."""
    return indicator.k if RESTRICTED_CODES.isdisjoint(codes) else max(indicator.k, LEAST_RESTRICTED_COUNT)


def build_visit_cells(facts: VisitFacts) -> dict[CellKey, int]:
    """Return the cells that a visit fills, each with 1."""
    cells = _build_cells(facts, ("people", "attentions"))
    if facts.first_this_month:
        return cells
    # A repeat visit may be the first to name a need: then it fills cells of people for that need and of returns for the
    # others.
    return {**cells, **_build_cells(convert_repeat_to_first(facts), ("returns",))}


def build_referral_cells(facts: ReferralFacts) -> dict[CellKey, int]:
    """Return the cells that a referral fills, each with 1."""
    return _build_cells(facts, ("referrals", "answers"))


def build_cells_of_facts(facts: VisitFacts | ReferralFacts) -> dict[CellKey, int]:
    """Return the cells that a visit or a referral fills, each with 1."""
    return build_visit_cells(facts) if isinstance(facts, VisitFacts) else build_referral_cells(facts)


def _build_cells(facts: VisitFacts | ReferralFacts, counted_units: tuple[str, ...]) -> dict[CellKey, int]:
    month = first_of_month(facts.day)
    return {
        (facts.day if indicator.grain == "day" else month, facts.point, indicator.id, cell): 1
        for indicator in STORED_INDICATORS
        if indicator.counts in counted_units and indicator.build_cells
        for cell in indicator.build_cells(facts)
    }
