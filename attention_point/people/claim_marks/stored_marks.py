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
from attention_point.people import merging
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
    # Claims and revocations share the table, so that no row tells which it is: they are opened to be told apart.
    ids = [row.id for row, content in open_marks(session, rows) if content["kind"] == kind]
    session.execute(delete(RightsMark).where(RightsMark.id.in_(ids)))


def find_marks_of_people(session: Session, people: Iterable[UUID], kind: str) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """The marks of one kind of some people, the oldest first: the person that was asked for, and what the mark says.

    The mark of one record is that of every record of the same person. A mark whose tag was moved to somebody else is
    damage: what it holds must name a person by whom it was found.
    """
    people = set(people)
    linked = merging.map_linked(session, people)
    # Whoever has a mark, and for whom of those asked for it counts.
    readers: dict[UUID, list[UUID]] = {}
    for person in sorted(people):
        for record in linked.get(person, (person,)):
            readers.setdefault(record, []).append(person)
    owners_by_tag = {tag: record for record in readers for tag in _build_search_tags(session, record)}
    if not owners_by_tag:
        return
    query = select(RightsMark).where(RightsMark.tag.in_(owners_by_tag)).order_by(RightsMark.id)
    for row, content in open_marks(session, session.scalars(query).all()):
        owner = owners_by_tag[row.tag]
        if content["person"] != owner.hex:
            note_damage(session, VaultError(SEALING_PURPOSE, row.id))
        elif content["kind"] == kind:
            for person in readers[owner]:
                yield person, content


def _build_search_tags(session: Session, person: UUID) -> list[bytes]:
    # Also those of earlier versions of the index key: while it rotates, marks stand under both.
    return get_vault(session).index_tags(TAG_FIELD, person.hex)


def list_marked_people(session: Session, kind: str) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Everybody with a mark of one kind: the person, and what the mark says."""
    rows = session.scalars(select(RightsMark).order_by(RightsMark.id)).all()
    for _row, content in open_marks(session, rows):
        if content["kind"] == kind:
            yield UUID(content["person"]), content


def erase_marks(session: Session, people: Iterable[UUID]) -> int:
    """Delete every mark of some people, and return how many there were."""
    # By their tags and unopened: a mark that is damaged goes as well.
    tags = [tag for person in people for tag in _build_search_tags(session, person)]
    ids = session.scalars(select(RightsMark.id).where(RightsMark.tag.in_(tags))).all()
    session.execute(delete(RightsMark).where(RightsMark.id.in_(ids)))
    return len(ids)


def read_marked_person(session: Session, row_id: UUID, sealed: bytes) -> str:
    """The hexadecimal id of the person of a sealed mark. Raises VaultError."""
    content: dict[str, str] = json.loads(get_vault(session).open(SEALING_PURPOSE, row_id, sealed))
    return content["person"]


def open_marks(session: Session, rows: Iterable[RightsMark]) -> Iterator[tuple[RightsMark, dict[str, Any]]]:
    """Open rows; one that does not open is noted as damage and left out."""
    vault = get_vault(session)
    for row in rows:
        try:
            yield row, json.loads(vault.open(SEALING_PURPOSE, row.id, row.sealed))
        except VaultError as error:
            note_damage(session, error)
