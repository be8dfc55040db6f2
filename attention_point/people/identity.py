"""The sealed identity record: its fields, how a new statement joins what is known, and what was on file before.

An import contract says which modules of this room may import it: nobody else opens an identity.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from attention_point.dates import format_partial_date, parse_partial_date
from attention_point.foundation.vault import PersonKey
from attention_point.people import rules
from attention_point.people.name_sounds import build_name_key
from attention_point.person_fields import ASKED_FIELDS, NAME_FIELDS

PURPOSE = "person"
# Documents add up, so that they are joined apart.
RECORD_FIELDS = tuple(field.name for field in ASKED_FIELDS if field.name != "documents")
HISTORY_FIELD = "history"
# Entries. A record is opened as a whole, so that a history without end would make every search slower.
LONGEST_HISTORY = 100
# What tells who somebody was goes last: an earlier name or birth date is worth more than an earlier telephone.
_LASTING_FIELDS = {field.name for field in ASKED_FIELDS if field.searchable}

PersonRecord = dict[str, Any]


def join_statement(on_file: PersonRecord, stated: PersonRecord) -> PersonRecord:
    """Join a new statement to a record: a stated field replaces the old one, a blank one keeps it, documents add up.

    Birth dates that can both be true are joined: who said "1991" last year and is 34 today was born late in 1991.
    """
    record = on_file | {field: value for field in RECORD_FIELDS if (value := stated.get(field)) is not None}
    if on_file.get("birth_date") and stated.get("birth_date"):
        record["birth_date"] = _join_birth_dates(on_file["birth_date"], stated["birth_date"])
    # Another first surname takes the second one with it, also where none is stated: half of the old name beside half of
    # the new one is nobody's name.
    if _has_another_surname(on_file, stated) and stated.get("surname_2") is None:
        record.pop("surname_2", None)
    # Whether it is safe to call was said of the old number.
    if stated.get("phone") not in {None, on_file.get("phone")} and stated.get("phone_safe") is None:
        record.pop("phone_safe", None)
    documents: dict[tuple[str, str], dict[str, Any]] = {}
    for document in (*on_file.get("documents", ()), *stated.get("documents", ())):
        document_key = (document["type"], document.get("number", ""))
        documents[document_key] = {**documents.get(document_key, {}), **document}
    if documents:
        record["documents"] = list(documents.values())
    return record


def correct_record(on_file: PersonRecord, corrected: Mapping[str, Any]) -> PersonRecord:
    """The record after a correction: a given field replaces the old one, None empties it, what is left out stays."""
    fields = {field.name for field in ASKED_FIELDS} & corrected.keys()
    record = {field: value for field, value in on_file.items() if field not in fields}
    return record | {field: corrected[field] for field in fields if corrected[field] not in (None, [], {}, "")}


def replace_statement(
    on_file: PersonRecord, stated: PersonRecord, omitted_fields: Collection[str] = ()
) -> PersonRecord:
    """The record after a statement that was made with the whole record in sight: what it leaves out was emptied.

    ``omitted_fields`` were left out for another reason and stay as they are.
    """
    fields = {field.name for field in ASKED_FIELDS} - set(omitted_fields)
    return correct_record(on_file, {field: stated.get(field) for field in fields})


def _join_birth_dates(on_file: str, stated: str) -> str:
    # A year that is stated again must not take the day away that a document showed.
    common_days = parse_partial_date(on_file).find_common_days(parse_partial_date(stated))
    return format_partial_date(common_days) if common_days else stated


def _has_another_surname(on_file: PersonRecord, stated: PersonRecord) -> bool:
    surname_on_file, stated_surname = on_file.get("surname_1"), stated.get("surname_1")
    return bool(surname_on_file and stated_surname) and build_name_key(surname_on_file) != build_name_key(
        stated_surname
    )


def build_identity(record: Mapping[str, Any]) -> rules.Identity:
    """The record as the rules compare it."""
    birth_date = record.get("birth_date")
    return rules.Identity(
        given_names=record.get("given_names"),
        surname_1=record.get("surname_1"),
        surname_2=record.get("surname_2"),
        birth_date=parse_partial_date(birth_date) if birth_date else None,
        documents=tuple(
            rules.IdentityDocument(document["type"], document.get("number") or "")
            for document in record.get("documents", ())
        ),
        phone=record.get("phone"),
        sex=record.get("sex"),
    )


def update_history(
    history: Sequence[PersonRecord],
    record_before: PersonRecord,
    record_after: PersonRecord,
    now: datetime,
    actor: str,
    visit: UUID | None,
    correction: Mapping[str, Any] | None = None,
) -> list[PersonRecord]:
    """The history after a change: what was on file until now, and which visit and actor changed it.

    What was blank leaves nothing behind. ``correction`` says of a correction why it was made, and always leaves an
    entry.
    """
    changed_fields = {
        field for field in RECORD_FIELDS if field in record_before and record_before[field] != record_after.get(field)
    }
    # A name is kept whole when a part of it changes: nobody would know who "Perez" was.
    if any(record_before.get(name) != record_after.get(name) for name in NAME_FIELDS):
        changed_fields |= set(NAME_FIELDS) & record_before.keys()
    earlier = {field: record_before[field] for field in RECORD_FIELDS if field in changed_fields}
    documents = [
        document for document in record_before.get("documents", ()) if document not in record_after.get("documents", ())
    ]
    if documents:
        earlier["documents"] = documents
    if not earlier and correction is None:
        return list(history)
    entry = {"until": now.isoformat(timespec="seconds"), "actor": actor, "earlier": earlier, **(correction or {})}
    if visit is not None:
        entry["visit"] = str(visit)
    return _limit_history([*history, entry])


def forget_fields(history: Sequence[PersonRecord], names: Collection[str]) -> list[PersonRecord]:
    """The history without any value of these fields. That there was a change stays, with who made it and when."""
    return [
        {**entry, "earlier": {name: value for name, value in entry["earlier"].items() if name not in names}}
        for entry in history
    ]


def _limit_history(history: list[PersonRecord]) -> list[PersonRecord]:
    # Of entries that all tell who somebody was, the first of all stays, and the second one goes.
    while len(history) > LONGEST_HISTORY:
        passing_entries = (
            index for index, entry in enumerate(history) if not _LASTING_FIELDS & entry["earlier"].keys()
        )
        history.pop(next(passing_entries, 1))
    return history


def seal_record(
    key: PersonKey, person: UUID, version: int, record: PersonRecord, history: Sequence[PersonRecord] = ()
) -> bytes:
    """Seal the record for its row in this version, with its history."""
    return key.seal(PURPOSE, person, {**record, HISTORY_FIELD: list(history)} if history else record, version=version)


def open_record(key: PersonKey, person: UUID, version: int, sealed: bytes) -> tuple[PersonRecord, list[PersonRecord]]:
    """Open the record of a row in this version, and its history. Raises VaultError."""
    # They are never handed on together, so that no search, extract or portal can carry the history by accident.
    # A record that was sealed before there was a history has none.
    record: PersonRecord = key.open(PURPOSE, person, sealed, version=version)
    return record, record.pop(HISTORY_FIELD, [])
