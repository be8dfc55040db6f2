"""The names of captures for the journal: when each was written down, and nothing of what it holds."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import clock
from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import RecordName, RecordNaming, parse_uuids
from attention_point.foundation.language import format_datetime
from attention_point.sync.models import Capture


def _list_capture_names(session: Session, _reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    rows = session.execute(select(Capture.id, Capture.captured_at).where(Capture.id.in_(parse_uuids(ids))))
    return {str(row_id): RecordName(format_datetime(clock.to_local_time(moment))) for row_id, moment in rows}


NAMING = RecordNaming({"capture": _list_capture_names})
