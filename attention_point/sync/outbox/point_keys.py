"""The keys to which tablets seal: one pair a point, renewed from time to time. Old ones open what arrives late."""

from base64 import b64encode
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database import Database, PreparedStatement, new_id
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.errors import VaultError
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import derive_public_key, generate_envelope_key, get_vault, open_envelope
from attention_point.sync import rules
from attention_point.sync.models import PointKey

SEALING_PURPOSE = "point-key"
# Prepared: this runs for each of the hundreds of captures that a tablet sends at once.
_SELECT_KEY = PreparedStatement(
    select(PointKey.point, PointKey.sealed_private, PointKey.created_at).where(PointKey.id == bindparam("key"))
)


class OpeningKey(NamedTuple):
    """What opens a capture: the private half of a key, sealed by the vault, and when the key was made."""

    id: UUID
    point: str
    sealed_private: bytes
    created_at: datetime


def find_current_key(session: Session, point: str) -> PointKey | None:
    """The key to which tablets of a point seal now; None before it has one."""
    newest_first = select(PointKey).where(PointKey.point == point).order_by(PointKey.created_at.desc())
    return session.scalars(newest_first.limit(1)).first()


def find_usable_key(session: Session, point: str) -> PointKey | None:
    """The current key of a point if the server opens what is sealed to it; None where tablets must get another."""
    key = find_current_key(session, point)
    return key if key is not None and _is_whole(session, key) else None


def _is_whole(session: Session, key: PointKey) -> bool:
    # Whoever can write into the database could put a public key of their own beside the private one, and tablets would
    # seal to it.
    try:
        return derive_public_key(get_vault(session).open(SEALING_PURPOSE, key.id, key.sealed_private)) == key.public
    except VaultError as error:
        note_damage(session, error)
        return False


def get_or_create_key(session: Session, point: str) -> PointKey:
    """The current key of a point, made now if it has none that can be used."""
    lock_for_transaction(session, f"point-key:{point}".encode())
    return find_usable_key(session, point) or _create_key(session, point)


def create_missing_keys(session: Session) -> None:
    """Give a key to each point that has none: a reference loader, safe to repeat."""
    for point in directory_queries.list_points(session):
        get_or_create_key(session, point.code)


def renew_old_keys(database: Database, _settings: Settings, _period: str) -> None:
    """Give a new key to each point whose key is old: the job ``point-keys``. The old key stays, for late captures."""
    with database.write_session() as session:
        for point in directory_queries.list_points(session):
            lock_for_transaction(session, f"point-key:{point.code}".encode())
            key = find_current_key(session, point.code)
            # A key of the future was made while the clock was wrong.
            if key is None or not -rules.CLOCK_TOLERANCE < clock.now() - key.created_at < rules.KEY_LIFETIME:
                _create_key(session, point.code)


def _create_key(session: Session, point: str) -> PointKey:
    private_key, public_key = generate_envelope_key()
    key = PointKey(id=new_id(), point=point, public=public_key, sealed_private=b"", created_at=clock.now())
    # Bound to the row: the private key of one point never opens what was sealed to another.
    key.sealed_private = get_vault(session).seal(SEALING_PURPOSE, key.id, private_key)
    session.add(key)
    session.flush()
    journal.record(session, SYSTEM, "capture.key", "point", point)
    return key


def encode_public_key(key: PointKey) -> str:
    """The public key as devices get it: base64 of 32 bytes."""
    return b64encode(key.public).decode()


def find_opening_key(session: Session, key_id: UUID) -> OpeningKey | None:
    """A key by its id, old ones too; or None."""
    row = next(iter(_SELECT_KEY.execute(session, {"key": key_id})), None)
    return OpeningKey(key_id, *row) if row else None


def open_sealed_content(session: Session, key: OpeningKey, capture_id: UUID, sealed: bytes) -> bytes:
    """Open what a tablet sealed to a key. Raises VaultError for what does not open."""
    private_key = get_vault(session).open(SEALING_PURPOSE, key.id, key.sealed_private)
    return open_envelope(private_key, capture_id, sealed)
