"""Events as an iCalendar feed (RFC 5545): whole days; an event of which only the month is known is left out."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import uuid5

from icalendar import Calendar
from icalendar import Event as Entry

from attention_point.foundation.language import gettext as _
from attention_point.registers.events.queries import days_of
from attention_point.registers.shared.dates import Due
from attention_point.registers.shared.models import RecordColumns

STATUS = {"planned": "TENTATIVE", "postponed": "TENTATIVE", "cancelled": "CANCELLED"}


def feed(events: Iterable[RecordColumns], due: Iterable[Due] = ()) -> bytes:
    """The calendar; name, dates, place and state of each event alone; what is due. The same give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//Attention point//Events//ES")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Events and positioning"))
    for event in events:
        days = days_of(event)
        if days is None:
            continue
        entry = Entry()
        entry.add("uid", f"{event.id}@events")
        entry.add("dtstamp", event.changed_at)
        entry.add("summary", event.name)
        entry.add("dtstart", days[0])
        entry.add("dtend", days[1] + timedelta(days=1))  # the day after the last
        entry.add("status", STATUS.get(event.state, "CONFIRMED"))
        if event.data.get("place"):
            entry.add("location", event.data["place"])
        calendar.add_component(entry)
    for each in due:
        calendar.add_component(_due(each))
    return calendar.to_ical()


def _due(each: Due) -> Entry:
    entry = Entry()
    entry.add("uid", f"{uuid5(each.row.id, each.key)}@{each.register.name}")
    entry.add("dtstamp", each.row.changed_at)
    entry.add("summary", f"{each.text}: {each.row.name}")
    entry.add("dtstart", each.day)
    entry.add("dtend", each.day + timedelta(days=1))
    entry.add("transp", "TRANSPARENT")  # nobody is busy for it
    return entry
