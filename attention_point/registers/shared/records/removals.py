"""Removes records, and brings them back within some days. Never commits."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.database import Database
from attention_point.foundation.errors import AppError, Conflict, Invalid, NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.registers.shared.models import Attachment, OrganisationRecord, RemovedRecord
from attention_point.registers.shared.records.queries import split_into_slices
from attention_point.registers.shared.records.services import CHANGED_MEANWHILE, lock_record
from attention_point.registers.shared.records.writing import delete_record_row, restore_record_row
from attention_point.registers.shared.schema.schema import Register, list_organisation_ids

RESTORING_DAYS = 30
"""For so many days a removed record can be brought back."""
MAX_SHOWN_REMOVALS = 100


def remove_record(session: Session, actor: Actor, register: Register, record_id: UUID, version: int) -> None:
    """Remove a record; its history stays. Raises NotFound, Conflict, AppError (other records need it)."""
    row = lock_record(session, register, record_id)
    if row.version != version:
        raise Conflict(_(CHANGED_MEANWHILE))
    # First the register's own rules: they may refuse, and then nothing is removed.
    register.before_removal(session, record_id, row.data)
    delete_record_row(session, actor, register, row)
    journal.record(session, actor, f"{register.name}.remove", register.name, record_id)


def list_removed_records(session: Session, register: Register) -> Sequence[RemovedRecord]:
    """List the records of a register that can be brought back, the latest removed first."""
    statement = select(RemovedRecord).where(
        RemovedRecord.register == register.name, RemovedRecord.removed_at >= _find_earliest_moment()
    )
    order = RemovedRecord.removed_at.desc(), RemovedRecord.record
    return session.scalars(statement.order_by(*order).limit(MAX_SHOWN_REMOVALS)).all()


def find_removed_record(session: Session, register: Register, record_id: UUID) -> RemovedRecord | None:
    """Find a removed record of a register that can be brought back."""
    removed = session.get(RemovedRecord, record_id)
    if removed is None or removed.register != register.name or removed.removed_at < _find_earliest_moment():
        return None
    return removed


def restore_record(session: Session, actor: Actor, register: Register, record_id: UUID) -> None:
    """Bring a removed record back as it was, with its files.

    Raises NotFound (nothing was removed under this id, or too long ago) and AppError (it cannot stand beside what was
    written since).
    """
    removed = find_removed_record(session, register, record_id)
    if removed is None:
        raise NotFound(_("This record can no longer be brought back."))
    named_ids = {UUID(organisation_id) for organisation_id in list_organisation_ids(register, removed.data)}
    for id_slice in split_into_slices(named_ids):
        named_ids -= set(session.scalars(select(OrganisationRecord.id).where(OrganisationRecord.id.in_(id_slice))))
    if named_ids:
        raise AppError(_("An organisation that this record names was removed too. Bring the organisation back first."))
    try:
        restore_record_row(session, actor, register, removed)
    except Invalid as refusal:
        reasons = " ".join(error.message for error in refusal.field_errors)
        raise AppError(_("This record cannot be brought back. %(reasons)s", reasons=reasons)) from None
    journal.record(session, actor, f"{register.name}.restore", register.name, record_id)


def delete_old_removals(database: Database, _settings: Settings, _period: str) -> None:
    """Delete what can no longer be brought back, with its files' rows: the job ``removed-records``."""
    with database.write_session() as session:
        expired = RemovedRecord.removed_at < _find_earliest_moment()
        # The bytes go with ``delete_unknown_files``.
        session.execute(delete(Attachment).where(Attachment.record.in_(select(RemovedRecord.record).where(expired))))
        session.execute(delete(RemovedRecord).where(expired))


def _find_earliest_moment() -> datetime:
    return clock.now() - timedelta(days=RESTORING_DAYS)
