"""Looking for people by a document or a name; the journal keeps who looked and who was shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.people import queries, rules, services


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a search found, best first. ``damaged``: the record does not open, and is empty here."""

    id: UUID
    record: dict[str, Any]
    score: float
    damaged: bool = False


def search_document(session: Session, actor: Actor, kind: str, number: str) -> list[Candidate]:
    """Who shows this document. Raises ValueError for a number that cannot be one."""
    kind, number = rules.normalise_document(kind, number)
    tags = services.tagged(session, rules.document_keys(kind, number, services.document_types()))
    return _candidates(session, actor, queries.by_tags(session, tags), None, by="document")


def search_name(session: Session, actor: Actor, name: str, birth_year: int | None) -> list[Candidate]:
    """Who may bear this name, most alike first; the phonetic keys decide who is asked, likeness only the order."""
    tags = services.tagged(session, rules.query_keys(name, birth_year))
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
    opened = services.open_or_note(session, row)
    if opened is None:
        return Candidate(row.id, {}, -1.0, damaged=True)
    return Candidate(row.id, opened.record, rules.score(services.full_name(opened.record), typed) if typed else 100.0)
