"""Storing marks: found by a keyed tag of the person, sealed under the keyring, all of one size."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database import new_id
from attention_point.foundation.vault import VaultError, get_vault
from attention_point.people.models import RightsMark

SEALING_PURPOSE = "rights-mark"
TAG_FIELD = "rights-mark"
_PADDED_BYTES = 1024  # one size for all, so that a row does not tell by its length what it says


def store_mark(session: Session, request_id: UUID, person: UUID, content: Mapping[str, Any]) -> None:
    """Store a mark of a person, with the request from which it comes."""
    vault, row_id = get_vault(session), new_id()
    text = json.dumps({**content, "person": person.hex}, separators=(",", ":"))
    session.execute(
        insert(RightsMark).values(
            id=row_id,
            request_id=request_id,
            tag=vault.index_tag(TAG_FIELD, person.hex),
            index_version=vault.index_version,
            sealed=vault.seal(SEALING_PURPOSE, row_id, text.ljust(_PADDED_BYTES).encode()),
        )
    )


def delete_mark(session: Session, request_id: UUID, kind: str) -> None:
    """Delete the marks of one kind that come from a request."""
    rows = session.scalars(select(RightsMark).where(RightsMark.request_id == request_id)).all()
    ids = [row.id for row, content in open_marks(session, rows) if content["kind"] == kind]
    session.execute(delete(RightsMark).where(RightsMark.id.in_(ids)))


def find_marks_of_people(session: Session, people: Iterable[UUID], kind: str) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """The marks of one kind of some people, the oldest first: the person, and what the mark says.

    A mark whose tag was moved to somebody else is damage: what it holds must name the person by whom it was found.
    """
    vault = get_vault(session)
    people_by_tag = {vault.index_tag(TAG_FIELD, person.hex): person for person in people}
    if not people_by_tag:
        return
    query = select(RightsMark).where(RightsMark.tag.in_(people_by_tag)).order_by(RightsMark.id)
    for row, content in open_marks(session, session.scalars(query).all()):
        person = people_by_tag[row.tag]
        if content["person"] != person.hex:
            note_damage(session, VaultError(SEALING_PURPOSE, row.id))
        elif content["kind"] == kind:
            yield person, content


def list_marked_people(session: Session, kind: str) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Everybody with a mark of one kind: the person, and what the mark says."""
    rows = session.scalars(select(RightsMark).order_by(RightsMark.id)).all()
    for _row, content in open_marks(session, rows):
        if content["kind"] == kind:
            yield UUID(content["person"]), content


def erase_marks(session: Session, people: Iterable[UUID]) -> int:
    """Delete every mark of some people, and return how many there were."""
    vault = get_vault(session)
    tags = [vault.index_tag(TAG_FIELD, person.hex) for person in people]
    ids = session.scalars(select(RightsMark.id).where(RightsMark.tag.in_(tags))).all()
    session.execute(delete(RightsMark).where(RightsMark.id.in_(ids)))
    return len(ids)


def open_marks(session: Session, rows: Iterable[RightsMark]) -> Iterator[tuple[RightsMark, dict[str, Any]]]:
    """Open rows; one that does not open is noted as damage and left out."""
    vault = get_vault(session)
    for row in rows:
        try:
            yield row, json.loads(vault.open(SEALING_PURPOSE, row.id, row.sealed))
        except VaultError as error:
            note_damage(session, error)
