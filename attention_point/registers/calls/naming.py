"""How the journal names a bulletin: by the Monday of its week."""

from collections.abc import Collection

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import RecordName, uuids_of
from attention_point.foundation.language import format_date
from attention_point.registers.calls.models import Bulletin
from attention_point.registers.calls.rules import monday_of


def name_bulletins(session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    """Bulletins by their ids; a link to who may see calls."""
    rows = session.execute(select(Bulletin.id, Bulletin.week).where(Bulletin.id.in_(uuids_of(ids))))
    may = reader.may("calls.view")
    return {
        str(key): RecordName(
            format_date(monday_of(week), "long"), url_for("calls.bulletin", record=key) if may else None
        )
        for key, week in rows
    }
