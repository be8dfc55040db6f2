"""The sealed identity record: its fields, and how a new statement joins what is known.

Only ``people/services.py`` may import this (an import contract says so).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from attention_point.foundation.vault import PersonKey
from attention_point.people import rules

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


def joined(known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What is known after a new statement: a stated field replaces, a blank one leaves, documents add up."""
    record = known | {field: value for field in FIELDS if (value := given.get(field)) is not None}
    documents: dict[tuple[str, str], dict[str, Any]] = {}
    for each in (*known.get("documents", ()), *given.get("documents", ())):
        place = (each["type"], each.get("number", ""))
        documents[place] = {**documents.get(place, {}), **each}
    if documents:
        record["documents"] = list(documents.values())
    return record


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


def seal(key: PersonKey, person: UUID, record: dict[str, Any]) -> bytes:
    """Seal the record for its row."""
    return key.seal(PURPOSE, person, record)


def unseal(key: PersonKey, person: UUID, blob: bytes) -> dict[str, Any]:
    """Open the record; raises VaultError."""
    return key.open(PURPOSE, person, blob)
