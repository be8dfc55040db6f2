"""Reading people: rows and tags, still sealed, and the keys under which other rooms' rows are sealed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select, union, union_all
from sqlalchemy.orm import Session

from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.database import PreparedStatement
from attention_point.foundation.vault import PersonKey, VaultError, WrappedKey, get_vault
from attention_point.people import rules
from attention_point.people.models import Person, PersonTag

Tag = tuple[int, bytes]
# Stored with each tag: these numbers never change.
TAG_KINDS = {"document": 1, "surname_year": 2, "surname_given": 3, "full_name": 5, "surnames": 6, "phone": 7}
# Maximum number of people of one key where the tags alone say who is meant.
MAXIMUM_CANDIDATES = 50

PERSON_ROWS = select(Person.id, Person.key_version, Person.wrapped_key, Person.sealed, Person.version, Person.counted)
_PEOPLE_BY_IDS = PERSON_ROWS.where(Person.id.in_(bindparam("ids", expanding=True)))
_PERSON_BY_ID = PreparedStatement(
    select(Person.key_version, Person.wrapped_key, Person.sealed, Person.version, Person.counted).where(
        Person.id == bindparam("person")
    )
)
_PEOPLE_BY_TAG = PreparedStatement(
    select(PersonTag.person_id)
    .where(PersonTag.kind == bindparam("kind"), PersonTag.tag == bindparam("tag"))
    .limit(MAXIMUM_CANDIDATES)
)
_KEYS_OF_PEOPLE = select(Person.id, Person.key_version, Person.wrapped_key).where(
    Person.id.in_(bindparam("ids", expanding=True)), Person.erased_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class SealedPerson:
    """A person's row as stored."""

    id: UUID
    key_version: int
    wrapped_key: bytes | None
    sealed: bytes | None
    version: int
    counted: bytes | None


def find_sealed_person(session: Session, person: UUID) -> SealedPerson | None:
    """One row, or None."""
    rows = _PERSON_BY_ID.execute(session, {"person": person})
    return SealedPerson(person, *rows[0]) if rows else None


def list_sealed_people(session: Session, people: Iterable[UUID]) -> list[SealedPerson]:
    """The rows of several people."""
    ids = list(people)
    rows = session.connection().execute(_PEOPLE_BY_IDS, {"ids": ids}).all() if ids else ()
    return [SealedPerson(*row) for row in rows]


def count_people(session: Session) -> int:
    """How many people are on file; the erased do not count."""
    return session.scalar(select(func.count()).select_from(Person).where(Person.erased_at.is_(None))) or 0


def list_sealed_after(session: Session, person: UUID | None, size: int) -> list[SealedPerson]:
    """The next rows in the order of ids after a person; None begins with the first. The erased are left out."""
    query = PERSON_ROWS.where(Person.erased_at.is_(None)).order_by(Person.id).limit(size)
    if person is not None:
        query = query.where(Person.id > person)
    return [SealedPerson(*row) for row in session.connection().execute(query)]


def list_versions_since(session: Session, moment: datetime) -> dict[UUID, int]:
    """The versions of people who were added or changed since a moment, by id; the erased are left out."""
    # By the id too, which holds the time on the machine's clock: what a demonstration invents was changed in the past.
    first_id = UUID(int=int(moment.timestamp() * 1000) << 80)
    changed_people = union(
        select(Person.id).where(Person.updated_at >= moment), select(Person.id).where(Person.id >= first_id)
    )
    query = select(Person.id, Person.version).where(Person.erased_at.is_(None), Person.id.in_(changed_people))
    return {row.id: row.version for row in session.connection().execute(query)}


def is_anybody_erased_since(session: Session, moment: datetime) -> bool:
    """Whether somebody was erased at a moment or later."""
    query = select(Person.id).where(Person.updated_at >= moment, Person.erased_at.is_not(None)).limit(1)
    return session.connection().execute(query).first() is not None


def list_sealed_batches(session: Session, size: int) -> Iterator[list[SealedPerson]]:
    """The rows of all people who are not erased, in batches by id."""
    query = PERSON_ROWS.where(Person.erased_at.is_(None)).order_by(Person.id).limit(size)
    rows = session.execute(query).all()
    while rows:
        yield [SealedPerson(*row) for row in rows]
        rows = session.execute(query.where(Person.id > rows[-1].id)).all()


