"""The statistics API: a released month for a program with a token of scope ``statistics``."""

from typing import Annotated, Literal

from flask import Blueprint, request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from attention_point.foundation import journal
from attention_point.foundation.access import requires_scope
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import FieldError, Invalid, NotFound
from attention_point.foundation.web import actor, db, settings
from attention_point.foundation.web.openapi import documented
from attention_point.statistics import files, open_data, released
from attention_point.statistics.documents import first_day_of, month_name
from attention_point.statistics.models import Release

blueprint = Blueprint("statistics_api", __name__, url_prefix="/api/v1/statistics")
Counted = Literal["people", "attentions", "referrals", "answers"]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReleasedCell(_Answer):
    """A count, null where it is held back. ``at``: a code for each dimension, ``*`` for all, ``a/b`` for several."""

    at: dict[str, str]
    count: Annotated[int, Field(ge=0)] | None
    status: Literal["shown", "suppressed"]


class Protection(_Answer):
    """How a table was protected; the dictionary explains the rules. ``merged``: the codes that are shown together."""

    rule: Literal["line", "overlap", "lines", "crossing", "beside-people", "sum-of-published"]
    suppressed: int
    merged: list[str] = []


class ReleasedTable(_Answer):
    """A table. Over a dimension in ``overlapping`` its total is no sum.

    ``left_out``: codes of the first dimension that are not broken down; ``as_of_version``: since when it stands.
    """

    id: str
    title: str
    title_en: str
    counts: Counted
    k: int
    dimensions: list[str]
    overlapping: list[str]
    left_out: list[str]
    as_of_version: int | None
    protection: Protection
    cells: list[ReleasedCell]


class Withheld(_Answer):
    """A table of which nothing is shown."""

    id: str
    title: str
    title_en: str


class ReleasedMonth(_Answer):
    """A released month. ``hash``: SHA-256 of this JSON without ``hash`` and ``demonstration``.

    That is of UTF-8 without blanks, the keys in order. ``demonstration`` stands only where the people are invented.
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
@documented(
    "A released month: its figures as they were frozen",
    {200: ReleasedMonth},
    query={"version": "The number of a version; else the one in force"},
    errors=(404, 422),
)
def month(month: str) -> Response:
    """A released month in its version in force, or in the one asked for. What is not released is not there."""
    found = _found(month, request.args.get("version", ""))
    journal.record(
        db(), actor(), "statistics.export", "month", month_name(found.month), format="json", version=found.version
    )
    return Response(files.of_release("json", found, open_data.watermark(settings())), mimetype="application/json")


def _found(month: str, number: str) -> Release:
    first_day = first_day_of(month)
    if number and not (number.isascii() and number.isdecimal() and len(number) < 5):
        sentence = _("Write the number of a version.")
        raise Invalid(sentence, (FieldError("version", sentence),))
    found = released.version(db(), first_day, int(number)) if number else released.newest(db(), first_day)
    if found is None:
        raise NotFound(_("This month, or this version of it, has not been published."))
    return found
