"""The register of requests: the list, a new one, and one request with its papers."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from attention_point.accounts.naming import find_actor_names
from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Invalid, NotFound
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.paperwork import write_pdf
from attention_point.foundation.report_pages.page_parts import send_download
from attention_point.foundation.report_pages.wording import build_report_wording, get_watermark
from attention_point.foundation.settings import Settings
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.forms import BaseForm
from attention_point.foundation.web.pagination import build_page
from attention_point.foundation.web.transactions import read_session
from attention_point.foundation.worker import run_in_worker
from attention_point.intake import queries as intake_queries
from attention_point.intake.records.visit_search import find_references
from attention_point.people import merging
from attention_point.people import records as people_records
from attention_point.people.break_glass import grants
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.follow_up.recalls import list_recalls
from attention_point.rights.purposes import PURPOSE_LABELS, label_purpose
from attention_point.rights.requests import askers, carrying_out, forms, letters, services, steps, stored_requests
from attention_point.rights.requests.stored_requests import StoredRequest

blueprint = Blueprint("rights", __name__, url_prefix="/rights")
PAGE_SIZE = 25


@blueprint.get("")
@requires("rights.receive")
def list_requests() -> str:
    """List the requests that wait for an answer, the one that is due first at the head, and the closed ones."""
    session, before = db_session(), request.args.get("before", type=UUID)
    is_closed_shown = request.args.get("state") == "closed"
    open_requests = stored_requests.list_open_requests(session)
    closed = stored_requests.list_closed_requests(session, before, PAGE_SIZE + 1) if is_closed_shown else []
    page = build_page(
        closed,
        PAGE_SIZE,
        lambda row: url_for(".list_requests", state="closed", before=row.id),
        url_for(".list_requests", state="closed") if before else None,
    )
    shown = page.items if is_closed_shown else open_requests
    journal.record(
        session, current_actor(), "rights.list", "rights-request", None, found=[str(row.id) for row in shown]
    )
    may_decide = current_actor().may("rights.decide")
    returned = carrying_out.list_returned_referrals(session) if may_decide else []
    if returned:
        ids = [str(referral.id) for referral in returned]
        journal.record(session, current_actor(), "referral.list", "referral", None, found=ids)
    return render_template(
        "rights/listing.html",
        requests=shown,
        open_count=len(open_requests),
        is_closed_shown=is_closed_shown,
        page=page,
        today=clock.today(),
        may_open={row.id for row in shown if _may_open(row)},
        recall_counts=_count_recalls(session) if may_decide else [],
        returned=returned,
        references=find_references(session, {referral.visit_id for referral in returned}),
    )


def _count_recalls(session: Session) -> list[tuple[str, int, date]]:
    """What entities have not confirmed: the name of each, how many referrals, and since when the first one waits."""
    days_by_entity: dict[str, list[date]] = {}
    for recall in list_recalls(session):
        days_by_entity.setdefault(recall.entity, []).append(recall.asked_on)
    entities, language = directory_queries.get_entities_by_code(session), current_language()
    counts = [
        (entities[code].name[language] if code in entities else code, len(days), min(days))
        for code, days in days_by_entity.items()
    ]
    return sorted(counts, key=lambda entry: entry[2])


@blueprint.get("/requests/new")
@blueprint.get("/people/<uuid:person>/requests/new", endpoint="show_new_request_of_person")
@requires("rights.receive")
def show_new_request(person: UUID | None = None) -> str:
    """Show the form of a new request: about a person on file, or about nobody on file."""
    form = _build_request_form(db_session(), person, formdata=None)
    form.show_today()
    if request.args.get("kind"):
        form.kind.data = request.args["kind"]
    return _render_new_request(db_session(), form, person)


@blueprint.post("/requests/new")
@blueprint.post("/people/<uuid:person>/requests/new", endpoint="register_request_of_person")
@requires("rights.receive")
def register_request(person: UUID | None = None) -> Response | tuple[str, int]:
    """File a request. If something is wrong, the form comes back with all that was typed."""
    form = _build_request_form(db_session(), person)
    try:
        request_id = services.register_request(db_session(), current_actor(), form.read_request(person))
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_new_request(read_session(), form, person), 422
    flash(_("The request is filed. Print the receipt and hand it over."), "success")
    return redirect(url_for(".show_request", request_id=request_id), 303)


def _build_request_form(session: Session, person: UUID | None, **options: Any) -> forms.RequestForm:
    form = forms.RequestForm(**options)
    if person is None:
        form.leave_out_what_needs_a_record()
    else:
        entities = _list_receiving_entities(session, person)
        purposes = [f"referral:{entity}" for entity in sorted(entities)]
        form.offer_entities([(purpose, label_purpose(session, purpose)) for purpose in purposes])
    return form


def _list_receiving_entities(session: Session, person: UUID) -> set[str]:
    """The entities to which a person's data were sent, of the visits that this reader may see."""
    actor, people = current_actor(), merging.list_linked(session, person)
    visits = intake_queries.list_visible_visits(session, actor, intake_queries.list_visits_of_people(session, people))
    referrals = referral_queries.list_referrals_of_visits(session, [visit.id for visit in visits])
    return {
        referral.entity
        for referral in referrals
        # What protects a child never stood on consent: it cannot be taken back.
        if isinstance(referral, DecryptedReferral) and not referral.mandatory
        if not referral.restricted or actor.may("restricted.view")
    }


