"""The sections of a year's file that are the office's own: ``office`` and ``migration``."""

from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report.register import YEARS
from attention_point.registers.shared.loading import Loading

OFFICE = {
    "name": "name",
    "acronym": "acronym",
    "parent": "parent",
    "year": "year",
    "report_issued": "issued",
    "plan_issued": "planned",
    "lines": "lines",
    "migration_line_since": "migration_since",
    "investment_budget": "budget",
    "team": "team",
    "report_sections": "sections",
}
MIGRATION = {
    "attention_point": "point",
    "operating_since": "operating_since",
    "reported_until": "reported_until",
    "people_attended": "people",
    "approximate": "approximate",
    "at_least": "at_least",
    "entities": "entities",
    "contacts": "contacts",
    "characterisation": "characterisation",
    "institutional_information_since": "information_since",
    "notes": "notes",
}


def load_office(loading: Loading, section: Any) -> None:
    """``office``, by the keys of ``OFFICE``; with it the file's ``migration``, which stands in the same record.

    The organisations of ``migration`` are written out with their acronyms, so they go before sections that only use
    these.
    """
    values = loading.take("office", section, OFFICE)
    migration = loading.take("migration", loading.file.get("migration", {}), MIGRATION)
    marks = [mark for mark in ("approximate", "at_least") if migration.pop(mark, False)]
    if marks and "people" in migration:
        migration["people"] = {"number": migration["people"], "mark": marks[0]}
    loading.put(YEARS, "office", {**values, **migration})


def load_migration(loading: Loading, section: Any) -> None:
    """``migration`` is read with ``office``, without which no file is read."""
    if "office" not in loading.file:
        loading.complain("migration", _("The file must say its year: 'office', then 'year'."))
