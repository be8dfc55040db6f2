"""Reads webhooks and the deliveries that wait or failed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.accounts.queries import list_entity_names
from attention_point.directory.privacy.restricted_entities import find_restricted_entities
from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import NotFound, VaultError
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import get_vault
from attention_point.portal.webhooks.models import Webhook, WebhookDelivery

SEALING_PURPOSE = "webhook_delivery"
MAX_LISTED = 200
MAX_OPENED = 5_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery, opened. ``body`` is what the receiver gets, as JSON; ``kind`` and ``at`` stand in it too."""

    id: UUID
    webhook_id: UUID
    kind: str
    at: datetime
    body: bytes
    tries: int
    last_error: str | None
    next_try_at: datetime | None


def list_managed_entities(session: Session, actor: Actor) -> Mapping[str, str]:
    """The entities, by code with their names, whose webhooks an actor without an entity manages.

    Those for confidential topics manage theirs alone: when one of them was told says when somebody came in confidence.
    """
    hidden = frozenset() if actor.may("restricted.view") else find_restricted_entities(session)
    return {code: name for code, name in list_entity_names(session).items() if code not in hidden}


def list_webhooks(session: Session, actor: Actor) -> Sequence[Webhook]:
    """The webhooks that the actor may manage: those of her entity; of the others, for the office."""
    entities = list_managed_entities(session, actor) if actor.entity is None else (actor.entity,)
    query = select(Webhook).where(Webhook.entity.in_(list(entities))).order_by(Webhook.entity, Webhook.id)
    return session.scalars(query).all()


def list_active_webhooks(session: Session, entities: Iterable[str]) -> Sequence[Webhook]:
    """The webhooks in use of some entities."""
    return session.scalars(select(Webhook).where(Webhook.active, Webhook.entity.in_(sorted(entities)))).all()


def get_webhook(session: Session, actor: Actor, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    """One webhook that the actor may manage. Raises NotFound, also for one of another entity."""
    webhook = session.get(Webhook, webhook_id, with_for_update=lock)
    entities = list_managed_entities(session, actor) if actor.entity is None else (actor.entity,)
    if webhook is None or webhook.entity not in entities:
        raise NotFound(_("There is no such webhook."))
    return webhook


def list_failed_deliveries(session: Session, webhook_id: UUID) -> list[Delivery]:
    """What could not be delivered to a webhook so far, newest first, at most ``MAX_LISTED``."""
    # To which webhook a delivery belongs is sealed: each failed one is opened. They are few, or the address is off.
    query = select(WebhookDelivery).where(WebhookDelivery.last_error.is_not(None))
    deliveries = open_deliveries(session, session.scalars(query.order_by(WebhookDelivery.id.desc()).limit(MAX_OPENED)))
    return [delivery for delivery in deliveries if delivery.webhook_id == webhook_id][:MAX_LISTED]


def open_deliveries(session: Session, rows: Iterable[WebhookDelivery]) -> list[Delivery]:
    """Open rows; one that does not open is noted as damage and left out."""
    deliveries = []
    for row in rows:
        try:
            content = json.loads(get_vault(session).open(SEALING_PURPOSE, row.id, row.sealed))
        except VaultError as error:
            note_damage(session, error)
            continue
        payload = json.loads(content["body"])
        deliveries.append(
            Delivery(
                row.id,
                UUID(content["webhook"]),
                payload["type"].removeprefix("referral."),
                datetime.fromisoformat(payload["timestamp"]),
                content["body"].encode(),
                row.tries,
                row.last_error,
                row.next_try_at,
            )
        )
    return deliveries
