"""The files of a choice, drawn by the worker."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.paperwork import write_csv, write_pdf, write_xlsx
from attention_point.foundation.report_pages import build_report_wording, get_watermark
from attention_point.foundation.settings import Settings
from attention_point.statistics.dashboard.filters import Filters, collect_options, parse_filters
from attention_point.statistics.dashboard.queries import collect_dashboard
from attention_point.statistics.dashboard.reports import build_report


@dataclass(frozen=True, slots=True)
class DrawnFile:
    """A file, and the choice of which it is."""

    filters: Filters
    content: bytes


def draw_file(session: Session, settings: Settings, arguments: Mapping[str, str], format_code: str) -> DrawnFile:
    """Draw ``pdf``, ``xlsx`` or ``csv`` of the choice that stands in an address. Raises Invalid."""
    # To build the report is as much work as to draw it, so that the worker does all of it (decision 48).
    options = collect_options(session, clock.today())
    filters = parse_filters(arguments, options)
    dashboard = collect_dashboard(session, filters, options)
    report = build_report(session, dashboard, filters, options, clock.now(), get_watermark(settings))
    if format_code == "csv":
        return DrawnFile(filters, write_csv(report))
    write = {"pdf": write_pdf, "xlsx": write_xlsx}[format_code]
    return DrawnFile(filters, write(report, build_report_wording()))
