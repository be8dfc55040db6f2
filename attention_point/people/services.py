"""Writes of people, and the only opener of their identities. Never commits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import codelist
from attention_point.foundation.database import Prepared, new_id
from attention_point.foundation.database.locks import serialise
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import NotFound
from attention_point.foundation.vault import PersonKey, WrappedKey, vault_of
from attention_point.people import duplicates, identity, matching, queries, rules
from attention_point.people.models import Person, PersonTag

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


@cache
def document_types() -> Mapping[str, rules.DocumentType]:
    """The facts of the document types, by code."""
    return rules.document_types(codelist("document_types"))


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person states at a visit (``fields`` of the sealed record), when, and who writes it down.

    ``chosen`` is the person whom an agent chose; ``new`` says that the agent chose nobody: it is somebody not on file.
    """

    fields: Mapping[str, Any]
    visit: UUID
    actor: str
    now: datetime
    chosen: UUID | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """The person of a visit, open for this transaction.

    ``duplicates`` are others who show the same document, noted now as people to compare.
    """

    id: UUID
    key: PersonKey
    record: dict[str, Any]
    new: bool
    duplicates: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a search found, best first."""

    id: UUID
    record: dict[str, Any]
    score: float


def receive(session: Session, statement: Statement) -> Received:
    """Find the person of a statement, or seal a new one; whoever else shows the same document is to be compared.

    Somebody on file is found by an agent's choice, or by a document together with the birth date and a name that
    agrees (``people/matching.py``). Anything less is a new person. Raises NotFound for an unknown id.
    """
    tags = _tags(session, statement.fields)
    holders = _document_holders(session, tags)
    opened = {person: _open(session, person) for person in sorted({person for group in holders for person in group})}
    if statement.chosen is not None:
        received = _returning(session, _open(session, statement.chosen), statement)
    elif not statement.new and (same := _same_person(holders, opened, statement.fields)) is not None:
        received = _returning(session, same, replace(statement, fields=_without_other_name(same, statement.fields)))
    else:
        received = _new(session, statement, tags)
    reasons = {
        person: matching.compare_people(identity.compared(holder.record), identity.compared(received.record))
        for person, holder in opened.items()
        if person != received.id
    }
    if not reasons:
        return received
    return replace(received, duplicates=duplicates.note_pairs(session, received.id, reasons, statement.now))


def _document_holders(session: Session, tags: list[Tag]) -> list[list[UUID]]:
    """Who shows each of the documents that are on file. Holds what nobody else may register meanwhile."""
    documents = [tag for tag in tags if tag[0] == queries.KINDS["document"]]
    serialise(session, *(tag for _kind, tag in documents))
    return [holders for tag in documents if (holders := queries.by_tags(session, [tag]))]


def _same_person(
    holders: list[list[UUID]], opened: Mapping[UUID, "Opened"], fields: Mapping[str, Any]
) -> "Opened | None":
    """Who is the same person without asking anybody: shows every document of the statement that is on file, and agrees.

    Of several who agree it is the first on file with just that name; where nobody has it, nobody.
    """
    stated = identity.compared(fields)
    agreeing = [
        opened[person]
        for person in sorted(set(opened).intersection(*holders) if holders else ())
        if matching.same_person(identity.compared(opened[person].record), stated)
    ]
    if len(agreeing) == 1:
        return agreeing[0]
    return next((person for person in agreeing if matching.same_name(identity.compared(person.record), stated)), None)


def _without_other_name(same: "Opened", fields: Mapping[str, Any]) -> dict[str, Any]:
    """What replaces what is on file when no person chose: a name only where it adds to the name on file."""
    more = matching.adds_to_name(identity.compared(same.record), identity.compared(fields))
    return {field: value for field, value in fields.items() if more or field not in identity.NAME}


@dataclass(frozen=True, slots=True)
class Opened:
    """A person's row, opened. ``history`` is what was on file before, the oldest first; it stays out of ``record``."""

    id: UUID
    key: PersonKey
    record: dict[str, Any]
    version: int
    history: list[dict[str, Any]]


def _open(session: Session, person: UUID) -> Opened:
    row = queries.sealed_person(session, person)
    if row is None or row.wrapped_key is None or row.sealed is None:
        raise NotFound(_("There is no such person."))
    return _opened(session, row)


def _opened(session: Session, row: queries.SealedPerson) -> Opened:
    wrapped = WrappedKey(row.key_version, row.wrapped_key or b"")
    key = vault_of(session).open_person_key(row.id, wrapped)
    record, history = identity.unseal(key, row.id, row.sealed or b"")
    return Opened(row.id, key, record, row.version, history)


