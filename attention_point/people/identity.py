"""The sealed identity record: its fields, how a new statement joins what is known, and what was on file before.

Only ``people/services.py`` may import this (an import contract says so).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from attention_point.foundation.vault import PersonKey
from attention_point.people import rules
from attention_point.people.sounds import name_key

PURPOSE = "person"
FIELDS = (
    "given_names",
    "surname_1",
    "surname_2",
    "birth_date",
    "sex",
    "gender",
    "nationality",
    "phone",
    "municipality",
    "origin",
    "population",
    "status",
    "intention",
    "ethnicity",
    "education",
    "disability",
)
NAME = ("given_names", "surname_1", "surname_2")
HISTORY = "history"
LONGEST_HISTORY = 100
"""Entries of a person's history. What goes first are earlier telephones and the like, not names or birth dates."""
_LASTING = {*NAME, "birth_date", "documents"}

Record = dict[str, Any]


def joined(known: Record, given: Record) -> Record:
    """What is known after a new statement: a stated field replaces, a blank one leaves, documents add up.

    Another first surname takes the second one with it, also where none is stated: half of the old name beside half of
    the new one is nobody's name.
    """
    record = known | {field: value for field in FIELDS if (value := given.get(field)) is not None}
    if _has_another_surname(known, given) and given.get("surname_2") is None:
        record.pop("surname_2", None)
    documents: dict[tuple[str, str], dict[str, Any]] = {}
    for each in (*known.get("documents", ()), *given.get("documents", ())):
        place = (each["type"], each.get("number", ""))
        documents[place] = {**documents.get(place, {}), **each}
    if documents:
        record["documents"] = list(documents.values())
    return record


def _has_another_surname(known: Record, given: Record) -> bool:
    """Whether a statement has a first surname that sounds otherwise than the one on file."""
    before, now = known.get("surname_1"), given.get("surname_1")
    return bool(before and now) and name_key(before) != name_key(now)


def compared(record: Mapping[str, Any]) -> rules.Identity:
    """The record as the rules compare it."""
    born = record.get("birth_date")
    return rules.Identity(
        given_names=record.get("given_names"),
        surname_1=record.get("surname_1"),
        surname_2=record.get("surname_2"),
        birth_date=date.fromisoformat(born) if born else None,
        documents=tuple(
            rules.IdentityDocument(each["type"], each.get("number") or "") for each in record.get("documents", ())
        ),
    )


def updated_history(
    history: Sequence[Record], before: Record, after: Record, now: datetime, actor: str, visit: UUID
) -> list[Record]:
    """The history after a change: what was on file until now, and which visit and actor changed it.

    A name is kept whole when a part of it changes; a document when its facts do. What was blank leaves nothing behind.
    """
    changed = {field for field in FIELDS if field in before and before[field] != after.get(field)}
    changed |= set(NAME) & before.keys() if any(before.get(name) != after.get(name) for name in NAME) else set()
    earlier = {field: before[field] for field in FIELDS if field in changed}
    documents = [document for document in before.get("documents", ()) if document not in after.get("documents", ())]
    if documents:
        earlier["documents"] = documents
    if not earlier:
        return list(history)
    entry = {"until": now.isoformat(timespec="seconds"), "actor": actor, "visit": str(visit), "earlier": earlier}
    return _bounded([*history, entry])


def _bounded(history: list[Record]) -> list[Record]:
    """At most ``LONGEST_HISTORY`` entries. The first value of all and the latest ones are the last to go."""
    while len(history) > LONGEST_HISTORY:
        passing = (at for at, entry in enumerate(history) if not _LASTING & entry["earlier"].keys())
        history.pop(next(passing, 1))
    return history


def seal(key: PersonKey, person: UUID, record: Record, history: Sequence[Record] = ()) -> bytes:
    """Seal the record for its row, with its history."""
    return key.seal(PURPOSE, person, {**record, HISTORY: list(history)} if history else record)


def unseal(key: PersonKey, person: UUID, blob: bytes) -> tuple[Record, list[Record]]:
    """Open the record and its history, which are never handed on together; raises VaultError.

    A record that was sealed before there was a history has none.
    """
    record: Record = key.open(PURPOSE, person, blob)
    return record, record.pop(HISTORY, [])
