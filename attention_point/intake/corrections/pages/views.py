"""Pages that correct a person, correct a visit, add a forgotten need to it, and annul it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from attention_point.directory import queries as directory_queries
from attention_point.foundation import journal
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.foundation.language import current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import read_posted_fields
from attention_point.foundation.web.transactions import read_session
from attention_point.intake import queries
from attention_point.intake.corrections import person_services, services, stored_drafts
from attention_point.intake.corrections.pages import changed_paths, decisions, forms, refused_forms
from attention_point.intake.corrections.pages.forms import ReasonForm, VisitCorrectionForm
from attention_point.intake.corrections.pages.refused_forms import RefusedForm
from attention_point.intake.corrections.referral_changes import PlanChange
from attention_point.intake.corrections.requests import CorrectionRequest
from attention_point.intake.form import visit_form
from attention_point.intake.queries import DecryptedVisit
from attention_point.people import merging
from attention_point.people import records as people_records
from attention_point.people.claim_marks.marks import list_marks_of_person
from attention_point.people.records import DecryptedPerson
from attention_point.tallies import queries as tally_queries

blueprint = Blueprint("corrections", __name__)
blueprint.app_context_processor(changed_paths.build_template_context)
VISIT_PAGE, NEEDS_PAGE = "desk/correct_visit.html", "desk/correct_needs.html"
Page = str | Response


@blueprint.get("/people/<uuid:person>/correct")
@requires("people.correct")
def show_person_correction(person: UUID) -> str:
    """Show the details on file, to correct them. The journal keeps that the record was read."""
    decrypted_person = people_records.view_person(db_session(), current_actor(), person, "correct")
    values = visit_form.build_form_values(decrypted_person.record)
    if refused_form := refused_forms.find_refused_form():
        form = VisitCorrectionForm(formdata=refused_form.fields)
        if refused_form.conflict:
            forms.take_over_untouched(form, values, forms.read_person_changes(form, decrypted_person.record))
        form.show_field_errors(refused_form.field_errors)
        return _render_person_page(form, decrypted_person, refused_form.conflict)
    return _render_person_page(forms.fill_form(values, decrypted_person.version), decrypted_person)


@blueprint.post("/people/<uuid:person>/correct")
@requires("people.correct")
def correct_person(person: UUID) -> Response:
    """Save what was changed, and lead to the person; where somebody else was faster, show the difference."""
    form = VisitCorrectionForm()
    decrypted_person = people_records.open_chosen_person(read_session(), person)
    if request.form.get("_resumed"):
        return refused_forms.keep_and_show_again()
    try:
        fields = forms.read_person_changes(form, decrypted_person.record)
        correction = CorrectionRequest(fields, form.read_reason(), form.read_version())
        with db_session().begin_nested():  # what is refused midway leaves nothing, but the form is kept
            person_services.correct_person(db_session(), current_actor(), person, correction)
    except Conflict as conflict:
        # The agent will have seen the difference: what she saves next replaces it.
        return refused_forms.keep_and_show_again(conflict=conflict, version=decrypted_person.version)
    except Invalid as error:
        return refused_forms.keep_and_show_again(error.field_errors)
    flash(_("The details are corrected."), "success")
    if merging.list_linked(db_session(), person)[0] != person:
        # Somebody joined it to another record while the form was open, whose page is shown next with its own details.
        flash(_("This record is joined to the one shown here, which goes on. Correct that one too."), "warning")
    return redirect(url_for("desk.show_person", person=person), 303)


def _render_person_page(form: VisitCorrectionForm, person: DecryptedPerson, conflict: Conflict | None = None) -> str:
    forms.set_reasons(form, "correction_reasons", "typing-error", omitted_reason="need-forgotten")
    return render_template(
        "desk/correct_person.html",
        form=forms.set_form_choices(read_session(), form),
        name=people_records.format_full_name(person.record) or _("No name on file"),
        person_id=person.id,
        person_fields=[form[field.name] for field in visit_form.TYPED_FIELDS],
        disability_fields=[form[name] for name in visit_form.DISABILITY_QUESTIONS],
        conflict=conflict,
        claim_marks=list_marks_of_person(read_session(), person.id),
    )


@blueprint.get("/visits/<uuid:visit>/correct")
@requires("visits.correct")
def show_visit_correction(visit: UUID) -> Page:
    """Show what is recorded of a visit, to correct it. The journal keeps that it was read."""
    decrypted_visit = _view_visit(visit)
    if not decrypted_visit.may_be_corrected_by(current_actor()):
        return _lead_back(decrypted_visit)
    stored_payload = stored_drafts.build_stored_payload(decrypted_visit, {})
    values = forms.build_visit_values(read_session(), stored_payload)
    if refused_form := refused_forms.find_refused_form():
        form = VisitCorrectionForm(formdata=refused_form.fields)
        fields = forms.read_visit_changes(read_session(), form, stored_payload)
        if refused_form.conflict:
            forms.take_over_untouched(form, values, fields)
        return _render_refused_page(VISIT_PAGE, form, decrypted_visit, fields, refused_form)
    change = decisions.look_for_plan_change(read_session(), current_actor(), decrypted_visit, {})
    return _render_visit_page(VISIT_PAGE, forms.fill_form(values, decrypted_visit.version), decrypted_visit, change)


@blueprint.post("/visits/<uuid:visit>/correct")
@requires("visits.correct")
def correct_visit(visit: UUID) -> Response:
    """Save what was changed, and lead to the visit; first ask about services that are suggested anew."""
    form = VisitCorrectionForm()
    decrypted_visit = queries.get_visible_visit(read_session(), current_actor(), visit)
    stored_payload = stored_drafts.build_stored_payload(decrypted_visit, {})
    fields = forms.read_visit_changes(read_session(), form, stored_payload)
    return _save_visit_page(VISIT_PAGE, form, decrypted_visit, fields)


@blueprint.get("/visits/<uuid:visit>/needs")
@requires("visits.record")
def show_needs(visit: UUID) -> Page:
    """Show the needs that can be added to a visit. The journal keeps that it was read."""
    decrypted_visit = _view_visit(visit)
    if not decrypted_visit.may_get_needs_from(current_actor()):
        return _lead_back(decrypted_visit)
    if refused_form := refused_forms.find_refused_form():
        form = VisitCorrectionForm(formdata=refused_form.fields)
        fields = _read_added_needs(form, decrypted_visit)
        return _render_refused_page(NEEDS_PAGE, form, decrypted_visit, fields, refused_form)
    form = VisitCorrectionForm(formdata=None, data={"version": str(decrypted_visit.version)})
    return _render_visit_page(NEEDS_PAGE, form, decrypted_visit)


@blueprint.post("/visits/<uuid:visit>/needs")
@requires("visits.record")
def add_needs(visit: UUID) -> Response:
    """Add forgotten needs to a visit; first ask about the services that answer them."""
    form = VisitCorrectionForm()
    form.reason.data = form.reason.data or "need-forgotten"
    decrypted_visit = queries.get_visible_visit(read_session(), current_actor(), visit)
    return _save_visit_page(NEEDS_PAGE, form, decrypted_visit, _read_added_needs(form, decrypted_visit))


def _read_added_needs(form: VisitCorrectionForm, visit: DecryptedVisit) -> dict[str, Any]:
    added_needs = [need for need in form.needs.data or () if need not in visit.record["needs"]]
    return {"needs": [*visit.record["needs"], *added_needs]} if added_needs else {}


def _lead_back(visit: DecryptedVisit) -> Response:
    # Nobody fills in a form that will be refused. The page of an annulled visit says itself that it was annulled; who
    # sent a form meanwhile is told that it was not saved.
    refused_form = refused_forms.find_refused_form()
    if refused_form and refused_form.conflict:
        flash(refused_form.conflict.message, "warning")
    elif not visit.is_void:
        flash(_(services.NOT_ALLOWED), "warning")
    return redirect(url_for("desk.show_visit", visit=visit.id))


def _view_visit(visit_id: UUID) -> DecryptedVisit:
    visit = queries.get_visible_visit(db_session(), current_actor(), visit_id)
    journal.record(db_session(), current_actor(), "visit.view", "visit", visit_id)
    return visit


def _save_visit_page(
    template: str, form: VisitCorrectionForm, visit: DecryptedVisit, fields: Mapping[str, Any]
) -> Response:
    if request.form.get("_resumed"):
        return refused_forms.keep_and_show_again()
    if not fields and form.read_version() != visit.version:  # a second tap: it is saved already
        return redirect(url_for("desk.show_visit", visit=visit.id), 303)
    try:
        change = decisions.find_plan_change(read_session(), current_actor(), visit, fields)
        is_adding = template == NEEDS_PAGE
        if not fields and (is_adding or change is None):
            raise Invalid.of_field(
                "needs" if is_adding else "", _("Choose at least one.") if is_adding else _("Nothing was changed.")
            )
        reason = form.read_reason()
        decided_fields = decisions.add_decisions(read_session(), visit, fields, change, read_posted_fields())
        correction = CorrectionRequest(decided_fields, reason, form.read_version())
        with db_session().begin_nested():
            services.correct_visit(db_session(), current_actor(), visit.id, correction)
    except Conflict as conflict:
        return refused_forms.keep_and_show_again(conflict=conflict, version=visit.version)
    except Invalid as error:
        is_asking = any(field_error.field.startswith(decisions.DECISION_PREFIX) for field_error in error.field_errors)
        return refused_forms.keep_and_show_again(() if is_asking else error.field_errors)
    return _lead_to_corrected(visit.id)


def _lead_to_corrected(visit_id: UUID) -> Response:
    # A need that was added may have made the visit one that this agent cannot look up any more.
    visit = queries.find_visit(db_session(), visit_id)
    if visit is None or not queries.list_visible_visits(db_session(), current_actor(), [visit]):
        flash(_("Saved. This visit is confidential now: only who recorded it and a supervisor see it."), "success")
        return redirect(url_for("desk.show_search"), 303)
    flash(_("The visit is corrected."), "success")
    return redirect(url_for("desk.show_visit", visit=visit_id), 303)


def _render_refused_page(
    template: str,
    form: VisitCorrectionForm,
    visit: DecryptedVisit,
    fields: Mapping[str, Any],
    refused_form: RefusedForm,
) -> str:
    change = decisions.look_for_plan_change(read_session(), current_actor(), visit, fields)
    form.show_field_errors(refused_form.field_errors)
    return _render_visit_page(template, form, visit, change, refused_form)


def _render_visit_page(
    template: str,
    form: VisitCorrectionForm,
    visit: DecryptedVisit,
    change: PlanChange | None = None,
    refused_form: RefusedForm | None = None,
) -> str:
    is_adding = template == NEEDS_PAGE
    forms.set_reasons(form, "correction_reasons", "need-forgotten" if is_adding else "typing-error")
    forms.set_form_choices(read_session(), form)
    if is_adding:
        recorded = set(visit.record["needs"])
        form.needs.choices = [
            (code, label) for code, label, *_rest in form.needs.iter_choices() if code not in recorded
        ]
    services_by_code = directory_queries.get_services_by_code(read_session())
    return render_template(
        template,
        form=form,
        visit=visit,
        fact_fields=[form[name] for name in forms.FACT_NAMES],
        household_fields=[form[name] for name in forms.HOUSEHOLD_NAMES],
        consent_fields=[form[name] for name in forms.CONSENT_NAMES],
        recorded_needs=[
            services_by_code[need].name[current_language()] if need in services_by_code else need
            for need in visit.record["needs"]
        ],
        suggestions=decisions.describe_suggestions(read_session(), change.suggestions_to_decide if change else ()),
        change=change,
        posted=refused_form.fields if refused_form else MultiDict(),
        conflict=refused_form.conflict if refused_form else None,
        **_build_notices(visit),
    )


def _build_notices(visit: DecryptedVisit) -> dict[str, Any]:
    return {
        "claim_marks": list_marks_of_person(read_session(), visit.person_id),
        "is_month_closed": tally_queries.is_month_closed(read_session(), visit.day),
    }


@blueprint.get("/visits/<uuid:visit>/void")
@requires("visits.correct")
def show_annulment(visit: UUID) -> Page:
    """Show what annulling a visit does, and ask why."""
    decrypted_visit = _view_visit(visit)
    if not decrypted_visit.may_be_corrected_by(current_actor()):
        return _lead_back(decrypted_visit)
    if refused_form := refused_forms.find_refused_form():
        form = ReasonForm(formdata=refused_form.fields)
        form.show_field_errors(refused_form.field_errors)
        return _render_annulment(form, decrypted_visit)
    form = ReasonForm(formdata=None, data={"version": str(decrypted_visit.version)})
    return _render_annulment(form, decrypted_visit)


@blueprint.post("/visits/<uuid:visit>/void")
@requires("visits.correct")
def annul_visit(visit: UUID) -> Response:
    """Annul a visit, and lead to its page."""
    form = ReasonForm()
    queries.get_visible_visit(read_session(), current_actor(), visit)
    if request.form.get("_resumed"):
        return refused_forms.keep_and_show_again()
    try:
        correction = CorrectionRequest({}, form.read_reason(), form.read_version())
        with db_session().begin_nested():
            services.annul_visit(db_session(), current_actor(), visit, correction)
    except Invalid as error:
        return refused_forms.keep_and_show_again(error.field_errors)
    flash(_("The visit is annulled."), "success")
    return redirect(url_for("desk.show_visit", visit=visit), 303)


def _render_annulment(form: ReasonForm, visit: DecryptedVisit) -> str:
    forms.set_reasons(form, "annulment_reasons")
    return render_template("desk/correct_void.html", form=form, visit=visit, **_build_notices(visit))
