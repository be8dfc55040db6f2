"""The check page of a form that is kept, and recording the visit."""

from contextlib import suppress
from functools import partial
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import AppError, Conflict, Invalid, NotFound
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.transactions import read_session
from attention_point.intake import form_drafts
from attention_point.intake.pages import confirmation_page, likely_people, visit_slip
from attention_point.intake.pages.check_page import decisions
from attention_point.intake.pages.check_page.checked_people import follow_joined_people, list_checked_people
from attention_point.intake.pages.desk_blueprint import blueprint
from attention_point.intake.pages.unsaved_visits import form_page, returning_person, turn_of_form
from attention_point.intake.pages.unsaved_visits.kept_fields import Fields, find_fields, save_fields
from attention_point.intake.records.new_drafts import PERSON_CHANGED
from attention_point.intake.records.reserved_references import NO_CAPTURE, OfflineCapture
from attention_point.intake.services import record_family
from attention_point.people.records import DamagedPerson, open_chosen_person

JOINED_MEANWHILE = N_(
    "Somebody joined this record to another one of the same person meanwhile. Nothing is saved yet: look at what is on "
    "file, and save again."
)


@blueprint.get("/visits/drafts/<uuid:draft>/check")
@requires("visits.record")
def show_check_page(draft: UUID) -> Response | str:
    """Show what was typed in words, with the suggestions. The visit is not recorded yet."""
    fields = find_fields(read_session(), draft)
    if fields is None:
        return form_page.lead_to_visit(draft) or form_page.refuse_draft()
    is_sent = form_page.is_sent()
    if form_page.has_unasked_questions(fields):
        flash(_("On the day of the visit other questions decided. They stand beside the needs: answer them."), "info")
        return redirect(url_for(".show_form_draft", draft=draft), 303)
    try:
        people = list_checked_people(read_session(), form_page.build_form(fields))
        return confirmation_page.render_confirmation_page(
            read_session(), draft, people, fields, is_sent=is_sent, lists_services=bool(request.args.get("services"))
        )
    except (Invalid, NotFound, DamagedPerson):
        return redirect(url_for(".show_form_draft", draft=draft, sent=form_page.SENT), 303)


@blueprint.post("/visits/drafts/<uuid:draft>/check")
@requires("visits.record")
def keep_check_page(draft: UUID) -> Response:
    """Keep who it is, and what was decided so far; then show the check page again, or the form to correct it."""
    posted, kept_fields = read_posted_fields(), find_fields(read_session(), draft)
    if kept_fields is None:
        return form_page.lead_to_visit(draft) or form_page.refuse_draft()
    fields = _put_decisions(kept_fields, posted)
    action, _hash, field = posted.get("action", "").partition("#")
    if action == "edit":
        save_fields(draft, fields)
        return redirect(url_for(".show_form_draft", draft=draft, _anchor=field or None), 303)
    if form_page.is_resumed():
        return form_page.keep_resumed_form(draft, fields, ".show_check_page")
    likely_people.apply_person_choice(fields, posted)
    if action == "refer_all":
        with suppress(AppError):  # the page to which it leads says what is wrong
            people = list_checked_people(read_session(), form_page.build_form(fields))
            confirmation_page.refer_everybody(read_session(), people, fields)
    return form_page.keep_and_lead_on(draft, fields, services="1" if action == "services" else None)


@blueprint.post("/visits")
@requires("visits.record")
def add_visit() -> Response:
    """Record what was checked; back to the check page or the form when something is wrong, with all that was typed."""
    posted = read_posted_fields()
    draft_id = form_page.read_draft_id(posted)
    # Of two taps at once, the second one reads after the first has recorded the visit.
    lock_for_transaction(db_session(), draft_id)
    kept_fields = find_fields(db_session(), draft_id)
    if kept_fields is None:
        # Of two taps the browser follows the second: it prints too.
        return form_page.lead_to_visit(draft_id, prints=True) or form_page.refuse_draft()
    fields = _put_decisions(kept_fields, posted)
    if form_page.is_resumed():
        return form_page.keep_resumed_form(draft_id, fields, ".show_check_page")
    try:
        people = list_checked_people(
            read_session(), form_page.build_form(fields), partial(decisions.decide_payload, fields=fields)
        )
        # Read after the form, which says that an id is none.
        if follow_joined_people(read_session(), fields):
            flash(_(JOINED_MEANWHILE), "warning")
            return form_page.keep_and_lead_on(draft_id, fields)
        for person in people:
            likely_people.require_person_choice(read_session(), current_actor(), person)
        with db_session().begin_nested():  # what is refused midway leaves nothing, but the draft is kept
            drafts = [person.draft for person in people]
            record_family(db_session(), current_actor(), drafts, "desk", _read_capture(draft_id, fields))
    except (Invalid, NotFound, DamagedPerson):
        return form_page.keep_and_lead_on(draft_id, fields, form_page.SENT)
    except Conflict as conflict:
        if conflict.code != PERSON_CHANGED:
            raise
        return _show_changed_person(draft_id, fields, conflict)
    form_drafts.delete_form_draft(db_session(), current_actor(), draft_id)
    if fields.get("turn"):  # another form of this turn, such as an empty one before the person was found on file
        for form_id in turn_of_form.list_drafts_of_turn(db_session(), current_actor(), fields["turn"]):
            form_drafts.delete_form_draft(db_session(), current_actor(), form_id)
    # The page of the visit opens the printing of the browser.
    languages = visit_slip.SPANISH_AND_ENGLISH if fields.get("speaks") == "en" else None
    return redirect(url_for(".show_visit", visit=draft_id, print="1", language=languages), 303)


def _read_capture(draft_id: UUID, fields: Fields) -> OfflineCapture:
    # A form that was written down without network and corrected here keeps the reference on its slip.
    reference, actor = fields.get("reference"), current_actor()
    if not reference:
        return NO_CAPTURE
    # Whoever decides on the captures of all agents corrects those of others too.
    return OfflineCapture({draft_id: reference}, user_id=None if actor.may("captures.review_any") else actor.id)


def _put_decisions(fields: Fields, posted: Fields) -> Fields:
    # The check page shows every decision, so one that is not sent is taken back.
    is_decision = decisions.is_decision
    typed_fields = [(name, value) for name, value in fields.items(multi=True) if not is_decision(name)]
    return MultiDict([*typed_fields, *((name, value) for name, value in posted.items(multi=True) if is_decision(name))])


def _show_changed_person(draft_id: UUID, fields: Fields, conflict: Conflict) -> Response:
    # The check page shows what is on file now beside what was typed; who has seen it may save.
    person = open_chosen_person(read_session(), UUID(fields["person_id"]))
    returning_person.take_over_untouched(fields, form_page.build_form(fields), person.record)
    fields["record_version"] = f"{person.id}:{person.version}"
    flash(conflict.message, "warning")
    return form_page.keep_and_lead_on(draft_id, fields, form_page.SENT)
