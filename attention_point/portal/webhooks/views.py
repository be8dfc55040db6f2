"""The pages of webhooks: an entity's own; for office and administrator, those of all entities."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from attention_point.accounts.queries import list_entity_names
from attention_point.foundation.access import requires
from attention_point.foundation.errors import Conflict, Invalid
from attention_point.foundation.language import N_, ngettext
from attention_point.foundation.language import gettext as _
from attention_point.foundation.web import current_actor, current_settings, db_session
from attention_point.foundation.web.transactions import read_session
from attention_point.portal.webhooks import queries, services
from attention_point.portal.webhooks.forms import WebhookForm
from attention_point.portal.webhooks.letters import queue_new_address_letters

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")

KIND_LABELS = {
    "new": N_("New referral"),
    "reminder": N_("Reminder"),
    "escalation": N_("Told to the supervisor"),
    "withdrawn": N_("Withdrawn"),
    "message": N_("Message"),
    "recall": N_("Data not to be used any more"),
    "ping": N_("Test"),
}
ERROR_LABELS = {
    "address": N_("The address leads to a network that is not allowed."),
    "unreachable": N_("Nobody answers at this address."),
    "timeout": N_("The program did not answer in time."),
    "tls": N_("The certificate of the address is not valid."),
    "off": N_("Not sent, because the webhook is switched off."),
}


@blueprint.get("")
@requires("webhooks.manage")
def list_webhooks() -> str:
    """List the webhooks."""
    webhooks = queries.list_webhooks(db_session(), current_actor())
    return render_template("portal/webhooks/listing.html", webhooks=webhooks, entities=list_entity_names(db_session()))


@blueprint.route("/new", methods=["GET", "POST"])
@requires("webhooks.manage")
def add_webhook() -> Any:
    """Register an address. Its secret stands on the reply and nowhere else."""
    actor = current_actor()
    form = WebhookForm(entities=queries.list_managed_entities(read_session(), actor), own_entity=actor.entity)
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            entity = form.entity.data if "entity" in form else None
            try:
                webhook, secret = services.add_webhook(db_session(), actor, entity, form.url.data or "")
            except Invalid as error:
                form.show_field_errors(error.field_errors)
            except Conflict as error:
                form.form_errors = [error.message]
                status = error.status
            else:
                queue_new_address_letters(db_session(), actor, webhook, current_settings().public_url)
                return render_template("portal/webhooks/secret.html", webhook=webhook, secret=secret), 201
    return render_template("portal/webhooks/new.html", form=form), status


@blueprint.get("/<uuid:webhook_id>")
@requires("webhooks.manage")
def show_webhook(webhook_id: UUID) -> str:
    """Show one webhook and what could not be delivered."""
    webhook = queries.get_webhook(db_session(), current_actor(), webhook_id)
    return render_template(
        "portal/webhooks/show.html",
        webhook=webhook,
        entities=list_entity_names(db_session()),
        failed=queries.list_failed_deliveries(db_session(), webhook_id),
        kinds=KIND_LABELS,
        describe_error=_describe_error,
    )


@blueprint.post("/<uuid:webhook_id>/secret")
@requires("webhooks.manage")
def rotate_secret(webhook_id: UUID) -> tuple[str, int]:
    """Make a new secret. It stands on the reply and nowhere else."""
    webhook, secret = services.rotate_secret(db_session(), current_actor(), webhook_id)
    return render_template("portal/webhooks/secret.html", webhook=webhook, secret=secret), 201


@blueprint.post("/<uuid:webhook_id>/test")
@requires("webhooks.manage")
def send_test(webhook_id: UUID) -> Response:
    """Let a test message go with the next run of the jobs."""
    services.queue_ping(db_session(), current_actor(), webhook_id)
    flash(_("The test goes out within 15 minutes. If it fails, it is shown here."), "success")
    return _go_to(webhook_id)


@blueprint.post("/<uuid:webhook_id>/resend")
@requires("webhooks.manage")
def resend_failed(webhook_id: UUID) -> Response:
    """Let everything that failed go again with the next run of the jobs."""
    count = services.resend_failed(db_session(), current_actor(), webhook_id)
    flash(ngettext("%(num)s notice goes out again.", "%(num)s notices go out again.", count), "success")
    return _go_to(webhook_id)


@blueprint.post("/<uuid:webhook_id>/<any(on,off):state>")
@requires("webhooks.manage")
def switch_webhook(webhook_id: UUID, state: str) -> Response:
    """Switch a webhook on or off."""
    services.switch_webhook(db_session(), current_actor(), webhook_id, active=state == "on")
    flash(_("The webhook is switched on.") if state == "on" else _("The webhook is switched off."), "success")
    return _go_to(webhook_id)


@blueprint.post("/<uuid:webhook_id>/remove")
@requires("webhooks.manage")
def remove_webhook(webhook_id: UUID) -> Response:
    """Remove a webhook."""
    services.remove_webhook(db_session(), current_actor(), webhook_id)
    flash(_("The webhook is removed."), "success")
    return redirect(url_for(".list_webhooks"), 303)


def _go_to(webhook_id: UUID) -> Response:
    return redirect(url_for(".show_webhook", webhook_id=webhook_id), 303)


def _describe_error(code: str) -> str:
    if code.startswith("http-"):
        return _("The program answered with the status %(status)s.", status=code.removeprefix("http-"))
    return _(ERROR_LABELS[code])
