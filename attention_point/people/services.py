"""Writes of people, and the only opener of their identities. Never commits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import codelist
from attention_point.foundation.damage import note_damage
from attention_point.foundation.database import Prepared, new_id
from attention_point.foundation.database.locks import serialise
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import NotFound, Refusal
from attention_point.foundation.vault import PersonKey, VaultError, WrappedKey, vault_of
from attention_point.people import identity, queries, rules
from attention_point.people.models import Person, PersonTag, PossibleDuplicate

Tag = tuple[int, bytes]
_INSERT = Prepared(
    insert(Person), ("id", "key_version", "wrapped_key", "sealed", "version", "created_at", "updated_at")
)
_UPDATE = Prepared(
    update(Person)
    .where(Person.id == bindparam("person"))
    .values(sealed=bindparam("new_sealed"), version=Person.version + 1, updated_at=bindparam("new_time"))
)
_TAGS = Prepared(insert(PersonTag), ("kind", "tag", "person_id", "index_version"))
_UNTAG = Prepared(
    delete(PersonTag).where(
        PersonTag.kind == bindparam("old_kind"),
        PersonTag.tag == bindparam("old_tag"),
        PersonTag.person_id == bindparam("person"),
    )
)
_FLAG = insert(PossibleDuplicate)


@cache
def document_types() -> Mapping[str, rules.DocumentType]:
    """The facts of the document types, by code."""
    return rules.document_types(codelist("document_types"))


@dataclass(frozen=True, slots=True)
class Received:
    """The person of a visit, open for this transaction. ``duplicates`` are others who show the same document."""

    id: UUID
    key: PersonKey
    record: dict[str, Any]
    new: bool
    duplicates: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a search found, best first. ``damaged``: the record does not open, and is empty here."""

    id: UUID
    record: dict[str, Any]
    score: float
    damaged: bool = False


def receive(session: Session, given: Mapping[str, Any], chosen: UUID | None, now: datetime) -> Received:
    """Find the person or seal a new one.

    ``chosen`` is the person whom an agent picked; otherwise only an exact document together with an agreeing birth date
    or name finds somebody (``rules.same_person``): likeness alone never merges. Raises NotFound for an unknown id,
    DamagedPerson for a chosen person whose record does not open.
    """
    if chosen is not None:
        return _returning(session, open_chosen(session, chosen), given, now)
    tags = _tags(session, given)
    same, others = _document_holders(session, given, tags)
    if same is not None:
        return _returning(session, same, given, now)
    received = _new(session, given, tags, now)
    for other in others:
        session.execute(
            _FLAG, {"person_id": received.id, "other_id": other, "reason": "same-document", "found_at": now}
        )
    return Received(received.id, received.key, received.record, True, others)


class DamagedPerson(Refusal):
    """The record of the person whom an agent chose does not open: nothing can be added to it."""

    status = 409
    code = "sealed"


def open_chosen(session: Session, person: UUID) -> "Opened":
    """The person whom an agent chose for a visit. Raises NotFound, DamagedPerson."""
    try:
        return _open(session, person)
    except VaultError as error:
        note_damage(session, error)
        raise DamagedPerson(
            _(
                "The record of this person does not open: tell the administrator. Nothing was saved. The attention can "
                "be recorded for a new person."
            )
        ) from None


def _document_holders(
    session: Session, given: Mapping[str, Any], tags: list[Tag]
) -> tuple["Opened | None", tuple[UUID, ...]]:
    """Who shows one of these documents: the one who is the same person, and those who may be somebody else.

    Whoever's record does not open may be somebody else: a person compares the two once it opens.
    """
    documents = [tag for tag in tags if tag[0] == queries.KINDS["document"]]
    serialise(session, *(tag for _kind, tag in documents))
    others: list[UUID] = []
    for person in queries.by_tags(session, documents):
        opened = open_or_note(session, _row(session, person))
        if opened is not None and rules.same_person(identity.compared(opened.record), identity.compared(given)):
            return opened, ()
        others.append(person)
    return None, tuple(others)


@dataclass(frozen=True, slots=True)
class Opened:
    """A person's row, opened."""

    id: UUID
    key: PersonKey
    record: dict[str, Any]
    version: int


def _open(session: Session, person: UUID) -> Opened:
    return _opened(session, _row(session, person))


def _row(session: Session, person: UUID) -> queries.SealedPerson:
    row = queries.sealed_person(session, person)
    if row is None or row.wrapped_key is None or row.sealed is None:
        raise NotFound(_("There is no such person."))
    return row


def open_or_note(session: Session, row: queries.SealedPerson) -> Opened | None:
    """One person; None for a record that does not open, which is noted in the session (``foundation.damage``)."""
    try:
        return _opened(session, row)
    except VaultError as error:
        note_damage(session, error)
        return None


def _opened(session: Session, row: queries.SealedPerson) -> Opened:
    wrapped = WrappedKey(row.key_version, row.wrapped_key or b"")
    key = vault_of(session).open_person_key(row.id, wrapped)
    return Opened(row.id, key, identity.unseal(key, row.id, row.sealed or b""), row.version)


