"""How the journal names the report of a year, or one of its sections: an id is ``2017`` or ``2017/cooperation``."""

from collections.abc import Collection

from flask import url_for
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import RecordName
from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report.documents import TITLES


def name_reports(_session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    """The year, and the usual title of a section; a link to who may see the report."""
    may, names = reader.may("annual_report.view"), {}
    for report in ids:
        year, _slash, section = report.partition("/")
        words = f"{year}, {_(TITLES[section])}" if section in TITLES else year
        url = url_for("report.overview", year=int(year)) if may and year.isdecimal() and len(year) == 4 else None
        names[report] = RecordName(words, url)
    return names