def _render_new_request(session: Session, form: forms.RequestForm, person: UUID | None) -> str:
    name = ""
    if person is not None:
        services.require_person_on_file(session, person)
        opened = people_records.view_person(session, current_actor(), person, "rights")
        name = people_records.format_full_name(opened.record)
    return render_template("rights/new.html", form=form, person=person, person_name=name)


@blueprint.get("/requests/<uuid:request_id>")
@requires("rights.receive")
def show_request(request_id: UUID) -> str:
    """Show one request: what is asked, its clock, its papers, and what can be done with it."""
    person = require_visible_request(db_session(), request_id).person
    if person is not None:  # the page says whether something confidential is on file
        grants.require_grant(db_session(), current_actor(), person)
    return render_request_page(db_session(), request_id)


def render_request_page(session: Session, request_id: UUID, failed_form: BaseForm | None = None) -> str:
    """The page of one request; ``failed_form`` is the form of a step that was refused, with its errors."""
    stored = require_visible_request(session, request_id)
    actor = current_actor()
    journal.record(session, actor, "rights.view", "rights-request", stored.id)
    person = None
    if stored.person is not None:
        person = people_records.view_person(session, actor, stored.person, "rights")
    has_confidential_record = askers.has_confidential_record(session, actor, stored)
    names = find_actor_names(session, [step["by"] for step in stored.note["steps"]])
    return render_template(
        "rights/request.html",
        stored=stored,
        clock=stored.clock,
        today=clock.today(),
        person=person,
        person_name=people_records.format_full_name(person.record) if person else "",
        purposes=[label_purpose(session, purpose) for purpose in stored.note["purposes"]],
        papers=[(name, _(letters.PAPER_TITLES[name])) for name in letters.list_papers(stored)],
        done=list(letters.list_done(stored)),
        steps=[(datetime.fromisoformat(step["at"]), step["step"], names[step["by"]]) for step in stored.note["steps"]],
        forms=_build_step_forms(stored, failed_form) if stored.is_open and actor.may("rights.decide") else {},
        copy_reader=askers.find_copy_reader(stored),
        acts_for_another=stored.note["asker"] in askers.ACTING_FOR_ANOTHER,
        may_be_at_risk=not stored.is_silent and has_confidential_record,
        asks_for_another_at_risk=stored.note["asker"] not in askers.ONESELF
        and (has_confidential_record or askers.has_company_at_risk(session, actor, stored)),
    )


