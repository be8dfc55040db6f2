"""The job that delivers webhooks: one request after another, each outcome in a transaction of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.network.outgoing_requests import RequestFailed, post_json
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import get_vault
from attention_point.portal.webhooks import queries, rules, signatures
from attention_point.portal.webhooks.letters import queue_switch_off_letters
from attention_point.portal.webhooks.models import Webhook, WebhookDelivery
from attention_point.portal.webhooks.queries import Delivery

MAX_SENT = 2_000
"""Deliveries of one run; the next run sends the others."""
TIME_OF_WEBHOOK = timedelta(seconds=60)
"""For so long one run serves one address, so that a slow one does not hold up the others."""

log = structlog.get_logger("webhooks")


@dataclass(frozen=True, slots=True)
class _Target:
    """A webhook as a run needs it: its address and the secrets in force."""

    webhook_id: UUID
    url: str
    secrets: tuple[bytes, ...]


def run_webhook_job(database: Database, settings: Settings, _period: str) -> None:
    """Deliver what is due."""
    # The requests are sent outside every transaction: a slow receiver must hold no lock of the database.
    with database.write_session() as session:
        _delete_old_deliveries(session, clock.now())
    with database.read_session() as session:
        deliveries = queries.open_deliveries(session, _select_due(session, clock.now()))
        targets = _list_targets(session, {delivery.webhook_id for delivery in deliveries})
        damages = list_noted_damage(session)
    write_damage_to_journal(database, SYSTEM, damages)
    deliveries_by_webhook: dict[UUID, list[Delivery]] = {}
    for delivery in deliveries:
        deliveries_by_webhook.setdefault(delivery.webhook_id, []).append(delivery)
    for webhook_id, due_deliveries in deliveries_by_webhook.items():
        if webhook_id in targets:
            _serve_target(database, settings, targets[webhook_id], due_deliveries)
        else:
            _drop_deliveries(database, due_deliveries)
    if deliveries:
        _write_all_anew(database)


def _write_all_anew(database: Database) -> None:
    """Give all webhooks one transaction. On PostgreSQL a row tells by its number (xmin, xmax) between which visits it
    was last written or locked: that of the one entity that was told would name the visit.
    """
    with database.write_session() as session:
        session.execute(update(Webhook).values(active=Webhook.active))


def _select_due(session: Session, now: datetime) -> Iterable[WebhookDelivery]:
    # A time further off than the longest wait was written while the clock was wrong.
    is_due = or_(WebhookDelivery.next_try_at <= now, WebhookDelivery.next_try_at > now + rules.LONGEST_WAIT)
    return session.scalars(select(WebhookDelivery).where(is_due).order_by(WebhookDelivery.id).limit(MAX_SENT))


def _list_targets(session: Session, webhook_ids: set[UUID]) -> dict[UUID, _Target]:
    """The webhooks that are switched on, by id."""
    vault, now, targets = get_vault(session), clock.now(), {}
    for webhook in session.scalars(select(Webhook).where(Webhook.active, Webhook.id.in_(webhook_ids))):
        generations = [webhook.secret_generation]
        if webhook.old_secret_until and webhook.old_secret_until > now:
            generations.append(webhook.secret_generation - 1)
        secrets = tuple(
            secret for generation in generations for secret in signatures.derive_secrets(vault, webhook.id, generation)
        )
        targets[webhook.id] = _Target(webhook.id, webhook.url, secrets)
    return targets


def _serve_target(database: Database, settings: Settings, target: _Target, deliveries: list[Delivery]) -> None:
    begun_at = clock.now()
    for delivery in deliveries:
        error = _send_delivery(settings, target, delivery)
        with database.write_session() as session:
            is_served_on = _store_outcome(session, settings.public_url, delivery, error)
        # Nobody answers there: the others wait for the next run, and keep their number of tries.
        if not is_served_on or (error and not error.startswith("http-")):
            return
        if clock.now() - begun_at > TIME_OF_WEBHOOK:
            return


def _send_delivery(settings: Settings, target: _Target, delivery: Delivery) -> str | None:
    """Send one message. Returns None when it was taken, else the code of the failure."""
    headers = signatures.build_headers(target.secrets, str(delivery.id), clock.now(), delivery.body)
    try:
        status = post_json(target.url, delivery.body, headers, settings.webhook_networks)
    except RequestFailed as error:
        return error.code
    return None if 200 <= status < 300 else f"http-{status}"


def _store_outcome(session: Session, public_url: str, delivery: Delivery, error: str | None) -> bool:
    """Store what became of a try. Returns False when the webhook gets nothing more in this run."""
    webhook = session.get(Webhook, delivery.webhook_id)
    row = session.get(WebhookDelivery, delivery.id)
    if webhook is None or row is None:  # removed meanwhile
        return False
    now = clock.now()
    # The day alone: a moment would tell that something had just happened to a referral of this entity.
    failing_since = (webhook.failing_since or clock.start_of_day(clock.local_day(now))) if error else None
    # Its row is written and locked only where it changes: beside the delivery, which is as old as the visit, the
    # database's log would name the entity each time.
    if failing_since != webhook.failing_since:
        webhook = session.get(Webhook, delivery.webhook_id, with_for_update=True, populate_existing=True)
        if webhook is None:
            return False
        webhook.failing_since = failing_since
    if error is None:
        session.delete(row)  # nothing of it stays: not to whom, and not when
        return True
    # Not whose: beside its moment the log would tell to which entity somebody was just sent. The page of webhooks does.
    log.warning("webhook.failed", code=error, tries=row.tries + 1)
    row.tries, row.last_error = row.tries + 1, error
    wait = rules.find_wait(row.tries)
    row.next_try_at = now + wait if wait else None
    if failing_since is None or not rules.must_switch_off(failing_since, now, error):
        return True
    webhook.active = False
    journal.record(session, SYSTEM, "webhook.off", "webhook", webhook.id, entity=webhook.entity)
    queue_switch_off_letters(session, webhook, public_url)
    return False


def _drop_deliveries(database: Database, deliveries: list[Delivery]) -> None:
    """Stop trying what is for a webhook that is switched off, and delete what is for one that was removed."""
    with database.write_session() as session:
        is_there = session.get(Webhook, deliveries[0].webhook_id) is not None
        for row in session.scalars(select(WebhookDelivery).where(WebhookDelivery.id.in_([d.id for d in deliveries]))):
            if is_there:
                row.next_try_at, row.last_error = None, row.last_error or "off"
            else:
                session.delete(row)


def _delete_old_deliveries(session: Session, now: datetime) -> None:
    is_over = and_(WebhookDelivery.next_try_at.is_(None), WebhookDelivery.created_at < now - rules.RETENTION)
    session.execute(delete(WebhookDelivery).where(is_over))


WEBHOOK_JOB = Job("webhooks", due_every_run, run_webhook_job)
