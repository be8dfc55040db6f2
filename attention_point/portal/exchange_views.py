"""What an entity does with one referral beside answering it: undo, write to the attention point, forward."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField

from attention_point.directory import queries as directory_queries
from attention_point.directory.privacy.authorisations import describe_authorisation
from attention_point.directory.service_rows import ServiceRow
from attention_point.directory.snapshot import EntityRow
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Invalid
from attention_point.foundation.language import N_, current_language
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, db_session
from attention_point.foundation.web.forms import BaseForm
from attention_point.foundation.web.transactions import read_session
from attention_point.portal import queries, services
from attention_point.portal.portal_blueprint import blueprint
from attention_point.portal.views import render_referral_page
from attention_point.referrals.answers import forwarding
from attention_point.referrals.answers.forms import AnswerForm, MessageForm, VersionForm
from attention_point.referrals.decrypted_referrals import DecryptedReferral

CONSENT_LABELS = {
    forwarding.IN_PERSON: N_("Yes, here at the window"),
    forwarding.BY_TELEPHONE: N_("Yes, by telephone"),
    forwarding.CHILD_PROTECTION: N_("It protects a child: no consent is needed"),
}


class ForwardForm(BaseForm):
    """Where the person goes and how they agreed. ``target`` is a service and an entity, with a colon between."""

    version = HiddenField()
    target = HiddenField()
    consent = RadioField(N_("Does the person agree?"), validate_choice=False, choices=[])

    def read_forwarding(self, text_version: str | None) -> forwarding.Forwarding:
        """What was sent. Without a readable version it counts as sent from an old page."""
        service, _colon, entity = (self.target.data or "").partition(":")
        return forwarding.Forwarding(service, entity, self.consent.data or "", self.read_version(), text_version)


@blueprint.post("/portal/referrals/<uuid:referral>/take-back")
@requires("portal.use")
def take_back_answer(referral: UUID) -> Response:
    """Undo the entity's last answer to one referral."""
    form = VersionForm()
    undone, _left = services.take_back_answers(db_session(), current_actor(), {referral: form.read_version()})
    if undone:
        flash(_("The answer is undone."), "success")
    else:
        message = _("This answer can no longer be undone. Reopen the referral instead, and write why.")
        flash(message, "warning")
    return redirect(url_for(".show_referral", referral=referral), 303)


@blueprint.post("/portal/referrals/<uuid:referral>/messages")
@requires("portal.use")
def write_message(referral: UUID) -> Response | tuple[str, int]:
    """Save a message to the attention point. If it cannot be sent, it comes back with what is wrong."""
    form = MessageForm()
    try:
        services.write_message_for_entity(
            db_session(), current_actor(), referral, form.text.data or "", form.read_shown()
        )
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return render_referral_page(read_session(), referral, AnswerForm(formdata=None), message_form=form), 422
    flash(_("Your message is sent."), "success")
    return redirect(url_for(".show_referral", referral=referral, _anchor="messages"), 303)


@blueprint.get("/portal/referrals/<uuid:referral>/forward")
@requires("portal.use")
def show_forward(referral: UUID) -> str:
    """Choose where the person goes on; then, with a target in the address, what they are told and asked."""
    form = ForwardForm(formdata=None)
    form.target.data = request.args.get("to", "")
    return _render_forward_page(db_session(), referral, form)


@blueprint.post("/portal/referrals/<uuid:referral>/forward")
@requires("portal.use")
def forward_referral(referral: UUID) -> Response | tuple[str, int]:
    """Send the person on. Without their consent nothing is sent."""
    form, session, actor = ForwardForm(), db_session(), current_actor()
    service, _colon, entity = (form.target.data or "").partition(":")
    authorisation = describe_authorisation(session, entity, service)
    text_version = authorisation.text_version if authorisation else None
    try:
        services.forward_referral(session, actor, referral, form.read_forwarding(text_version))
    except Invalid as error:
        form.show_field_errors(error.field_errors)
        return _render_forward_page(read_session(), referral, form), 422
    flash(_("The person’s data went to the other entity. This referral is closed."), "success")
    return redirect(url_for(".show_referral", referral=referral), 303)


def _render_forward_page(session: Session, referral_id: UUID, form: ForwardForm) -> str:
    disclosure = queries.get_own_referral(session, current_actor(), referral_id)
    referral = disclosure.referral
    entities, language = directory_queries.get_entities_by_code(session), current_language()
    directory_services = directory_queries.get_services_by_code(session)
    targets = [
        (f"{offer.service}:{offer.entity}", directory_services[offer.service].name[language], entities[offer.entity])
        for offer in forwarding.list_targets(session, referral)
        if offer.entity in entities
    ]
    target = next((row for row in targets if row[0] == form.target.data), None)
    form.consent.choices = [(way, _(CONSENT_LABELS[way])) for way in forwarding.list_consent_ways(referral)]
    form.version.data = form.version.data or str(referral.version)
    return render_template(
        "portal/forward.html",
        referral=referral,
        reference=disclosure.reference,
        can_forward=forwarding.can_forward(referral) and not disclosure.consent_ended,
        near_targets=[row for row in targets if _answers_need(directory_services, row[0], referral)],
        other_targets=_group_by_entity(
            row for row in targets if not _answers_need(directory_services, row[0], referral)
        ),
        target=target,
        authorisation=_describe_target(session, referral, target[0] if target else None),
        form=form,
    )


def _group_by_entity(targets: Iterable[tuple[str, str, EntityRow]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The many targets for other needs: the entities by their names, and each one's services by theirs."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, service, entity in targets:
        groups.setdefault(entity.short[current_language()], []).append((code, service))
    return [
        (name, sorted(groups[name], key=lambda row: row[1].casefold())) for name in sorted(groups, key=str.casefold)
    ]


def _answers_need(services_by_code: Mapping[str, ServiceRow], target: str, referral: DecryptedReferral) -> bool:
    return services_by_code[target.partition(":")[0]].need == referral.record["need"]


def _describe_target(session: Session, referral: DecryptedReferral, target: str | None) -> object:
    service, _colon, entity = (target or "").partition(":")
    missing_fields = referral.record.get("withheld_fields", ())
    return describe_authorisation(session, entity, service, missing_fields=missing_fields) if target else None
