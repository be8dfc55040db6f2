"""Who on file may be meant by a statement at the desk, before anything is saved. A person decides, nothing changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.people import duplicates, identity, matching, queries, rules, services

ANOTHER_DOCUMENT = "same-name-birth-date"
_LIKELIEST = (
    matching.SAME_NAME_AND_BIRTH_DATE,
    matching.NOT_COMPARABLE,
    matching.OTHER_NAME,
    ANOTHER_DOCUMENT,
    matching.OTHER_BIRTH_DATE,
    matching.OTHER_NAME_AND_BIRTH_DATE,
)


@dataclass(frozen=True, slots=True)
class LikelyPerson:
    """Somebody on file who may be meant. ``comparison`` is a code of ``matching.py``, or ``ANOTHER_DOCUMENT``."""

    id: UUID
    record: Mapping[str, Any]
    comparison: str


def find_likely_people(session: Session, actor: Actor, fields: Mapping[str, Any]) -> list[LikelyPerson]:
    """Who shows one of the stated documents, or has the same name and birth date; the likeliest first.

    A Venezuelan document is also found without its letter. The journal keeps who was shown, if anybody was.
    """
    stated = identity.compared(fields)
    by_document = _holders(session, stated)
    born = [key for key in rules.search_keys(stated) if key[0] == "surname_year"]
    by_name = set(queries.by_tags(session, services.tagged(session, born))) - by_document
    likely = []
    for opened in services.open_people(session, by_document | by_name):
        comparison = matching.compare_people(identity.compared(opened.record), stated)
        if opened.id in by_document:
            likely.append(LikelyPerson(opened.id, opened.record, comparison))
        elif comparison == matching.SAME_NAME_AND_BIRTH_DATE:
            likely.append(LikelyPerson(opened.id, opened.record, ANOTHER_DOCUMENT))
    likely.sort(key=lambda person: (_LIKELIEST.index(person.comparison), person.id))
    if likely:
        ids = [str(person.id) for person in likely]
        journal.record(session, actor, "people.search", "person", None, by="check", found=ids)
    return likely


def is_on_file_for_others(session: Session, fields: Mapping[str, Any], person: UUID | None = None) -> bool:
    """Whether others show one of the stated documents, leaving out who was noted with ``person`` before.

    Opens nobody.
    """
    compared = {person, *duplicates.noted_with(session, person)} if person else set()
    return bool(_holders(session, identity.compared(fields)) - compared)


def preview_statement(
    session: Session, actor: Actor, person: UUID, fields: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The record of somebody whom an agent chose, and what it becomes by a statement; kept in the journal.

    Raises NotFound, DamagedPerson.
    """
    record = services.open_chosen(session, person).record
    journal.record(session, actor, "person.view", "person", person, purpose="check")
    return record, identity.joined(record, dict(fields))


def is_another_identity(record: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    """Whether a statement disagrees with a record in the name and in the birth date, as somebody else's would."""
    compared = matching.compare_people(identity.compared(record), identity.compared(fields))
    return compared == matching.OTHER_NAME_AND_BIRTH_DATE


def _holders(session: Session, person: rules.Identity) -> set[UUID]:
    types = services.document_types()
    keys = [key for shown in person.documents for key in rules.document_keys(shown.type, shown.number, types)]
    return set(queries.by_tags(session, services.tagged(session, keys)))
