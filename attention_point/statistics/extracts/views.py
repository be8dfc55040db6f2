"""The office's pages of extracts for research: the log, the form that makes an extract, and the file."""

import json
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.dates import parse_period_code
from attention_point.foundation import clock
from attention_point.foundation.access import requires
from attention_point.foundation.errors import AppError, FieldError, Invalid
from attention_point.foundation.language import format_month, format_period
from attention_point.foundation.language import gettext as _
from attention_point.foundation.report_pages import send_download
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.pagination import build_page
from attention_point.foundation.web.transactions import read_session
from attention_point.statistics.extracts import queries, services
from attention_point.statistics.extracts.comparison.published_figures import (
    list_periods_with_people,
    list_unreleased_months,
)
from attention_point.statistics.extracts.files.archive import build_base_name, build_files, build_zip
from attention_point.statistics.extracts.files.column_summaries import list_column_summaries
from attention_point.statistics.extracts.forms import ExtractForm
from attention_point.statistics.extracts.requests import ExtractRequest, parse_request
from attention_point.statistics.extracts.rules import ExtractPeriod

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
        entry_id = services.save_extract(db_session(), current_actor(), prepared)
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_form(form), 422
    # What else stops an extract is about its period, and is shown beside it.
    except AppError as error:
        form.show_field_errors([FieldError("period", error.message)])
        return _render_form(form), 422
    flash(_("The extract was recorded. Look at what it says, then download it: it can be downloaded once."), "success")
    return redirect(url_for(".show_extract", extract=entry_id), 303)


@blueprint.get("/<uuid:extract>")
@requires("statistics.extract")
def show_extract(extract: UUID) -> str:
    """Show what an extract says of each column, and how its shares differ from the published ones."""
    log_entry = services.get_log_entry(db_session(), extract)
    report = json.loads(queries.get_extract(db_session(), log_entry.first).report)
    return render_template(
        "statistics/extract.html",
        entry=log_entry,
        period=_describe_period(log_entry.first, log_entry.last),
        columns=list(list_column_summaries(report)),
        limit=report.get("difference_limit"),
        compared_with=[format_period(parse_period_code(code)) for code in report.get("compared_with", ())],
    )


@blueprint.post("/<uuid:extract>/take")
@requires("statistics.extract")
def download_extract(extract: UUID) -> Response:
    """Send the rows, the codebook and the method note as a ZIP, once."""
    # Somebody may have withdrawn between the making and the download (Ley 1581 de 2012, art. 8). It opens many records,
    # so that it reads in a session of its own.
    services.check_download(read_session(), extract)
    log_entry, extract_rows = services.hand_over_extract(db_session(), current_actor(), extract)
    extract_files = build_files(log_entry, extract_rows, is_demonstration=current_settings().demo)
    content = build_zip(extract_files, log_entry.made_at)
    return send_download(content, "application/zip", f"{build_base_name(log_entry)}.zip")


def _read_request(form: ExtractForm) -> ExtractRequest:
    """Read what the form asks for. Raises Invalid with every error, the missing confirmation among them."""
    errors: tuple[FieldError, ...] = ()
    if not form.confirmed.data:
        errors = (FieldError("confirmed", _("Confirm it: without an agreement nothing is handed over.")),)
    try:
        extract_request = parse_request(*form.first_and_last_month, form.recipient.data, form.agreement.data)
    except Invalid as error:
        raise Invalid(error.message, (*error.field_errors, *errors)) from None
    if errors:
        raise Invalid(_("Some fields need attention."), errors)
    return extract_request


def _render_form(form: ExtractForm) -> str:
    session = read_session()
    periods = [period for period in list_periods_with_people(session, clock.today()) if _is_free(session, period)]
    # Periods that wait for a release are named below the form, so that nobody looks for them among the choices in vain.
    unreleased = {period: list_unreleased_months(session, period) for period in periods}
    form.period.choices = [
        (period.name, _describe_period(period.first, period.last)) for period in periods if not unreleased[period]
    ]
    return render_template(
        "statistics/extract_form.html",
        form=form,
        waiting=[
            (_describe_period(period.first, period.last), [format_month(month) for month in unreleased[period]])
            for period in periods
            if unreleased[period]
        ],
    )


def _is_free(session: Session, period: ExtractPeriod) -> bool:
    """Whether a period was handed over itself, or shares no day with one that was."""
    given_periods = [ExtractPeriod(extract.first, extract.last) for extract in queries.list_extracts(session)]
    return period in given_periods or not any(period.overlaps_with(given_period) for given_period in given_periods)


def _describe_period(first_month: date, last_month: date) -> str:
    return _("%(first)s to %(last)s", first=format_month(first_month), last=format_month(last_month))
