"""The pages of the year's report: the years, one year, the editor of each section, the preview, downloads."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Reply

from attention_point.accounts.naming import say_actors
from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Block, Chart, cell_text, chart_svg
from attention_point.foundation.refusals import Conflict, Invalid, NotFound, Refusal
from attention_point.foundation.web import actor, db, settings
from attention_point.foundation.web.transactions import reader
from attention_point.registers.annual_report import documents, queries, services, sums
from attention_point.registers.annual_report.accounts import account, parts
from attention_point.registers.annual_report.forms import TextForm
from attention_point.registers.annual_report.models import ReportText
from attention_point.registers.annual_report.queries import Year
from attention_point.registers.annual_report.register import YEARS
from attention_point.registers.annual_report.rules import CODES, text_of
from attention_point.registers.shared.forms import version_of
from attention_point.registers.shared.views import pages
from attention_point.statistics.documents import words
from attention_point.statistics.open_data import watermark

blueprint = Blueprint("report", __name__, url_prefix="/report")
years = pages(YEARS)
HERE = 1500
"""Records of a year up to which its file is written while the page waits: papers are drawn one at a time."""
VERSIONS = 20


@blueprint.get("")
@requires("annual_report.view")
def listing() -> str:
    """The years of which something is known."""
    return render_template("report/listing.html", years=queries.years(db()))


@blueprint.get("/<int:year>")
@requires("annual_report.view")
def overview(year: int) -> str:
    """A year in figures, its sections, its files."""
    services.check(year, CODES[0])
    found = queries.read(db(), year, 0)
    totals = sums.read(db(), year, found.office, found.months)
    return render_template(
        "report/overview.html",
        year=year,
        found=found,
        figures=sums.figures(totals),
        sections=[(code, documents.title_of(code, found.office), found.texts.get(code)) for code in CODES],
        names=say_actors(db(), [text.by for text in found.texts.values()]),
        kinds=documents.KINDS,
        too_many=sum(totals.numbers.values()) > HERE,
        empty=found.empty and not any(totals.numbers.values()),
    )


@blueprint.get("/<int:year>/preview")
@requires("annual_report.view")
def preview(year: int) -> str:
    """The report without its annexes, as it would be written now."""
    blocks = _blocks(year)
    site_words = words()
    return render_template(
        "report/preview.html",
        year=year,
        blocks=blocks,
        kind=lambda block: type(block).__name__,
        text=lambda cell, column: cell_text(cell, column.kind, site_words),
    )


@blueprint.get("/<int:year>/charts/<string(maxlength=60):chart>.svg")
@requires("annual_report.view")
def picture(year: int, chart: str) -> Response:
    """One chart of the report."""
    for block in _blocks(year):
        if isinstance(block, Chart) and block.id == chart:
            return Response(chart_svg(block, words()), mimetype="image/svg+xml")
    raise NotFound(_("There is no such page."))


def _blocks(year: int) -> list[Block]:
    services.check(year, CODES[0])
    found = queries.read(db(), year)
    totals = sums.read(db(), year, found.office, found.months)
    return [
        documents.glance_heading(),
        documents.glance(totals),
        *(block for code in CODES for block in documents.section(code, found, totals)),
    ]


@blueprint.get("/<int:year>.<string(maxlength=20):kind>")
@requires("annual_report.export")
def download(year: int, kind: str) -> Response:
    """The report as PDF, HTML or DOCX; who took it is in the journal before it leaves."""
    mimetype = documents.kind_of(kind).mimetype
    services.check(year, CODES[0])
    if sum(sums.read(db(), year, {}, ()).numbers.values()) > HERE:
        raise Refusal(
            _("This year has so many records that its file takes minutes. Ask for it on the server: %(command)s",
              command=f"attention-point report {year} --format {kind} --output FILE")
        )  # fmt: skip
    document = documents.report(db(), year, settings().public_url, watermark(settings()))
    written = documents.write(kind, document)
    journal.record(db(), actor(), "annual_report.export", "report", str(year), format=kind)
    name = _("management-report-%(year)s", year=year)
    return Response(
        written, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    )


@blueprint.route("/<int:year>/<string(maxlength=20):section>", methods=["GET", "POST"])
@requires("annual_report.edit")
def edit(year: int, section: str) -> Reply:
    """The editor of a section: its introduction, its account, and beside them what the records tell."""
    services.check(year, section)
    form = TextForm()
    status, conflict = 200, None
    if request.method == "POST" and "take" not in request.form:
        texts = form.introduction.data or "", form.account.data or ""
        try:
            saved = services.write(db(), actor(), year, section, version_of(form), *texts)
        except Invalid as refusal:
            form.show(refusal.fields)
            status = refusal.status
        except Conflict as refusal:
            conflict, status = refusal, refusal.status
        else:
            flash(_("Saved.") if saved else _("Nothing was different: no new version was made."), "success")
            return redirect(url_for("report.overview", year=year), 303)
    return _editor(year, section, form, conflict), status


def _editor(year: int, section: str, form: TextForm, conflict: Conflict | None) -> str:
    found = queries.read(reader(), year)
    draft = list(parts(account(section, found, sums.read(reader(), year, found.office, found.months))))
    text = found.texts.get(section)
    if request.method == "GET" and text:
        form.introduction.data, form.account.data = text.introduction, text.account
    if "take" in request.form:
        form.account.data = text_of(draft)
    if request.method == "GET" or conflict:
        form.version.data = str(text.version if text else 0)
    versions = queries.versions(reader(), year, section, VERSIONS)
    return render_template(
        "report/section.html",
        year=year,
        title=documents.title_of(section, found.office),
        form=form,
        draft=draft,
        conflict=conflict,
        text=text,
        stale=_stale(found, text),
        versions=versions,
        names=say_actors(reader(), [each.by for each in versions]),
    )


def _stale(found: Year, text: ReportText | None) -> bool:
    """Whether a record changed after the office's own account was saved."""
    moments = [row.changed_at for rows in found.rows.values() for row in rows]
    return text is not None and bool(text.account) and max(moments, default=text.at) > text.at
