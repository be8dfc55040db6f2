"""Names of bulletins for the journal's page: the Monday of their week."""

from collections.abc import Collection

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import RecordName, parse_uuids
from attention_point.foundation.language import format_date
from attention_point.registers.calls.models import Bulletin
from attention_point.registers.calls.rules import parse_monday


def name_bulletins(session: Session, reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    """Name bulletins by their ids; only a reader who may see calls gets the link."""
    rows = session.execute(select(Bulletin.id, Bulletin.week).where(Bulletin.id.in_(parse_uuids(ids))))
    # The week is no secret; the bulletin itself is.
    may_view = reader.may("calls.view")
    return {
        str(key): RecordName(
            format_date(parse_monday(week), "long"), url_for("calls.show_bulletin", record=key) if may_view else None
        )
        for key, week in rows
    }
