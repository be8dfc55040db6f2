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
from attention_point.foundation.damage import note_damage
from attention_point.foundation.database import Prepared, new_id
from attention_point.foundation.database.locks import serialise
from attention_point.foundation.language import gettext as _
from attention_point.foundation.refusals import NotFound, Refusal
from attention_point.foundation.vault import PersonKey, VaultError, WrappedKey, vault_of
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


def receive(session: Session, statement: Statement) -> Received:
    """Find the person of a statement, or seal a new one; whoever else shows the same document is to be compared.

    Somebody on file is found by an agent's choice, or by a document together with the birth date and a name that
    agrees (``people/matching.py``). Anything less is a new person, also where the record of whoever shows the document
    does not open: the two are compared once it does. Raises NotFound for an unknown id, DamagedPerson for a chosen
    person whose record does not open.
    """
    tags = _tags(session, statement.fields)
    holders = _document_holders(session, tags)
    people = sorted({person for group in holders for person in group})
    opened = {person: open_or_note(session, _row(session, person)) for person in people}
    if statement.chosen is not None:
        received = _returning(session, open_chosen(session, statement.chosen), statement)
    elif not statement.new and (same := _same_person(holders, opened, statement.fields)) is not None:
        received = _returning(session, same, replace(statement, fields=_without_other_name(same, statement.fields)))
    else:
        received = _new(session, statement, tags)
    reasons = {person: _compare(holder, received.record) for person, holder in opened.items() if person != received.id}
    if not reasons:
        return received
    return replace(received, duplicates=duplicates.note_pairs(session, received.id, reasons, statement.now))


def _compare(holder: "Opened | None", record: Mapping[str, Any]) -> str:
    if holder is None:
        return matching.NOT_COMPARABLE
    return matching.compare_people(identity.compared(holder.record), identity.compared(record))


def _document_holders(session: Session, tags: list[Tag]) -> list[list[UUID]]:
    """Who shows each of the documents that are on file. Holds what nobody else may register meanwhile."""
    documents = [tag for tag in tags if tag[0] == queries.KINDS["document"]]
    serialise(session, *(tag for _kind, tag in documents))
    return [holders for tag in documents if (holders := queries.by_tags(session, [tag]))]


def _same_person(
    holders: list[list[UUID]], opened: Mapping[UUID, "Opened | None"], fields: Mapping[str, Any]
) -> "Opened | None":
    """Who is the same person without asking anybody: shows every document of the statement that is on file, and agrees.

    Of several who agree it is the first on file with just that name; where nobody has it, nobody.
    """
    stated = identity.compared(fields)
    agreeing = [
        holder
        for person in sorted(set(opened).intersection(*holders) if holders else ())
        if (holder := opened[person]) and matching.same_person(identity.compared(holder.record), stated)
    ]
    if len(agreeing) == 1:
        return agreeing[0]
    return next((person for person in agreeing if matching.same_name(identity.compared(person.record), stated)), None)


def _without_other_name(same: "Opened", fields: Mapping[str, Any]) -> dict[str, Any]:
    """What replaces what is on file when no person chose: a name only where it adds to the name on file."""
    more = matching.adds_to_name(identity.compared(same.record), identity.compared(fields))
    return {field: value for field, value in fields.items() if more or field not in identity.NAME}


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


@dataclass(frozen=True, slots=True)
class Opened:
    """A person's row, opened. ``history`` is what was on file before, the oldest first; it stays out of ``record``."""

    id: UUID
    key: PersonKey
    record: dict[str, Any]
    version: int
    history: list[dict[str, Any]]


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
    record, history = identity.unseal(key, row.id, row.sealed or b"")
    return Opened(row.id, key, record, row.version, history)


def open_people(session: Session, people: Iterable[UUID]) -> list[Opened]:
    """Open several people for the people room; the caller keeps the journal.

    The erased are left out, and so is whoever's record does not open, which is noted.
    """
    rows = (row for row in queries.sealed_people(session, people) if row.wrapped_key is not None)
    return [opened for row in rows if (opened := open_or_note(session, row))]


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
    """The birth date on file of somebody whom an agent chose: for the rules, who must know a child.

    Raises NotFound, DamagedPerson.
    """
    return birth_date(open_chosen(session, person).record)


def view(session: Session, actor: Actor, person: UUID, purpose: str) -> Opened:
    """Open one person for a reader; the journal keeps who and for what. Raises NotFound."""
    opened = _open(session, person)
    journal.record(session, actor, "person.view", "person", person, purpose=purpose)
    return opened


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
