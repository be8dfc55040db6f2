"""The files of a choice, drawn by the worker."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.paperwork import write_csv, write_pdf, write_xlsx
from attention_point.foundation.report_pages import build_report_wording, get_watermark
from attention_point.foundation.settings import Settings
from attention_point.statistics.dashboard.filters import collect_options, parse_filters
from attention_point.statistics.dashboard.queries import collect_dashboard
from attention_point.statistics.dashboard.reports import build_report


def draw_file(session: Session, settings: Settings, arguments: Mapping[str, str], format_code: str) -> bytes:
    """Draw ``pdf``, ``xlsx`` or ``csv`` of the choice that stands in an address. Raises Invalid."""
    # To build the report is as much work as to draw it, so that the worker does both (decision 48).
    options = collect_options(session, clock.today())
    filters = parse_filters(arguments, options)
    dashboard = collect_dashboard(session, filters, options)
    report = build_report(session, dashboard, filters, options, clock.now(), get_watermark(settings))
    if format_code == "csv":
        return write_csv(report)
    write = {"pdf": write_pdf, "xlsx": write_xlsx}[format_code]
    return write(report, build_report_wording())