def list_id_batches(session: Session, size: int) -> Iterator[list[UUID]]:
    """The ids of all people who are not erased, in order, in batches."""
    query = select(Person.id).where(Person.erased_at.is_(None)).order_by(Person.id).limit(size)
    people = list(session.scalars(query))
    while people:
        yield people
        people = list(session.scalars(query.where(Person.id > people[-1])))


@cache
def load_document_types() -> Mapping[str, rules.DocumentType]:
    """The facts of the document types, by code."""
    return rules.build_document_types(get_code_list("document_types"))


def build_tags(session: Session, keys: Iterable[tuple[str, str]]) -> list[Tag]:
    """The keyed tags to store for search keys: without the keyring nobody can tell which name a tag stands for."""
    vault = get_vault(session)
    return [(TAG_KINDS[kind], vault.index_tag(kind, value)) for kind, value in keys]


def build_search_tags(session: Session, keys: Iterable[tuple[str, str]]) -> list[Tag]:
    """The tags to look for: those of every version held of the index key, of which somebody carries one."""
    vault = get_vault(session)
    return [(TAG_KINDS[kind], tag) for kind, value in keys for tag in vault.index_tags(kind, value)]


def list_people_by_tags(session: Session, tags: Iterable[Tag]) -> list[UUID]:
    """Ids of people who carry any of the tags, at most ``MAXIMUM_CANDIDATES`` for each tag."""
    person_ids: dict[UUID, None] = {}
    for kind, tag in tags:
        for (person,) in _PEOPLE_BY_TAG.execute(session, {"kind": kind, "tag": tag}):
            person_ids[person] = None
    return list(person_ids)


def rank_people_by_tags(
    session: Session,
    tags: Iterable[Tag],
    size: int,
    build_condition: Callable[[ColumnElement[UUID]], ColumnElement[bool]] | None = None,
) -> list[UUID]:
    """Ids of the people who carry any of the tags, at most ``size``: whoever carries most of them comes first.

    ``build_condition`` gets the column of the ids and says which of the people count.
    """
    tags_by_kind: dict[int, list[bytes]] = {}
    for kind, tag in tags:
        tags_by_kind.setdefault(kind, []).append(tag)
    if not tags_by_kind:
        return []
    query, person_id = _build_ranking(tuple(sorted(tags_by_kind)))
    if build_condition:
        query = query.where(build_condition(person_id))
    values = {f"tags_{kind}": kind_tags for kind, kind_tags in tags_by_kind.items()}
    return list(session.connection().execute(query, {**values, "size": size}).scalars())


# A search has a few sets of kinds. Building the statement anew took as long as asking the database.
@cache
def _build_ranking(kinds: tuple[int, ...]) -> tuple[Select[UUID], ColumnElement[UUID]]:
    """The statement that ranks the carriers of tags of some kinds, and its column of their ids."""
    # One part for each kind: SQLite then looks each of them up by the table's key.
    carriers = union_all(
        *(
            select(PersonTag.person_id).where(
                PersonTag.kind == kind, PersonTag.tag.in_(bindparam(f"tags_{kind}", expanding=True))
            )
            for kind in kinds
        )
    ).subquery()
    query = (
        select(carriers.c.person_id)
        .group_by(carriers.c.person_id)
        .order_by(func.count().desc(), carriers.c.person_id.desc())
        .limit(bindparam("size"))
    )
    return query, carriers.c.person_id


def open_person_keys(session: Session, people: Iterable[UUID]) -> dict[UUID, PersonKey | None]:
    """The open data keys of several people, for services that own rows sealed under them.

    The erased are left out. The value is None for a key that is damaged, which is noted in the session.
    """
    vault = get_vault(session)
    person_keys: dict[UUID, PersonKey | None] = {}
    for row in session.connection().execute(_KEYS_OF_PEOPLE, {"ids": list(set(people))}):
        try:
            person_keys[row.id] = vault.open_person_key(row.id, WrappedKey(row.key_version, row.wrapped_key or b""))
        except VaultError as error:
            note_damage(session, error)
            person_keys[row.id] = None
    return person_keys


def open_record_or_note(
    session: Session, key: PersonKey | None, purpose: str, row_id: UUID, sealed: bytes, version: int
) -> dict[str, Any] | None:
    """Open one record sealed under a person's key; None where it does not open, which is noted in the session.

    ``key`` is None where the person's key itself is damaged; ``version`` is that of the row.
    """
    if key is None:  # the note says that the record may be whole: only its key is lost
        note_damage(session, VaultError(purpose, row_id), inherited=True)
        return None
    try:
        return key.open(purpose, row_id, sealed, version=version)
    except VaultError as error:
        note_damage(session, error)
        return None
