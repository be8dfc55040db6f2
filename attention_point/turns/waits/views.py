"""The page of the waits and its files. A file holds what the page of the same choice shows."""

from collections.abc import Callable

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Report, write_csv, write_xlsx
from attention_point.foundation.report_pages import (
    build_cell_formatter,
    build_report_wording,
    get_watermark,
    send_chart,
    send_download,
    split_into_parts,
)
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.turns.waits.filters import Filters
from attention_point.turns.waits.forms import WaitFilterForm, build_filter_form
from attention_point.turns.waits.queries import TurnTimes, read_times
from attention_point.turns.waits.reports import build_report

blueprint = Blueprint("turn_waits", __name__, url_prefix="/turns/waits")

CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("")
@requires("turns.waits")
def show_waits() -> str | tuple[str, int]:
    """Show the waits of a period, or the filters with what is wrong with them."""
    form = _build_form()
    try:
        filters = _read_filters(form)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return render_template("turns/waits.html", form=form, times=None), error.status
    times = read_times(db_session(), filters)
    form.show_filters(filters)
    return render_template(
        "turns/waits.html",
        form=form,
        times=times,
        arguments=filters.query_arguments,
        parts=split_into_parts(_build_report(times, filters)),
        format_cell=build_cell_formatter(),
    )


@blueprint.get("/charts/<string(maxlength=60):chart>.svg")
@requires("turns.waits")
def show_chart(chart: str) -> Response:
    """Send one chart of a choice."""
    return send_chart(_read_report(_read_filters(_build_form())), chart)


@blueprint.get("/figures.csv")
@requires("turns.waits")
def download_csv() -> Response:
    """Send the tables of a choice as CSV."""
    return _send_file("csv", CSV_TYPE, write_csv)


@blueprint.get("/figures.xlsx")
@requires("turns.waits")
def download_xlsx() -> Response:
    """Send a choice as a workbook."""
    return _send_file("xlsx", XLSX_TYPE, lambda report: write_xlsx(report, build_report_wording()))


def _list_points() -> dict[str, str]:
    return {row.code: row.name[current_language()] for row in directory_queries.list_points(db_session())}


def _build_form() -> WaitFilterForm:
    return build_filter_form(request.args, _list_points())


def _read_filters(form: WaitFilterForm) -> Filters:
    return form.read_filters(_list_points(), clock.today())


def _read_report(filters: Filters) -> Report:
    return _build_report(read_times(db_session(), filters), filters)


def _build_report(times: TurnTimes, filters: Filters) -> Report:
    language = current_language()
    entity_names = {row.code: row.short[language] for row in directory_queries.list_entities(db_session())}
    watermark = get_watermark(current_settings())
    return build_report(times, filters, _list_points()[filters.point], entity_names, clock.now(), watermark)


def _send_file(format_code: str, mimetype: str, write: Callable[[Report], bytes]) -> Response:
    # Wrong filters of a file's address are told on an error page: there is no form to put them in.
    filters = _read_filters(_build_form())
    content = write(_read_report(filters))
    period = f"{filters.first.isoformat()}/{filters.last.isoformat()}"
    # The journal names who took the file, and of which choice, before it leaves.
    journal.record(
        db_session(),
        current_actor(),
        "turn.export",
        "point",
        filters.point,
        format=format_code,
        period=period,
    )
    name = _("waits-%(first)s-%(last)s", first=filters.first.isoformat(), last=filters.last.isoformat())
    return send_download(content, mimetype, f"{name}.{format_code}")
