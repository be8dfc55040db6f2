"""Stores again what an older copy of the database has forgotten of what people took back, and keeps the list complete.

A backup is older than what was taken back since: an entity would read again what it may not.
"""

from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import SYSTEM
from attention_point.foundation.database import Database
from attention_point.foundation.private_files import UNREADABLE_REVOCATIONS_FILE
from attention_point.people import queries
from attention_point.people.claim_marks import revocation_list, stored_marks
from attention_point.people.claim_marks.revocation_list import Revocations
from attention_point.people.claim_marks.revocations import KIND
from attention_point.people.models import RightsMark


def keep_revocations(database: Database, path: Path) -> int:
    """Store again what an older copy of the database has forgotten, and write the file anew.

    Returns how many revocations were stored again. Raises OSError; then the file is as it was.
    """
    # The list is not held here: whoever commits a revocation waits for it, and others wait for that one.
    listed, unreadable_lines = revocation_list.read_list(path, database.info["vault"])
    with database.read_session() as session:
        stored = _find_stored(session)
        remaining, known = _find_remaining(session, listed, stored)
    forgotten = {key: content for key, content in remaining.items() if key[1] in known}
    if forgotten:
        with database.write_session() as session:
            for (request_id, person), content in forgotten.items():
                stored_marks.store_mark(session, request_id, person, content)
            journal.record(session, SYSTEM, "rights.revoke-again", "rights-mark", None, changed=len(forgotten))
    if listed or stored or unreadable_lines:
        _write_anew(database, path)
    return len(forgotten)


def count_unreadable(path: Path) -> int:
    """How many lines of the list do not open and stand in a file of their own."""
    return len(revocation_list.read_lines(path.with_name(UNREADABLE_REVOCATIONS_FILE)))


def _write_anew(database: Database, path: Path) -> None:
    vault = database.info["vault"]
    with revocation_list.hold_list(path):
        # Read again: what was added since must not be lost.
        listed, unreadable_lines = revocation_list.read_list(path, vault)
        with database.read_session() as session:
            stored = _find_stored(session)
            remaining, _known = _find_remaining(session, listed, stored)
        revocation_list.write_list(path, vault, {**remaining, **stored}, unreadable_lines)


def _find_stored(session: Session) -> Revocations:
    rows = session.scalars(select(RightsMark).order_by(RightsMark.id)).all()
    return {
        (row.request_id, UUID(content["person"])): content
        for row, content in stored_marks.open_marks(session, rows)
        if content["kind"] == KIND
    }


def _find_remaining(session: Session, listed: Revocations, stored: Revocations) -> tuple[Revocations, set[UUID]]:
    """What is listed and not stored, without the people who were erased; and who of the others is in the database."""
    missing = {key: content for key, content in listed.items() if key not in stored}
    keys = {row.id: row.wrapped_key for row in queries.list_sealed_people(session, {key[1] for key in missing})}
    # Of somebody whom the copy does not know yet the line is kept: a newer copy may be restored after this one.
    remaining = {key: content for key, content in missing.items() if keys.get(key[1], b"unknown") is not None}
    return remaining, set(keys)
