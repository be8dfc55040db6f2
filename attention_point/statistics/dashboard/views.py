"""The page of the dashboard and its files. A file holds what the page of the same choice shows."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.dates import format_month_code
from attention_point.directory.queries import get_directory
from attention_point.directory.upkeep.endings import Ending, list_endings
from attention_point.directory.upkeep.review import count_waiting
from attention_point.directory.validation.missing_contacts import list_missing_contacts
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor, requires
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Chart, Report, format_cell
from attention_point.foundation.report_pages import (
    build_report_wording,
    get_watermark,
    prepare_files,
    send_chart,
    send_download,
    split_into_parts,
)
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.worker import run_in_worker
from attention_point.statistics.dashboard.downloads import draw_file
from attention_point.statistics.dashboard.filters import (
    Filters,
    Options,
    collect_options,
    find_neighbours,
    parse_filters,
)
from attention_point.statistics.dashboard.forms import build_filter_form
from attention_point.statistics.dashboard.queries import Dashboard, collect_dashboard
from attention_point.statistics.dashboard.reports import build_report, describe_comparison, describe_filters
from attention_point.statistics.dashboard.trend import get_monday
from attention_point.statistics.open_data.files import FILE_FORMATS

# The names of needs and a year of months need the whole width; the others stand in twos.
WIDE_CHARTS = frozenset({"needs", "trend"})
# More would stand before the figures.
_MOST_ENDINGS = 5
blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")


@dataclass(frozen=True, slots=True)
class _Selection:
    """A choice with its counts and the report of them."""

    filters: Filters
    dashboard: Dashboard
    report: Report


@blueprint.get("")
@requires("statistics.view")
def show_dashboard() -> str | tuple[str, int]:
    """Show the dashboard, or the filters with what is wrong with them."""
    options, template = _collect_options(), "statistics/dashboard.html"
    try:
        selection = _build_selection(options)
    except Invalid as error:
        form = build_filter_form(request.args, options, error.field_errors)
        return render_template(template, form=form, selection=None), error.status
    prepare_files()
    wording = build_report_wording()
    # Only who can fill them in is told of missing contacts: to others it would be a complaint without remedy.
    may_complete = current_actor().may("directory.edit")
    return render_template(
        template,
        form=build_filter_form(request.args, options),
        wide_charts=WIDE_CHARTS,
        neighbours=_link_neighbours(selection.filters, options),
        list_addresses=_build_list_addresses(current_actor(), selection.filters),
        selection=selection,
        chosen_filters=describe_filters(selection.filters, options),
        describe_comparison=describe_comparison,
        parts=split_into_parts(selection.report),
        missing_contacts=list(list_missing_contacts(db_session(), current_settings().contact)) if may_complete else [],
        directory_waiting=count_waiting(db_session(), clock.today()) if may_complete else {},
        directory_endings=_list_first_endings() if may_complete else [],
        month=format_month_code(selection.filters.month),
        format_cell=lambda cell, column: format_cell(cell, column.kind, wording),
    )


def _list_first_endings() -> list[Ending]:
    """What of the directory ends first; its own page has the rest."""
    return list_endings(get_directory(db_session()), clock.today())[:_MOST_ENDINGS]


@blueprint.get("/charts/<string(maxlength=60):chart>.svg")
@requires("statistics.view")
def show_chart(chart: str) -> Response:
    """Send one chart of a choice."""
    report = _build_selection(_collect_options()).report
    # On the page two stand in a row; on paper each has the whole width.
    blocks = (
        replace(block, is_half_width=block.id not in WIDE_CHARTS) if isinstance(block, Chart) else block
        for block in report.blocks
    )
    return send_chart(replace(report, blocks=tuple(blocks)), chart)


@blueprint.get("/figures.pdf")
@requires("statistics.export")
def download_pdf() -> Response:
    """Send a choice as PDF."""
    return _send_file("pdf")


@blueprint.get("/figures.xlsx")
@requires("statistics.export")
def download_xlsx() -> Response:
    """Send a choice as a workbook."""
    return _send_file("xlsx")


@blueprint.get("/figures.csv")
@requires("statistics.export")
def download_csv() -> Response:
    """Send the tables of a choice as CSV."""
    return _send_file("csv")


def _link_neighbours(filters: Filters, options: Options) -> list[tuple[str, str] | None]:
    """Return the words and the address of the month before and of the month after; None where there is none."""
    arguments: dict[str, Any] = dict(filters.query_arguments)
    return [
        (format_date(month, "MMMM"), url_for(".show_dashboard", **{**arguments, "period": format_month_code(month)}))
        if month
        else None
        for month in find_neighbours(filters, options)
    ]


def _build_list_addresses(actor: Actor, filters: Filters) -> dict[str, str]:
    """Return the addresses of the lists behind a number, by the key of its measure or the id of its table."""
    addresses: dict[str, str] = {}
    point: dict[str, Any] = {"point": filters.point} if filters.point else {}
    # A link that ends in a refusal is worse than none: the numbers lead only where this reader may go.
    if actor.may("visits.view") and _is_there("desk.list_visits"):
        today = filters.last_day.isoformat()
        month: dict[str, Any] = {**point, "first": filters.month.isoformat(), "last": today}
        whole_month = url_for("desk.list_visits", **month)
        addresses |= {
            key: whole_month for key in ("month", "people", "first", "sex-age", "population", "municipality", "needs")
        }
        addresses["today"] = url_for("desk.list_visits", day=today, **point)
        first_of_week = get_monday(filters.last_day).isoformat()
        addresses["week"] = url_for("desk.list_visits", **{**month, "first": first_of_week})
        addresses["unanswered"] = url_for("desk.list_visits", state="waiting", **month)
        addresses["referrals"] = addresses["outcomes"] = url_for("desk.list_visits", state="referred", **month)
    if actor.may("referrals.view") and _is_there("referrals.list_referrals"):
        addresses["open-now"] = url_for("referrals.list_referrals")
    if actor.may("referrals.monitor") and _is_there("referral_monitor.show_monitor"):
        # Whoever sees no visits sees who waits at which entity, and what came of the month's referrals.
        month_code = format_month_code(filters.month)
        monitor = url_for(
            "referral_monitor.show_monitor", first=month_code, last=month_code, entity=filters.entity or None
        )
        addresses = dict.fromkeys(("referrals", "unanswered", "outcomes", "entities", "open-now"), monitor) | addresses
    if actor.may("turns.waits") and _is_there("turn_waits.show_waits"):
        days: dict[str, Any] = {"first": filters.month.isoformat(), "last": filters.last_day.isoformat()}
        addresses["waits"] = url_for("turn_waits.show_waits", **point, **days)
    return addresses


def _is_there(endpoint: str) -> bool:
    # An application may be composed without the desk.
    return endpoint in current_app.view_functions


def _collect_options() -> Options:
    return collect_options(db_session(), clock.today())


def _build_selection(options: Options) -> _Selection:
    """Read the choice in the address. Raises Invalid."""
    filters = parse_filters(request.args, options)
    dashboard = collect_dashboard(db_session(), filters, options)
    watermark = get_watermark(current_settings())
    report = build_report(db_session(), dashboard, filters, options, clock.now(), watermark)
    return _Selection(filters, dashboard, report)


def _send_file(format_code: str) -> Response:
    drawn = run_in_worker(db_session(), current_settings(), draw_file, request.args.to_dict(), format_code)
    last_day = drawn.filters.last_day.isoformat()
    # The journal names who took the file, and of which choice, before it leaves.
    journal.record(
        db_session(),
        current_actor(),
        "statistics.export",
        "dashboard",
        last_day,
        format=format_code,
        **drawn.filters.query_arguments,
    )
    name = _("dashboard-%(day)s-provisional", day=last_day)
    return send_download(drawn.content, FILE_FORMATS[format_code].mimetype, f"{name}.{format_code}")
