"""The office's pages of figures: the months, one month, its charts and downloads."""

from dataclasses import dataclass, field
from datetime import date

from flask import Blueprint, Response, render_template, request, url_for

from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import (
    SUPPRESSED,
    Chart,
    Document,
    Heading,
    Note,
    Paragraph,
    Table,
    cell_text,
    chart_svg,
    write_csv,
    write_pdf,
)
from attention_point.foundation.refusals import NotFound
from attention_point.foundation.web import actor, db, settings
from attention_point.foundation.web.listing import page_of
from attention_point.statistics import released
from attention_point.statistics.documents import charts, first_day_of, month_document, month_name, words
from attention_point.statistics.queries import month_tables
from attention_point.tallies import queries as tallies
from attention_point.tallies.rules import first_of_month

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")
SIZE = 24  # months on a page of the list


@blueprint.get("")
@requires("statistics.view")
def listing() -> str:
    """The months that have figures, newest first; ``before`` is the month below which the page begins."""
    today = clock.today()
    before = request.args.get("before", "")
    bound = first_day_of(before) if before else tallies.next_month(first_of_month(today))
    months = page_of(
        tallies.recent_months(db(), bound, SIZE + 1),
        SIZE,
        lambda last: url_for("statistics.listing", before=month_name(last)),
        url_for("statistics.listing") if before else None,
    )
    return render_template("statistics/listing.html", page=months, this_month=first_of_month(today), name=month_name)


@blueprint.get("/<string(maxlength=20):month>")
@requires("statistics.view")
def show(month: str) -> str:
    """One month: a chart and a table for each indicator."""
    first_day = first_day_of(month)
    document = _document(first_day)
    return render_template(
        "statistics/month.html",
        month=month_name(first_day),
        first_day=first_day,
        current=first_day == first_of_month(clock.today()),
        release=released.newest(db(), first_day),
        empty=month_tables(db(), first_day).empty,
        document=document,
        parts=_parts(document),
        suppressed=SUPPRESSED,
        text=lambda cell, column: cell_text(cell, column.kind, words()),
    )


@blueprint.get("/<string(maxlength=20):month>/charts/<string(maxlength=60):chart>.svg")
@requires("statistics.view")
def picture(month: str, chart: str) -> Response:
    """One chart of a month."""
    found = charts(_document(first_day_of(month))).get(chart)
    if found is None:
        raise NotFound(_("There is no such chart in this month."))
    return Response(chart_svg(found, words()), mimetype="image/svg+xml")


@blueprint.get("/<string(maxlength=20):month>.pdf")
@requires("statistics.export")
def as_pdf(month: str) -> Response:
    """The month as PDF."""
    first_day = first_day_of(month)
    return _download(first_day, "pdf", "application/pdf", write_pdf(_document(first_day), words()))


@blueprint.get("/<string(maxlength=20):month>.csv")
@requires("statistics.export")
def as_csv(month: str) -> Response:
    """The month's tables as CSV."""
    first_day = first_day_of(month)
    return _download(first_day, "csv", "text/csv", write_csv(_document(first_day)))


def _document(first_day: date) -> Document:
    watermark = _("Invented people") if settings().demo else None
    return month_document(db(), month_tables(db(), first_day), clock.now(), watermark)


def _download(first_day: date, kind: str, mimetype: str, content: bytes) -> Response:
    """A file to keep; who took it is in the journal before it leaves."""
    name = month_name(first_day)
    journal.record(db(), actor(), "statistics.export", "month", name, format=kind)
    file_name = _("figures-%(month)s-provisional", month=name)
    return Response(
        content, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{file_name}.{kind}"'}
    )


@dataclass
class _Part:
    """A part of the page under one heading: its texts, and its tables, each with the chart that stands before it."""

    title: str
    texts: list[str] = field(default_factory=list)
    tables: list[tuple[Chart | None, Table]] = field(default_factory=list)


def _parts(document: Document) -> list[_Part]:
    parts: list[_Part] = []
    chart: Chart | None = None
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            parts.append(_Part(block.text))
        elif isinstance(block, Paragraph | Note) and parts:
            parts[-1].texts.append(block.text)
        elif isinstance(block, Chart):
            chart = block
        elif isinstance(block, Table):
            parts[-1].tables.append((chart, block))
            chart = None
    return parts
