"""How the journal names the report of a year, or one of its sections: an id is ``2017`` or ``2017/cooperation``."""

from collections.abc import Collection

from flask import url_for
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import RecordName
from attention_point.foundation.language import gettext as _
from attention_point.registers.annual_report.reports import KEPT_TEXT_TITLES, SECTION_TITLES


def name_reports(_session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    """Name each by its year and the usual title of its section. Only who may see the report gets a link."""
    may_view, record_names = reader.may("annual_report.view"), {}
    for report_id in ids:
        year, _slash, section = report_id.partition("/")
        title = SECTION_TITLES.get(section) or KEPT_TEXT_TITLES.get(section)
        label = f"{year}, {_(title)}" if title else year
        # An id comes from the journal and may be older than the rules of today: what is no year gets no link.
        url = url_for("report.show_year", year=int(year)) if may_view and year.isdecimal() and len(year) == 4 else None
        record_names[report_id] = RecordName(label, url)
    return record_names
