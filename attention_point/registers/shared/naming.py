"""Names of registers' records for the journal's page; only a reader who may open a record sees its name."""

from collections.abc import Collection
from functools import partial

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import RecordName, RecordNaming, parse_uuids
from attention_point.registers.shared.schema.schema import Register


def build_naming(*registers: Register) -> RecordNaming:
    """Build the naming of some registers: the names of their records and of their fields."""
    return RecordNaming(
        {register.name: partial(_name_records, register) for register in registers},
        {register.name: {field.key: field.label for field in register.fields} for register in registers},
    )


def _name_records(register: Register, session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    # The journal is read by auditors too; a record's name is shown only to those who may open the record.
    if not reader.may(register.permission_for("view")):
        return {}
    model = register.model
    # A deleted record has no row any more; the journal then shows its id.
    rows = session.execute(select(model.id, model.name).where(model.id.in_(parse_uuids(ids))))
    return {str(key): RecordName(name, url_for(f"{register.name}.show_record", record=key)) for key, name in rows}
