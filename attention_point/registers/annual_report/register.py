"""What the office says of itself for a year, field by field: the first section's facts, and figures that it reports."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid
from attention_point.registers.annual_report.models import OfficeYear
from attention_point.registers.shared import describe, queries
from attention_point.registers.shared.describe import Data, Field, Group, Register
from attention_point.registers.shared.reading import CORRECT

SECTIONS = 5


@dataclass(frozen=True, eq=False)
class _OfReport(Register):
    """Under the permissions of the report that it feeds."""

    def may(self, action: str) -> str:
        return f"annual_report.{action}"


def _years(_register: Register, data: Data) -> Iterable[tuple[str, str]]:
    yield "year", str(data["year"])


def _once(session: Session, record_id: UUID, data: Data) -> None:
    """Raises Invalid where another record says the same year."""
    if any(row.id != record_id for row in queries.of_year(session, YEARS, data["year"])):
        message = _("This year has its record already.")
        raise Invalid(_(CORRECT), (FieldError("year", message),))


_OFFICE = Group(
    N_("The office"),
    (
        Field("name", N_("Name"), required=True, searched=True),
        Field("acronym", N_("Acronym"), most=40),
        Field("parent", N_("Part of")),
        Field("year", N_("Year"), describe.INTEGER, required=True, listed=True, most=2200),
        Field("issued", N_("Report issued"), describe.DATE, listed=True),
        Field("planned", N_("Plan issued"), describe.DATE),
        Field("lines", N_("Lines of work"), describe.TEXTS, hint=N_("One a line.")),
        Field("migration_since", N_("Follows migration since"), describe.DATE),
        Field("budget", N_("Budget for investment"), describe.MONEY, hint=N_("Write 0 if there is none.")),
        Field(
            "team",
            N_("Team"),
            describe.ROWS,
            fields=(
                Field("role", N_("Post"), required=True),
                Field("count", N_("How many"), describe.INTEGER, most=10_000),
                Field("since", N_("Since"), describe.DATE),
                Field("months", N_("Months"), describe.INTEGER, most=12),
            ),
        ),
        Field(
            "sections",
            N_("Titles of the sections"),
            describe.TEXTS,
            most=SECTIONS,
            hint=N_("One a line, in the order context, positioning, resources, calls, migration; or none."),
        ),
    ),
)
_POINT = Group(
    N_("Migration"),
    (
        Field("point", N_("Attention point")),
        Field("operating_since", N_("Operating since"), describe.DATE),
        Field("reported_until", N_("Figures reported until"), describe.DATE),
        Field(
            "people",
            N_("People attended"),
            describe.COUNT,
            hint=N_("As reported. It stands where months of the period have no published figures."),
        ),
        Field("entities", N_("Entities at the point"), describe.ORGANISATIONS),
        Field("contacts", N_("Contacts made"), describe.TEXTS, hint=N_("One a line.")),
        Field("characterisation", N_("Characterisation of the population")),
        Field("information_since", N_("Gathers the entities' information since"), describe.DATE),
        Field("notes", N_("Notes"), describe.LONG),
    ),
)

YEARS = _OfReport(
    name="years",
    title=N_("The office's years"),
    add=N_("Add a year"),
    empty=N_("No year yet. Add what the office says of itself for a year."),
    model=OfficeYear,
    sort="issued",
    marks=_years,
    settle=_once,
    groups=(_OFFICE, _POINT),
)
