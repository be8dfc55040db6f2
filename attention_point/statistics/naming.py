"""How the journal names months, days of the dashboard and extracts."""

from collections.abc import Collection
from datetime import date

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import Naming, RecordName, uuids_of
from attention_point.foundation.language import format_date, format_month
from attention_point.foundation.language import gettext as _
from attention_point.statistics.documents import MONTH
from attention_point.statistics.extracts_models import ExtractLog


def _name_months(_session: Session, reader: Actor, months: Collection[str]) -> dict[str, RecordName]:
    may = reader.may("statistics.view")
    return {
        month: RecordName(
            format_month(date.fromisoformat(f"{month}-01")),
            url_for("statistics.show", month=month) if may else None,
        )
        for month in months
        if MONTH.fullmatch(month)
    }


def _name_days(_session: Session, _reader: Actor, days: Collection[str]) -> dict[str, RecordName]:
    names = {}
    for day in days:
        try:
            names[day] = RecordName(_("Until %(day)s", day=format_date(date.fromisoformat(day))))
        except ValueError:
            continue
    return names


def _name_extracts(session: Session, _reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    rows = session.execute(
        select(ExtractLog.id, ExtractLog.first, ExtractLog.last).where(ExtractLog.id.in_(uuids_of(ids)))
    )
    return {
        str(key): RecordName(_("%(first)s to %(last)s", first=format_month(first), last=format_month(last)))
        for key, first, last in rows
    }


NAMING = Naming({"month": _name_months, "dashboard": _name_days, "extract": _name_extracts})
