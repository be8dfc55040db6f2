"""The page on which a person is erased, and the list of those who were."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.transactions import read_session
from attention_point.intake.corrections.pages import refused_forms
from attention_point.intake.erasure.forms import ErasureForm
from attention_point.intake.models import Visit
from attention_point.people import merging
from attention_point.people import records as people_records
from attention_point.people.claim_marks.marks import list_marks_of_person
from attention_point.people.erasure import services
from attention_point.referrals.models import Referral
from attention_point.referrals.rules import OPEN_STATES

blueprint = Blueprint("erasures", __name__)
MAXIMUM_LISTED = 200


@blueprint.get("/people/<uuid:person>/erase")
@requires("people.erase")
def show_erasure(person: UUID) -> str:
    """Show what erasing a person does, and ask why. The journal keeps that the record was read."""
    decrypted_person = people_records.view_person(db_session(), current_actor(), person, "erasure")
    refused_form = refused_forms.find_refused_form()
    form = ErasureForm(formdata=refused_form.fields if refused_form else None)
    if refused_form:
        form.show_field_errors(refused_form.field_errors)
    form.set_choices()
    session = read_session()
    linked_people = merging.list_linked(session, person)
    open_referrals = select(func.count()).where(Referral.person_id.in_(linked_people), Referral.state.in_(OPEN_STATES))
    return render_template(
        "desk/erase.html",
        form=form,
        name=people_records.format_full_name(decrypted_person.record) or _("No name on file"),
        person_id=person,
        visit_count=session.scalar(select(func.count()).where(Visit.person_id.in_(linked_people))),
        open_referral_count=session.scalar(open_referrals),
        claim_marks=list_marks_of_person(session, person),
    )


@blueprint.post("/people/<uuid:person>/erase")
@requires("people.erase")
def erase_person(person: UUID) -> Response:
    """Erase a person, and lead to the list of those who were erased."""
    form = ErasureForm()
    # The form waited for a new sign-in: it is shown once more, for nobody erases a person by signing in.
    if request.form.get("_resumed"):
        return refused_forms.keep_and_show_again()
    try:
        ground = form.read_ground()
        with db_session().begin_nested():
            services.erase_person(db_session(), current_actor(), person, ground, form.note.data or "")
    except Invalid as error:
        return refused_forms.keep_and_show_again(error.field_errors)
    flash(_("The data are erased."), "success")
    return redirect(url_for("erasures.list_erasures"), 303)


@blueprint.get("/people/erased")
@requires("people.erase")
def list_erasures() -> str:
    """Show the minimal notes of the files that were erased last."""
    session = db_session()
    notes = services.list_notes(session, MAXIMUM_LISTED)
    references = _list_references([note.person_id for note in notes])
    journal.record(
        session, current_actor(), "person.erased_list", "person", found=[str(note.person_id) for note in notes]
    )
    return render_template("desk/erased.html", notes=notes, references=references, grounds=services.GROUNDS)


def _list_references(person_ids: list[UUID]) -> dict[UUID, list[str]]:
    references: dict[UUID, list[str]] = {person_id: [] for person_id in person_ids}
    query = (
        select(Visit.person_id, Visit.reference).where(Visit.person_id.in_(person_ids)).order_by(Visit.day, Visit.id)
    )
    for row in read_session().execute(query):
        references[row.person_id].append(row.reference)
    return references