def open_people(session: Session, people: Iterable[UUID]) -> list[Opened]:
    """Open several people for the people room; the erased are left out. The caller keeps the journal."""
    rows = queries.sealed_people(session, people)
    return [_opened(session, row) for row in rows if row.wrapped_key is not None]


def _new(session: Session, statement: Statement, tags: list[Tag]) -> Received:
    person = new_id()
    key, wrapped = vault_of(session).new_person_key(person)
    record = identity.joined({}, dict(statement.fields))
    _INSERT.run(
        session,
        {
            "id": person,
            "key_version": wrapped.version,
            "wrapped_key": wrapped.blob,
            "sealed": identity.seal(key, person, record),
            "version": 1,
            "created_at": statement.now,
            "updated_at": statement.now,
        },
    )
    _write_tags(session, person, tags)
    return Received(person, key, record, True)


def _returning(session: Session, known: Opened, statement: Statement) -> Received:
    record = identity.joined(known.record, dict(statement.fields))
    if record != known.record:
        now, actor, visit = statement.now, statement.actor, statement.visit
        history = identity.updated_history(known.history, known.record, record, now, actor, visit)
        sealed = identity.seal(known.key, known.id, record, history)
        _UPDATE.run(session, {"person": known.id, "new_sealed": sealed, "new_time": now})
        if _keys(record) != _keys(known.record):
            old = [{"old_kind": kind, "old_tag": tag} for kind, tag in _tags(session, known.record)]
            _UNTAG.run_each(session, {"person": known.id}, old)
            _write_tags(session, known.id, _tags(session, record))
    return Received(known.id, known.key, record, False)


def _keys(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    return rules.search_keys(identity.compared(record))


def _tags(session: Session, record: Mapping[str, Any]) -> list[Tag]:
    return sorted(set(tagged(session, _keys(record))))


def tagged(session: Session, keys: Iterable[tuple[str, str]]) -> list[Tag]:
    """The keyed tags of search keys."""
    vault = vault_of(session)
    return [(queries.KINDS[kind], vault.tag(kind, value)) for kind, value in keys]


def _write_tags(session: Session, person: UUID, tags: list[Tag]) -> None:
    common = {"person_id": person, "index_version": vault_of(session).index_version}
    _TAGS.run_each(session, common, [{"kind": kind, "tag": tag} for kind, tag in tags])


def known_birth_date(session: Session, person: UUID) -> date | None:
    """The birth date on file of somebody whom an agent chose: for the rules, who must know a child. Raises NotFound."""
    return birth_date(_open(session, person).record)


def view(session: Session, actor: Actor, person: UUID, purpose: str) -> Opened:
    """Open one person for a reader; the journal keeps who and for what. Raises NotFound."""
    opened = _open(session, person)
    journal.record(session, actor, "person.view", "person", person, purpose=purpose)
    return opened


def search_document(session: Session, actor: Actor, kind: str, number: str) -> list[Candidate]:
    """Who shows this document. Raises ValueError for a number that cannot be one."""
    kind, number = rules.normalise_document(kind, number)
    tags = tagged(session, rules.document_keys(kind, number, document_types()))
    return _candidates(session, actor, queries.by_tags(session, tags), None, by="document")


def search_name(session: Session, actor: Actor, name: str, birth_year: int | None) -> list[Candidate]:
    """Who may bear this name, most alike first; the phonetic keys decide who is asked, likeness only the order."""
    tags = tagged(session, rules.query_keys(name, birth_year))
    return _candidates(session, actor, queries.by_tags(session, tags), name, by="name")


def _candidates(session: Session, actor: Actor, people: Iterable[UUID], typed: str | None, by: str) -> list[Candidate]:
    found = []
    for opened in open_people(session, people):
        score = rules.score(full_name(opened.record), typed) if typed else 100.0
        found.append(Candidate(opened.id, opened.record, score))
    found.sort(key=lambda candidate: (-candidate.score, candidate.id))
    journal.record(session, actor, "people.search", "person", None, by=by, found=[str(each.id) for each in found])
    return found


def disclose(
    session: Session, people: Iterable[UUID], fields: frozenset[str], day: date | None = None
) -> dict[UUID, dict[str, Any]]:
    """Only the named fields of several people, for those who may see no more; the caller keeps the journal."""
    return {
        opened.id: {field: value for field, value in with_age(opened.record, day).items() if field in fields}
        for opened in open_people(session, people)
    }


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