def _build_step_forms(stored: StoredRequest, failed_form: BaseForm | None) -> Mapping[str, BaseForm]:
    """The forms of the steps that are possible now, by name; the one that was refused keeps what was typed."""
    kinds: dict[str, type[BaseForm]] = {"decision": forms.DecisionForm}
    if not stored.is_proved:
        kinds["proof"] = forms.ProofForm
    if stored.state == stored_requests.INCOMPLETE:
        # Until what is missing has come there is nothing to decide, and the proof can wait.
        kinds = {"completion": forms.CompletionForm}
    elif stored.is_claim and not stored.note.get("asked_on"):
        kinds["missing"] = forms.MissingForm
    # Only while the term runs: after its end no delay is lawful (``steps.extend_term``).
    due_on = stored.clock.due_on
    if due_on is not None and clock.today() <= due_on and not stored.note.get("extended_to"):
        kinds["extension"] = forms.ExtensionForm
    kinds["transfer"] = forms.TransferForm
    step_forms: dict[str, BaseForm] = {}
    for name, kind in kinds.items():
        step_forms[name] = failed_form if isinstance(failed_form, kind) else kind(formdata=None)
        if isinstance(form := step_forms[name], forms.ProofForm):
            form.offer_proofs(services.PROOFS_BY_ASKER[stored.note["asker"]])
        if isinstance(form, forms.DecisionForm) and not stored.is_proved:
            form.offer_only_ground(steps.NOT_PROVED)
        # A refused form keeps the version that its page showed: who sends it again has still not seen what a colleague
        # changed in between.
        step_forms[name]["version"].data = step_forms[name]["version"].data or str(stored.version)
    return step_forms


def require_visible_request(session: Session, request_id: UUID) -> StoredRequest:
    """One request that this reader may open: who filed it, and who decides. Raises NotFound otherwise."""
    stored = stored_requests.get_request(session, request_id)
    if not _may_open(stored):
        raise NotFound(_("There is no such request."))
    return stored


def _may_open(stored: StoredRequest) -> bool:
    actor = current_actor()
    # What was said may tell of violence: a colleague of the desk has no business with it.
    return actor.may("rights.decide") or stored.note["steps"][0]["by"] == actor.journal_label


@blueprint.get("/requests/<uuid:request_id>/<string(maxlength=20):paper>.pdf")
@requires("rights.receive")
def download_paper(request_id: UUID, paper: str) -> Response:
    """Send one paper of a request, to print and hand over. Nothing is ever sent by the program itself."""
    stored = require_visible_request(db_session(), request_id)
    # No paper runs ahead of its step: an answer that was not given yet must not be handed over.
    if paper not in letters.list_papers(stored):
        raise NotFound(_("This request has no such paper."))
    content = run_in_worker(db_session(), current_settings(), draw_paper, request_id, paper)
    journal.record(db_session(), current_actor(), "rights.paper", "rights-request", request_id)
    return send_download(content, "application/pdf", f"{stored.reference}-{paper}.pdf")


def draw_paper(session: Session, settings: Settings, request_id: UUID, paper: str) -> bytes:
    """Draw one paper as PDF, for the worker."""
    stored = stored_requests.get_request(session, request_id)
    record = people_records.open_people(session, [stored.person]).get(stored.person) if stored.person else None
    report = letters.build_paper(
        stored,
        paper,
        contact=settings.contact,
        watermark=get_watermark(settings),
        person_name=people_records.format_full_name(record.record) if record else "",
        # To whom somebody's data were sent is told to the person alone, who proved to be that person.
        purposes=[
            label_purpose(session, purpose)
            for purpose in stored.note["purposes"]
            if purpose in PURPOSE_LABELS or (stored.is_proved and stored.note["asker"] in askers.ONESELF)
        ],
    )
    return write_pdf(report, build_report_wording())


def show_step_errors(form: BaseForm, error: Invalid, request_id: UUID) -> tuple[str, int]:
    """The page of a request again, with the errors of a step beside their fields."""
    form.show_field_errors(error.field_errors)
    return render_request_page(read_session(), request_id, form), 422


def lead_to_request(request_id: UUID, message: Any) -> Response:
    """Back to the request, with what was done."""
    flash(message, "success")
    return redirect(url_for("rights.show_request", request_id=request_id), 303)
