"""The office's dashboard: how things stand now, or in a month that is over. What the choice shows is what exports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import (
    Document,
    cell_text,
    chart_svg,
    write_csv,
    write_pdf,
    write_xlsx,
)
from attention_point.foundation.refusals import Invalid, NotFound
from attention_point.foundation.web import actor, db, settings
from attention_point.statistics.dashboard_document import chosen, dashboard_document, sentences
from attention_point.statistics.dashboard_figures import Figures, figures
from attention_point.statistics.dashboard_filters import Filters, Offered, filter_form, filters_of, months, offered
from attention_point.statistics.documents import charts, month_name, parts_of, words
from attention_point.statistics.files import XLSX

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")


@dataclass(frozen=True, slots=True)
class _Shown:
    """One choice with its figures and the document that says them."""

    choice: Offered
    filters: Filters
    read: Figures
    document: Document


@blueprint.get("")
@requires("statistics.view")
def show() -> str | tuple[str, int]:
    """The dashboard; with a filter that cannot be, what is wrong with it at its field."""
    choice = offered(db(), clock.today())
    try:
        shown = _shown(choice)
    except Invalid as refused:
        form = filter_form(request.args, choice, refused.fields)
        return render_template(
            "statistics/dashboard.html", form=form, months=months(choice), shown=None
        ), refused.status
    spoken = words()
    return render_template(
        "statistics/dashboard.html",
        form=filter_form(request.args, choice),
        months=months(choice),
        shown=shown,
        chosen=chosen(shown.filters, choice),
        sentences=sentences,
        parts=parts_of(shown.document),
        month=month_name(shown.filters.month),
        text=lambda cell, column: cell_text(cell, column.kind, spoken),
    )


@blueprint.get("/charts/<string(maxlength=60):chart>.svg")
@requires("statistics.view")
def picture(chart: str) -> Response:
    """One chart of a choice."""
    found = charts(_shown(offered(db(), clock.today())).document).get(chart)
    if found is None:
        raise NotFound(_("There is no such chart on this page."))
    return Response(chart_svg(found, words()), mimetype="image/svg+xml")


@blueprint.get("/figures.pdf")
@requires("statistics.export")
def as_pdf() -> Response:
    """The choice as PDF."""
    return _download("pdf", "application/pdf", lambda document: write_pdf(document, words()))


@blueprint.get("/figures.xlsx")
@requires("statistics.export")
def as_xlsx() -> Response:
    """The choice as a workbook."""
    return _download("xlsx", XLSX, lambda document: write_xlsx(document, words()))


@blueprint.get("/figures.csv")
@requires("statistics.export")
def as_csv() -> Response:
    """The choice's tables as CSV."""
    return _download("csv", "text/csv", write_csv)


def _shown(choice: Offered) -> _Shown:
    """Raises Invalid where the address asks for what cannot be."""
    filters = filters_of(request.args, choice)
    read = figures(db(), filters, choice)
    watermark = _("Invented people") if settings().demo else None
    document = dashboard_document(db(), read, filters, choice, clock.now(), watermark)
    return _Shown(choice, filters, read, document)


def _download(kind: str, mimetype: str, write: Callable[[Document], bytes]) -> Response:
    """A file to keep; who took it, and of which choice, is in the journal before it leaves."""
    shown = _shown(offered(db(), clock.today()))
    content = write(shown.document)
    name = f"{shown.filters.last_day:%Y-%m-%d}"
    chosen_codes: Mapping[str, str] = shown.filters.address
    journal.record(db(), actor(), "statistics.export", "dashboard", name, format=kind, **chosen_codes)
    file_name = _("dashboard-%(day)s-provisional", day=name)
    return Response(
        content, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{file_name}.{kind}"'}
    )
