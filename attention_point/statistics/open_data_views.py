"""The open data: what anybody may read and take, without a session. Read-only."""

import hashlib
import json
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.foundation import clock
from attention_point.foundation.access import public
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import NotFound
from attention_point.foundation.web import db, settings
from attention_point.foundation.web.headers import YEAR, open_to_all
from attention_point.foundation.web.listing import page_of
from attention_point.statistics import files, open_data, released
from attention_point.statistics import open_data_dictionary as words
from attention_point.statistics.documents import first_day_of, month_name
from attention_point.statistics.models import Release
from attention_point.statistics.open_data_catalog import LICENCE, catalog
from attention_point.tallies.queries import next_month
from attention_point.tallies.rules import first_of_month

blueprint = Blueprint("open_data", __name__, url_prefix="/open-data")
SIZE = 12  # months on the page
CATALOGUED = 120  # months in the catalogue
FOR_GOOD = f"public, max-age={YEAR}, immutable"
FOR_A_WHILE = "public, max-age=300"  # seconds until a correction is seen


@blueprint.get("/")
@public
def listing() -> str:
    """The published months with their files; ``before`` is the month below which the page begins."""
    before = request.args.get("before", "")
    found = released.months(db(), first_day_of(before) if before else _beyond(), SIZE + 1)
    page = page_of(
        found,
        SIZE,
        lambda last: url_for("open_data.listing", before=month_name(last.month)),
        url_for("open_data.listing") if before else None,
    )
    return render_template(
        "statistics/open_data.html",
        page=page,
        copies={one.month: open_data.copies(settings(), one) for one in page.items},
        earlier={one.month: released.versions(db(), one.month)[1:] for one in page.items if one.version > 1},
        kinds=files.KINDS,
        name=month_name,
        licence=LICENCE,
        address=_address("listing"),
        contact=settings().mail_from,
    )


@blueprint.get("/<string(maxlength=20):month>.<string(maxlength=20):kind>")
@public
def latest(month: str, kind: str) -> Response:
    """A month's file in its version in force."""
    return _file(released.newest(db(), first_day_of(month)), kind, FOR_A_WHILE)


@blueprint.get("/<string(maxlength=20):month>/v<int(max=9999):number>.<string(maxlength=20):kind>")
@public
def version(month: str, number: int, kind: str) -> Response:
    """The file of one version, which never changes."""
    return _file(released.version(db(), first_day_of(month), number), kind, FOR_GOOD)


@blueprint.get("/dictionary.<string(maxlength=20):kind>")
@public
def dictionary(kind: str) -> Response:
    """The columns and codes of the data, as CSV or JSON."""
    written = {"csv": words.as_csv, "json": words.as_json}.get(kind)
    if written is None:
        raise NotFound(_("The dictionary can be had as CSV or as JSON."))
    return _conditional(written(words.entries(db())), files.kind_of(kind).mimetype)


@blueprint.get("/catalog.jsonld")
@public
def catalogue() -> Response:
    """The machine-readable catalogue (DCAT)."""
    found = released.months(db(), _beyond(), CATALOGUED)
    made = catalog([(one, open_data.copies(settings(), one)) for one in found], _address)
    return _conditional(json.dumps(made, ensure_ascii=False, indent=1).encode(), "application/ld+json")


def _beyond() -> date:
    return next_month(first_of_month(clock.today()))


def _address(view: str, **values: Any) -> str:
    return settings().public_url + url_for(f"open_data.{view}", **values)


def _file(release: Release | None, kind: str, keep: str) -> Response:
    mimetype = files.kind_of(kind).mimetype
    if release is None:
        raise NotFound(_("This month, or this version of it, has not been published."))
    etag = open_data.etag(settings(), release)
    open_to_all(keep)
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        response = Response(open_data.content(settings(), release, kind), mimetype=mimetype)
        name = f"{month_name(release.month)}-v{release.version}.{kind}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.set_etag(etag)
    return response


def _conditional(content: bytes, mimetype: str) -> Response:
    open_to_all(FOR_A_WHILE)
    response = Response(content, mimetype=mimetype)
    response.set_etag(hashlib.sha256(content).hexdigest())
    return response.make_conditional(request)
