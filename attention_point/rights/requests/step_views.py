"""The steps of a request as posts of its page."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from attention_point.foundation.access import requires
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import gettext as _
from attention_point.foundation.language import ngettext
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import BaseForm
from attention_point.rights.requests import carrying_out, forms, steps
from attention_point.rights.requests.views import blueprint, lead_to_request, show_step_errors

Reply = Response | tuple[str, int]


def _take_step(form: BaseForm, request_id: UUID, take: Callable[[], object], message: str) -> Reply:
    try:
        take()
    except Invalid as error:
        return show_step_errors(form, error, request_id)
    return lead_to_request(request_id, message)


@blueprint.post("/people/<uuid:person>/requests/assignment")
@requires("rights.decide")
def assign_request(person: UUID) -> Response:
    """Join a request that came by the web to the record of a person. Raises NotFound and Conflict."""
    request_id, version = forms.AssignmentForm().read_request()
    steps.assign_request(db_session(), current_actor(), request_id, version, person)
    return lead_to_request(request_id, _("The request is joined to the record. Now check who asks."))


@blueprint.post("/requests/<uuid:request_id>/proof")
@requires("rights.decide")
def prove_identity(request_id: UUID) -> Reply:
    """Note how it was proved who asks."""
    form = forms.ProofForm()
    session, actor, version = db_session(), current_actor(), form.read_version()
    return _take_step(
        form,
        request_id,
        lambda: steps.prove_identity(session, actor, request_id, version, form.proof.data or "", form.read_facts()),
        _("It is noted who asks."),
    )


@blueprint.post("/requests/<uuid:request_id>/missing")
@requires("rights.decide")
def ask_for_completion(request_id: UUID) -> Reply:
    """Note that what is missing was asked for."""
    form = forms.MissingForm()
    session, actor, version = db_session(), current_actor(), form.read_version()
    return _take_step(
        form,
        request_id,
        lambda: steps.ask_for_completion(session, actor, request_id, version, form.missing.data or ""),
        _("It is noted. Print the paper that says what is missing."),
    )


@blueprint.post("/requests/<uuid:request_id>/completion")
@requires("rights.decide")
def complete_request(request_id: UUID) -> Reply:
    """Note that what was missing came."""
    form = forms.CompletionForm()
    session, actor, version = db_session(), current_actor(), form.read_version()
    return _take_step(
        form,
        request_id,
        lambda: steps.complete_request(session, actor, request_id, version, form.read_day()),
        _("The term begins on the day after."),
    )


@blueprint.post("/requests/<uuid:request_id>/extension")
@requires("rights.decide")
def extend_term(request_id: UUID) -> Reply:
    """Put the term off, with the reasons."""
    form = forms.ExtensionForm()
    session, actor, version = db_session(), current_actor(), form.read_version()
    return _take_step(
        form,
        request_id,
        lambda: steps.extend_term(session, actor, request_id, version, form.read_day(), form.reason.data or ""),
        _("The new day is noted. Print the paper that says why."),
    )


@blueprint.post("/requests/<uuid:request_id>/transfer")
@requires("rights.decide")
def transfer_request(request_id: UUID) -> Reply:
    """Note to whom the request was forwarded."""
    form = forms.TransferForm()
    session, actor, version = db_session(), current_actor(), form.read_version()
    receiver, reason = form.receiver.data or "", form.transfer_reason.data or ""
    return _take_step(
        form,
        request_id,
        lambda: steps.transfer_request(session, actor, request_id, version, receiver, reason),
        _("It is noted. Print the paper that says who answers."),
    )


@blueprint.post("/requests/<uuid:request_id>/decision")
@requires("rights.decide")
def decide_request(request_id: UUID) -> Reply:
    """Answer the request, and do what was granted."""
    form = forms.DecisionForm()
    session, actor, version = db_session(), current_actor(), form.read_version()
    return _take_step(
        form,
        request_id,
        lambda: steps.decide_request(session, actor, request_id, version, form.read_decision()),
        _("The request is answered. Print the letter and hand it over."),
    )


@blueprint.post("/requests/<uuid:request_id>/silence")
@requires("rights.decide")
def silence_request(request_id: UUID) -> Reply:
    """Note that nobody may write or call."""
    form = forms.ChangeForm()
    session, actor, version = db_session(), current_actor(), form.read_version()
    return _take_step(
        form,
        request_id,
        lambda: steps.silence_request(session, actor, request_id, version),
        _("Nobody writes or calls: the answer is collected at the point."),
    )


@blueprint.post("/requests/<uuid:request_id>/withdrawal")
@requires("rights.decide")
def withdraw_request(request_id: UUID) -> Reply:
    """Note that who asked does not want it any more."""
    form = forms.ChangeForm()
    session, actor, version = db_session(), current_actor(), form.read_version()
    return _take_step(
        form,
        request_id,
        lambda: steps.withdraw_request(session, actor, request_id, version),
        _("The request is withdrawn."),
    )


@blueprint.post("/returned-referrals/withdrawal")
@requires("rights.decide")
def withdraw_returned_referrals() -> Response:
    """Withdraw the referrals that a restored database opened again, though their consent was taken back."""
    count = carrying_out.withdraw_returned_referrals(db_session(), current_actor())
    flash(ngettext("%(num)s referral was withdrawn.", "%(num)s referrals were withdrawn.", count), "success")
    return redirect(url_for("rights.list_requests"), 303)
