"""Whether the keyring is that of the database. Another one opens nothing, and what is written with it is lost too."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from attention_point.foundation.database import Database
from attention_point.foundation.doctor import Check
from attention_point.foundation.errors import VaultError
from attention_point.foundation.language import N_
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.foundation.vault import KeyringError, WrappedKey, get_vault
from attention_point.foundation.vault.keyring import INDEX
from attention_point.keys import renewal
from attention_point.keys.models import KeyRotation
from attention_point.people.models import Person
from attention_point.sync.models import PointKey
from attention_point.sync.outbox import point_keys

SAMPLE = 10
"""So many of the oldest and of the newest rows are tried: one that opens is enough."""
LEAST_ROWS = 2  # one alone may be damaged, which is no reason to close the desk


def require_fitting_keyring(database: Database) -> None:
    """Raise KeyringError where none of a sample of rows opens, and for a copy of before a rotation.

    With such a copy some rows still open while a rotation is under way; a new one would make another key of a version
    that is in use already.
    """
    try:
        with database.read_session() as session:
            is_older, outcomes = _is_older_than_a_rotation(session), list(_try_rows(session))
    except SQLAlchemyError:  # no database yet, or one that is older: whoever opens it says so
        return
    if is_older or (len(outcomes) >= LEAST_ROWS and not any(outcomes)):
        raise KeyringError(
            _(
                "The keyring is not that of this database: it is another installation's, or a copy of before the keys "
                "were rotated. Put back the right one from its copy. Nothing was changed."
            )
        )


def _is_older_than_a_rotation(session: Session) -> bool:
    vault, rotations = get_vault(session), session.info.get(renewal.SESSION_KEY, ())
    renewed_for = {row.name: row.version for row in session.execute(select(KeyRotation.name, KeyRotation.version))}
    return any(
        renewed_for.get(rotation.label, 0) > max(vault.index_versions if rotation.key == INDEX else vault.wrap_versions)
        for rotation in rotations
    )


def _try_rows(session: Session) -> Iterator[bool]:
    vault = get_vault(session)
    keys = select(Person.id, Person.key_version, Person.wrapped_key).where(Person.wrapped_key.is_not(None))
    for order in (Person.id.asc(), Person.id.desc()):
        for row in session.execute(keys.order_by(order).limit(SAMPLE)).all():
            try:
                vault.open_person_key(row.id, WrappedKey(row.key_version, row.wrapped_key))
            except VaultError:
                yield False
            else:
                yield True
    for key in session.execute(select(PointKey.id, PointKey.sealed_private).limit(SAMPLE)).all():
        try:
            vault.open(point_keys.SEALING_PURPOSE, key.id, key.sealed_private)
        except VaultError:
            yield False
        else:
            yield True


def _check_fit(database: Database, _settings: Settings) -> Iterator[str]:
    require_fitting_keyring(database)
    yield from ()


KEYRING_FIT_CHECK = Check(N_("Keyring of this database"), _check_fit)
