"""The office's pages of figures: the list of months, and one month with its charts and files."""

from collections.abc import Iterable

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.dates import (
    Period,
    PeriodKind,
    find_period,
    first_of_month,
    first_of_next_month,
    format_month_code,
    parse_period_code,
)
from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.language import format_period
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import SUPPRESSED
from attention_point.foundation.report_pages import (
    build_cell_formatter,
    get_file_format,
    get_watermark,
    prepare_files,
    send_chart,
    send_download,
    split_into_parts,
)
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.pagination import build_page
from attention_point.foundation.worker import run_in_worker
from attention_point.statistics.month_codes import parse_begun_month, parse_begun_period, parse_version
from attention_point.statistics.month_papers.first_page import list_first_blocks
from attention_point.statistics.month_papers.loading import build_provisional_paper, load_paper
from attention_point.statistics.month_papers.period_report import PeriodPaper, build_period_report
from attention_point.statistics.open_data import files, public_files
from attention_point.statistics.releases import approvals, queries, services
from attention_point.statistics.releases.content import SUPPRESSION
from attention_point.statistics.releases.models import Release
from attention_point.tallies import queries as tally_queries

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")
PAGE_SIZE = 24  # months on a page of the list
MAX_LONGER_PERIODS = 8  # of quarters, and of years
LONGER_KINDS: tuple[PeriodKind, ...] = ("quarter", "year")


@blueprint.get("")
@requires("statistics.view")
def list_months() -> str:
    """List the months with counts, newest first. The page begins below the month ``before``."""
    month_bound = request.args.get("before", "")
    upper_bound = parse_begun_month(month_bound) if month_bound else first_of_next_month(clock.today())
    page = build_page(
        tally_queries.list_recent_months(db_session(), upper_bound, PAGE_SIZE + 1),
        PAGE_SIZE,
        lambda last_month: url_for("statistics.list_months", before=format_month_code(last_month)),
        url_for("statistics.list_months") if month_bound else None,
    )
    releases = queries.list_current_releases(db_session(), upper_bound, PAGE_SIZE + 1)
    return render_template(
        "statistics/months.html",
        page=page,
        this_month=first_of_month(clock.today()),
        format_month_code=format_month_code,
        releases={release.month: release for release in releases},
        # There are few of them, and they would stand on every page of the list.
        longer_releases=_list_longer_releases() if not month_bound else (),
        waiting_periods=_list_waiting_periods(releases),
        proposed_periods=approvals.list_proposed_periods(db_session()),
        file_formats=files.FILE_FORMATS,
    )


def _list_longer_releases() -> list[tuple[str, Release]]:
    """List the newest released quarters and years with their names; they are released with their last month."""
    releases = [
        release
        for kind in LONGER_KINDS
        for release in queries.list_current_releases(db_session(), clock.today(), MAX_LONGER_PERIODS, kind)
    ]
    return [(format_period(parse_period_code(release.period)), release) for release in releases]


def _list_waiting_periods(releases: Iterable[Release]) -> list[Period]:
    """List the quarters and years of released months that could be released and are not."""
    months = [release.month for release in releases]
    periods = dict.fromkeys(find_period(kind, month) for kind in LONGER_KINDS for month in months)
    return [
        period
        for period in periods
        if queries.find_current_release(db_session(), period) is None and services.is_complete(db_session(), period)
    ]


@blueprint.get("/<string(maxlength=20):month>")
@requires("statistics.view")
def show_month(month: str) -> str:
    """Show the figures of a month, quarter or year, as released, or as they stand now with ``?provisional``."""
    period = parse_begun_period(month)
    prepare_files()
    paper = _load_paper(period)
    report, version = build_period_report(paper, folds_zeros=True), paper.content.version
    return render_template(
        "statistics/month.html",
        month=month,
        period=period,
        period_name=format_period(period),
        is_current=clock.today() in period,
        can_be_released=period.kind == "month" or services.is_complete(db_session(), period),
        versions=queries.list_versions(db_session(), period),
        shown_version=version,
        is_empty=paper.content.is_empty,
        is_suppressed=paper.content.method == SUPPRESSION,
        first_blocks=list_first_blocks(report.blocks),
        parts=split_into_parts(report),
        suppressed=SUPPRESSED,
        format_cell=build_cell_formatter(),
        # The address of a chart or file names the version, so that both show what this page shows.
        address_values={"month": month, **({"provisional": 1} if version is None else {"version": version})},
        file_formats=files.FILE_FORMATS,
    )


@blueprint.get("/<string(maxlength=20):month>/charts/<string(maxlength=60):chart>.svg")
@requires("statistics.view")
def show_chart(month: str, chart: str) -> Response:
    """Send one chart of a month."""
    return send_chart(build_period_report(_load_paper(parse_begun_period(month))), chart)


@blueprint.get("/<string(maxlength=20):month>.<string(maxlength=20):kind>")
@requires("statistics.export")
def download_month(month: str, kind: str) -> Response:
    """Send a month, quarter or year as PDF, XLSX, CSV or JSON. The journal says who took it before it leaves."""
    period = parse_begun_period(month)
    mimetype = get_file_format(files.FILE_FORMATS, kind).mimetype
    release = _find_release(period)
    # What nobody has published yet is drawn anew each time: it changes with every visit.
    if release is None:
        content = run_in_worker(db_session(), current_settings(), files.draw_provisional_file, period, kind)
    else:
        content = public_files.read_kept_file(db_session(), current_settings(), release, kind)
    version = release.version if release else None
    # After the drawing and before the sending: a file that could not be made was not taken by anybody.
    journal.record(db_session(), current_actor(), "statistics.export", "month", month, format=kind, version=version)
    name = (
        _("figures-%(month)s-provisional", month=month)
        if version is None
        else _("figures-%(month)s-v%(number)s", month=month, number=version)
    )
    return send_download(content, mimetype, f"{name}.{kind}")


def _find_release(period: Period) -> Release | None:
    """Return the release that the address asks for; None for provisional figures. Raises NotFound."""
    version_text = request.args.get("version", "")
    if not version_text:
        return None if "provisional" in request.args else queries.find_current_release(db_session(), period)
    # There is no version 0: what is no number is no version either.
    return queries.get_release(db_session(), period, parse_version(version_text) or 0)


def _load_paper(period: Period) -> PeriodPaper:
    release, watermark = _find_release(period), get_watermark(current_settings())
    if release:
        return load_paper(db_session(), release, watermark)
    return build_provisional_paper(db_session(), period, watermark)
