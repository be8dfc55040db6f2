"""The sections of a year's file that are the office's own: ``office`` and ``migration``."""

from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.shared.records.loading import YearFileLoad

# Keys of the file, and the key of the record for which each stands.
OFFICE_KEYS = {
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
    "place": "place",
    "signatory": "signatory",
    "signatory_post": "signatory_post",
}
MIGRATION_KEYS = {
    "attention_point": "point",
    "operating_since": "operating_since",
    "reported_until": "reported_until",
    "people_attended": "people",
    "approximate": "approximate",
    "at_least": "at_least",
    "entities": "entities",
    "purpose": "purpose",
    "role": "role",
    "contacts": "contacts",
    "contacts_purpose": "contacts_purpose",
    "characterisation": "characterisation",
    "institutional_information_since": "information_since",
    "notes": "notes",
}


def load_office(loading: YearFileLoad, section: Any) -> None:
    """Load ``office`` by the keys of ``OFFICE_KEYS``, and with it ``migration``, which stands in the same record.

    This section is loaded first: its organisations have their full names with their acronyms, and later sections find
    them by the acronym alone.
    """
    values = loading.rename_keys("office", section, OFFICE_KEYS)
    migration = loading.rename_keys("migration", loading.file.get("migration", {}), MIGRATION_KEYS)
    # The file says beside the number, by a key of its own, that it is an estimate.
    qualifiers = [qualifier for qualifier in ("approximate", "at_least") if migration.pop(qualifier, False)]
    if qualifiers and "people" in migration:
        migration["people"] = {"number": migration["people"], "mark": qualifiers[0]}
    loading.save_record(OFFICE_YEARS, "office", {**values, **migration})


def load_migration(loading: YearFileLoad, section: Any) -> None:
    """Report an error where ``office`` is missing; ``load_office`` has loaded ``migration`` otherwise."""
    if "office" not in loading.file:
        loading.add_error("migration", _("The file must state its year: 'office', then 'year'."))
