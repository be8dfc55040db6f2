"""Renews the rows that stand under an older version of a key, in small transactions, while the desk works.

A batch holds the database for a few milliseconds and then lets the others write. How far it came is stored with each
batch: whoever starts it again after a crash goes on there.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database
from attention_point.foundation.errors import Busy
from attention_point.foundation.key_rotation import Rotation
from attention_point.foundation.vault import get_vault
from attention_point.foundation.vault.keyring import INDEX
from attention_point.keys.models import KeyRotation

SESSION_KEY = "rotations"
"""Under it a database's ``info`` holds the rotations of all rooms: the application puts them there."""
# Never so few that the desk registers people faster than they are renewed.
_SMALLEST_LIMIT, _LARGEST_LIMIT = 5, 400
# A registration takes some milliseconds itself: it may wait for one batch without being noticed.
_SHORTEST_SECONDS, _LONGEST_SECONDS = 0.004, 0.012
# Between batches everybody else has the database for twice as long.
_REST, _LONGEST_REST = 2.0, 0.1
_MAX_PASSES = 3
_BUSY_SECONDS = 0.2

WatchRows = Callable[[int], None]
"""Is told after each batch how many rows were looked at in it."""


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


def renew_rows(database: Database, rotation: Rotation, watch: WatchRows = lambda _count: None) -> int:
    """Renew all rows of a rotation that wait. Returns how many still wait: those that do not open.

    Several passes, because a row that somebody holds is left out, and a server that had not read the changed keyring
    yet may have written one under the version before.
    """
    waiting = 0
    for _pass in range(_MAX_PASSES):
        limit, is_finished = _SMALLEST_LIMIT, False
        while not is_finished:
            try:
                is_finished, seconds = _renew_batch(database, rotation, limit)
            except Busy:  # somebody writes for long, as an import does: nothing is lost by waiting
                time.sleep(_BUSY_SECONDS)
                continue
            watch(limit)
            limit = _adapt_limit(limit, seconds)
            time.sleep(min(seconds * _REST, _LONGEST_REST))
        with database.read_session() as session:
            waiting = count_waiting(session, [rotation])[rotation.label]
        if not waiting:
            break
    return waiting


def _adapt_limit(limit: int, seconds: float) -> int:
    # How many rows fit into some milliseconds depends on the machine and on the table, so that it is measured.
    if seconds > _LONGEST_SECONDS:
        return max(limit // 2, _SMALLEST_LIMIT)
    return min(limit * 2, _LARGEST_LIMIT) if seconds < _SHORTEST_SECONDS else limit


def _renew_batch(database: Database, rotation: Rotation, limit: int) -> tuple[bool, float]:
    """Renew the next rows in a transaction of their own. Returns whether the end was reached, and how long it took.

    The time is that of the work itself, in seconds: what waits for others or for the disk says nothing of the batch.
    """
    with database.write_session() as session:
        begun = time.perf_counter()
        state = session.get(KeyRotation, rotation.label)
        version = get_current_version(session, rotation)
        if state is None:
            state = KeyRotation(name=rotation.label)
            session.add(state)
        # Another version, or another pass for rows that were left out: both begin at the first row.
        if state.version != version or state.finished_at is not None:
            state.version, state.last_row, state.finished_at = version, None, None
        state.last_row = rotation.rewrap_batch(session, state.last_row, limit)
        is_finished = state.last_row is None
        if is_finished:
            state.finished_at = clock.now()
        session.flush()
        damaged_values, seconds = list_noted_damage(session), time.perf_counter() - begun
    # After the batch, in a transaction of its own: no batch holds the head of the journal, which registrations wait
    # for.
    if damaged_values:
        write_damage_to_journal(database, SYSTEM, damaged_values)
    return is_finished, seconds
