"""The page on which people look through a period and publish it: one person, or two where the settings ask for it.

A quarter and a year are published with their last month. This page publishes one that could not be published then.
"""

from collections.abc import Sequence
from functools import partial

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.accounts.naming import find_actor_names
from attention_point.dates import Period, parse_period_code
from attention_point.foundation.access import Actor, requires
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Invalid
from attention_point.foundation.language import format_period
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.delivery.after_response import run_after_response
from attention_point.foundation.web.transactions import current_database, read_session
from attention_point.foundation.worker import run_in_worker
from attention_point.statistics.month_codes import parse_begun_period
from attention_point.statistics.month_papers.changes import Comparison, name_period
from attention_point.statistics.month_papers.first_page import build_first_page, list_first_blocks
from attention_point.statistics.month_papers.loading import load_comparison
from attention_point.statistics.month_papers.movements import Movement, count_differences, list_movements
from attention_point.statistics.months.forms import ApprovalForm, ReleaseForm
from attention_point.statistics.open_data import public_files
from attention_point.statistics.releases import approvals, examination, queries, services
from attention_point.statistics.releases.content import ReleaseContent, describe_quality
from attention_point.statistics.releases.models import Release

blueprint = Blueprint("statistics_release", __name__, url_prefix="/statistics")
log = structlog.get_logger("statistics")


@blueprint.route("/<string(maxlength=20):month>/release", methods=["GET", "POST"])
@requires("statistics.release")
def release_month(month: str) -> Response | str | tuple[str, int]:
    """Show a period to the person who decides, and publish it, or propose it where two people decide."""
    period = parse_begun_period(month)
    form = ReleaseForm()
    # A wrong form comes back with status 422: the page stays, and a program that follows it sees that nothing happened.
    if not form.validate_on_submit():
        return _render_review(period, form), 422 if request.method == "POST" else 200
    needs_two_people = current_settings().release_needs_two_people
    note, reader_note = form.note.data, form.reader_note.data
    fingerprint, despite_damage = form.fingerprint.data or "", form.despite_damage.data
    try:
        # Before the seconds of the examination: a note that is missing is told at once.
        services.check_notes(read_session(), period, note, reader_note)
        # The setting is the installation's and stands above the form: a hand-written request
        # cannot skip the second person.
        examined = _examine_period(period, despite_damage=despite_damage)
        if needs_two_people:
            approvals.propose_release(
                db_session(), current_actor(), period, fingerprint, note, reader_note, despite_damage, examined
            )
            flash(_("%(month)s waits for a second person to approve it.", month=format_period(period)))
            return redirect(url_for("statistics_release.release_month", month=month))
        release = services.release_period(
            db_session(), current_actor(), period, note, fingerprint, despite_damage, reader_note, examined
        )
    # What is typed stays in the form: a note of what was wrong takes minutes to write.
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_review(period, form), 422
    return _answer_release(release)


@blueprint.post("/<string(maxlength=20):month>/release/approval")
@requires("statistics.release")
def approve_month(month: str) -> Response | tuple[str, int]:
    """Publish what somebody else proposed."""
    period, form = parse_begun_period(month), ApprovalForm()
    if not form.validate_on_submit():
        return _render_review(period, ReleaseForm(), form), 422
    proposal = approvals.find_proposal(read_session(), period)
    examined = _examine_period(period, despite_damage=proposal.despite_damage) if proposal else None
    seal = form.seal.data or ""
    return _answer_release(approvals.approve_release(db_session(), current_actor(), period, seal, examined))


@blueprint.post("/<string(maxlength=20):month>/release/withdrawal")
@requires("statistics.release")
def withdraw_month(month: str) -> Response:
    """Take back the proposal to publish a period."""
    approvals.withdraw_proposal(db_session(), current_actor(), parse_begun_period(month))
    flash(_("The proposal is withdrawn. Nothing was published."))
    return redirect(url_for("statistics_release.release_month", month=month))


