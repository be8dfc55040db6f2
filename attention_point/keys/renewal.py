"""Renews the rows that stand under an older version of a key, in small transactions, while the desk works.

A batch is made in a session that only reads, holds the database for a moment to be stored, and then lets the others
write. Only rows that wait are looked at: whoever starts it again after a crash goes on with those that are left.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import DamagedValue, list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Busy
from attention_point.foundation.key_rotation import Batch, Rotation
from attention_point.foundation.vault import get_vault
from attention_point.foundation.vault.keyring import INDEX
from attention_point.keys.models import KeyRotation

SESSION_KEY = "rotations"
"""Under it a database's ``info`` holds the rotations of all rooms: the application puts them there."""
_SMALLEST_LIMIT, _LARGEST_LIMIT = 10, 400
# A registration that finds the database held asks again after one millisecond, then after two more, then after five.
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.001, 0.003
# Between batches everybody else has the database for twice as long.
_REST, _LONGEST_REST = 2.0, 0.1
_MAX_PASSES = 3
_BUSY_SECONDS = 0.2

WatchRows = Callable[[int], None]
"""Is told after each batch how many rows it settled."""


def count_by_version(session: Session, rotation: Rotation) -> Counter[int]:
    """How many rows of a rotation stand under each version."""
    return Counter(rotation.count_by_version(session))


def count_waiting(session: Session, rotations: Iterable[Rotation]) -> dict[str, int]:
    """How many rows of each rotation stand under another version than the current one, by its name."""
    waiting = {}
    for rotation in rotations:
        current = get_current_version(session, rotation)
        counts = count_by_version(session, rotation)
        waiting[rotation.label] = sum(count for version, count in counts.items() if version != current)
    return waiting


def get_current_version(session: Session, rotation: Rotation) -> int:
    """The version under which a rotation's rows are written now."""
    vault = get_vault(session)
    return vault.index_version if rotation.key == INDEX else vault.wrap_version


def list_unseen(session: Session, rotations: Sequence[Rotation]) -> list[Rotation]:
    """Those of which rows wait, and which were not looked at to the end since the key has its current version."""
    waiting = count_waiting(session, rotations)
    finished = select(KeyRotation.name, KeyRotation.version).where(KeyRotation.finished_at.is_not(None))
    versions = {row.name: row.version for row in session.execute(finished)}
    return [
        rotation
        for rotation in rotations
        if waiting[rotation.label] and versions.get(rotation.label) != get_current_version(session, rotation)
    ]


def renew_rows(database: Database, rotation: Rotation, watch: WatchRows = lambda _count: None) -> int:
    """Renew all rows of a rotation that wait. Returns how many still wait: those that do not open.

    Several passes, because a row that somebody holds or changes is left out, and a server that had not read the
    changed keyring yet may have written one under the version before.
    """
    waiting = 0
    for _pass in range(_MAX_PASSES):
        _store_states(database, [rotation], is_finished=False)
        _renew_waiting(database, rotation, watch)
        _store_states(database, [rotation], is_finished=True)
        with database.read_session() as session:
            waiting = count_waiting(session, [rotation])[rotation.label]
        if not waiting:
            break
    return waiting


def _renew_waiting(database: Database, rotation: Rotation, watch: WatchRows) -> None:
    """Renew once all rows that wait, in batches."""
    limit, place, is_finished = _SMALLEST_LIMIT, None, False
    while not is_finished:
        with database.read_session() as session:
            batch = rotation.prepare_batch(session, place, limit)
            damaged_values = list_noted_damage(session)
        seconds, damaged_records = _store_batch(database, batch)
        damaged_values += damaged_records
        # In a transaction of its own: no batch holds the head of the journal, which registrations wait for.
        if damaged_values:
            write_damage_to_journal(database, SYSTEM, damaged_values)
        watch(batch.count)
        place, is_finished = batch.last, batch.last is None
        limit = _adapt_limit(limit, seconds)
        time.sleep(min(seconds * _REST, _LONGEST_REST))


def _adapt_limit(limit: int, seconds: float) -> int:
    # How many rows fit into some milliseconds depends on the machine and on the table, so that it is measured.
    if seconds > _LONGEST_SECONDS:
        return max(limit // 2, _SMALLEST_LIMIT)
    return min(limit * 2, _LARGEST_LIMIT) if seconds < _SHORTEST_SECONDS else limit


def _store_batch(database: Database, batch: Batch) -> tuple[float, list[DamagedValue]]:
    """Store a batch. Returns the seconds at work, without waiting for others or for the disk, and what is damaged."""
    while True:
        try:
            with database.write_session() as session:
                begun = time.perf_counter()
                batch.write(session)
                seconds = time.perf_counter() - begun
        except Busy:  # somebody writes for long, as an import does: nothing is lost by waiting
            time.sleep(_BUSY_SECONDS)
            continue
        # Else the next registration would bring into the file what was written here, and wait for it.
        database.shorten_log()
        return seconds, list_noted_damage(session)


def store_nothing_waits(database: Database, rotations: Sequence[Rotation]) -> None:
    """Store for which version nothing of some rotations waits: so a copy of the keyring of before is known as one."""
    _store_states(database, rotations, is_finished=True)


def _store_states(database: Database, rotations: Sequence[Rotation], *, is_finished: bool) -> None:
    """Store that the rows of rotations are being renewed for the current version, or that all of them were seen."""
    finished_at = clock.now() if is_finished else None
    with database.write_session() as session:
        for rotation in rotations:
            version = get_current_version(session, rotation)
            session.merge(KeyRotation(name=rotation.label, version=version, finished_at=finished_at))
