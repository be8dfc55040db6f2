"""Rows that wait are folded in batches, never while somebody recounts, and a rebuild keeps what came meanwhile."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.database import Database
from attention_point.foundation.jobs.single_run_lock import single_run_lock
from attention_point.tallies import folding, services
from attention_point.tallies.counted_cells import CellKey
from attention_point.tallies.folding import check_counts
from attention_point.tallies.models import ClearTally, MonthTallies, PendingTallies
from attention_point.tallies.stored_counts import read_all_cells
from tests.support.counts import fold_everything

AUGUST, SEPTEMBER = date(2017, 8, 1), date(2017, 9, 1)
TABLE = "attentions-by-hour"


def key(cell: str, month: date = AUGUST, point: str = "bucaramanga") -> CellKey:
    """A cell of a monthly table."""
    return month, point, TABLE, cell


def add(database: Database, cells: dict[CellKey, int], times: int = 1) -> None:
    """Add the same cells in so many rows."""
    with database.write_session() as session:
        for _time in range(times):
            services.add_to_tallies(session, cells)


def count_waiting(database: Database) -> int:
    """How many rows wait."""
    with database.read_session() as session:
        return session.scalar(select(func.count()).select_from(PendingTallies)) or 0


def test_a_batch_is_folded_and_a_few_rows_of_today_wait(database: Database) -> None:
    add(database, {key("08"): 1, key("08", SEPTEMBER): 2}, folding.SMALLEST_BATCH)
    add(database, {key("09", point="giron"): 1}, folding.SMALLEST_BATCH - 1)
    assert folding.fold_due_tallies(database) == folding.SMALLEST_BATCH
    assert count_waiting(database) == folding.SMALLEST_BATCH - 1
    assert folding.fold_due_tallies(database) == 0
    # The day after, what is left of it is folded too.
    assert fold_everything(database) == folding.SMALLEST_BATCH - 1
    with database.read_session() as session:
        cells = read_all_cells(session)
        assert cells == {
            key("08"): folding.SMALLEST_BATCH,
            key("08", SEPTEMBER): 2 * folding.SMALLEST_BATCH,
            key("09", point="giron"): folding.SMALLEST_BATCH - 1,
        }
        assert session.scalar(select(func.count()).select_from(MonthTallies)) == 3


def test_more_rows_than_one_transaction_folds(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "LARGEST_BATCH", 7)
    add(database, {key("08"): 1}, 30)
    add(database, {key("08"): -30})
    add(database, {key("09"): 1})
    assert fold_everything(database) == 32
    with database.read_session() as session:
        assert read_all_cells(session) == {key("09"): 1}
    add(database, {key("09"): -1})
    fold_everything(database)
    with database.read_session() as session:
        # A month in which nothing is counted any more has no row.
        assert session.scalar(select(func.count()).select_from(MonthTallies)) == 0


def test_nobody_folds_while_somebody_recounts(database: Database) -> None:
    add(database, {key("08"): 1})
    with single_run_lock(database, folding.LOCK_NAME) as acquired:
        assert acquired
        assert fold_everything(database) == 0
    assert fold_everything(database) == 1


def test_a_rebuild_keeps_what_was_counted_since(database: Database) -> None:
    add(database, {key("08"): 1, key("10"): 7})
    fold_everything(database)
    add(database, {key("08"): 1})
    with database.read_session() as session:
        recounted_rows = services.list_pending_ids(session)
    add(database, {key("08"): 5, key("09"): 1})  # somebody registers while the recount runs
    with database.write_session() as session:
        services.rebuild_tallies(session, {key("08"): 2}, recounted_rows)
    with database.read_session() as session:
        assert read_all_cells(session) == {key("08"): 7, key("09"): 1}


def test_counts_of_an_earlier_version_are_sealed_and_their_rows_deleted(session: Session) -> None:
    services.add_to_tallies(session, {key("08"): 1})
    row = {"day": AUGUST, "point": "bucaramanga", "table": TABLE, "cell": "08", "count": 4}
    session.execute(insert(ClearTally), [row, {**row, "cell": "09", "count": 0}])
    folding.seal_clear_tallies(session)
    folding.seal_clear_tallies(session)
    assert read_all_cells(session) == {key("08"): 5}
    assert session.scalar(select(func.count()).select_from(ClearTally)) == 0


def test_a_month_that_does_not_open_stops_no_other_and_is_told(database: Database) -> None:
    add(database, {key("08"): 1, key("08", SEPTEMBER): 1})
    fold_everything(database)
    with database.write_session() as session:
        month = session.scalars(select(MonthTallies).where(MonthTallies.month == AUGUST)).one()
        month.sealed = month.sealed[:-1] + bytes([month.sealed[-1] ^ 1])
    add(database, {key("08"): 1, key("09", point="giron"): 1})
    assert fold_everything(database) == 1  # that of the other point
    with database.read_session() as session:
        assert read_all_cells(session) == {key("08"): 1, key("08", SEPTEMBER): 1, key("09", point="giron"): 1}
    (told,) = check_counts(database, None)  # type: ignore[arg-type]
    assert str(month.id) in told


def test_doctor_tells_of_counts_that_nobody_adds_up(database: Database) -> None:
    with clock.override_now(clock.now() - timedelta(days=4)):
        add(database, {key("08"): 1})
    assert len(list(check_counts(database, None))) == 1  # type: ignore[arg-type]
    fold_everything(database)
    assert list(check_counts(database, None)) == []  # type: ignore[arg-type]
