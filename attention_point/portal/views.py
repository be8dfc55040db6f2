"""The page of one referral at its entity, with the answer; and a slip's code."""

from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.accounts.naming import find_actor_names
from attention_point.directory import queries as directory_queries
from attention_point.foundation import journal
from attention_point.foundation.access import Actor, public, requires
from attention_point.foundation.errors import FieldError, Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.transactions import read_session, write_after_response
from attention_point.people.claim_marks.marks import list_marks_of_person
from attention_point.portal import queries
from attention_point.portal.inbox.list_values import can_take_back, is_late, name_endpoint
from attention_point.portal.inbox.order import listing
from attention_point.portal.inbox.order.filters import InboxFilter
from attention_point.portal.person_details import list_person_details
from attention_point.portal.portal_blueprint import blueprint
from attention_point.portal.slip_outcomes.views import show_slip as show_visitor_slip
from attention_point.referrals import descriptions, rules
from attention_point.referrals import services as referral_services
from attention_point.referrals.answers import forwarding
from attention_point.referrals.answers.forms import AnswerForm, MessageForm, prepare_answer_form
from attention_point.referrals.answers.messages import list_messages
from attention_point.referrals.clocks import find_due_day
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.reasons.queries import list_reason_choices


@blueprint.get("/portal/referrals/<uuid:referral>")
@requires("portal.use")
def show_referral(referral: UUID) -> str:
    """Show one referral. The first time that the entity opens it marks it as seen."""
    return render_referral_page(db_session(), referral, AnswerForm(formdata=None))


@blueprint.post("/portal/referrals/<uuid:referral>/answer")
@requires("portal.use")
def answer_referral(referral: UUID) -> Response | tuple[str, int]:
    """Save the entity's answer. If something is missing, the form comes back with all that was typed."""
    form = AnswerForm()
    if request.form.get("_resumed"):  # the form that waited for a new sign-in: shown again, not saved
        return render_referral_page(read_session(), referral, form, resumed=True), 200
    # Before the answer: what follows in the list is found by the place that the referral has now.
    is_next_wanted = request.form.get("then") == "next"
    try:
        answered = referral_services.answer_for_entity(db_session(), current_actor(), referral, form.read_answer())
    except Invalid as error:
        show_answer_errors(form, error)
        return render_referral_page(read_session(), referral, form), 422
    flash(_("Your answer is saved."), "success")
    if is_next_wanted:
        return _lead_to_next(answered)
    return redirect(url_for(".show_referral", referral=referral), 303)


def _lead_to_next(referral: DecryptedReferral) -> Response:
    """To the referral that follows in the list of those that wait, or to the list where none follows."""
    entity = queries.require_own_entity(current_actor())
    inbox_filter = InboxFilter(restricted=referral.restricted)
    next_referral = listing.find_next(read_session(), entity, inbox_filter, referral.id)
    if next_referral is None:
        flash(_("Nothing else waits for an answer here."), "info")
        return redirect(url_for(name_endpoint(restricted=referral.restricted)), 303)
    return redirect(url_for(".show_referral", referral=next_referral), 303)


def show_answer_errors(form: AnswerForm, error: Invalid) -> None:
    """Put the errors of an answer beside their fields; a missing reason stands at the list of reasons."""
    is_unchosen = form.state.data == "rejected" and not form.reason_code.data
    form.show_field_errors(
        FieldError("reason_code", entry.message) if is_unchosen and entry.field == "reason" else entry
        for entry in error.field_errors
    )


def render_referral_page(
    session: Session,
    referral_id: UUID,
    form: AnswerForm,
    *,
    resumed: bool = False,
    message_form: MessageForm | None = None,
) -> str:
    """The page of one referral of the entity's own, with a form of its answer. Raises NotFound and VaultError."""
    actor = current_actor()
    disclosure = queries.get_own_referral(session, actor, referral_id)
    referral = disclosure.referral
    is_first_opening = referral.state == "created"
    # After the reply: a GET reads, and the database refuses a write in its session.
    if is_first_opening or referral.count_unread_messages(rules.ENTITY_SIDE):
        write_after_response(lambda writing: referral_services.mark_referral_seen(writing, actor, referral_id))
    # Who of the entity answered; of the attention point's staff it learns no name.
    names = find_actor_names(session, descriptions.list_answering_labels(referral, rules.ENTITY_SIDE))
    # What the entity itself wrote names the person as well: it is read no more here, whatever its own files must keep.
    history = descriptions.build_history(referral, names, with_words=not disclosure.consent_ended)
    return render_template(
        "portal/show.html",
        referral=referral,
        reference=disclosure.reference,
        state="seen" if is_first_opening else referral.state,
        rows=list_person_details(disclosure.person, referral.day),
        incomplete=disclosure.incomplete,
        consent_ended=disclosure.consent_ended,
        service=directory_queries.find_service(session, referral.service),
        person_outcome=_find_shown_outcome(referral),
        reason=descriptions.describe_reason_to_entity(referral),
        withdrawal_reason=history[-1].reason if referral.state == "withdrawn" else None,
        history=history,
        # What was written may name the person.
        messages=[] if disclosure.consent_ended else list_messages(referral, rules.ENTITY_SIDE, names),
        message_form=message_form or MessageForm(formdata=None),
        form=prepare_answer_form(form, referral, rules.ENTITY_SIDE, list_reason_choices(session, referral.entity)),
        resumed=resumed,
        can_undo=can_take_back(referral),
        can_forward=forwarding.can_forward(referral) and not disclosure.consent_ended,
        is_late=is_late(referral),
        due_on=find_due_day(referral),
        others=[] if disclosure.consent_ended else queries.list_other_referrals(session, referral),
        services=directory_queries.get_services_by_code(session),
        claim_marks=[] if disclosure.consent_ended else list_marks_of_person(session, referral.person_id),
    )


def _find_shown_outcome(referral: DecryptedReferral) -> str | None:
    """What the entity may learn of what the person said at the desk, or None."""
    outcome: str = referral.person_outcome["outcome"] if referral.person_outcome else rules.UNSAID
    return (
        outcome if rules.is_outcome_shown_to_entity(outcome, referral.state, restricted=referral.restricted) else None
    )


@blueprint.get("/portal/slips/<string(length=16):code>")
@public
def open_slip(code: str) -> ResponseReturnValue:
    """Follow a slip's code: the desk to the visit, an entity to its referral, or to a list if it has several.

    Everybody else holds the slip: whoever was sent says on a page of her own whether she was served.
    """
    actor: Actor | None = g.get("actor")
    if actor is None or not actor.may("slips.open"):
        return show_visitor_slip(code)
    # Whoever types the code by hand may write small letters.
    session, slip_code = db_session(), code.upper()
    if not actor.may("portal.use"):
        return redirect(url_for("desk.show_visit", visit=queries.get_visit_of_slip(session, actor, slip_code)))
    referrals = queries.list_referrals_of_slip(session, actor, slip_code)
    # A person with one errand at this entity: straight to it.
    if len(referrals) == 1:
        return redirect(url_for(".show_referral", referral=referrals[0].id))
    listed_ids = [str(referral.id) for referral in referrals]
    journal.record(session, actor, "referral.list", "visit", referrals[0].visit_id, found=listed_ids)
    services_by_code = directory_queries.get_services_by_code(session)
    return render_template("portal/slip.html", referrals=referrals, services=services_by_code)
