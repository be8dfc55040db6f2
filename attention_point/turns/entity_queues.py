"""Whose a desk is, who works there, and for whose desks a turn waits: sealed, or as keyed tags (decision 92).

Whoever was sent on to a desk of an entity has just been attended at the point: in clear the entity would tell what the
visit of that moment was about. So a desk's row looks the same whoever's it is, and the turns of one day tell at most
which of them wait for the same entity, as the rows of referrals do (decision 63).
"""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.directory.queries import list_entity_codes
from attention_point.foundation.access import Actor
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import VaultError
from attention_point.foundation.vault import get_vault
from attention_point.turns.models import Desk, Turn

SEALING_PURPOSE = "turn-desk"
_QUEUE_PURPOSE, _OCCUPANT_PURPOSE = "turn-queue", "turn-desk-occupant"
_QUEUE_DIGITS, _OCCUPANT_BYTES = 32, 16
_ENTITY_LENGTH = 40  # of the longest code
NOBODY = ""  # no entity has this code


def name_queue(session: Session, entity: str | None, day: date) -> str | None:
    """The tag by which turns of a day wait for an entity's desks; None for those of the point's own."""
    if entity is None:
        return None
    vault = get_vault(session)
    # With the key of the morning: a queue stays one while the keyring's key is rotated.
    digest = vault.keyed_digest(_QUEUE_PURPOSE, f"{entity}/{day}".encode(), vault.find_derive_version(day))
    return digest.hex()[:_QUEUE_DIGITS]


def find_queue_entity(session: Session, turn: Turn) -> str | None:
    """The entity for whose desks a turn waits; None for the point's own, ``NOBODY`` for one that is not on file."""
    if turn.queue is None:
        return None
    codes = sorted(list_entity_codes(session))
    return next((code for code in codes if name_queue(session, code, turn.day) == turn.queue), NOBODY)


def seal_desk_entity(session: Session, desk_id: UUID, entity: str | None) -> bytes:
    """Seal whose a desk is, for its row. Every row takes as many bytes."""
    return get_vault(session).seal(SEALING_PURPOSE, desk_id, (entity or "").ljust(_ENTITY_LENGTH).encode())


def open_desk_entity(session: Session, desk: Desk) -> str | None:
    """The entity whose a desk is; None for the point's own. A row that does not open is noted, and is nobody's."""
    try:
        return get_vault(session).open(SEALING_PURPOSE, desk.id, desk.sealed).decode().strip() or None
    except VaultError as error:
        note_damage(session, error)
        return NOBODY


def list_occupant_tags(session: Session, actor: Actor) -> list[bytes]:
    """The tags under which somebody's desk may be on file, that of the current key first."""
    if actor.id is None:
        return []
    digests = get_vault(session).keyed_digests(_OCCUPANT_PURPOSE, actor.id.bytes)
    return [digest[:_OCCUPANT_BYTES] for digest in digests]
