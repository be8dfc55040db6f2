"""The statistics API: a released month for a program with a token of scope ``statistics``."""

from datetime import date

from flask import Blueprint, request
from werkzeug.wrappers import Response

from attention_point.dates import Period, format_month_code
from attention_point.foundation import journal
from attention_point.foundation.access import requires_scope
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.report_pages import get_watermark
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.openapi import document_operation
from attention_point.statistics.month_codes import parse_begun_month, parse_version
from attention_point.statistics.months.released_json import AnyReleasedMonth
from attention_point.statistics.open_data import files
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.models import Release

blueprint = Blueprint("statistics_api", __name__, url_prefix="/api/v1/statistics")


@blueprint.get("/<string(maxlength=20):month>")
@requires_scope("statistics")
@document_operation(
    "A released month: its figures as they were frozen",
    {200: AnyReleasedMonth},
    query={"version": "The number of a version; else the one in force"},
    errors=(404, 422),
)
def show_month(month: str) -> Response:
    """Send a released month in its latest version, or in the requested one. A provisional month is not there."""
    release = _get_release(parse_begun_month(month), request.args.get("version", ""))
    # The bytes are the same as those of the public file, so that a program can compare the two.
    content = files.write_release_file(db_session(), "json", release, get_watermark(current_settings()))
    # A program's reading is written down as a person's is: a token that was stolen is seen by what it took.
    journal.record(
        db_session(),
        current_actor(),
        "statistics.export",
        "month",
        format_month_code(release.month),
        format="json",
        version=release.version,
    )
    return Response(content, mimetype="application/json")


def _get_release(first_day: date, version_text: str) -> Release:
    number = parse_version(version_text)
    # A version that is misspelt must not silently give the latest one.
    if version_text and number is None:
        raise Invalid.of_field("version", _("Enter the number of a version."))
    return queries.get_release(db_session(), Period("month", first_day), number)
