"""Changes of the keyring: another version of a key, and the end of an old one. One process at a time makes them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from attention_point.foundation import clock, journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict
from attention_point.foundation.jobs import single_run_lock
from attention_point.foundation.key_rotation import Rotation
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import Keyring
from attention_point.foundation.vault.key_changes import prepare_version, remove_version, rotate_version
from attention_point.foundation.vault.keyring import DERIVE
from attention_point.foundation.vault.vault import OVERLAP
from attention_point.keys import renewal

DERIVED_TERM = timedelta(days=30)
"""How long what was derived under an old key may still come: a tablet sends again what it captured weeks ago."""


class KeyInUse(AppError):
    """A version of a key that cannot be removed yet. Its message says what stands under it, and what to do."""

    status = 409
    code = "key-in-use"


@contextmanager
def change_keys(database: Database) -> Iterator[None]:
    """Hold the keys: nobody else rotates or removes one meanwhile. Raises Conflict while somebody does."""
    with single_run_lock(database, "keys") as acquired:
        if not acquired:
            raise Conflict(_("The keys are being rotated by another process. Wait until it ends."))
        yield


def list_rotations(database: Database, kind: str | None = None) -> list[Rotation]:
    """The rotations of all rooms, or those of one kind of key."""
    rotations: Sequence[Rotation] = database.info[renewal.SESSION_KEY]
    return [rotation for rotation in rotations if kind in (None, rotation.key)]


def is_interrupted(database: Database, path: Path, kind: str) -> bool:
    """Whether a rotation of a key stopped midway, as by a crash: rows wait that it has not looked at."""
    if len(Keyring.load(path).get_keys(kind).keys) == 1:
        return False
    with database.read_session() as session:
        return bool(renewal.list_unseen(session, list_rotations(database, kind)))


def begin_rotation(database: Database, path: Path, kind: str) -> int:
    """Let everything be written under another version of a key from now on. Returns the version.

    While a rotation is interrupted no further one is made: it goes on. Rows that do not open hinder nobody.
    """
    keyring = Keyring.load(path)
    if is_interrupted(database, path, kind):
        return keyring.get_keys(kind).current
    rotated = rotate_version(keyring, kind, clock.now())
    _store_keyring(database, path, rotated, "keys.rotate", kind, rotated.get_keys(kind).current)
    return rotated.get_keys(kind).current


def prepare_rotation(database: Database, path: Path, kind: str) -> int:
    """Put a further version of a key into the keyring, under which nothing is written yet. Returns the version."""
    prepared = prepare_version(Keyring.load(path), kind)
    version = max(prepared.get_keys(kind).keys)
    _store_keyring(database, path, prepared, "keys.prepare", kind, version)
    return version


def end_version(database: Database, path: Path, kind: str, version: int, *, at_once: bool = False) -> None:
    """Remove an old version of a key from the keyring. ``at_once`` does not wait for what is derived to come in.

    Raises KeyInUse for the current version, for one under which rows stand, and for one that was the current one until
    a moment ago; NotFound in the words of KeyInUse for one that is not there.
    """
    keyring = Keyring.load(path)
    keys = keyring.get_keys(kind)
    if version not in keys.keys:
        raise KeyInUse(_("The keyring has no version %(version)s of this key.", version=version))
    if version >= keys.current:
        raise KeyInUse(_("Version %(version)s is the one in use: rotate the key first.", version=version))
    # The first version that came after it ended its use, whichever is the current one by now.
    replaced_at = min(moment for later, moment in keys.since.items() if later > version)
    if clock.now() - replaced_at < OVERLAP:
        raise KeyInUse(
            _("Version %(version)s was in use within the last hour: something may still be written.", version=version)
        )
    with database.read_session() as session:
        rotations = list_rotations(database, kind)
        # The rows are counted, however far the rotation says that it is: those that did not open lie behind it.
        rows = {rotation.label: renewal.count_by_version(session, rotation)[version] for rotation in rotations}
    if any(rows.values()):
        raise KeyInUse(
            _(
                "%(count)s rows still stand under version %(version)s: run “attention-point keys rotate --resume”.",
                count=sum(rows.values()),
                version=version,
            )
        )
    if kind == DERIVE and not at_once and clock.now() - replaced_at < DERIVED_TERM:
        raise KeyInUse(
            _(
                "What was signed under version %(version)s ends within 30 days of its last use. --now ends it at once: "
                "whoever is signed in signs in again, and tablets that send something twice are not recognised.",
                version=version,
            )
        )
    _store_keyring(database, path, remove_version(keyring, kind, version), "keys.remove", kind, version)


def _store_keyring(database: Database, path: Path, keyring: Keyring, action: str, kind: str, version: int) -> None:
    keyring.replace_file(path)
    # After the file: an entry of a rotation that the disk refused would be wrong, a missing one is only missing.
    with database.write_session() as session:
        journal.record(session, SYSTEM, action, "keyring", kind, version=version)
