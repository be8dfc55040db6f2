"""References that are taken from the counter for tablets without network, each given to one visit at most."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from attention_point.directory import queries as directory_queries
from attention_point.foundation import clock
from attention_point.foundation.language import N_
from attention_point.intake.draft import StoredWarning
from attention_point.intake.models import ReservedReference
from attention_point.intake.records.visit_storage import take_next_references

# A tablet fills its block up whenever it has network. Numbers that are never used leave gaps in the counter, and a
# larger block leaves more.
BLOCK_SIZE = 20
# Nobody prints a slip with a number of last year: the year stands in it.
_LIFETIME = timedelta(days=60)
# Stored with visits: the id of the message stays.
LOST_REFERENCE: StoredWarning = (
    "",
    N_("The slip that was printed without network bears another reference. Give the person this one."),
    {},
)


@dataclass(frozen=True, slots=True)
class OfflineCapture:
    """What a visit brings that was written down without network.

    ``references``: the reserved reference on the slip, by the id of its draft; a visit whose reference is no longer
    free gets another. ``warnings`` are those of the capture. ``device_id`` and ``user_id`` say for whom the reference
    must have been reserved; None does not ask.
    """

    references: Mapping[UUID, str]
    warnings: Sequence[StoredWarning] = ()
    device_id: UUID | None = None
    user_id: UUID | None = None


NO_CAPTURE = OfflineCapture({})


def reserve_references(session: Session, point: str, device_id: UUID, user_id: UUID) -> list[str]:
    """The unused references of an account on a device, filled up to a block of this year's numbers."""
    now = clock.now()
    year = clock.local_day(now).year
    point_row = directory_queries.find_point(session, point)
    if point_row is None:
        return []
    prefix = f"{point_row.prefix}-{year}-"
    own_rows = select(ReservedReference.reference).where(
        ReservedReference.device_id == device_id,
        ReservedReference.user_id == user_id,
        ReservedReference.used_at.is_(None),
        ReservedReference.reserved_at > now - _LIFETIME,
    )
    # Locked: a visit that uses one of them at this moment comes before or after.
    unused = [text for text in session.scalars(own_rows.with_for_update()) if text.startswith(prefix)]
    new = take_next_references(session, point, year, point_row.prefix, BLOCK_SIZE - len(unused))
    session.add_all(
        ReservedReference(reference=text, point=point, device_id=device_id, user_id=user_id, reserved_at=now)
        for text in new
    )
    session.flush()
    return sorted([*unused, *new])


def claim_references(
    session: Session, points: Mapping[UUID, str], capture: OfflineCapture, now: datetime
) -> tuple[dict[UUID, str], set[UUID]]:
    """The reserved references of new visits, and the visits whose reserved reference was not free.

    ``points`` has the point of each visit. Whoever gets no reference here takes one of the counter
    (``take_references``).
    """
    printed_references = {
        draft_id: reference for draft_id, reference in capture.references.items() if draft_id in points
    }
    # In one order, so that nobody waits for ever.
    claimed_references = {
        draft_id: reference
        for draft_id, reference in sorted(printed_references.items(), key=lambda item: item[1])
        if _claim_reference(session, reference, points[draft_id], capture, now)
    }
    return claimed_references, printed_references.keys() - claimed_references.keys()


def _claim_reference(session: Session, reference: str, point: str, capture: OfflineCapture, now: datetime) -> bool:
    unused = [
        ReservedReference.reference == reference,
        ReservedReference.point == point,
        ReservedReference.used_at.is_(None),
    ]
    # A number that is on somebody's slip must not lead to another person, whatever a device or a form says.
    if capture.device_id:
        unused.append(ReservedReference.device_id == capture.device_id)
    if capture.user_id:
        unused.append(ReservedReference.user_id == capture.user_id)
    # The condition and the change in one statement: of two visits with the same printed number one gets it.
    claimed = update(ReservedReference).where(*unused).values(used_at=now).returning(ReservedReference.reference)
    return session.execute(claimed).first() is not None


def count_unused_references(session: Session, device_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many reserved references no visit has got, by device; a device without any is left out."""
    unused = (ReservedReference.used_at.is_(None), ReservedReference.device_id.in_(list(device_ids)))
    query = select(ReservedReference.device_id, func.count()).where(*unused).group_by(ReservedReference.device_id)
    return {device_id: count for device_id, count in session.execute(query)}
