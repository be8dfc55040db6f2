"""The counts of erased visits, kept so that a recount gives the same figures as before the erasure.

They say how many, never who: the cells of all erased people of a month are added up in one sealed row.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.dates import first_of_month
from attention_point.foundation.database import get_dialect
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.database.upserts import build_insert
from attention_point.foundation.vault import get_vault
from attention_point.intake import recount
from attention_point.intake.erasure.models import ErasedCount
from attention_point.referrals import queries as referral_queries
from attention_point.referrals.decrypted_referrals import DecryptedReferral
from attention_point.referrals.models import Referral
from attention_point.tallies.counted_cells import CellKey, build_cells_of_facts

SEALING_PURPOSE = "erased_count"
_SMALLEST_SIZE = 4096  # bytes


def count_people(session: Session, person_ids: Sequence[UUID]) -> Counter[CellKey]:
    """What people count by their visits and referrals, before they are erased. What does not open counts nothing."""
    cells: Counter[CellKey] = Counter()
    for visit_facts in recount.recount_people(session, person_ids):
        cells.update(build_cells_of_facts(visit_facts))
    referral_ids = session.scalars(select(Referral.id).where(Referral.person_id.in_(person_ids))).all()
    for referral in referral_queries.list_referrals_by_ids(session, list(referral_ids)):
        if isinstance(referral, DecryptedReferral) and referral.is_counted:
            cells.update(build_cells_of_facts(referral.facts))
    return cells


def keep_cells(session: Session, cells: Mapping[CellKey, int]) -> None:
    """Add cells to those that are kept of erased visits."""
    cells_by_month: dict[date, Counter[CellKey]] = defaultdict(Counter)
    for key, count in cells.items():
        cells_by_month[first_of_month(key[0])][key] += count
    # In order, so that two erasures never wait for each other.
    for month in sorted(cells_by_month):
        lock_for_transaction(session, f"erased-count {month.isoformat()}".encode())
        kept_cells = read_kept_cells(session, month)
        kept_cells.update(cells_by_month[month])
        row_id = build_row_id(month)
        sealed = get_vault(session).seal(SEALING_PURPOSE, row_id, _encode_cells(kept_cells))
        statement = build_insert(get_dialect(session).name, ErasedCount).values(id=row_id, sealed=sealed)
        session.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"sealed": sealed}))


def read_kept_cells(session: Session, month: date | None = None) -> Counter[CellKey]:
    """The cells that are kept of erased visits: of one month by its first day, or of all. Raises VaultError."""
    query = select(ErasedCount.id, ErasedCount.sealed)
    if month is not None:
        query = query.where(ErasedCount.id == build_row_id(month))
    cells: Counter[CellKey] = Counter()
    for row in session.execute(query):
        content = get_vault(session).open(SEALING_PURPOSE, row.id, row.sealed)
        for day, point, table, cell, count in json.loads(content):
            cells[(date.fromisoformat(day), point, table, cell)] += count
    return cells


def build_row_id(month: date) -> UUID:
    """The id of the row of a month: the number of its first day since the year 1."""
    return UUID(int=month.toordinal())


def _encode_cells(cells: Mapping[CellKey, int]) -> bytes:
    # Sorted: the order must not tell which cells came last.
    content = to_json([[*key, count] for key, count in sorted(cells.items()) if count])
    # JSON may end in spaces. A power of two, so that the size tells little of what was added.
    return content.ljust(max(_SMALLEST_SIZE, 1 << (len(content) - 1).bit_length()))
