"""The pages of the year's report: the years, one year with what it lacks, the stories, the preview, downloads."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue as Reply

from attention_point.accounts.naming import find_actor_names
from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.errors import AppError, Conflict, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import in_language
from attention_point.foundation.paperwork import Block, Chart
from attention_point.foundation.report_pages import build_cell_formatter, draw_chart, get_file_format, prepare_files
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.transactions import read_session
from attention_point.foundation.worker import run_in_worker
from attention_point.registers.annual_report import queries, reports, services
from attention_point.registers.annual_report.narrative import year_figures
from attention_point.registers.annual_report.narrative.section_accounts import draft_section_account
from attention_point.registers.annual_report.narrative.year_figures import YearTotals
from attention_point.registers.annual_report.office_years.register import OFFICE_YEARS
from attention_point.registers.annual_report.pages.checklist import list_missing_facts
from attention_point.registers.annual_report.pages.forms import KeptTextForm, StoryForm, read_posted_story
from attention_point.registers.annual_report.published_figures import PublishedYear
from attention_point.registers.annual_report.queries import ReportYear
from attention_point.registers.annual_report.rules import KEPT_TEXT_CODES, SECTION_CODES
from attention_point.registers.annual_report.stories.differences import compare_texts
from attention_point.registers.annual_report.stories.stored_stories import read_story
from attention_point.registers.annual_report.stories.story import WRITTEN, StoryItem, StoryPart, arrange_story
from attention_point.registers.shared.pages.views import build_blueprint

blueprint = Blueprint("report", __name__, url_prefix="/report")
office_years_blueprint = build_blueprint(OFFICE_YEARS)
# The most records with which a year's internal version is written while the page waits.
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
    """A year in figures, what its report lacks, its sections, its files."""
    prepare_files()
    report_year, totals = _read_year(year)
    return render_template(
        "report/overview.html",
        year=year,
        figures=year_figures.build_year_figures(totals),
        missing_facts=list_missing_facts(report_year, totals),
        texts=report_year.texts,
        section_titles={code: reports.get_section_title(code, report_year.office) for code in SECTION_CODES},
        kept_titles=reports.KEPT_TEXT_TITLES,
        names=find_actor_names(db_session(), [text.by for text in report_year.texts.values()]),
        formats=reports.REPORT_FORMATS,
        too_many=sum(totals.record_counts.values()) > MAX_DOWNLOAD_RECORDS,
        empty=report_year.is_empty,
    )


@blueprint.get("/<int:year>/preview")
@requires("annual_report.view")
def show_preview(year: int) -> str:
    """The public report as it would be written now."""
    report_year, totals = _read_year(year)
    with in_language("es"):
        format_cell = build_cell_formatter()
    return render_template(
        "report/preview.html",
        year=year,
        blocks=reports.build_main_blocks(report_year, totals),
        block_kind=lambda block: type(block).__name__,
        format_cell=format_cell,
    )


@blueprint.get("/<int:year>/charts/<string(maxlength=60):chart>.svg")
@requires("annual_report.view")
def show_chart(year: int, chart: str) -> Reply:
    """One chart of the report."""
    # The whole report is put together for one picture: nothing is stored that could grow old.
    blocks: list[Block] = reports.build_main_blocks(*_read_year(year))
    for block in blocks:
        if isinstance(block, Chart) and block.id == chart:
            with in_language("es"):
                return draw_chart(block)
    raise NotFound(_("There is no such page."))


def _read_year(year: int) -> tuple[ReportYear, YearTotals]:
    """A year with the first records of each register. Raises NotFound for a year that no record can have."""
    services.check_year_exists(year)
    report_year = queries.build_report_year(read_session(), year)
    totals = year_figures.build_year_totals(read_session(), year, report_year.office, report_year.published)
    return report_year, totals


@blueprint.get("/<int:year>.<string(maxlength=20):kind>")
@requires("annual_report.export")
def download_report(year: int, kind: str) -> Response:
    """The report as PDF, HTML or DOCX, ``?version=internal`` with its annexes.

    Raises AppError for annexes that are too large for a page that waits.
    """
    mimetype = get_file_format(reports.REPORT_FORMATS, kind).mimetype
    services.check_year_exists(year)
    is_internal = request.args.get("version") == "internal"
    # Only to count the records: neither the office's data nor releases are read for that.
    totals = year_figures.build_year_totals(db_session(), year, {}, PublishedYear())
    if is_internal and sum(totals.record_counts.values()) > MAX_DOWNLOAD_RECORDS:
        raise AppError(
            _(
                "This year has so many records that its file takes minutes. Ask for it on the server: %(command)s",
                command=f"attention-point report {year} --internal --format {kind} --output FILE",
            )
        )
    content = run_in_worker(db_session(), current_settings(), reports.draw_report, year, kind, is_internal)
    # The entry is written before the file leaves: without it there is no download.
    journal.record(
        db_session(), current_actor(), "annual_report.export", "report", str(year), format=kind, internal=is_internal
    )
    message = _("management-report-%(year)s-internal", year=year) if is_internal else _(
        "management-report-%(year)s", year=year
    )  # fmt: skip
    return Response(
        content, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{message}.{kind}"'}
    )


@blueprint.route("/<int:year>/<string(maxlength=20):section>", methods=["GET", "POST"])
@requires("annual_report.edit")
def edit_section(year: int, section: str) -> Reply:
    """The editor of a section's story, or of one of the office's own texts."""
    services.check_section_exists(year, section)
    return _edit_kept_text(year, section) if section in KEPT_TEXT_CODES else _edit_story(year, section)


def _edit_kept_text(year: int, section: str) -> Reply:
    form, conflict, status = KeptTextForm(), None, 200
    if request.method == "POST":
        parts = [StoryPart(WRITTEN, form.text.data or "")]
        saved = _save_parts(year, section, form, parts)
        if not isinstance(saved, AppError):
            return saved
        status, conflict = saved.status, saved if isinstance(saved, Conflict) else None
    text = queries.list_kept_texts(read_session(), year).get(section)
    is_own = text is not None and text.year == year
    if request.method == "GET" and text:
        form.text.data = "\n\n".join(part.text for part in read_story(text)[0])
    if request.method == "GET" or conflict:
        form.version.data = str(text.version if text and is_own else 0)
    return render_template(
        "report/kept_text.html",
        year=year,
        title=_(reports.KEPT_TEXT_TITLES[section]),
        form=form,
        conflict=conflict,
        carried_from=text.year if text and not is_own else None,
        **_list_versions(year, section),
    ), status


def _save_parts(year: int, section: str, form: StoryForm, parts: list[StoryPart]) -> Reply | AppError:
    """Save and go back to the year; or give the refusal, which the form shows."""
    try:
        saved = services.save_story(db_session(), current_actor(), year, section, form.read_version(), parts)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return error
    except Conflict as error:
        return error
    flash(_("Saved.") if saved else _("No changes: no new version was saved."), "success")
    return redirect(url_for("report.show_year", year=year), 303)


def _edit_story(year: int, section: str) -> Reply:
    form, conflict, status = StoryForm(), None, 200
    posted = read_posted_story(read_posted_fields()) if request.method == "POST" else None
    # The other buttons change only the page: what was typed comes back, and nothing is stored.
    if posted and posted.is_saved:
        saved = _save_parts(year, section, form, list(posted.parts))
        if not isinstance(saved, AppError):
            return saved
        status, conflict = saved.status, saved if isinstance(saved, Conflict) else None
    report_year, totals = _read_year(year)
    text = report_year.texts.get(section)
    items: list[StoryItem] = (
        arrange_story(posted.parts, draft_section_account(section, report_year, totals))
        if posted
        else reports.build_story(section, report_year, totals)
    )
    # After a conflict the form saves over the version that the page now shows beside it.
    if request.method == "GET" or conflict:
        form.version.data = str(text.version if text else 0)
    return render_template(
        "report/section.html",
        year=year,
        title=reports.get_section_title(section, report_year.office),
        form=form,
        items=items,
        is_unsaved=posted is not None,
        compare_texts=compare_texts,
        conflict=conflict,
        **_list_versions(year, section),
    ), status


def _list_versions(year: int, section: str) -> dict[str, object]:
    versions = queries.list_text_versions(read_session(), year, section, VERSIONS_SHOWN)
    return {
        "versions": [(version, read_story(version)[0]) for version in versions],
        "names": find_actor_names(read_session(), [version.by for version in versions]),
    }
