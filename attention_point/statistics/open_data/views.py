"""The open data: what anybody may read and download without a session. Nothing here writes."""

import hashlib
import json
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.dates import Period, first_of_next_month, format_month_code
from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.report_pages import send_download
from attention_point.foundation.web import current_settings, db_session
from attention_point.foundation.web.pagination import build_page
from attention_point.foundation.web.security.response_headers import YEAR_SECONDS, allow_public_cache
from attention_point.statistics.month_codes import parse_begun_month
from attention_point.statistics.open_data import dictionary, files, public_files
from attention_point.statistics.open_data.catalogue import LICENCE, build_catalogue
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.models import Release

blueprint = Blueprint("open_data", __name__, url_prefix="/open-data")
PAGE_SIZE = 12  # months on the page
MAX_CATALOGUED_MONTHS = 120  # ten years, so that the catalogue stays a file that a program reads at once
CACHE_FOREVER = f"public, max-age={YEAR_SECONDS}, immutable"  # for an address that names a version
CACHE_BRIEFLY = "public, max-age=300"  # seconds until a correction is seen


@blueprint.get("/")
@public
def list_months() -> str:
    """List the published months with their files. The page begins below the month ``before``."""
    month_bound, settings = request.args.get("before", ""), current_settings()
    upper_bound = parse_begun_month(month_bound) if month_bound else _get_upper_bound()
    page = build_page(
        queries.list_current_releases(db_session(), upper_bound, PAGE_SIZE + 1),
        PAGE_SIZE,
        lambda last_release: url_for("open_data.list_months", before=format_month_code(last_release.month)),
        url_for("open_data.list_months") if month_bound else None,
    )
    corrected_months = [release.month for release in page.items if release.version > 1]
    return render_template(
        "statistics/open_data.html",
        page=page,
        public_files={release.month: _list_files(release) for release in page.items},
        earlier_versions={
            month: queries.list_versions(db_session(), Period("month", month))[1:] for month in corrected_months
        },
        file_formats=files.FILE_FORMATS,
        format_month_code=format_month_code,
        licence=LICENCE,
        address=_build_address("list_months"),
        contact=settings.contact or settings.mail_from,
    )


@blueprint.get("/<string(maxlength=20):month>.<string(maxlength=20):kind>")
@public
def download_latest_version(month: str, kind: str) -> Response:
    """Send the file of a month in its latest version."""
    return _send_file(queries.find_current_release(db_session(), _parse_month(month)), kind, CACHE_BRIEFLY)


@blueprint.get("/<string(maxlength=20):month>/v<int(max=9999):number>.<string(maxlength=20):kind>")
@public
def download_version(month: str, number: int, kind: str) -> Response:
    """Send the file of one version, which never changes."""
    return _send_file(queries.find_version(db_session(), _parse_month(month), number), kind, CACHE_FOREVER)


@blueprint.get("/dictionary.<string(maxlength=20):kind>")
@public
def download_dictionary(kind: str) -> Response:
    """Send the dictionary of columns and codes, as CSV or JSON."""
    write_entries = {"csv": dictionary.write_csv_file, "json": dictionary.write_json_file}.get(kind)
    if write_entries is None:
        raise NotFound(_("The dictionary is available as CSV or JSON."))
    return _send_conditionally(write_entries(dictionary.build_entries(db_session())), files.get_format(kind).mimetype)


@blueprint.get("/catalog.jsonld")
@public
def download_catalogue() -> Response:
    """Send the machine-readable catalogue (DCAT)."""
    releases = queries.list_current_releases(db_session(), _get_upper_bound(), MAX_CATALOGUED_MONTHS)
    months = [(release, _list_files(release)) for release in releases]
    catalogue = build_catalogue(months, _build_address)
    return _send_conditionally(json.dumps(catalogue, ensure_ascii=False, indent=1).encode(), "application/ld+json")


def _list_files(release: Release) -> list[public_files.PublicFile]:
    return public_files.list_public_files(db_session(), current_settings(), release)


def _get_upper_bound() -> date:
    return first_of_next_month(clock.today())


def _build_address(view: str, **values: Any) -> str:
    # Built from the setting: behind a proxy the host of the request need not be the public one.
    return current_settings().public_url + url_for(f"open_data.{view}", **values)


def _parse_month(code: str) -> Period:
    return Period("month", parse_begun_month(code))


def _send_file(release: Release | None, kind: str, cache_control: str) -> Response:
    mimetype = files.get_format(kind).mimetype
    if release is None:
        raise NotFound(_("This month, or this version of it, has not been published."))
    etag = public_files.build_etag(current_settings(), release)
    allow_public_cache(cache_control)
    # The tag follows from the release, so that a client that has the file costs no drawing and no reading of it.
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        content = public_files.read_public_file(db_session(), current_settings(), release, kind)
        response = send_download(content, mimetype, f"{format_month_code(release.month)}-v{release.version}.{kind}")
    response.set_etag(etag)
    return response


def _send_conditionally(content: bytes, mimetype: str) -> Response:
    allow_public_cache(CACHE_BRIEFLY)
    response = Response(content, mimetype=mimetype)
    response.set_etag(hashlib.sha256(content).hexdigest())
    return response.make_conditional(request)
