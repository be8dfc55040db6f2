"""What the office says of itself for a year, field by field: the first section's facts, and figures that it reports."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report.models import OfficeYear
from attention_point.registers.annual_report.rules import SECTION_CODES
from attention_point.registers.shared.records import queries
from attention_point.registers.shared.schema import schema
from attention_point.registers.shared.schema.parsing import NOTHING_SAVED
from attention_point.registers.shared.schema.schema import Data, Field, Group, Register


@dataclass(frozen=True, eq=False)
class _ReportRegister(Register):
    """A register that stands under the permissions of the report that it feeds."""

    def permission_for(self, action: str) -> str:
        return f"annual_report.{action}"


def _build_year_marks(_register: Register, data: Data) -> Iterable[tuple[str, str]]:
    yield "year", str(data["year"])


def _check_year_is_new(session: Session, record_id: UUID, data: Data) -> None:
    """Raise Invalid where another record has the same year: a report tells of one office."""
    if any(row.id != record_id for row in queries.list_records_of_year(session, OFFICE_YEARS, data["year"])):
        message = _("This year has its record already.")
        raise Invalid(_(NOTHING_SAVED), (FieldError("year", message),))


_OFFICE_FIELDS = Group(
    N_("The office"),
    (
        Field("name", N_("Name"), required=True, searched=True),
        Field("acronym", N_("Acronym"), maximum=40),
        Field("parent", N_("Part of")),
        Field("year", N_("Year"), schema.INTEGER, required=True, listed=True, maximum=2200),
        Field("issued", N_("Report issued"), schema.DATE, listed=True),
        Field("planned", N_("Plan issued"), schema.DATE),  # the plan that the report answers for
        Field("lines", N_("Lines of work"), schema.TEXTS, hint=N_("One per line.")),
        Field("place", N_("Place of signature"), hint=N_("It stands with the date before the signature.")),
        Field("signatory", N_("Who signs"), hint=N_("Name of the head of the office.")),
        Field("signatory_post", N_("Post of who signs")),
        Field("migration_since", N_("Follows migration since"), schema.DATE),
        Field("budget", N_("Budget for investment"), schema.MONEY, hint=N_("Write 0 if there is none.")),
        Field(
            "team",
            N_("Team"),
            schema.ROWS,
            fields=(
                Field("role", N_("Post"), required=True),
                Field("count", N_("How many"), schema.INTEGER, maximum=10_000),
                Field("since", N_("Since"), schema.DATE),
                Field("months", N_("Months"), schema.INTEGER, maximum=12),
            ),
        ),
        Field(
            "sections",
            N_("Titles of the sections"),
            schema.TEXTS,
            maximum=len(SECTION_CODES),
            hint=N_("One a line, in the order context, positioning, resources, calls, migration; or none."),
        ),
    ),
)
_POINT_FIELDS = Group(
    N_("Migration"),
    (
        Field("point", N_("Attention point")),
        Field("purpose", N_("What it is for"), schema.LONG_TEXT, hint=N_("It ends the sentence “Its aim is to …”.")),
        Field("operating_since", N_("Operating since"), schema.DATE),
        Field("reported_until", N_("Figures reported until"), schema.DATE),
        Field(
            "people",
            N_("People attended"),
            schema.COUNT,
            hint=N_("As reported. It is used where months of the period have no published figures."),
        ),
        Field("entities", N_("Entities at the point"), schema.ORGANISATIONS),
        Field(
            "role",
            N_("Role of the Mayor's Office"),
            schema.LONG_TEXT,
            hint=N_("It ends the sentence “The Mayor's Office took the role of …”."),
        ),
        Field("contacts", N_("Contacts made"), schema.TEXTS, hint=N_("One per line.")),
        Field("contacts_purpose", N_("What the contacts are for"), hint=N_("It goes on after their names.")),
        Field("characterisation", N_("Characterisation of the population")),
        Field("information_since", N_("Gathers the entities' information since"), schema.DATE),
        Field("notes", N_("Notes"), schema.LONG_TEXT),
    ),
)

OFFICE_YEARS = _ReportRegister(
    name="years",  # it stands in addresses and in the search index
    title=N_("The office's years"),
    add_label=N_("Add a year"),
    empty_message=N_("No years yet. Add the office's own data for a year."),
    model=OfficeYear,
    sort_field="issued",
    build_entries=_build_year_marks,
    after_write=_check_year_is_new,
    groups=(_OFFICE_FIELDS, _POINT_FIELDS),
)
