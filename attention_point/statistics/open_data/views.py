"""The open data: what anybody may read and download without a session. Nothing here writes.

The page names whom a reader can write to. Without that setting it is not served; files keep their permanent addresses.
"""

import hashlib
import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.dates import Period, first_of_next_month, parse_period_code
from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.network.mail_server import is_mail_address
from attention_point.foundation.paperwork import SUPPRESSED
from attention_point.foundation.report_pages import (
    build_cell_formatter,
    draw_chart,
    get_file_format,
    get_watermark,
    send_download,
    split_into_parts,
)
from attention_point.foundation.web import current_settings, db_session
from attention_point.foundation.web.security.response_headers import YEAR_SECONDS, allow_public_cache
from attention_point.statistics.month_codes import parse_begun_period
from attention_point.statistics.month_papers.changes import name_period
from attention_point.statistics.month_papers.period_report import PeriodPaper, build_period_report
from attention_point.statistics.open_data import dictionary, files, page_figures, public_files
from attention_point.statistics.open_data.catalogue import LICENCE, build_catalogue
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.models import Release

blueprint = Blueprint("open_data", __name__, url_prefix="/open-data")
MAX_CATALOGUED_MONTHS = 120  # ten years, so that the catalogue stays a file that a program reads at once
CACHE_FOREVER = f"public, max-age={YEAR_SECONDS}, immutable"  # for an address that names a version
CACHE_BRIEFLY = "public, max-age=300"  # seconds until a correction is seen


@blueprint.app_context_processor
def name_public_page() -> dict[str, str | None]:
    """Give every page the address of the public page, where it is served."""
    return {"open_data_url": url_for("open_data.show_newest") if current_settings().contact else None}


@blueprint.get("/")
@public
def show_newest() -> str | Response | tuple[str, int]:
    """Show the newest month. ``?period=`` leads to another one, which the page's list of periods asks for."""
    # A form can only add to an address; the redirect leads to the one address of the period,
    # which caches and readers keep.
    if code := request.args.get("period", ""):
        return redirect(url_for("open_data.show_period", period=parse_begun_period(code).code))
    published = page_figures.list_published_periods(db_session())
    newest = published.newest_month
    return _render_page(published, parse_period_code(newest) if newest else None)


@blueprint.get("/<string(maxlength=20):period>")
@public
def show_period(period: str) -> str | tuple[str, int]:
    """Show the figures of a month, quarter or year, with its files."""
    return _render_page(page_figures.list_published_periods(db_session()), parse_begun_period(period))


@blueprint.get("/<string(maxlength=20):period>/tables")
@public
def show_tables(period: str) -> str | tuple[str, int]:
    """Show every table of a period."""
    # Open data without somebody to answer for them help nobody; the files stay, because addresses were promised.
    if not current_settings().contact:
        return _render_closed()
    content = queries.load_content(queries.get_release(db_session(), parse_begun_period(period)))
    report = build_period_report(PeriodPaper(content, watermark=get_watermark(current_settings())), folds_zeros=True)
    return render_template(
        "statistics/open_data_tables.html",
        period=content.period,
        period_name=name_period(content.period),
        parts=[part for part in split_into_parts(report) if part.tables],
        suppressed=SUPPRESSED,
        format_cell=build_cell_formatter(),
    )


@blueprint.get("/<string(maxlength=20):period>/charts/<string(maxlength=60):chart>.svg")
@public
def show_chart(period: str, chart: str) -> Response:
    """Send a chart of a period, or that of the months."""
    content = queries.load_content(queries.get_release(db_session(), parse_begun_period(period)))
    charts = {shown.id: shown for shown in page_figures.build_page_figures(db_session(), content).charts}
    return draw_chart(charts.get(chart))


@blueprint.get("/months.svg")
@public
def show_trend() -> Response:
    """Send the chart of people by month."""
    trend = page_figures.build_trend(db_session(), page_figures.list_published_periods(db_session()))
    if trend is None:
        return draw_chart(None)
    # On a telephone the letters of a chart of the whole width would be too small to read.
    return draw_chart(replace(trend.chart, is_half_width="narrow" in request.args))


@blueprint.get("/<string(maxlength=20):period>.<string(maxlength=20):kind>")
@public
def download_latest_version(period: str, kind: str) -> Response:
    """Send the file of a period in its latest version."""
    return _send_file(period, None, kind, CACHE_BRIEFLY)


