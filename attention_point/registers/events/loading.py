"""Loads the sections of a year's file that are events."""

from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language
from attention_point.registers.events.register import DIPLOMATIC_MEETING, EVENTS
from attention_point.registers.shared.code_lists import COUNTRIES, find_code
from attention_point.registers.shared.records.loading import YearFileLoad

# The keys of the file where they differ from the fields of the register. ``approximate`` and ``at_least`` qualify the
# participants and are no fields of their own.
_RENAMED_KEYS = {
    "organiser": "organisers", "month": "date", "status": "state", "rescheduled_to": "new_date", "venue": "place",
}  # fmt: skip
_SAME_KEYS = (
    "name", "kind", "date", "until", "reason", "countries", "participants", "approximate", "at_least", "partners",
    "purpose", "activities", "results", "cost", "plan_line", "sdgs", "next_steps", "notes",
)  # fmt: skip
EVENT_KEYS = {**{key: key for key in _SAME_KEYS}, **_RENAMED_KEYS}


def load_events(year_load: YearFileLoad, section: Any) -> None:
    """Load ``events``: a list of records with the keys of ``EVENT_KEYS``."""
    if not isinstance(section, list):
        year_load.add_error("events", _("This must be a list."))
        return
    for number, row in enumerate(section):
        path = f"events.{number}"
        values = year_load.rename_keys(path, row, EVENT_KEYS)
        qualifiers = [qualifier for qualifier in ("approximate", "at_least") if values.pop(qualifier, False)]
        if qualifiers and "participants" in values:
            values["participants"] = {"number": values["participants"], "mark": qualifiers[0]}
        # The file gives one organiser as plain text.
        if isinstance(values.get("organisers"), str):
            values["organisers"] = [{"name": values["organisers"]}]
        year_load.save_record(EVENTS, path, {**values, "year": year_load.year})


def load_diplomatic_contacts(year_load: YearFileLoad, section: Any) -> None:
    """Load ``diplomatic_contacts``: the ``countries`` whose missions were met in the year, one event for each."""
    values = year_load.rename_keys("diplomatic_contacts", section, {"countries": "countries"})
    for number, word in enumerate(values.get("countries") or ()):
        code = find_code(COUNTRIES, str(word))
        if code is None:
            year_load.add_error(f"diplomatic_contacts.countries.{number}", _("Choose one from the list."))
            continue
        with in_language("es"):  # a record's name is the office's text, whatever the language of whoever loads it
            name = _("Meeting with the diplomatic mission of %(country)s", country=COUNTRIES.label_for_code(code, "es"))
        # The file says only with whom the office met, not when; each meeting counts as done in the year.
        record = {
            "name": name,
            "kind": DIPLOMATIC_MEETING,
            "countries": [code],
            "state": "done",
            "year": year_load.year,
        }
        year_load.save_record(EVENTS, f"diplomatic_contacts.countries.{number}", record)
