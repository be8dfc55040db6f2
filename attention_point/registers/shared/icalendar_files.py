"""iCalendar files (RFC 5545) of records: entries of whole days."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from attention_point.registers.shared.models import RecordColumns

if TYPE_CHECKING:
    from icalendar import Calendar, Event


def build_calendar(title: str, product: str) -> "Calendar":
    """Build an empty calendar; ``product`` names what made it, as ``Events//ES``."""
    from icalendar import Calendar  # noqa: PLC0415 - loaded with the first calendar, not at the start

    calendar = Calendar()
    calendar.add("prodid", f"-//Attention point//{product}")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", title)
    return calendar


def build_entry(uid: str, record: RecordColumns, title: str, first_day: date, last_day: date) -> "Event":
    """Build an entry of whole days for a record; ``uid`` identifies it for the calendar program for good."""
    from icalendar import Event  # noqa: PLC0415 - likewise

    entry = Event()
    entry.add("uid", uid)
    entry.add("dtstamp", record.changed_at)
    entry.add("summary", title)
    entry.add("dtstart", first_day)
    entry.add("dtend", last_day + timedelta(days=1))  # RFC 5545: the end is the day after the last one
    return entry
