"""The form of a visit. Each page has an address of its own, so that going back and reloading find it.

What is sent is kept in a draft (``intake/form_drafts.py``), and the reply leads to the page that shows it. A page makes
its errors anew from the draft, so that it says the same after a reload.
"""

import json
from contextlib import suppress
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires
from attention_point.foundation.database import new_id
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.intake import form_drafts
from attention_point.intake.family.returning import list_earlier_companions
from attention_point.intake.form import companions, visit_form
from attention_point.intake.form.companions import FamilyForm
from attention_point.intake.form.consent_questions import encode_standing_consents
from attention_point.intake.pages.desk_blueprint import blueprint
from attention_point.intake.pages.unsaved_visits import form_page, returning_person
from attention_point.intake.pages.unsaved_visits.kept_fields import Fields, find_fields, save_fields
from attention_point.people import merging
from attention_point.people import records as people_records


@blueprint.get("/visits/new", defaults={"draft": None})
@blueprint.get("/visits/new/<uuid:draft>")
@requires("visits.record")
def show_new_visit_form(draft: UUID | None) -> Response | str:
    """Show an empty form, or what this agent typed in it before."""
    if draft is None:
        return redirect(url_for(".show_new_visit_form", draft=new_id()))
    page = form_page.find_page_of_draft(draft)
    if page:
        return page
    fields = MultiDict(form_page.build_today_values(draft))
    form_page.add_attended_turn(fields)
    return form_page.render_form(form_page.build_form(fields))


@blueprint.get("/visits/companion-row")
@requires("visits.record")
def send_companion_row() -> Response:
    """Send the blank row that the form's script adds for each person who came along. It is a piece, not a page."""
    return Response(form_page.render_blank_row(), mimetype="text/plain")


@blueprint.get("/people/<uuid:person>/visits/new", defaults={"draft": None})
@blueprint.get("/people/<uuid:person>/visits/new/<uuid:draft>")
@requires("visits.record")
def show_visit_form_for_person(person: UUID, draft: UUID | None) -> Response | str:
    """Show the form of somebody on file, filled in. The journal keeps that the record was read."""
    if draft is None:
        people_records.require_person(db_session(), person)
        # Of records that were joined, a new visit is written on the one that goes on.
        kept_person = merging.list_linked(db_session(), person)[0]
        return redirect(
            url_for(
                ".show_visit_form_for_person", person=kept_person, draft=new_id(), repeat=request.args.getlist("repeat")
            )
        )
    page = form_page.find_page_of_draft(draft)
    if page:
        return page
    decrypted_person = people_records.view_person(db_session(), current_actor(), person, "visit")
    turn_fields: Fields = MultiDict()
    form_page.add_attended_turn(turn_fields, with_people=False)
    turn_needs = turn_fields.poplist("needs")
    person_values = visit_form.build_form_values(decrypted_person.record)
    values = {
        **form_page.build_today_values(draft),
        **turn_fields.to_dict(),
        **person_values,
        "person_id": str(person),
        "record_version": f"{person}:{decrypted_person.version}",
        "page_values": json.dumps(person_values),
        "allowed_before": encode_standing_consents(db_session(), person),
        "needs": list(dict.fromkeys([*returning_person.list_repeated_needs(str(person)), *turn_needs])),
        "companions": [
            companions.build_row_values(companion.person_id, companion.record, companion.relation)
            for companion in list_earlier_companions(db_session(), current_actor(), person, "family")
        ],
    }
    return form_page.render_form(form_page.set_form_choices(FamilyForm(formdata=None, data=values)))


@blueprint.get("/visits/drafts/<uuid:draft>")
@requires("visits.record")
def show_form_draft(draft: UUID) -> Response | str:
    """Show a form that is not saved, with all that was typed, and what is wrong with it if it was sent."""
    return form_page.find_page_of_draft(draft) or form_page.refuse_draft()


@blueprint.post("/visits/drafts")
@requires("visits.record")
def begin_form_draft() -> Response:
    """Begin a form with fields that were typed elsewhere, such as what was searched for."""
    draft_id, fields = new_id(), form_page.read_form_fields()
    fields.pop("id", None)
    for name, value in form_page.build_today_values(draft_id).items():
        fields.setdefault(name, value)
    form_page.add_attended_turn(fields, with_people=False)
    save_fields(draft_id, fields)
    return redirect(url_for(".show_form_draft", draft=draft_id), 303)


@blueprint.post("/visits/drafts/<uuid:draft>")
@requires("visits.record")
def keep_form_draft(draft: UUID) -> tuple[str, int]:
    """Keep the form as it stands, while the agent goes on. The page's script asks for it."""
    save_fields(draft, form_page.read_sent_form(draft))
    return "", 204


@blueprint.post("/visits/drafts/<uuid:draft>/discard")
@requires("visits.record")
def discard_form_draft(draft: UUID) -> Response:
    """Delete a form that will not be finished, and lead back to its turn if it was begun from one."""
    fields: Fields | None = None
    with suppress(form_drafts.DamagedDraft):  # what does not open can be discarded all the same
        fields = find_fields(db_session(), draft)
    form_drafts.delete_form_draft(db_session(), current_actor(), draft)
    flash(_("Discarded."), "success")
    has_turn = bool(fields and fields.get("turn")) and current_actor().may("turns.call")
    return redirect(url_for("turns.show_queue" if has_turn else ".show_search"), 303)


@blueprint.post("/visits/check")
@requires("visits.record")
def check_visit() -> Response:
    """Keep the form, and lead to the check page; back to the form when something is wrong with it."""
    draft_id = form_page.read_draft_id(read_posted_fields())
    visit_page = form_page.lead_to_visit(draft_id)
    if visit_page:  # a form that was still open in the browser
        flash(_("This visit is already saved."), "info")
        return visit_page
    fields = form_page.read_sent_form(draft_id)
    if form_page.is_resumed():
        return form_page.keep_resumed_form(draft_id, fields, ".show_form_draft")
    if request.form.get("action") == "add_companion":  # by the page's script a row is added without asking the server
        return form_page.keep_with_further_row(draft_id, fields)
    return form_page.keep_and_lead_on(draft_id, fields)
