"""Uploaded spreadsheets: their rows are stored until somebody confirms them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, delete, or_
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.errors import NotFound
from attention_point.foundation.language import gettext as _
from attention_point.foundation.settings import Settings
from attention_point.registers.shared.models import StoredImport
from attention_point.registers.shared.schema.schema import REGISTERS_BY_NAME, Register
from attention_point.registers.shared.spreadsheets.spreadsheet_columns import check_column_keys, find_column_keys
from attention_point.registers.shared.spreadsheets.spreadsheet_reader import NumberedRow, read_spreadsheet

UPLOAD_LIFETIME = timedelta(days=1)
"""An upload that nobody confirms is deleted by the first upload after this time."""


def read_rows(register: Register, name: str, content: bytes) -> tuple[list[str], list[NumberedRow]]:
    """Read a file's columns, as keys of the register, and its rows. Raises Invalid."""
    required_keys = {register_field.key for register_field in register.fields if register_field.required}
    labels, rows = read_spreadsheet(
        name, content, lambda row_labels: required_keys <= set(find_column_keys(register, row_labels))
    )
    columns = find_column_keys(register, labels)
    check_column_keys(register, columns)
    return columns, rows


def read_rows_of_register(
    _session: Session, _settings: Settings, register_name: str, name: str, content: bytes
) -> tuple[list[str], list[NumberedRow]]:
    """Read a file as ``read_rows`` does, in the worker: a file may need more memory than the whole server has."""
    return read_rows(REGISTERS_BY_NAME[register_name], name, content)


def store_upload(
    session: Session, actor: Actor, register: Register, columns: Sequence[str], rows: Sequence[NumberedRow]
) -> UUID:
    """Store a file's rows until they are confirmed; they replace the account's earlier file."""
    own_upload = and_(StoredImport.account == actor.journal_label, StoredImport.register == register.name)
    session.execute(delete(StoredImport).where(or_(own_upload, StoredImport.at < clock.now() - UPLOAD_LIFETIME)))
    upload = StoredImport(
        register=register.name,
        account=actor.journal_label,
        at=clock.now(),
        columns=list(columns),
        rows=list(rows),
        refusals={},
    )
    session.add(upload)
    session.flush()
    return upload.id


def get_upload(session: Session, actor: Actor, register: Register, import_id: UUID) -> StoredImport:
    """Get an upload of this account for this register. Raises NotFound, also for another account's."""
    upload = session.get(StoredImport, import_id)
    if upload is None or (upload.account, upload.register) != (actor.journal_label, register.name):
        raise NotFound(_("Import not found. Upload the spreadsheet again."))
    return upload
