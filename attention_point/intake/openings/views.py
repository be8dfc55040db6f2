"""The page that asks why a file is opened, and the list from which a second person reviews what was opened."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField

from attention_point.accounts.naming import find_actor_names
from attention_point.accounts.sign_in.resumed_forms import find_local_path
from attention_point.foundation.access import requires
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import N_, current_language, format_datetime
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.error_pages import respond_to_app_error, wants_json
from attention_point.foundation.web.forms import BaseForm
from attention_point.foundation.web.transactions import read_session
from attention_point.intake.openings import review
from attention_point.people import records as people_records
from attention_point.people.break_glass import grants
from attention_point.people.break_glass.grants import ReasonRequired

blueprint = Blueprint("openings", __name__, url_prefix="/people")


class OpeningForm(BaseForm):
    """Why a file is opened. Each reason is a button; ``words`` are for one that is none of them."""

    next = HiddenField()
    reason = StringField()  # of the button that was pressed
    words = StringField(N_("In a few words, without names"))


class ReviewForm(BaseForm):
    """Up to which moment (ISO 8601) the reader has looked: what is opened after the page was drawn still waits."""

    until = HiddenField()


@blueprint.app_errorhandler(ReasonRequired)
def lead_to_question(error: ReasonRequired) -> Response:
    """Ask for the reason, and lead back to the page afterwards; a form that was sent without one is refused."""
    if request.method not in {"GET", "HEAD"} or wants_json():
        return respond_to_app_error(error)
    return redirect(url_for("openings.ask_reason", person=error.person, next=request.full_path.rstrip("?")), 303)


@blueprint.get("/<uuid:person>/open")
@requires(grants.HISTORY_PERMISSION)
def ask_reason(person: UUID) -> Response | str:
    """Ask why the file is opened. Nothing of the person is read yet."""
    # Only to a page of this program: an address from outside must not lead a signed-in supervisor elsewhere.
    page = find_local_path(request.args.get("next") or url_for("desk.show_person", person=person))
    people_records.require_person(read_session(), person)
    if not grants.needs_grant(current_actor()):
        return redirect(page, 303)
    return _render_question(person, OpeningForm(formdata=None, data={"next": page}))


@blueprint.post("/<uuid:person>/open")
@requires(grants.HISTORY_PERMISSION)
def open_file(person: UUID) -> Response | tuple[str, int]:
    """Keep the reason, and lead to the page that was asked for."""
    form = OpeningForm()
    if not grants.needs_grant(current_actor()):  # nobody asked, and a row would only hide those that count
        return redirect(find_local_path(form.next.data), 303)
    try:
        grants.open_file(db_session(), current_actor(), person, form.reason.data or "", form.words.data or "")
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_question(person, form), 422
    return redirect(find_local_path(form.next.data), 303)


def _render_question(person: UUID, form: OpeningForm) -> str:
    choices = get_code_list("opening_reasons").form_choices(current_language())
    return render_template(
        "desk/open_file.html",
        form=form,
        person=person,
        reasons=[choice for choice in choices if choice[0] != grants.OTHER_REASON],
        other=grants.OTHER_REASON,
        hours=int(grants.GRANT_LENGTH.total_seconds() // 3600),
    )


@blueprint.get("/openings")
@requires(review.REVIEW_PERMISSION)
def list_openings() -> str:
    """List the files that were opened for a reason, what waits for the reader first. No person is named."""
    session, actor = db_session(), current_actor()
    files = review.list_opened_files(session, actor)
    # Stable: within each part the newest stays first.
    files.sort(key=lambda file: (not file.is_waiting, not file.has_confidential))
    return render_template(
        "desk/openings.html",
        waiting=[file for file in files if file.is_waiting],
        others=[file for file in files if not file.is_waiting],
        newest=max((file.grant.opened_at for file in files), default=None),
        names=find_actor_names(session, {file.grant.actor for file in files}),
        reasons=dict(get_code_list("opening_reasons").form_choices(current_language())),
        is_cut=len(files) == review.MAX_ROWS,
        days=review.REVIEWED_SPAN.days,
    )


@blueprint.post("/openings")
@requires(review.REVIEW_PERMISSION)
def confirm_review() -> Response:
    """Keep that the reader has looked at everything that the list showed."""
    review.confirm_review(db_session(), current_actor(), ReviewForm().until.data or "")
    flash(_("Noted: you have looked at them."), "success")
    return redirect(url_for(".list_openings"), 303)


@blueprint.app_context_processor
def _offer_review() -> dict[str, object]:
    """What other pages say of the review; nothing is counted before one asks."""
    return {
        "count_opened_files": lambda: _count_opened_files(read_session()),
        "list_stated_reasons": lambda person: _list_stated_reasons(read_session(), person),
    }


def _list_stated_reasons(session: Session, person: UUID) -> list[tuple[str, str]]:
    """Who opened a person's file when, and why, for who may see who saw the person."""
    # However old they are: whoever asks who saw a person asks about all the time.
    stated_reasons = grants.list_grants(session, datetime.min.replace(tzinfo=UTC), review.MAX_ROWS, person)
    names = find_actor_names(session, {grant.actor for grant in stated_reasons})
    reasons = get_code_list("opening_reasons")
    return [
        (
            f"{format_datetime(grant.opened_at)}, {names[grant.actor]}",
            grant.words or reasons.label_for_code(grant.reason, current_language()) or _("It cannot be read."),
        )
        for grant in stated_reasons
    ]


def _count_opened_files(session: Session) -> int:
    actor = current_actor()
    return review.count_waiting(session, actor.journal_label) if actor.may(review.REVIEW_PERMISSION) else 0
