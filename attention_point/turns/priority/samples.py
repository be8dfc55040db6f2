"""Sealed samples of the turns of past days, on which a policy is simulated.

A sample says when a turn arrived (a span of five minutes), whether it was preferential, and how long its attention
took; never which turn it was, nor why it was preferential. When the day closes, arrivals and attentions are sorted
apart, so that not even whoever opens the samples finds a turn by the length of its attention. They are kept for a year.
Decision 38 says what this still tells.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from struct import Struct
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import VaultError
from attention_point.foundation.vault import get_vault
from attention_point.turns.priority.models import TurnSamples

SEALING_PURPOSE = "turn_samples"
SLOT_MINUTES = 5
NOT_SERVED = 255
RETENTION = timedelta(days=366)
# Every sample takes as many bytes, so that the size of a row tells only how many it holds.
_FORMAT = Struct(">HBB")


class TurnSample(NamedTuple):
    """``slot`` counts spans of ``SLOT_MINUTES`` from midnight; ``service_minutes`` may be ``NOT_SERVED``."""

    slot: int
    preferential: bool
    service_minutes: int


def build_sample(arrival_minute: float, *, preferential: bool, service_minutes: float | None) -> TurnSample:
    """Build the sample of a turn that arrived in a minute of the day; None where nobody attended it."""
    service = NOT_SERVED if service_minutes is None else min(max(round(service_minutes), 0), NOT_SERVED - 1)
    return TurnSample(int(arrival_minute // SLOT_MINUTES), preferential, service)


def keep_sample(session: Session, point: str, day: date, sample: TurnSample) -> None:
    """Keep the sample of one turn that ends."""
    _add_row(session, point, day, [sample])


def merge_samples(session: Session, point: str, day: date) -> None:
    """Put the samples of a day that closes into one sorted row, and delete those that are too old."""
    # Whoever closes a day deletes what is too old: a job of its own would be one more that can stand still.
    session.execute(delete(TurnSamples).where(TurnSamples.point == point, TurnSamples.day < day - RETENTION))
    # Locked, or two jobs that close the day at once would both write what both have read.
    rows = _select_rows(session, point, day, lock=True)
    if len(rows) < 2:
        return
    # A row that does not open stays as it is: it may open again under another keyring.
    opened = {row.id: samples for row in rows if (samples := _open_row(session, row)) is not None}
    samples = [sample for row_samples in opened.values() for sample in row_samples]
    # Sorted, they say nothing of the order in which the turns ended, by which each could be found.
    arrivals = sorted((sample.slot, sample.preferential) for sample in samples)
    services = sorted(sample.service_minutes for sample in samples)
    session.execute(delete(TurnSamples).where(TurnSamples.id.in_(opened)))
    if samples:
        merged = [TurnSample(*arrival, service) for arrival, service in zip(arrivals, services, strict=True)]
        _add_row(session, point, day, merged)


def read_samples(session: Session, point: str, day: date) -> list[TurnSample]:
    """Open the samples of a day, in no order that means anything. What does not open is noted and left out."""
    rows = _select_rows(session, point, day)
    return sorted(sample for row in rows for sample in _open_row(session, row) or ())


def list_sampled_days(session: Session, point: str, limit: int) -> Sequence[date]:
    """List the latest days of a point that have samples, the latest first."""
    query = select(TurnSamples.day).where(TurnSamples.point == point).distinct()
    return session.scalars(query.order_by(TurnSamples.day.desc()).limit(limit)).all()


def list_unmerged_days(session: Session, last_day: date) -> list[tuple[str, date]]:
    """List points and days up to a day whose samples stand in several rows."""
    query = select(TurnSamples.point, TurnSamples.day).where(TurnSamples.day <= last_day)
    query = query.group_by(TurnSamples.point, TurnSamples.day).having(func.count() > 1)
    return [(point, day) for point, day in session.execute(query.order_by(TurnSamples.point, TurnSamples.day))]


def _select_rows(session: Session, point: str, day: date, *, lock: bool = False) -> Sequence[TurnSamples]:
    query = select(TurnSamples).where(TurnSamples.point == point, TurnSamples.day == day)
    return session.scalars(query.with_for_update() if lock else query).all()


def _open_row(session: Session, row: TurnSamples) -> list[TurnSample] | None:
    try:
        content = get_vault(session).open(SEALING_PURPOSE, row.id, row.sealed)
    except VaultError as error:
        note_damage(session, error)
        return None
    return [TurnSample(slot, bool(flag), service) for slot, flag, service in _FORMAT.iter_unpack(content)]


def _add_row(session: Session, point: str, day: date, samples: Iterable[TurnSample]) -> None:
    # No UUIDv7: its time would be the moment at which a turn ended.
    row_id = uuid4()
    content = b"".join(_FORMAT.pack(*sample) for sample in samples)
    sealed = get_vault(session).seal(SEALING_PURPOSE, row_id, content)
    session.add(TurnSamples(id=row_id, point=point, day=day, sealed=sealed))
    session.flush()
