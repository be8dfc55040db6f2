"""Finding or sealing the person of a visit. Writes in the caller's transaction and never commits.

Nobody on file is changed by a guess: a statement joins a record by an agent's choice, or by documents and particulars
that agree (``matching.py``). Whoever else looks alike is noted as a pair that a person decides (decision 15).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from attention_point.foundation.database import PreparedStatement, new_id
from attention_point.foundation.database.locks import lock_for_transaction
from attention_point.foundation.vault import PersonKey, get_vault
from attention_point.people import identity, merging, queries, records, rules
from attention_point.people.duplicates import pairs
from attention_point.people.duplicates.document_holders import (
    DocumentHolders,
    drop_other_name,
    find_document_holders,
    find_same_person,
    list_document_tags,
)
from attention_point.people.models import Person, PersonTag
from attention_point.people.queries import Tag
from attention_point.people.records import DecryptedPerson

_INSERT_PERSON = PreparedStatement(
    insert(Person), ("id", "key_version", "wrapped_key", "sealed", "counted", "version", "created_at", "updated_at")
)
# Neither the version nor the time: what is on file of the person stays as somebody may have read it.
_UPDATE_COUNTED = PreparedStatement(
    update(Person).where(Person.id == bindparam("person")).values(counted=bindparam("new_counted"))
)
_UPDATE_PERSON = PreparedStatement(
    update(Person)
    .where(Person.id == bindparam("person"))
    .values(sealed=bindparam("new_sealed"), version=bindparam("new_version"), updated_at=bindparam("new_time"))
)
_INSERT_TAG = PreparedStatement(insert(PersonTag), ("kind", "tag", "person_id", "index_version"))
_DELETE_TAG = PreparedStatement(
    delete(PersonTag).where(
        PersonTag.kind == bindparam("old_kind"),
        PersonTag.tag == bindparam("old_tag"),
        PersonTag.person_id == bindparam("person"),
    )
)
CountPerson = Callable[["ReceivedPerson", bytes | None], bytes | None]
"""From the person with the record after a statement, and how the person counts, sealed: how they count now, sealed."""


@dataclass(frozen=True, slots=True)
class PersonStatement:
    """What a person states at a visit (``fields`` of the sealed record), when, and who writes it down.

    ``chosen_person`` is whom an agent chose, opened after ``lock_people``. ``is_new``: the agent said that it is
    nobody on file. ``is_complete``: the agent had the whole record in sight, so that what is left out was emptied,
    except ``omitted_fields``. ``count`` counts the visit: what it returns is sealed with the person.
    """

    fields: Mapping[str, Any]
    visit: UUID
    actor: str
    stated_at: datetime
    count: CountPerson
    chosen_person: DecryptedPerson | None = None
    is_new: bool = False
    is_complete: bool = False
    omitted_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PersonCorrection:
    """A correction of somebody on file: ``fields`` replace those on file, None empties one, what is left out stays.

    Of ``forgotten_fields`` nothing stays, not in the history either: the person does not agree that they are kept.
    ``visit`` is the visit whose correction it is part of. ``reason`` is a code or the agent's own words, and
    ``fingerprint`` a keyed digest of the request in hexadecimal, by which it is known when it comes again.
    """

    fields: Mapping[str, Any]
    reason: str
    fingerprint: str
    actor: str
    corrected_at: datetime
    visit: UUID | None = None
    forgotten_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReceivedPerson:
    """The person of a visit, open for this transaction.

    ``duplicates`` are others who show the same document and are noted now as people to compare.
    """

    id: UUID
    key: PersonKey
    record: dict[str, Any]
    is_new: bool
    duplicates: tuple[UUID, ...] = ()


def lock_people(session: Session, statements: Iterable[tuple[UUID | None, Mapping[str, Any]]]) -> None:
    """Lock what the statements of one transaction are about: first all documents, then all people.

    The people are those chosen and those who show one of the documents, whom a statement may join. Whoever corrects
    one of them locks in the same order (``lock_and_open_for_correction``): neither waits for the other for ever, and
    what one writes the other reads before writing.
    """
    statements = list(statements)
    document_tags = [
        tag for _person, fields in statements for tags in list_document_tags(session, fields) for tag in tags
    ]
    lock_for_transaction(session, *(tag for _kind, tag in document_tags))
    people = {person for person, _fields in statements if person}
    people.update(queries.list_people_by_tags(session, document_tags))
    # A statement that joins one record of a merged person goes to the record that goes on.
    merging.lock_linked(session, people)


def receive_person(session: Session, statement: PersonStatement) -> ReceivedPerson:
    """Find the person of a statement, or seal a new one; whoever else shows the same document is to be compared.

    The caller holds the locks of ``lock_people``.

    Somebody on file is found by an agent's choice, or by a document together with the birth date and a name that
    agrees (``duplicates/matching.py``). Anything less is a new person, also where the record of whoever shows the
    document does not open: the two are compared once it does.
    """
    tags = records.build_record_tags(session, statement.fields)
    holders = find_document_holders(session, statement.fields, statement.chosen_person)
    if statement.chosen_person is not None:
        received_person = _update_person(session, statement.chosen_person, statement)
    elif not statement.is_new and (same_person := find_same_person(session, holders, statement.fields)):
        fields = drop_other_name(same_person, statement.fields)
        received_person = _update_person(session, same_person, replace(statement, fields=fields))
    else:
        received_person = _seal_new_person(session, statement, tags)
    return _note_duplicates(session, received_person, holders, statement.stated_at)


def correct_person(session: Session, person_on_file: DecryptedPerson, correction: PersonCorrection) -> ReceivedPerson:
    """Correct somebody on file, opened by ``lock_and_open_for_correction``. What it replaces stays in the history.

    A document that is struck out is no longer found: its tag goes with it.
    """
    forgotten = correction.forgotten_fields
    record = identity.correct_record(person_on_file.record, {**correction.fields, **dict.fromkeys(forgotten)})
    history = identity.update_history(
        person_on_file.history,
        person_on_file.record,
        record,
        correction.corrected_at,
        correction.actor,
        correction.visit,
        {"reason": correction.reason, "fingerprint": correction.fingerprint},
    )
    history = identity.forget_fields(history, forgotten) if forgotten else history
    _save_record(session, person_on_file, record, history, correction.corrected_at)
    holders = find_document_holders(session, record, person_on_file)
    corrected_person = ReceivedPerson(person_on_file.id, person_on_file.key, record, False)
    return _note_duplicates(session, corrected_person, holders, correction.corrected_at)


def lock_and_open_for_correction(
    session: Session, person: UUID, documents: Sequence[Mapping[str, Any]] = ()
) -> DecryptedPerson:
    """Open the person to correct, whom nobody else changes until the transaction ends. Raises NotFound or
    DamagedPerson.

    ``documents`` are those that the correction puts on file. Those that stay need no lock: whoever registers one of
    them locks the person.
    """
    document_tags = list_document_tags(session, {"documents": documents})
    lock_for_transaction(session, *(tag for tags in document_tags for _kind, tag in tags))
    # With every record of the same person: their visits are counted anew together.
    merging.lock_linked(session, [person])
    return records.open_chosen_person(session, person)


def _note_duplicates(
    session: Session, received_person: ReceivedPerson, holders: DocumentHolders, now: datetime
) -> ReceivedPerson:
    candidates = holders.people.keys() - {received_person.id}
    if not candidates:
        return received_person
    return replace(received_person, duplicates=pairs.note_pairs(session, received_person.id, candidates, now))


def _seal_new_person(session: Session, statement: PersonStatement, tags: list[Tag]) -> ReceivedPerson:
    person_id = new_id()
    key, wrapped_key = get_vault(session).create_person_key(person_id)
    record = identity.join_statement({}, dict(statement.fields))
    received_person = ReceivedPerson(person_id, key, record, True)
    _INSERT_PERSON.execute(
        session,
        {
            "id": person_id,
            "key_version": wrapped_key.version,
            "wrapped_key": wrapped_key.sealed_key,
            "sealed": identity.seal_record(key, person_id, 1, record),
            "counted": statement.count(received_person, None),
            "version": 1,
            "created_at": statement.stated_at,
            "updated_at": statement.stated_at,
        },
    )
    _insert_tags(session, person_id, tags)
    return received_person


def _update_person(session: Session, person_on_file: DecryptedPerson, statement: PersonStatement) -> ReceivedPerson:
    stated_fields = dict(statement.fields)
    record = (
        identity.replace_statement(person_on_file.record, stated_fields, statement.omitted_fields)
        if statement.is_complete
        else identity.join_statement(person_on_file.record, stated_fields)
    )
    if record != person_on_file.record:
        now, actor, visit = statement.stated_at, statement.actor, statement.visit
        history = identity.update_history(person_on_file.history, person_on_file.record, record, now, actor, visit)
        _save_record(session, person_on_file, record, history, now)
    received_person = ReceivedPerson(person_on_file.id, person_on_file.key, record, False)
    save_counted(session, person_on_file.id, statement.count(received_person, person_on_file.counted))
    return received_person


def save_counted(session: Session, person: UUID, counted: bytes | None) -> None:
    """Save how somebody counts, sealed under the person's key. What is on file of the person stays as it is."""
    _UPDATE_COUNTED.execute(session, {"person": person, "new_counted": counted})


def _save_record(
    session: Session,
    person_on_file: DecryptedPerson,
    record: dict[str, Any],
    history: list[dict[str, Any]],
    now: datetime,
) -> None:
    version = person_on_file.version + 1
    sealed = identity.seal_record(person_on_file.key, person_on_file.id, version, record, history)
    _UPDATE_PERSON.execute(
        session, {"person": person_on_file.id, "new_sealed": sealed, "new_version": version, "new_time": now}
    )
    if _build_search_keys(record) != _build_search_keys(person_on_file.record):
        old_tags = [
            {"old_kind": kind, "old_tag": tag} for kind, tag in records.list_record_tags(session, person_on_file.record)
        ]
        _DELETE_TAG.execute_for_rows(session, {"person": person_on_file.id}, old_tags)
        _insert_tags(session, person_on_file.id, records.build_record_tags(session, record))


def _build_search_keys(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    return rules.build_search_keys(identity.build_identity(record))


def _insert_tags(session: Session, person: UUID, tags: list[Tag]) -> None:
    common_values = {"person_id": person, "index_version": get_vault(session).index_version}
    _INSERT_TAG.execute_for_rows(session, common_values, [{"kind": kind, "tag": tag} for kind, tag in tags])
