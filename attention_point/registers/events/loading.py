"""The sections of a year's file that are events."""

from typing import Any

from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import speaking
from attention_point.registers.events.register import EVENTS
from attention_point.registers.shared.codes import COUNTRIES, code_of
from attention_point.registers.shared.loading import Loading

KEYS = {
    "name": "name",
    "kind": "kind",
    "organiser": "organisers",
    "month": "date",
    "date": "date",
    "until": "until",
    "status": "state",
    "reason": "reason",
    "rescheduled_to": "new_date",
    "venue": "place",
    "countries": "countries",
    "participants": "participants",
    "approximate": "approximate",
    "at_least": "at_least",
    "partners": "partners",
    "activities": "activities",
    "results": "results",
    "cost": "cost",
    "plan_line": "plan_line",
    "sdgs": "sdgs",
    "notes": "notes",
}


def load_events(loading: Loading, section: Any) -> None:
    """``events``: a list of records by the keys of ``KEYS``."""
    if not isinstance(section, list):
        loading.complain("events", _("This must be a list."))
        return
    for place, row in enumerate(section):
        where = f"events.{place}"
        values = loading.take(where, row, KEYS)
        marks = [mark for mark in ("approximate", "at_least") if values.pop(mark, False)]
        if marks and "participants" in values:
            values["participants"] = {"number": values["participants"], "mark": marks[0]}
        if isinstance(values.get("organisers"), str):
            values["organisers"] = [{"name": values["organisers"]}]
        loading.put(EVENTS, where, {**values, "year": loading.year})


def load_diplomatic_contacts(loading: Loading, section: Any) -> None:
    """``diplomatic_contacts``: the ``countries`` whose missions were met in the year, one record each."""
    values = loading.take("diplomatic_contacts", section, {"countries": "countries"})
    for place, word in enumerate(values.get("countries") or ()):
        code = code_of(COUNTRIES, str(word))
        if code is None:
            loading.complain(f"diplomatic_contacts.countries.{place}", _("Choose one of the list."))
            continue
        with speaking("es"):  # a record is the office's text, not the reader's
            name = _("Meeting with the diplomatic mission of %(country)s", country=COUNTRIES.label(code, "es"))
        record = {
            "name": name,
            "kind": "diplomatic-meeting",
            "countries": [code],
            "state": "done",
            "year": loading.year,
        }
        loading.put(EVENTS, f"diplomatic_contacts.countries.{place}", record)
