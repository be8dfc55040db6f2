"""The names of turns and desks for the journal, which holds only their ids."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation.access import Actor
from attention_point.foundation.journal.naming import RecordName, RecordNaming, parse_uuids
from attention_point.turns.models import Desk, Turn


def _list_turn_names(session: Session, _reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    rows = session.execute(select(Turn.id, Turn.code).where(Turn.id.in_(parse_uuids(ids))))
    return {str(turn_id): RecordName(code) for turn_id, code in rows}


def _list_desk_names(session: Session, _reader: Actor, ids: Collection[str]) -> dict[str, RecordName]:
    rows = session.execute(select(Desk.id, Desk.name).where(Desk.id.in_(parse_uuids(ids))))
    return {str(desk_id): RecordName(name) for desk_id, name in rows}


NAMING = RecordNaming({"turn": _list_turn_names, "desk": _list_desk_names})
