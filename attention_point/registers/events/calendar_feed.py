"""The events as an iCalendar feed (RFC 5545) of whole days; an event whose day is not known is left out."""

from collections.abc import Iterable
from uuid import uuid5

from attention_point.foundation.language import gettext as _
from attention_point.registers.events.queries import find_event_days
from attention_point.registers.shared.icalendar_files import build_calendar, build_entry
from attention_point.registers.shared.models import RecordColumns
from attention_point.registers.shared.records.due_dates import DueDate

# The feed knows three states; whatever else happened is confirmed.
ICALENDAR_STATUS = {"planned": "TENTATIVE", "postponed": "TENTATIVE", "cancelled": "CANCELLED"}


def build_calendar_feed(events: Iterable[RecordColumns], due_dates: Iterable[DueDate] = ()) -> bytes:
    """Build the calendar: name, dates, place and state of each event, and what is due.

    The same records give the same bytes, so that a calendar program sees no change where there is none.
    """
    calendar = build_calendar(_("Events and positioning"), "Events//ES")
    for event in events:
        days = find_event_days(event)
        if days is None:
            continue
        entry = build_entry(f"{event.id}@events", event, event.name, *days)
        entry.add("status", ICALENDAR_STATUS.get(event.state, "CONFIRMED"))
        if event.data.get("place"):
            entry.add("location", event.data["place"])
        calendar.add_component(entry)
    for due_date in due_dates:
        if not due_date.is_day_known:
            continue
        # A record may have several due dates: the key makes an identifier of its own for each, always the same one.
        uid = f"{uuid5(due_date.row.id, due_date.key)}@{due_date.register.name}"
        title = f"{due_date.text}: {due_date.row.name}"
        entry = build_entry(uid, due_date.row, title, due_date.day, due_date.day)
        entry.add("transp", "TRANSPARENT")  # a deadline makes nobody busy that day
        calendar.add_component(entry)
    return calendar.to_ical()
