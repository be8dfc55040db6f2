"""Reading people: rows and tags, still sealed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from attention_point.foundation.damage import note_damage
from attention_point.foundation.database import Prepared, connection_of
from attention_point.foundation.vault import PersonKey, VaultError, WrappedKey, vault_of
from attention_point.people.models import Person, PersonTag

KINDS = {"document": 1, "surname_year": 2, "surname_given": 3}
MOST = 50  # candidates of a search: more is no answer, the agent adds a word or a year

_ROW = select(Person.id, Person.key_version, Person.wrapped_key, Person.sealed, Person.version)
_ONE = Prepared(
    select(Person.key_version, Person.wrapped_key, Person.sealed, Person.version).where(
        Person.id == bindparam("person")
    )
)
_BY_TAG = Prepared(
    select(PersonTag.person_id)
    .where(PersonTag.kind == bindparam("kind"), PersonTag.tag == bindparam("tag"))
    .limit(MOST)
)
_KEYS = select(Person.id, Person.key_version, Person.wrapped_key).where(
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


def sealed_person(session: Session, person: UUID) -> SealedPerson | None:
    """One row, or None."""
    rows = _ONE.run(session, {"person": person})
    return SealedPerson(person, *rows[0]) if rows else None


def sealed_people(session: Session, people: Iterable[UUID]) -> list[SealedPerson]:
    """The rows of several people."""
    query = _ROW.where(Person.id.in_(list(people)))
    return [SealedPerson(*row) for row in connection_of(session).execute(query)]


def sealed_batches(session: Session, size: int) -> Iterator[list[SealedPerson]]:
    """The rows of all people who are not erased, in batches by id."""
    query = _ROW.where(Person.erased_at.is_(None)).order_by(Person.id).limit(size)
    rows = session.execute(query).all()
    while rows:
        yield [SealedPerson(*row) for row in rows]
        rows = session.execute(query.where(Person.id > rows[-1].id)).all()


def by_tags(session: Session, tags: Iterable[tuple[int, bytes]]) -> list[UUID]:
    """Ids of people who carry any of the tags, at most ``MOST`` of each; one look into the index a tag."""
    found: dict[UUID, None] = {}
    for kind, tag in tags:
        for (person,) in _BY_TAG.run(session, {"kind": kind, "tag": tag}):
            found[person if isinstance(person, UUID) else UUID(person)] = None  # SQLite keeps an id as text
    return list(found)


def keys(session: Session, people: Iterable[UUID]) -> dict[UUID, PersonKey | None]:
    """The open data keys of several people, for services that own rows sealed under them.

    The erased are left out. The value is None for a key that is damaged, which is noted in the session.
    """
    vault = vault_of(session)
    opened: dict[UUID, PersonKey | None] = {}
    for row in connection_of(session).execute(_KEYS, {"ids": list(set(people))}):
        try:
            opened[row.id] = vault.open_person_key(row.id, WrappedKey(row.key_version, row.wrapped_key or b""))
        except VaultError as error:
            note_damage(session, error)
            opened[row.id] = None
    return opened


def open_or_note(
    session: Session, key: PersonKey | None, purpose: str, row: UUID, blob: bytes
) -> dict[str, Any] | None:
    """One record sealed under a person's key (None: damaged), or None where it does not open; noted in the session."""
    if key is None:
        note_damage(session, VaultError(purpose, row), inherited=True)
        return None
    try:
        return key.open(purpose, row, blob)
    except VaultError as error:
        note_damage(session, error)
        return None
