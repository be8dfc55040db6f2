"""How the journal names the records of registers: by their name, to who may open them."""

from collections.abc import Collection
from functools import partial

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import Naming, RecordName, uuids_of
from attention_point.registers.shared.describe import Register


def naming_of(*registers: Register) -> Naming:
    """What a room's registers offer the journal."""
    return Naming(
        {register.name: partial(_name_records, register) for register in registers},
        {register.name: {field.key: field.label for field in register.fields} for register in registers},
    )


def _name_records(register: Register, session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    if not reader.may(register.may("view")):
        return {}
    model = register.model
    rows = session.execute(select(model.id, model.name).where(model.id.in_(uuids_of(ids))))
    return {str(key): RecordName(name, url_for(f"{register.name}.record", record=key)) for key, name in rows}
