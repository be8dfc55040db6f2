"""The office's pages of extracts for research: the log, the form that makes an extract, and the file."""

from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import AppError, FieldError, Invalid
from attention_point.foundation.language import format_month
from attention_point.foundation.language import gettext as _
from attention_point.foundation.report_pages import send_download
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.pagination import build_page
from attention_point.foundation.web.transactions import read_session
from attention_point.statistics.extracts import queries, services
from attention_point.statistics.extracts.files import build_base_name, build_files, build_zip
from attention_point.statistics.extracts.forms import ExtractForm
from attention_point.statistics.extracts.rules import build_ended_periods
from attention_point.tallies.range_queries import find_first_counted_day

blueprint = Blueprint("extracts", __name__, url_prefix="/statistics/extracts")
PAGE_SIZE = 50


@blueprint.get("")
@requires("statistics.extract")
def list_extracts() -> str:
    """List who received which rows, newest first. ``before`` is the last entry of the page before."""
    before = request.args.get("before", type=UUID)
    page = build_page(
        queries.list_log_entries(db_session(), before, PAGE_SIZE + 1),
        PAGE_SIZE,
        lambda last_entry: url_for(".list_extracts", before=last_entry.id),
        url_for(".list_extracts") if before else None,
    )
    return render_template("statistics/extracts.html", page=page, describe_period=_describe_period)


@blueprint.get("/new")
@requires("statistics.extract")
def show_extract_form() -> str:
    """Show the empty form."""
    return _render_form(ExtractForm(formdata=None))


@blueprint.post("/new")
@requires("statistics.extract")
def make_extract() -> Response | tuple[str, int]:
    """Make an extract, or show the form again as it was typed."""
    form = ExtractForm()
    try:
        extract_request = _read_request(form)
        # What takes seconds only reads, in a session of its own: a writing session would keep the desk waiting on
        # SQLite.
        prepared = services.prepare_extract(read_session(), extract_request)
        services.save_extract(db_session(), current_actor(), prepared)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_form(form), 422
    except AppError as error:
        form.show_field_errors([FieldError("period", error.message)])
        return _render_form(form), 422
    flash(_("The extract was recorded. Download the file from the list: it can be downloaded once."), "success")
    return redirect(url_for(".list_extracts"), 303)


@blueprint.post("/<uuid:extract>/take")
@requires("statistics.extract")
def download_extract(extract: UUID) -> Response:
    """Send the rows, the codebook and the method note as a ZIP, once."""
    services.check_download(read_session(), extract)
    log_entry, extract_rows = services.hand_over_extract(db_session(), current_actor(), extract)
    extract_files = build_files(log_entry, extract_rows, is_demonstration=current_settings().demo)
    content = build_zip(extract_files, log_entry.made_at)
    return send_download(content, "application/zip", f"{build_base_name(log_entry)}.zip")


def _read_request(form: ExtractForm) -> services.ExtractRequest:
    """Read what the form asks for. Raises Invalid with every error, the missing confirmation among them."""
    errors: tuple[FieldError, ...] = ()
    if not form.confirmed.data:
        errors = (FieldError("confirmed", _("Confirm it: without an agreement nothing is handed over.")),)
    try:
        extract_request = services.parse_request(*form.first_and_last_month, form.recipient.data, form.agreement.data)
    except Invalid as error:
        raise Invalid(error.message, (*error.field_errors, *errors)) from None
    if errors:
        raise Invalid(_("Some fields need attention."), errors)
    return extract_request


def _render_form(form: ExtractForm) -> str:
    first_counted_day = find_first_counted_day(read_session())
    periods = list(build_ended_periods(first_counted_day.year, clock.today())) if first_counted_day else []
    form.period.choices = [(period.name, _describe_period(period.first, period.last)) for period in periods]
    return render_template("statistics/extract_form.html", form=form, periods=periods)


def _describe_period(first_month: date, last_month: date) -> str:
    return _("%(first)s to %(last)s", first=format_month(first_month), last=format_month(last_month))
