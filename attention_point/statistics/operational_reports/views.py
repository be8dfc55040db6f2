"""The office's pages of the monthly report to the R4V platform: which month, what will stand in it, and the file."""

from datetime import date

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.dates import first_of_month, format_month_code
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import AppError, Invalid
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.report_pages import get_watermark, send_download
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.pagination import build_page
from attention_point.foundation.web.transactions import read_session
from attention_point.statistics.month_codes import parse_begun_month
from attention_point.statistics.operational_reports import services
from attention_point.statistics.operational_reports.activities import Plan, find_plan_file, read_plan
from attention_point.statistics.operational_reports.forms import OperationalReportForm
from attention_point.statistics.operational_reports.workbook import (
    MIMETYPE,
    build_file_name,
    describe_notes,
    write_workbook,
)
from attention_point.tallies import queries as tally_queries

blueprint = Blueprint("operational_reports", __name__, url_prefix="/statistics/r4v")
PERMISSION = "statistics.operational_report"
PAGE_SIZE = 24  # months on a page of the list


@blueprint.get("")
@requires(PERMISSION)
def list_months() -> str:
    """List the months of which a report can be made, newest first. The page begins below the month ``before``."""
    month_bound = request.args.get("before", "")
    upper_bound = parse_begun_month(month_bound) if month_bound else first_of_month(clock.today())
    page = build_page(
        tally_queries.list_recent_months(db_session(), upper_bound, PAGE_SIZE + 1),
        PAGE_SIZE,
        lambda last_month: url_for(".list_months", before=format_month_code(last_month)),
        url_for(".list_months") if month_bound else None,
    )
    return render_template("statistics/operational_reports.html", page=page, format_month_code=format_month_code)


@blueprint.get("/plan.yaml")
@requires(PERMISSION)
def download_plan() -> Response:
    """Send the file that says which need is reported under which indicator."""
    content = find_plan_file(current_settings()).read_bytes()
    return send_download(content, "application/yaml", "r4v.yaml")


@blueprint.get("/<string(maxlength=20):month>")
@requires(PERMISSION)
def show_report(month: str) -> str:
    """Show what the report of a month will hold, and the form that makes it."""
    form = OperationalReportForm(formdata=None)
    # The choice stands in the address, so that another organisation is shown without sending a form.
    form.organisation.data = request.args.get("organisation")
    return _render_report(parse_begun_month(month), form)


@blueprint.post("/<string(maxlength=20):month>")
@requires(PERMISSION)
def download_report(month: str) -> Response | tuple[str, int]:
    """Send the report, or show the form again. The journal says who took it and why before it leaves."""
    first_day, form, plan = parse_begun_month(month), OperationalReportForm(), read_plan(current_settings())
    try:
        # Before the counting, which takes seconds: a missing word is told at once.
        reason = services.check_reason(form.reason.data)
        if not form.confirmed.data:
            raise Invalid.of_field("confirmed", _("Confirm it: exact figures go to the platform alone."))
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_report(first_day, form), 422
    organisation = services.choose_organisation(plan, first_day, form.organisation.data or None)
    # What takes seconds only reads, in a session of its own: a writing one would keep the desk waiting on SQLite.
    report = services.build_report(read_session(), plan, first_day, organisation)
    content = write_workbook(read_session(), plan, report, get_watermark(current_settings()))
    # If the entry cannot be written, the file does not leave (decision 49).
    services.record_export(db_session(), current_actor(), report, reason)
    return send_download(content, MIMETYPE, build_file_name(report))


def _render_report(first_day: date, form: OperationalReportForm) -> str:
    plan = read_plan(current_settings())
    organisations = services.list_reporting_organisations(plan, first_day)
    form.organisation.choices = [(row.code, row.name) for row in organisations]
    form.reason.choices = get_code_list(services.REASONS).form_choices(current_language())
    report, error_message = None, ""
    try:
        report = _build_shown_report(plan, first_day, form)
        # The page has the figures of the file, exact ones of a few people among them.
        services.record_view(db_session(), current_actor(), report)
    except AppError as error:
        error_message = error.message
    return render_template(
        "statistics/operational_report.html",
        first_day=first_day,
        form=form,
        organisations=organisations,
        report=report,
        error_message=error_message,
        notes=list(describe_notes(read_session(), report)) if report else [],
        place_names=_name_places(report) if report else {},
    )


def _name_places(report: services.OperationalReport) -> dict[str, str]:
    municipalities, codes = get_code_list("municipality"), {str(row["admin2"]) for row in report.rows if row["admin2"]}
    return {code: municipalities.label_for_code(code.removeprefix("CO"), current_language()) for code in sorted(codes)}


def _build_shown_report(plan: Plan, first_day: date, form: OperationalReportForm) -> services.OperationalReport:
    organisations = services.list_reporting_organisations(plan, first_day)
    # Where the address names none, the page shows the first one's report: an empty page would help nobody.
    chosen = form.organisation.data or (organisations[0].code if organisations else None)
    organisation = services.choose_organisation(plan, first_day, chosen)
    form.organisation.data = organisation.code
    return services.build_report(read_session(), plan, first_day, organisation)
