"""The office's pages of figures: the list of months, one month with its charts and files, and its release."""

from datetime import date
from functools import partial
from typing import Any

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.dates import Period, first_of_month, first_of_next_month, format_month_code
from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Invalid, NotFound
from attention_point.foundation.language import format_month
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import SUPPRESSED, format_cell
from attention_point.foundation.report_pages import (
    build_report_wording,
    get_watermark,
    send_chart,
    send_download,
    split_into_parts,
)
from attention_point.foundation.settings import Settings
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.pagination import build_page
from attention_point.foundation.web.transactions import current_database, read_session
from attention_point.foundation.worker import run_in_worker
from attention_point.statistics.month_codes import parse_begun_month, parse_version
from attention_point.statistics.months.forms import ReleaseForm
from attention_point.statistics.open_data import files, public_files
from attention_point.statistics.releases import queries, services
from attention_point.statistics.releases.content import ReleaseContent
from attention_point.statistics.releases.content_building import build_provisional_content
from attention_point.statistics.releases.models import Release
from attention_point.statistics.releases.quality import describe_quality
from attention_point.statistics.releases.reports import build_month_report, describe_month
from attention_point.tallies import queries as tally_queries

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")
log = structlog.get_logger("statistics")
PAGE_SIZE = 24  # months on a page of the list


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
        file_formats=files.FILE_FORMATS,
    )


@blueprint.get("/<string(maxlength=20):month>")
@requires("statistics.view")
def show_month(month: str) -> str:
    """Show the tables and charts of one month, as it was released, or as it stands now with ``?provisional``."""
    first_day = parse_begun_month(month)
    content = _load_month(first_day)
    report = build_month_report(content, get_watermark(current_settings()))
    # The address of a chart or file names the version, so that both show what this page shows.
    version = {"provisional": 1} if content.version is None else {"version": content.version}
    return render_template(
        "statistics/month.html",
        month=month,
        first_day=first_day,
        is_current_month=first_day == first_of_month(clock.today()),
        versions=queries.list_versions(db_session(), Period("month", first_day)),
        shown_version=content.version,
        is_empty=content.is_empty,
        report=report,
        parts=split_into_parts(report),
        suppressed=SUPPRESSED,
        format_cell=_format_cell,
        address_values={"month": month, **version},
        file_formats=files.FILE_FORMATS,
    )


@blueprint.get("/<string(maxlength=20):month>/charts/<string(maxlength=60):chart>.svg")
@requires("statistics.view")
def show_chart(month: str, chart: str) -> Response:
    """Send one chart of a month."""
    content = _load_month(parse_begun_month(month))
    return send_chart(build_month_report(content, get_watermark(current_settings())), chart)


@blueprint.get("/<string(maxlength=20):month>.<string(maxlength=20):kind>")
@requires("statistics.export")
def download_month(month: str, kind: str) -> Response:
    """Send a month as PDF, XLSX, CSV or JSON. The journal says who took it before it leaves."""
    first_day = parse_begun_month(month)
    mimetype = files.get_format(kind).mimetype
    release = _find_release(first_day)
    if release is None:
        content = run_in_worker(db_session(), current_settings(), files.draw_provisional_file, first_day, kind)
    else:
        content = public_files.read_kept_file(db_session(), current_settings(), release, kind)
    version = release.version if release else None
    journal.record(db_session(), current_actor(), "statistics.export", "month", month, format=kind, version=version)
    name = (
        _("figures-%(month)s-provisional", month=month)
        if version is None
        else _("figures-%(month)s-v%(number)s", month=month, number=version)
    )
    return send_download(content, mimetype, f"{name}.{kind}")


@blueprint.route("/<string(maxlength=20):month>/release", methods=["GET", "POST"])
@requires("statistics.release")
def release_month(month: str) -> Response | str | tuple[str, int]:
    """Show a month to the person who decides, and publish it. Nothing is published in any other way."""
    first_day = parse_begun_month(month)
    form = ReleaseForm()
    if not form.validate_on_submit():
        return _render_review(first_day, form), 422 if request.method == "POST" else 200
    try:
        release = services.release_period(
            db_session(),
            current_actor(),
            Period("month", first_day),
            form.note.data,
            form.fingerprint.data,
            form.despite_damage.data,
        )
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_review(first_day, form), 422
    flash(_("%(month)s is published, version %(number)s.", month=format_month(first_day), number=release.version))
    response = redirect(url_for("statistics.show_month", month=month))
    # The files take seconds to draw. They are made once the response is out and the month is committed.
    response.call_on_close(partial(_make_public_files, current_database(), current_settings()))
    return response


def _make_public_files(database: Database, settings: Settings) -> None:
    try:
        public_files.make_missing_files(database, settings)
    except AppError as error:  # the next "jobs run" makes them
        log.warning("open_data.not_made", code=error.code)


def _render_review(first_day: date, form: ReleaseForm) -> str:
    template, month = "statistics/release.html", format_month_code(first_day)
    try:
        prepared = services.prepare_release(read_session(), Period("month", first_day))
    except AppError as error:
        return render_template(template, first_day=first_day, month=month, error_message=error.message)
    # The page shows this content, so the next POST must confirm it and nothing older.
    form.fingerprint.data = prepared.fingerprint
    return render_template(
        template,
        first_day=first_day,
        month=month,
        error_message=None,
        form=form,
        is_correction=prepared.is_correction,
        quality=describe_quality(prepared.content.quality),
        summary=describe_month(prepared.content),
        format_cell=_format_cell,
    )


def _find_release(first_day: date) -> Release | None:
    """Return the release that the address asks for; None for the provisional month. Raises NotFound."""
    version_text = request.args.get("version", "")
    if not version_text:
        return (
            None
            if "provisional" in request.args
            else queries.find_current_release(db_session(), Period("month", first_day))
        )
    number = parse_version(version_text)
    release = queries.find_version(db_session(), Period("month", first_day), number) if number is not None else None
    if release is None:
        raise NotFound(_("This month has no such version."))
    return release


def _load_month(first_day: date) -> ReleaseContent:
    release = _find_release(first_day)
    if release:
        return queries.load_content(release)
    return build_provisional_content(db_session(), Period("month", first_day))


def _format_cell(cell: Any, column: Any) -> str:
    return format_cell(cell, column.kind, build_report_wording())
