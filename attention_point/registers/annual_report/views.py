"""The pages of the year's report: the years, one year, the editor of each section, the preview, downloads."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Reply

from attention_point.accounts.naming import find_actor_names
from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.errors import AppError, Conflict, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import Block, Chart, draw_chart_svg, format_cell
from attention_point.foundation.report_pages import build_report_wording
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.transactions import read_session
from attention_point.foundation.worker import run_in_worker
from attention_point.registers.annual_report import queries, reports, services
from attention_point.registers.annual_report.forms import SectionTextForm
from attention_point.registers.annual_report.models import ReportText
from attention_point.registers.annual_report.narrative import year_figures
from attention_point.registers.annual_report.narrative.section_accounts import build_text_parts, draft_section_account
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.annual_report.rules import SECTION_CODES, format_text_parts
from attention_point.registers.shared.pages.views import build_blueprint

blueprint = Blueprint("report", __name__, url_prefix="/report")
office_years_blueprint = build_blueprint(OFFICE_YEARS)
# The most records with which a year's file is written while the page waits: papers are drawn one at a time.
MAX_DOWNLOAD_RECORDS = 1500
VERSIONS_SHOWN = 20  # the newest; older ones stay in the database


@blueprint.get("")
@requires("annual_report.view")
def list_years() -> str:
    """The years of which something is known."""
    return render_template("report/listing.html", years=queries.list_years(db_session()))


@blueprint.get("/<int:year>")
@requires("annual_report.view")
def show_year(year: int) -> str:
    """A year in figures, its sections, its files."""
    services.check_section_exists(year, SECTION_CODES[0])  # any section will do: the year is checked
    report_year = queries.build_report_year(db_session(), year, 0)
    totals = year_figures.build_year_totals(db_session(), year, report_year.office, report_year.months)
    return render_template(
        "report/overview.html",
        year=year,
        figures=year_figures.build_year_figures(totals),
        sections=[
            (code, reports.get_section_title(code, report_year.office), report_year.texts.get(code))
            for code in SECTION_CODES
        ],
        names=find_actor_names(db_session(), [text.by for text in report_year.texts.values()]),
        formats=reports.REPORT_FORMATS,
        too_many=sum(totals.record_counts.values()) > MAX_DOWNLOAD_RECORDS,
        empty=report_year.is_empty and not any(totals.record_counts.values()),
    )


@blueprint.get("/<int:year>/preview")
@requires("annual_report.view")
def show_preview(year: int) -> str:
    """The report without its annexes, as it would be written now."""
    wording = build_report_wording()
    return render_template(
        "report/preview.html",
        year=year,
        blocks=_build_preview_blocks(year),
        block_kind=lambda block: type(block).__name__,
        format_cell=lambda cell, column: format_cell(cell, column.kind, wording),
    )


@blueprint.get("/<int:year>/charts/<string(maxlength=60):chart>.svg")
@requires("annual_report.view")
def show_chart(year: int, chart: str) -> Response:
    """One chart of the report."""
    # The whole report is put together for one picture: nothing is stored that could grow old.
    for block in _build_preview_blocks(year):
        if isinstance(block, Chart) and block.id == chart:
            return Response(draw_chart_svg(block, build_report_wording()), mimetype="image/svg+xml")
    raise NotFound(_("There is no such page."))


def _build_preview_blocks(year: int) -> list[Block]:
    services.check_section_exists(year, SECTION_CODES[0])
    report_year = queries.build_report_year(db_session(), year)
    totals = year_figures.build_year_totals(db_session(), year, report_year.office, report_year.months)
    return reports.build_main_blocks(report_year, totals)


@blueprint.get("/<int:year>.<string(maxlength=20):kind>")
@requires("annual_report.export")
def download_report(year: int, kind: str) -> Response:
    """The report as PDF, HTML or DOCX. Raises AppError for a year that is too large for a page that waits."""
    mimetype = reports.get_report_format(kind).mimetype
    services.check_section_exists(year, SECTION_CODES[0])
    if sum(year_figures.build_year_totals(db_session(), year, {}, ()).record_counts.values()) > MAX_DOWNLOAD_RECORDS:
        raise AppError(
            _(
                "This year has so many records that its file takes minutes. Ask for it on the server: %(command)s",
                command=f"attention-point report {year} --format {kind} --output FILE",
            )
        )
    content = run_in_worker(db_session(), current_settings(), reports.draw_report, year, kind)
    # The entry is written before the file leaves: without it there is no download.
    journal.record(db_session(), current_actor(), "annual_report.export", "report", str(year), format=kind)
    file_name = _("management-report-%(year)s", year=year)
    return Response(
        content, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{file_name}.{kind}"'}
    )


@blueprint.route("/<int:year>/<string(maxlength=20):section>", methods=["GET", "POST"])
@requires("annual_report.edit")
def edit_section(year: int, section: str) -> Reply:
    """The editor of a section: its introduction, its account, and beside them what the records tell."""
    services.check_section_exists(year, section)
    form = SectionTextForm()
    status, conflict = 200, None
    if request.method == "POST" and "take" not in request.form:  # "take" only puts the draft into the form
        texts = form.introduction.data or "", form.account.data or ""
        try:
            version = form.read_version()
            saved = services.save_section_text(db_session(), current_actor(), year, section, version, *texts)
        except Invalid as error:
            form.show_field_errors(error.field_errors)
            status = error.status
        except Conflict as error:
            conflict, status = error, error.status
        else:
            flash(_("Saved.") if saved else _("No changes: no new version was saved."), "success")
            return redirect(url_for("report.show_year", year=year), 303)
    return _render_editor(year, section, form, conflict), status


def _render_editor(year: int, section: str, form: SectionTextForm, conflict: Conflict | None) -> str:
    report_year = queries.build_report_year(read_session(), year)
    totals = year_figures.build_year_totals(read_session(), year, report_year.office, report_year.months)
    draft = list(build_text_parts(draft_section_account(section, report_year, totals)))
    text = report_year.texts.get(section)
    if request.method == "GET" and text:
        form.introduction.data, form.account.data = text.introduction, text.account
    if "take" in request.form:
        form.account.data = format_text_parts(draft)
    # After a conflict the form saves over the version that the page now shows beside it.
    if request.method == "GET" or conflict:
        form.version.data = str(text.version if text else 0)
    versions = queries.list_text_versions(read_session(), year, section, VERSIONS_SHOWN)
    return render_template(
        "report/section.html",
        year=year,
        title=reports.get_section_title(section, report_year.office),
        form=form,
        draft=draft,
        conflict=conflict,
        is_outdated=_is_text_outdated(report_year, text),
        versions=versions,
        names=find_actor_names(read_session(), [version.by for version in versions]),
    )


def _is_text_outdated(report_year: ReportYear, text: ReportText | None) -> bool:
    """Whether a record changed after the office saved its own account, which may now tell something else."""
    change_times = [record.changed_at for records in report_year.records.values() for record in records]
    return text is not None and bool(text.account) and max(change_times, default=text.at) > text.at
