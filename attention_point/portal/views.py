"""The pages of an entity: its inbox, the restricted referrals apart, one referral and its answer, a slip's code."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.foundation import journal
from attention_point.foundation.access import Actor, public, requires
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.pagination import PAGE_SIZE, Page
from attention_point.foundation.web.transactions import read_session, write_after_response
from attention_point.intake.form.person_summary import describe_household, describe_person, label_codes
from attention_point.people import records as people_records
from attention_point.portal import queries
from attention_point.referrals import descriptions, rules, services
from attention_point.referrals.forms import AnswerForm, prepare_answer_form
from attention_point.referrals.queries import DecryptedReferral

blueprint = Blueprint("portal", __name__)

# What an entity has to do first stands first.
STATE_TABS = {
    "waiting": (N_("Waiting for an answer"), rules.WAITING_STATES),
    "accepted": (N_("Accepted, in progress"), ("accepted",)),
    "answered": (N_("Answered"), rules.ANSWERED_STATES),
}


@blueprint.get("/portal")
@requires("portal.use")
def show_inbox() -> str:
    """List the entity's ordinary referrals, newest first."""
    return _render_inbox(".show_inbox", "portal/inbox.html", restricted=False)


@blueprint.get("/portal/restricted")
@requires("portal.use")
def show_restricted_inbox() -> str:
    """List the restricted referrals. The page is opened on purpose, and the journal keeps each opening."""
    return _render_inbox(".show_restricted_inbox", "portal/restricted.html", restricted=True)


def _render_inbox(endpoint: str, template: str, *, restricted: bool) -> str:
    tab = request.args.get("show", "")
    tab = tab if tab in STATE_TABS else "waiting"
    before = request.args.get("before", type=UUID)
    batch = queries.list_inbox(
        db_session(), current_actor(), STATE_TABS[tab][1], before, PAGE_SIZE, restricted=restricted
    )
    page = Page(
        batch.items,
        url_for(endpoint, show=tab, before=batch.next_before) if batch.next_before else None,
        url_for(endpoint, show=tab) if before else None,
    )
    return render_template(
        template,
        page=page,
        tabs=[(_(label), url_for(endpoint, show=name), name == tab) for name, (label, _states) in STATE_TABS.items()],
        services=directory_queries.get_services_by_code(db_session()),
        days_waiting=descriptions.count_days_waiting,
        full_name=people_records.format_full_name,
    )


@blueprint.get("/portal/referrals/<uuid:referral>")
@requires("portal.use")
def show_referral(referral: UUID) -> str:
    """Show one referral. The first time that the entity opens it marks it as seen."""
    return _render_referral_page(db_session(), referral, AnswerForm(formdata=None))


@blueprint.post("/portal/referrals/<uuid:referral>/answer")
@requires("portal.use")
def answer_referral(referral: UUID) -> Response | tuple[str, int]:
    """Save the entity's answer. If something is missing, the form comes back with all that was typed."""
    form = AnswerForm()
    if request.form.get("_resumed"):  # the form that waited for a new sign-in: shown again, not saved
        return _render_referral_page(read_session(), referral, form, resumed=True), 200
    try:
        services.answer_for_entity(db_session(), current_actor(), referral, form.read_answer())
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_referral_page(read_session(), referral, form), 422
    flash(_("Your answer is saved."), "success")
    return redirect(url_for(".show_referral", referral=referral), 303)


def _render_referral_page(session: Session, referral_id: UUID, form: AnswerForm, *, resumed: bool = False) -> str:
    actor = current_actor()
    disclosure = queries.get_own_referral(session, actor, referral_id)
    referral = disclosure.referral
    is_first_opening = referral.state == "created"
    # After the reply: a GET reads, and the database refuses a write in its session.
    if is_first_opening:
        write_after_response(lambda writing: services.mark_referral_seen(writing, actor, referral_id))
    return render_template(
        "portal/show.html",
        referral=referral,
        reference=disclosure.reference,
        state="seen" if is_first_opening else referral.state,
        rows=list_person_details(disclosure.person),
        incomplete=disclosure.incomplete,
        service=directory_queries.find_service(session, referral.service),
        person_outcome=_find_shown_outcome(referral),
        reason=descriptions.describe_reason(referral),
        history=descriptions.build_history(referral),
        form=prepare_answer_form(form, referral, rules.ENTITY_SIDE),
        resumed=resumed,
    )


def _find_shown_outcome(referral: DecryptedReferral) -> str | None:
    """What the entity may learn of what the person said at the desk, or None."""
    outcome: str = referral.person_outcome["outcome"] if referral.person_outcome else rules.UNSAID
    return (
        outcome if rules.is_outcome_shown_to_entity(outcome, referral.state, restricted=referral.restricted) else None
    )


@blueprint.get("/portal/slips/<string(length=16):code>")
@public
def open_slip(code: str) -> Response | str:
    """Follow a slip's code: the desk to the visit, an entity to its referral, or to a list if it has several.

    Everybody else holds the slip: whoever was sent says on a page of her own whether she was served.
    """
    actor: Actor | None = g.get("actor")
    if actor is None or not actor.may("slips.open"):
        return redirect(url_for("slip_outcomes.show_slip", code=code))
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


def list_person_details(person: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The disclosed fields as labels and texts, for a summary list."""
    details = [(_("Name"), people_records.format_full_name(person))] if people_records.format_full_name(person) else []
    # With the birth date the age would be said twice.
    if "age" in person and "birth_date" not in person:
        details.append((_("Age"), _("%(age)s years", age=person["age"])))
    details += describe_person(person)
    details += describe_household(person.get("household", {}))
    if person.get("vulnerabilities"):
        details.append(
            (_("Situations to take into account"), label_codes("vulnerabilities", person["vulnerabilities"]))
        )
    if person.get("notes"):
        details.append((_("Notes"), person["notes"]))
    return details
