"""Folds the rows that wait into the counts of their months, and tells ``doctor`` of counts that wait or do not open.

Sealed counts tell a thief nothing, however few visits a batch has. The rows of a point are folded in batches all the
same, of at least 50 or of a day that is over: so the office's own keys do not find a visit as the difference of two
backups either.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.damage_notes import list_noted_damage, write_damage_to_journal
from attention_point.foundation.database import Database, get_dialect
from attention_point.foundation.doctor import Check
from attention_point.foundation.errors import VaultError
from attention_point.foundation.jobs import Job, due_every_run
from attention_point.foundation.jobs.single_run_lock import single_run_lock
from attention_point.foundation.key_rotation import rotate_sealed_rows
from attention_point.foundation.language import N_, format_date
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.tallies.counted_cells import CellKey
from attention_point.tallies.models import ClearTally, MonthTallies, PendingTallies
from attention_point.tallies.sealed_counts import (
    MONTH_PURPOSE,
    PENDING_PURPOSE,
    DayCounts,
    add_counts,
    drop_zeros,
    name_month_place,
    open_counts,
    seal_counts,
    split_by_month,
    split_by_point,
)
from attention_point.tallies.services import delete_pending, insert_month
from attention_point.tallies.stored_counts import read_counts

LOCK_NAME = "tallies"
"""Who folds, or replaces all counts by a recount, has this lock (``single_run_lock``)."""
SMALLEST_BATCH = 50  # rows of a point, unless their day is over
MAX_WAIT = timedelta(days=2)
LARGEST_BATCH = 1000  # rows of one transaction: it holds SQLite's one lock for some milliseconds


def fold_due_tallies(database: Database) -> int:
    """Fold the rows of each point that has enough of them, or some of a day that is over. Return their number.

    Does nothing while another process folds or recounts.
    """
    with single_run_lock(database, LOCK_NAME) as acquired:
        return sum(_fold_point(database, point) for point in _list_due_points(database)) if acquired else 0


def _list_due_points(database: Database) -> Sequence[str]:
    is_due = or_(func.count() >= SMALLEST_BATCH, func.min(PendingTallies.day) < clock.today())
    with database.read_session() as session:
        return session.scalars(select(PendingTallies.point).group_by(PendingTallies.point).having(is_due)).all()


def _fold_point(database: Database, point: str) -> int:
    folded_count, last_id = 0, UUID(int=0)
    while True:
        # Opened before the lock is taken, which is then held for the counts of the months alone.
        with database.read_session() as session:
            rows = _list_rows_after(session, point, last_id)
            counts, opened_ids = _open_rows(session, point, rows)
        if not rows:
            return folded_count
        last_id = rows[-1].id
        try:
            with database.write_session() as session:
                _add_to_months(session, point, counts)
                delete_pending(session, opened_ids)
        except VaultError:
            return folded_count  # the rows wait until a rebuild has replaced the month that does not open
        folded_count += len(opened_ids)


def _list_rows_after(session: Session, point: str, last_id: UUID) -> Sequence[Any]:
    # The ids are random: the order of the batches is not that of the visits.
    query = select(PendingTallies.id, PendingTallies.sealed).where(
        PendingTallies.point == point, PendingTallies.id > last_id
    )
    return session.execute(query.order_by(PendingTallies.id).limit(LARGEST_BATCH)).all()


def _open_rows(session: Session, point: str, rows: Sequence[Any]) -> tuple[DayCounts, list[UUID]]:
    counts: DayCounts = {}
    opened_ids = []
    for row in rows:
        try:
            add_counts(counts, open_counts(session, PENDING_PURPOSE, row.id, point, row.sealed))
        except VaultError:
            continue  # it stays, and may open again under a keyring that is put back
        opened_ids.append(row.id)
    return counts, opened_ids


def _add_to_months(session: Session, point: str, counts: DayCounts) -> None:
    for month, added_counts in split_by_month(counts).items():
        query = select(MonthTallies.id, MonthTallies.sealed).where(
            MonthTallies.month == month, MonthTallies.point == point
        )
        row = session.execute(query.with_for_update()).one_or_none()
        if row is None:
            insert_month(session, month, point, added_counts)
            continue
        place = name_month_place(month, point)
        month_counts = open_counts(session, MONTH_PURPOSE, row.id, place, row.sealed)
        add_counts(month_counts, added_counts)
        month_counts = drop_zeros(month_counts)
        of_row = MonthTallies.id == row.id
        if month_counts:
            sealed = seal_counts(session, MONTH_PURPOSE, row.id, place, month_counts)
            session.execute(update(MonthTallies).where(of_row).values(sealed=sealed))
        else:
            session.execute(delete(MonthTallies).where(of_row))


def seal_clear_tallies(session: Session) -> None:
    """Seal the counts that an earlier version of the program stored in clear, and delete them. Safe to repeat."""
    columns = (ClearTally.day, ClearTally.point, ClearTally.table, ClearTally.cell, ClearTally.count)
    cells: dict[CellKey, int] = {(row[0], row[1], row[2], row[3]): row[4] for row in session.execute(select(*columns))}
    if not cells:
        return
    for point, counts in split_by_point(cells).items():
        _add_to_months(session, point, counts)
    # A deleted row of PostgreSQL stays in its file until somebody vacuums it.
    is_sqlite = get_dialect(session).name == "sqlite"
    session.execute(delete(ClearTally) if is_sqlite else text("TRUNCATE tally"))


def _run_job(database: Database, _settings: Settings, _period: str) -> None:
    fold_due_tallies(database)


FOLD_JOB = Job("fold-tallies", due_every_run, _run_job)
MONTH_ROTATION = rotate_sealed_rows(N_("counts of months"), MONTH_PURPOSE, MonthTallies.id, MonthTallies.sealed)
PENDING_ROTATION = rotate_sealed_rows(N_("counts that wait"), PENDING_PURPOSE, PendingTallies.id, PendingTallies.sealed)


def check_counts(database: Database, _settings: Settings) -> Iterator[str]:
    """Yield a sentence for each row of counts that does not open, and one where rows wait for too long."""
    with database.read_session() as session:
        read_counts(session)
        oldest_day = session.scalar(select(func.min(PendingTallies.day)))
        damages = list_noted_damage(session)
    write_damage_to_journal(database, SYSTEM, damages)
    yield from (damage.description for damage in damages)
    if oldest_day is not None and oldest_day < clock.today() - MAX_WAIT:
        day = format_date(oldest_day)
        yield _("Counts of %(day)s are not added up yet, which “attention-point jobs run” does.", day=day)


COUNTS_CHECK = Check(N_("Counts"), check_counts)
