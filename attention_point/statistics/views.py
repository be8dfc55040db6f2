"""The office's pages of figures: the months, one month, its charts and downloads."""

from datetime import date
from functools import partial

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.database import Database
from attention_point.foundation.language import current, format_month
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import (
    SUPPRESSED,
    Document,
    cell_text,
    chart_svg,
)
from attention_point.foundation.refusals import Invalid, NotFound, Refusal
from attention_point.foundation.settings import Settings
from attention_point.foundation.web import actor, db, settings
from attention_point.foundation.web.listing import page_of
from attention_point.foundation.web.transactions import database, reader
from attention_point.statistics import files, open_data, released, services
from attention_point.statistics.content import Content, from_json
from attention_point.statistics.documents import (
    charts,
    first_day_of,
    month_document,
    month_name,
    parts_of,
    protection,
    summary,
    words,
)
from attention_point.statistics.forms import ReleaseForm
from attention_point.statistics.models import Release
from attention_point.statistics.queries import provisional
from attention_point.tallies import queries as tallies
from attention_point.tallies.rules import first_of_month

blueprint = Blueprint("statistics", __name__, url_prefix="/statistics")
log = structlog.get_logger("statistics")
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
    versions = {one.month: one for one in released.months(db(), bound, SIZE + 1)}
    return render_template(
        "statistics/listing.html",
        page=months,
        this_month=first_of_month(today),
        name=month_name,
        versions=versions,
        kinds=files.KINDS,
    )


@blueprint.get("/<string(maxlength=20):month>")
@requires("statistics.view")
def show(month: str) -> str:
    """One month: a chart and a table for each indicator; as it was released, or as it stands now (``?provisional``)."""
    first_day = first_day_of(month)
    content = _content(first_day)
    document = _document(content)
    versions = released.versions(db(), first_day)
    return render_template(
        "statistics/month.html",
        month=month_name(first_day),
        first_day=first_day,
        current=first_day == first_of_month(clock.today()),
        versions=versions,
        shown=content.version,
        empty=content.empty,
        document=document,
        parts=parts_of(document),
        suppressed=SUPPRESSED,
        text=lambda cell, column: cell_text(cell, column.kind, words()),
        address=_address(first_day, content),
        kinds=files.KINDS,
    )


@blueprint.get("/<string(maxlength=20):month>/charts/<string(maxlength=60):chart>.svg")
@requires("statistics.view")
def picture(month: str, chart: str) -> Response:
    """One chart of a month."""
    found = charts(_document(_content(first_day_of(month)))).get(chart)
    if found is None:
        raise NotFound(_("There is no such chart in this month."))
    return Response(chart_svg(found, words()), mimetype="image/svg+xml")


@blueprint.get("/<string(maxlength=20):month>.<string(maxlength=20):kind>")
@requires("statistics.export")
def download(month: str, kind: str) -> Response:
    """The month as PDF, XLSX, CSV or JSON; who took it is in the journal before it leaves."""
    first_day = first_day_of(month)
    mimetype = files.kind_of(kind).mimetype
    found = _release(first_day)
    watermark = open_data.watermark(settings())
    if found is None:
        written = files.write(kind, provisional(db(), first_day), watermark)
        file_name = _("figures-%(month)s-provisional", month=month)
    else:
        written = files.of_release(kind, found, watermark)
        file_name = _("figures-%(month)s-v%(number)s", month=month, number=found.version)
    number = found.version if found else None
    journal.record(db(), actor(), "statistics.export", "month", month, format=kind, version=number)
    disposition = f'attachment; filename="{file_name}.{kind}"'
    return Response(written, mimetype=mimetype, headers={"Content-Disposition": disposition})


@blueprint.route("/<string(maxlength=20):month>/release", methods=["GET", "POST"])
@requires("statistics.release")
def release(month: str) -> Response | str | tuple[str, int]:
    """Look through a month before it is published, and publish it. Nothing is published without this."""
    first_day = first_day_of(month)
    form = ReleaseForm()
    if form.validate_on_submit():
        try:
            made = services.release(
                db(),
                actor(),
                first_day,
                form.note.data,
                form.fingerprint.data,
                form.despite_damage.data,
            )
        except Invalid as refused:
            form.show(refused.fields)
        else:
            flash(_("%(month)s is published, version %(number)s.", month=format_month(first_day), number=made.version))
            reply = redirect(url_for("statistics.show", month=month_name(first_day)))
            reply.call_on_close(partial(_make_files, database(), settings()))
            return reply
    status = 422 if request.method == "POST" else 200
    return _review(first_day, form), status


def _make_files(opened: Database, of: Settings) -> None:
    """Once the reply is out and the month is public: nobody waits for the papers."""
    try:
        open_data.make_missing(opened, of)
    except Refusal as refusal:  # the next run of the jobs makes them
        log.warning("open_data.not_made", code=refusal.code)


def _review(first_day: date, form: ReleaseForm) -> str:
    """The page on which somebody decides; where the month cannot be released, it says why."""
    try:
        prepared = services.prepare(reader(), first_day)
    except Refusal as refused:
        return render_template("statistics/release.html", first_day=first_day, refused=refused.message, **_NOTHING)
    form.fingerprint.data = prepared.fingerprint
    return render_template(
        "statistics/release.html",
        first_day=first_day,
        refused=None,
        form=form,
        correction=prepared.correction,
        protection=protection(prepared.content),
        summary=summary(prepared.content),
        withheld=[titles[current()] for _name, titles in prepared.content.withheld],
        text=lambda cell, column: cell_text(cell, column.kind, words()),
    )


_NOTHING = {"form": None, "correction": False, "protection": None, "summary": "", "withheld": (), "text": None}


def _release(first_day: date) -> Release | None:
    """What the address asks for: the version in force or an older one (``?version``); None for the figures of now."""
    number = request.args.get("version", "")
    if number:
        readable = number.isascii() and number.isdecimal() and len(number) < 5
        found = released.version(db(), first_day, int(number)) if readable else None
        if found is None:
            raise NotFound(_("This month has no such version."))
        return found
    return None if "provisional" in request.args else released.newest(db(), first_day)


def _content(first_day: date) -> Content:
    found = _release(first_day)
    return from_json(released.content(found)) if found else provisional(db(), first_day)


def _address(first_day: date, content: Content) -> dict[str, str | int]:
    """What an address must say to mean this very content."""
    state: dict[str, str | int] = {"provisional": 1} if content.version is None else {"version": content.version}
    return {"month": month_name(first_day), **state}


def _document(content: Content) -> Document:
    return month_document(content, open_data.watermark(settings()))
