"""Registers webhooks, changes their secrets, and stores what is to be delivered. Never commits."""

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from attention_point import texts
from attention_point.accounts.queries import list_entity_names
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import new_id
from attention_point.foundation.errors import Conflict, FieldError, Invalid
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault
from attention_point.portal.webhooks import queries, rules, signatures
from attention_point.portal.webhooks.models import Webhook, WebhookDelivery
from attention_point.referrals.notices import Notice, pad_content

URL_FAULTS = {
    rules.NOT_HTTPS: N_("The address must begin with https://"),
    rules.TOO_LONG: N_("The address is too long: at most 500 characters."),
    rules.WITH_USER: N_("Leave user and password out of the address."),
    rules.NO_HOST: N_("This is not an address, like https://example.org/referrals"),
}
PING = "ping"


def add_webhook(session: Session, actor: Actor, entity: str | None, url: str) -> tuple[Webhook, str]:
    """Register an address and return it with its secret, which is shown this once.

    ``entity`` counts only for an actor who has none of her own. Raises Invalid, and Conflict beyond five a entity.
    """
    entities = list_entity_names(session) if actor.entity else queries.list_managed_entities(session, actor)
    entity, url = actor.entity or entity or "", texts.normalise_text(url)
    errors = []
    if entity not in entities:
        errors.append(FieldError("entity", _("Choose the entity whose program this is.")))
    if fault := rules.find_url_fault(url):
        errors.append(FieldError("url", _(URL_FAULTS[fault])))
    if errors:
        raise Invalid(_("This address cannot be registered."), tuple(errors))
    same_entity = select(func.count()).select_from(Webhook).where(Webhook.entity == entity)
    if (session.scalar(same_entity) or 0) >= rules.MAX_WEBHOOKS_OF_ENTITY:
        raise Conflict(_("The entity has five addresses already. Remove one first."), code="too_many")
    webhook = Webhook(
        id=new_id(), entity=entity, url=url, active=True, created_at=clock.now(), secret_generation=1,
    )  # fmt: skip
    session.add(webhook)
    session.flush()
    journal.record(session, actor, "webhook.add", "webhook", webhook.id, entity=entity)
    return webhook, _read_secret(session, webhook)


def rotate_secret(session: Session, actor: Actor, webhook_id: UUID) -> tuple[Webhook, str]:
    """Give a webhook a new secret and return it, shown this once. The old one signs too for another day."""
    webhook = queries.get_webhook(session, actor, webhook_id, lock=True)
    webhook.secret_generation += 1
    webhook.old_secret_until = clock.now() + rules.OLD_SECRET_LIFETIME
    journal.record(session, actor, "webhook.secret", "webhook", webhook.id, entity=webhook.entity)
    return webhook, _read_secret(session, webhook)


def remove_webhook(session: Session, actor: Actor, webhook_id: UUID) -> None:
    """Remove a webhook; what waited for it is not sent."""
    webhook = queries.get_webhook(session, actor, webhook_id, lock=True)
    session.delete(webhook)
    journal.record(session, actor, "webhook.remove", "webhook", webhook.id, entity=webhook.entity)


def switch_webhook(session: Session, actor: Actor, webhook_id: UUID, *, active: bool) -> None:
    """Switch a webhook on or off. Switched on, it begins as if it had never failed."""
    webhook = queries.get_webhook(session, actor, webhook_id, lock=True)
    # Otherwise the first failure after the switching on would switch it off again.
    webhook.active, webhook.failing_since = active, None
    action = "webhook.on" if active else "webhook.off"
    journal.record(session, actor, action, "webhook", webhook.id, entity=webhook.entity)


def resend_failed(session: Session, actor: Actor, webhook_id: UUID) -> int:
    """Let everything that failed be tried again in the next run, as if it were new. Returns how many there are."""
    webhook = queries.get_webhook(session, actor, webhook_id)
    failed_ids = [delivery.id for delivery in queries.list_failed_deliveries(session, webhook.id)]
    statement = update(WebhookDelivery).where(WebhookDelivery.id.in_(failed_ids))
    session.execute(statement.values(next_try_at=clock.now(), tries=0))
    journal.record(session, actor, "webhook.resend", "webhook", webhook.id, entity=webhook.entity)
    return len(failed_ids)


def queue_ping(session: Session, actor: Actor, webhook_id: UUID) -> None:
    """Store a message that only tries the address."""
    webhook = queries.get_webhook(session, actor, webhook_id)
    _store_delivery(session, webhook, PING, clock.now(), None)
    journal.record(session, actor, "webhook.ping", "webhook", webhook.id, entity=webhook.entity)


def queue_deliveries(session: Session, notices: Iterable[Notice]) -> int:
    """Store, for the webhooks of their entities, a message about each referral of some notices. Returns how many."""
    notices = list(notices)
    webhooks = queries.list_active_webhooks(session, {notice.entity for notice in notices}) if notices else []
    count = 0
    for notice in notices:
        for webhook in webhooks:
            if webhook.entity == notice.entity:
                for referral_id in notice.referral_ids:
                    _store_delivery(session, webhook, f"referral.{notice.kind}", notice.at, referral_id)
                    count += 1
    return count


def _store_delivery(session: Session, webhook: Webhook, kind: str, at: datetime, referral_id: UUID | None) -> None:
    row_id, now = new_id(), clock.now()
    payload = {
        "type": kind,
        "timestamp": at.isoformat(timespec="seconds"),
        "data": {"referral": str(referral_id)} if referral_id else {},
    }
    content = {"webhook": webhook.id.hex, "body": json.dumps(payload, separators=(",", ":"))}
    sealed = get_vault(session).seal(queries.SEALING_PURPOSE, row_id, pad_content(content))
    session.add(WebhookDelivery(id=row_id, created_at=now, next_try_at=now, tries=0, sealed=sealed))


def _read_secret(session: Session, webhook: Webhook) -> str:
    secret = signatures.derive_secret(get_vault(session), webhook.id, webhook.secret_generation)
    return signatures.format_secret(secret)
