"""The statistics API: a released month for a program with a token of scope ``statistics``."""

from datetime import date
from typing import Annotated, Literal

from flask import Blueprint, request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from attention_point.dates import Period, format_month_code
from attention_point.foundation import journal
from attention_point.foundation.access import requires_scope
from attention_point.foundation.errors import FieldError, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.report_pages import get_watermark
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.openapi import document_operation
from attention_point.statistics.month_codes import parse_begun_month, parse_version
from attention_point.statistics.open_data import files
from attention_point.statistics.releases import queries
from attention_point.statistics.releases.models import Release

blueprint = Blueprint("statistics_api", __name__, url_prefix="/api/v1/statistics")
# These models describe the frozen JSON to the programs that read it. A release is sent as it was frozen, so that its
# hash can be checked; it is not built from them.
CountedUnit = Literal["people", "attentions", "referrals", "answers"]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _ResponseBody(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReleasedCell(_ResponseBody):
    """A count, null where it is suppressed.

    ``at`` has a code for each dimension: ``*`` for all, ``a/b`` for merged codes.
    """

    at: dict[str, str]
    count: Annotated[int, Field(ge=0)] | None
    status: Literal["shown", "suppressed"]


class Protection(_ResponseBody):
    """How a table was protected; the dictionary explains the rules.

    ``merged`` are the codes that are shown together.
    """

    rule: Literal["line", "overlap", "lines", "crossing", "beside-people", "sum-of-published"]
    suppressed: int
    merged: list[str] = []


class ReleasedTable(_ResponseBody):
    """A table. Its total is no sum over a dimension in ``overlapping``.

    ``left_out`` are the codes of the first dimension that are not broken down; ``as_of_version`` is the version since
    which the table stands.
    """

    id: str
    title: str
    title_en: str
    counts: CountedUnit
    k: int
    dimensions: list[str]
    overlapping: list[str]
    left_out: list[str]
    as_of_version: int | None
    protection: Protection
    cells: list[ReleasedCell]


class Withheld(_ResponseBody):
    """A table of which nothing is shown."""

    id: str
    title: str
    title_en: str


class ReleasedMonth(_ResponseBody):
    """A released month. ``hash`` is the SHA-256 of this JSON without ``hash`` and ``demonstration``.

    It is computed over UTF-8 without blanks, the keys in order. ``demonstration`` stands only where the people are
    invented.
    """

    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    version: Annotated[int, Field(ge=1)]
    released_at: AwareDatetime
    hash: Sha256
    journal_head: Sha256
    note: str | None
    totals: dict[str, Annotated[int, Field(ge=0)] | None]
    tables: list[ReleasedTable]
    withheld: list[Withheld]
    labels: dict[str, dict[str, dict[str, str]]]
    demonstration: str = ""


@blueprint.get("/<string(maxlength=20):month>")
@requires_scope("statistics")
@document_operation(
    "A released month: its figures as they were frozen",
    {200: ReleasedMonth},
    query={"version": "The number of a version; else the one in force"},
    errors=(404, 422),
)
def show_month(month: str) -> Response:
    """Send a released month in its latest version, or in the requested one. A provisional month is not there."""
    release = _get_release(parse_begun_month(month), request.args.get("version", ""))
    # The bytes are the same as those of the public file, so that a program can compare the two.
    content = files.write_release_file("json", release, get_watermark(current_settings()))
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
    if version_text and number is None:
        message = _("Enter the number of a version.")
        raise Invalid(message, (FieldError("version", message),))
    period = Period("month", first_day)
    release = (
        queries.find_current_release(db_session(), period)
        if number is None
        else queries.find_version(db_session(), period, number)
    )
    if release is None:
        raise NotFound(_("This month, or this version of it, has not been published."))
    return release
