"""A person's page of rights: what they allowed, what they asked, and their own export."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.report_pages.page_parts import get_file_format, send_download
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.worker import run_in_worker
from attention_point.intake import queries as intake_queries
from attention_point.people import merging
from attention_point.people import records as people_records
from attention_point.people.break_glass import grants
from attention_point.people.claim_marks.marks import list_marks_of_person
from attention_point.rights.export import files
from attention_point.rights.export.consent_history import list_consent_history
from attention_point.rights.requests import services, stored_requests
from attention_point.rights.requests.forms import AssignmentForm

blueprint = Blueprint("person_rights", __name__, url_prefix="/rights/people")


@blueprint.get("/<uuid:person>")
@requires("rights.receive")
def show_person_rights(person: UUID) -> str:
    """Show what a person allowed and asked, and where to take their data out."""
    session, actor = db_session(), current_actor()
    services.require_person_on_file(session, person)
    opened = people_records.view_person(session, actor, person, "rights")
    journal.record(session, actor, "person.rights", "person", person)
    people = merging.list_linked(session, person)
    # The page shows what this reader may see; the export is the person's own, and holds all of it.
    listed = intake_queries.list_visible_visits(session, actor, intake_queries.list_visits_of_people(session, people))
    visits = [visit for visit in listed if isinstance(visit, intake_queries.DecryptedVisit)]
    return render_template(
        "rights/person.html",
        person=person,
        name=people_records.format_full_name(opened.record),
        consents=list_consent_history(session, people, visits),
        requests=stored_requests.list_requests_of_people(session, people),
        claim_marks=list_marks_of_person(session, person),
        assignment_form=_build_assignment_form(session, people) if actor.may("rights.decide") else None,
    )


def _build_assignment_form(session: Session, people: Sequence[UUID]) -> AssignmentForm | None:
    """The form that joins a request of the web to this person; None where there is none to be joined."""
    requests = [
        stored
        for stored in stored_requests.list_open_requests(session)
        if stored.can_be_joined and stored.person not in people
    ]
    if not requests:
        return None
    form = AssignmentForm(formdata=None)
    form.offer_requests(requests)
    return form


@blueprint.get("/<uuid:person>/export.<string(maxlength=10):kind>")
@requires("rights.decide")
def download_export(person: UUID, kind: str) -> Response:
    """Send the person's own export, as PDF or JSON. It holds confidential visits too: a supervisor hands it over.

    With ``for=another`` in the address it is the one for a parent or a representative, without what is confidential.
    """
    session, reader = db_session(), request.args.get("for", files.ONESELF)
    if reader not in {files.ONESELF, files.ANOTHER, files.DEFENDER}:  # a mistyped address must not give the whole of it
        raise NotFound(_("There is no such copy."))
    services.require_person_on_file(session, person)
    grants.require_grant(session, current_actor(), person)
    mime_type = get_file_format(files.MIME_TYPES, kind)
    content = run_in_worker(session, current_settings(), files.draw_person_export, person, kind, reader)
    journal.record(session, current_actor(), "person.export", "person", person, format=kind)
    # No name and no number of a document: the name of a file stays in lists of downloads.
    return send_download(content, mime_type, f"mis-datos.{kind}")
