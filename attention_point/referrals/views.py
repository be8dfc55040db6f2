"""The desk's pages of referrals: the list of the open ones, and one with its history."""

import re
from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.accounts.naming import find_actor_names
from attention_point.directory import queries as directory_queries
from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.pagination import PAGE_SIZE, Page
from attention_point.foundation.web.transactions import read_session, write_after_response
from attention_point.people.claim_marks.marks import list_marks_of_person
from attention_point.referrals import descriptions, queries, rules, services
from attention_point.referrals.answers.forms import AnswerForm, MessageForm, OutcomeForm, prepare_answer_form
from attention_point.referrals.answers.messages import list_messages
from attention_point.referrals.follow_up.answer_marks import has_opened_answer, mark_answer_opened

blueprint = Blueprint("referrals", __name__)
_DESK_PAGE = re.compile(
    r"/(people|visits|referrals)/[0-9a-f-]{36}(/visits/new/[0-9a-f-]{36})?|/visits/(new|drafts)/[0-9a-f-]{36}"
)
# What the list can be narrowed to, beside all that is open.
LISTED_STATES: Mapping[str, tuple[str, ...]] = {"waiting": rules.WAITING_STATES, "accepted": ("accepted",)}


@blueprint.get("/referrals")
@requires("referrals.view")
def list_referrals() -> str:
    """List the point's open referrals, newest first, without the restricted ones; of one entity alone, if asked."""
    before, entity, state = request.args.get("before", type=UUID), request.args.get("entity"), request.args.get("state")
    states = LISTED_STATES.get(state or "", rules.OPEN_STATES)
    points = directory_queries.list_points(db_session())
    # An installation has one point so far; a new one has none before its directory is loaded.
    batch = queries.ReferralBatch([], None)
    if points:
        batch = queries.list_referrals_at_point(
            db_session(), current_actor(), points[0].code, states, before, PAGE_SIZE, entity=entity
        )
    # Restricted referrals are missing here on purpose; their visit's page shows them to whoever may see them.
    page = Page(
        batch.items,
        url_for(".list_referrals", entity=entity, state=state, before=batch.next_before) if batch.next_before else None,
        url_for(".list_referrals", entity=entity, state=state) if before else None,
    )
    snapshot = directory_queries.get_directory(db_session())
    return render_template(
        "referrals/listing.html",
        page=page,
        services=snapshot.services,
        entities=snapshot.entities,
        days_waiting=descriptions.count_days_waiting,
        chosen_entity=snapshot.entities.get(entity or ""),
    )


@blueprint.get("/referrals/<uuid:referral>")
@requires("referrals.view")
def show_referral(referral: UUID) -> str:
    """Show one referral: the entity, why, what was answered, and the step that the desk may take."""
    return _render_referral_page(db_session(), referral, AnswerForm(formdata=None))


@blueprint.post("/referrals/<uuid:referral>/answer")
@requires("referrals.manage")
def answer_referral(referral: UUID) -> Response | tuple[str, int]:
    """Close or withdraw a referral."""
    form = AnswerForm()
    if request.form.get("_resumed"):  # the form that waited for a new sign-in: shown again, not saved
        return _render_referral_page(read_session(), referral, form, resumed=True), 200
    try:
        services.answer_for_desk(db_session(), current_actor(), referral, form.read_answer())
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_referral_page(read_session(), referral, form), 422
    flash(_("The referral is up to date."), "success")
    return redirect(url_for(".show_referral", referral=referral), 303)


@blueprint.post("/referrals/<uuid:referral>/outcome")
@requires("referrals.manage")
def record_outcome(referral: UUID) -> Response:
    """Note what the person says became of a referral, and go back to the page on which it was asked."""
    form = OutcomeForm()
    services.record_person_outcome(
        db_session(), current_actor(), referral, form.outcome.data or "", form.read_version()
    )
    # Only to a page of the desk: an address from outside must not lead a signed-in agent elsewhere.
    page = form.page.data or ""
    return redirect(page if _DESK_PAGE.fullmatch(page) else url_for(".show_referral", referral=referral), 303)


@blueprint.post("/referrals/<uuid:referral>/messages")
@requires("referrals.manage")
def write_message(referral: UUID) -> Response | tuple[str, int]:
    """Save a message to the entity. If it cannot be sent, it comes back with what is wrong."""
    form = MessageForm()
    try:
        services.write_message_for_desk(
            db_session(), current_actor(), referral, form.text.data or "", form.read_shown()
        )
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_referral_page(read_session(), referral, AnswerForm(formdata=None), message_form=form), 422
    flash(_("Your message is sent."), "success")
    return redirect(url_for(".show_referral", referral=referral, _anchor="messages"), 303)


def _render_referral_page(
    session: Session,
    referral_id: UUID,
    form: AnswerForm,
    *,
    resumed: bool = False,
    message_form: MessageForm | None = None,
) -> str:
    referral = services.require_visible_referral(session, current_actor(), queries.find_referral(session, referral_id))
    journal.record(session, current_actor(), "referral.view", "referral", referral_id)
    if not has_opened_answer(referral, current_actor()):
        actor = current_actor()
        write_after_response(lambda writing_session: mark_answer_opened(writing_session, actor, referral_id))
    snapshot = directory_queries.get_directory(session)
    if referral.count_unread_messages(rules.DESK_SIDE):
        write_after_response(lambda writing: services.mark_messages_read_at_desk(writing, referral_id))
    labels = (descriptions.list_answering_labels(referral, side) for side in descriptions.SIDE_LABELS)
    names = find_actor_names(session, {label for side_labels in labels for label in side_labels})
    return render_template(
        "referrals/show.html",
        referral=referral,
        service=snapshot.services.get(referral.service),
        entity=snapshot.entities.get(referral.entity),
        reason=descriptions.describe_reason(referral),
        history=descriptions.build_history(referral, names),
        messages=list_messages(referral, rules.DESK_SIDE, names),
        message_form=message_form or MessageForm(formdata=None),
        consent_words=descriptions.describe_forward_consent(referral),
        form=prepare_answer_form(form, referral, rules.DESK_SIDE),
        resumed=resumed,
        claim_marks=list_marks_of_person(session, referral.person_id),
        may_answer=current_actor().may("referrals.manage"),
    )