@blueprint.get("/<string(maxlength=20):period>/v<int(max=9999):number>.<string(maxlength=20):kind>")
@public
def download_version(period: str, number: int, kind: str) -> Response:
    """Send the file of one version, which never changes."""
    return _send_file(period, number, kind, CACHE_FOREVER)


@blueprint.get("/series.csv")
@public
def download_series() -> Response:
    """Send the figures of all months in one file."""
    etag = public_files.build_series_tag(db_session(), current_settings())
    allow_public_cache(CACHE_BRIEFLY)
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        content = public_files.read_series(db_session(), current_settings())
        response = send_download(content, "text/csv", "all-months.csv")
    response.set_etag(etag)
    return response


@blueprint.get("/dictionary.<string(maxlength=20):kind>")
@public
def download_dictionary(kind: str) -> Response:
    """Send the dictionary of columns and codes, as CSV or JSON."""
    write_entries = {"csv": dictionary.write_csv_file, "json": dictionary.write_json_file}.get(kind)
    if write_entries is None:
        raise NotFound(_("The dictionary is available as CSV or JSON."))
    return _send_conditionally(
        write_entries(dictionary.build_entries(db_session())), get_file_format(files.FILE_FORMATS, kind).mimetype
    )


@blueprint.get("/catalog.jsonld")
@public
def download_catalogue() -> Response:
    """Send the machine-readable catalogue (DCAT)."""
    releases = queries.list_current_releases(db_session(), first_of_next_month(clock.today()), MAX_CATALOGUED_MONTHS)
    months = [(release, _list_files(release)) for release in releases]
    catalogue = build_catalogue(months, _build_address, current_settings().contact)
    return _send_conditionally(json.dumps(catalogue, ensure_ascii=False, indent=1).encode(), "application/ld+json")


def _render_page(published: page_figures.PublishedPeriods, period: Period | None) -> str | tuple[str, int]:
    settings = current_settings()
    if not settings.contact:
        return _render_closed()
    release = queries.get_release(db_session(), period) if period else None
    content = queries.load_content(release) if release else None
    is_newest = period is not None and period.code == published.newest_month
    return render_template(
        "statistics/open_data.html",
        published=published,
        choices=list(page_figures.list_choices(published)),
        release=release,
        content=content,
        period_name=name_period(period.code) if period else "",
        neighbours=published.find_neighbours(period.code) if period else (None, None),
        figures=page_figures.build_page_figures(db_session(), content) if content else None,
        # The months in a row lead to the newest one, so that only its page shows them.
        trend=page_figures.build_trend(db_session(), published) if is_newest else None,
        public_files=_list_files(release) if release else [],
        earlier_versions=queries.list_versions(db_session(), period)[1:] if period else [],
        file_formats=files.FILE_FORMATS,
        format_cell=build_cell_formatter(),
        suppressed=SUPPRESSED,
        licence=LICENCE,
        address=settings.published_address,
        contact=settings.contact,
        is_mail_contact=is_mail_address(settings.contact),
        name_period=name_period,
    )


def _render_closed() -> tuple[str, int]:
    return render_template("statistics/open_data_closed.html"), 404


def _list_files(release: Release) -> list[public_files.PublicFile]:
    return public_files.list_public_files(db_session(), current_settings(), release)


def _build_address(view: str, **values: Any) -> str:
    # Built from the setting: behind a proxy the host of the request need not be the public one.
    return current_settings().published_address + url_for(f"open_data.{view}", **values)


def _send_file(period: str, number: int | None, kind: str, cache_control: str) -> Response:
    mimetype = get_file_format(files.FILE_FORMATS, kind).mimetype
    release = queries.get_release(db_session(), parse_begun_period(period), number)
    etag = public_files.build_tag(current_settings(), release.hash)
    allow_public_cache(cache_control)
    # The tag follows from the release, so that a client that has the file costs no drawing and no reading of it.
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        content = public_files.read_public_file(db_session(), current_settings(), release, kind)
        response = send_download(content, mimetype, f"{release.period}-v{release.version}.{kind}")
    response.set_etag(etag)
    return response


def _send_conditionally(content: bytes, mimetype: str) -> Response:
    allow_public_cache(CACHE_BRIEFLY)
    response = Response(content, mimetype=mimetype)
    response.set_etag(hashlib.sha256(content).hexdigest())
    return response.make_conditional(request)