def _answer_release(release: Release) -> Response:
    name = format_period(parse_period_code(release.period))
    flash(_("%(month)s is published, version %(number)s.", month=name, number=release.version))
    response = redirect(url_for("statistics.show_month", month=release.period))
    # The longer periods and the files take seconds. They are made once the response is out and the release committed.
    run_after_response(
        response,
        partial(_finish_release, current_database(), current_settings(), current_actor(), release.period, release.note),
    )
    return response


def _finish_release(database: Database, settings: Settings, actor: Actor, period_code: str, note: str | None) -> None:
    def examine(session: Session, longer_period: Period) -> examination.ExaminedPeriod:
        # Beside the server, as the month itself: the tablets would wait for the audit of a year.
        return run_in_worker(session, settings, _examine_for_worker, longer_period, False)

    period = parse_period_code(period_code)
    if period.kind == "month":
        services.release_longer_periods(database, actor, period, note, examine)
    try:
        public_files.make_missing_files(database, settings)
    except AppError as error:  # the next "jobs run" makes them
        log.warning("open_data.not_made", code=error.code)


def _render_review(period: Period, form: ReleaseForm, approval_form: ApprovalForm | None = None) -> str:
    template, month, period_name = "statistics/release.html", period.code, format_period(period)
    # The review takes seconds of computing and writes nothing; a writing session would keep the desk waiting on SQLite.
    session = read_session()
    try:
        # The audit beside other releases may take seconds, in which the tablets would wait for this thread.
        prepared = run_in_worker(session, current_settings(), _prepare_release, period)
    except AppError as error:
        return render_template(template, period_name=period_name, month=month, error_message=error.message)
    proposal = approvals.find_proposal(session, period)
    if proposal is not None and proposal.fingerprint != prepared.fingerprint:
        # What was proposed is no longer what would be published: it is reviewed and proposed anew.
        proposal, is_outdated = None, True
    else:
        is_outdated = False
    # The page shows this content, so the next POST must confirm it and nothing older.
    form.fingerprint.data = prepared.fingerprint
    form.note.flags.required = prepared.is_correction
    approval_form = approval_form or ApprovalForm()
    approval_form.seal.data = proposal.seal if proposal else ""
    # Beside the last month and the last year: a jump that nobody can explain is the best sign of a wrong count.
    comparison = load_comparison(session, period)
    return render_template(
        template,
        period_name=period_name,
        month=month,
        error_message=None,
        form=form,
        approval_form=approval_form,
        needs_two_people=current_settings().release_needs_two_people,
        proposal=proposal,
        is_outdated=is_outdated,
        is_own_proposal=proposal is not None and proposal.proposed_by == current_actor().journal_label,
        proposer=find_actor_names(session, [proposal.proposed_by]).get(proposal.proposed_by) if proposal else None,
        is_correction=prepared.is_correction,
        quality=describe_quality(prepared.content.quality),
        first_blocks=list_first_blocks(build_first_page(prepared.content, comparison)),
        movements=_list_movements(prepared.content, comparison),
        differences=_count_differences(session, period, prepared.content),
    )


def _examine_period(period: Period, *, despite_damage: bool) -> examination.ExaminedPeriod:
    # In a reading session and beside the server, as the review: the desk goes on recording meanwhile.
    return run_in_worker(read_session(), current_settings(), _examine_for_worker, period, despite_damage)


def _examine_for_worker(
    session: Session, _settings: Settings, period: Period, despite_damage: bool
) -> examination.ExaminedPeriod:
    return examination.examine_period(session, period, despite_damage=despite_damage)


def _prepare_release(session: Session, _settings: Settings, period: Period) -> examination.PreparedRelease:
    return examination.prepare_release(session, period)


def _count_differences(session: Session, period: Period, content: ReleaseContent) -> tuple[int, int, int] | None:
    """Count what a correction changes: figures, tables, and the version in force; None for a first release."""
    current_release = queries.find_current_release(session, period)
    if current_release is None:
        return None
    return (*count_differences(content, queries.load_content(current_release)), current_release.version)


def _list_movements(content: ReleaseContent, comparison: Comparison) -> Sequence[tuple[str, Sequence[Movement]]]:
    """List what moved most, beside each earlier period that is published."""
    return [(name_period(earlier.period), list_movements(content, earlier)) for earlier in comparison.earlier_periods]
