"""How the journal names months, days of the dashboard, and extracts in words."""

from collections.abc import Collection
from datetime import date

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.dates import parse_month_code
from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import RecordName, RecordNaming, parse_uuids
from attention_point.foundation.language import format_date, format_month
from attention_point.foundation.language import gettext as _
from attention_point.statistics.extracts.models import LogEntry


def _name_months(_session: Session, reader: Actor, months: Collection[str]) -> dict[str, RecordName]:
    # A reader of the journal without this permission gets the name without a link that would be refused.
    can_view = reader.may("statistics.view")
    names = {}
    for month in months:
        try:
            first_day = parse_month_code(month)
        except ValueError:  # an entry of an earlier version may name anything: it is shown as it stands
            continue
        address = url_for("statistics.show_month", month=month) if can_view else None
        names[month] = RecordName(format_month(first_day), address)
    return names


def _name_days(_session: Session, _reader: Actor, days: Collection[str]) -> dict[str, RecordName]:
    names = {}
    for day in days:
        try:
            names[day] = RecordName(_("Until %(day)s", day=format_date(date.fromisoformat(day))))
        except ValueError:
            continue
    return names


def _name_extracts(session: Session, _reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    rows = session.execute(select(LogEntry.id, LogEntry.first, LogEntry.last).where(LogEntry.id.in_(parse_uuids(ids))))
    return {
        str(key): RecordName(_("%(first)s to %(last)s", first=format_month(first), last=format_month(last)))
        for key, first, last in rows
    }


NAMING = RecordNaming({"month": _name_months, "dashboard": _name_days, "extract": _name_extracts})