def _new(session: Session, given: Mapping[str, Any], tags: list[Tag], now: datetime) -> Received:
    person = new_id()
    key, wrapped = vault_of(session).new_person_key(person)
    record = identity.joined({}, dict(given))
    _INSERT.run(
        session,
        {
            "id": person,
            "key_version": wrapped.version,
            "wrapped_key": wrapped.blob,
            "sealed": identity.seal(key, person, record),
            "version": 1,
            "created_at": now,
            "updated_at": now,
        },
    )
    _write_tags(session, person, tags)
    return Received(person, key, record, True)


def _returning(session: Session, known: Opened, given: Mapping[str, Any], now: datetime) -> Received:
    record = identity.joined(known.record, dict(given))
    if record != known.record:
        _UPDATE.run(
            session,
            {"person": known.id, "new_sealed": identity.seal(known.key, known.id, record), "new_time": now},
        )
        if _keys(record) != _keys(known.record):
            old = [{"old_kind": kind, "old_tag": tag} for kind, tag in _tags(session, known.record)]
            _UNTAG.run_each(session, {"person": known.id}, old)
            _write_tags(session, known.id, _tags(session, record))
    return Received(known.id, known.key, record, False)


def _keys(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    return rules.search_keys(identity.compared(record))


def _tags(session: Session, record: Mapping[str, Any]) -> list[Tag]:
    return sorted(set(_tagged(session, _keys(record))))


def _tagged(session: Session, keys: Iterable[tuple[str, str]]) -> list[Tag]:
    vault = vault_of(session)
    return [(queries.KINDS[kind], vault.tag(kind, value)) for kind, value in keys]


def _write_tags(session: Session, person: UUID, tags: list[Tag]) -> None:
    common = {"person_id": person, "index_version": vault_of(session).index_version}
    _TAGS.run_each(session, common, [{"kind": kind, "tag": tag} for kind, tag in tags])


def known_birth_date(session: Session, person: UUID) -> date | None:
    """The birth date on file of somebody whom an agent chose: for the rules, who must know a child.

    Raises NotFound, DamagedPerson.
    """
    return birth_date(open_chosen(session, person).record)


def view(session: Session, actor: Actor, person: UUID, purpose: str) -> Opened:
    """Open one person for a reader; the journal keeps who and for what. Raises NotFound."""
    opened = _open(session, person)
    journal.record(session, actor, "person.view", "person", person, purpose=purpose)
    return opened


def search_document(session: Session, actor: Actor, kind: str, number: str) -> list[Candidate]:
    """Who shows this document. Raises ValueError for a number that cannot be one."""
    kind, number = rules.normalise_document(kind, number)
    tags = _tagged(session, rules.document_keys(kind, number, document_types()))
    return _candidates(session, actor, queries.by_tags(session, tags), None, by="document")


def search_name(session: Session, actor: Actor, name: str, birth_year: int | None) -> list[Candidate]:
    """Who may bear this name, most alike first; the phonetic keys decide who is asked, likeness only the order."""
    tags = _tagged(session, rules.query_keys(name, birth_year))
    return _candidates(session, actor, queries.by_tags(session, tags), name, by="name")


def _candidates(session: Session, actor: Actor, people: Iterable[UUID], typed: str | None, by: str) -> list[Candidate]:
    found = []
    for row in queries.sealed_people(session, people):
        if row.wrapped_key is not None:
            found.append(_candidate(session, row, typed))
    found.sort(key=lambda candidate: (-candidate.score, candidate.id))
    journal.record(session, actor, "people.search", "person", None, by=by, found=[str(each.id) for each in found])
    return found


def _candidate(session: Session, row: queries.SealedPerson, typed: str | None) -> Candidate:
    opened = open_or_note(session, row)
    if opened is None:
        return Candidate(row.id, {}, -1.0, damaged=True)
    return Candidate(row.id, opened.record, rules.score(full_name(opened.record), typed) if typed else 100.0)


def disclose(
    session: Session, people: Iterable[UUID], fields: frozenset[str], day: date | None = None
) -> dict[UUID, dict[str, Any] | None]:
    """Only the named fields of several people, for those who may see no more; the caller keeps the journal.

    None stands for a person whose record does not open; the erased are left out.
    """
    shown: dict[UUID, dict[str, Any] | None] = {}
    for row in queries.sealed_people(session, people):
        if row.wrapped_key is not None:
            opened = open_or_note(session, row)
            record = with_age(opened.record, day) if opened else None
            shown[row.id] = record and {field: value for field, value in record.items() if field in fields}
    return shown


def with_age(record: Mapping[str, Any], day: date | None = None) -> dict[str, Any]:
    """The record and the person's age in whole years on a day (today unless told)."""
    born = birth_date(record)
    return {**record, "age": rules.age_on(born, day or clock.today())} if born else dict(record)


def birth_date(record: Mapping[str, Any]) -> date | None:
    """The birth date of a record, if it was given."""
    text = record.get("birth_date")
    return date.fromisoformat(text) if text else None


def full_name(record: Mapping[str, Any]) -> str:
    """Given names and surnames in the order in which they are said; empty when none was given."""
    parts = (record.get("given_names"), record.get("surname_1"), record.get("surname_2"))
    return " ".join(part for part in parts if part)
