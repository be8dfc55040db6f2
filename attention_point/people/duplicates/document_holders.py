"""Who on file shows the documents that somebody states, and whether one of them is the same person."""

from collections.abc import Mapping
from itertools import compress
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.people import identity, merging, queries, records, rules
from attention_point.people.duplicates import matching
from attention_point.people.queries import Tag
from attention_point.people.records import DecryptedPerson


class DocumentHolders(NamedTuple):
    """Who shows some documents: the ids of those of each document that is on file, and all of them opened.

    Of somebody whose record does not open the value is None.
    """

    of_documents: list[list[UUID]]
    people: dict[UUID, DecryptedPerson | None]


def list_document_tags(session: Session, record: Mapping[str, Any]) -> list[list[Tag]]:
    """For each document, the tags under which somebody may be found who shows it, in order."""
    search_keys = rules.build_search_keys(identity.build_identity(record))
    document_keys = dict.fromkeys(key for key in search_keys if key[0] == "document")
    return sorted(queries.build_search_tags(session, [key]) for key in document_keys)


def find_document_holders(
    session: Session, record: Mapping[str, Any], opened_person: DecryptedPerson | None
) -> DocumentHolders:
    """Find who shows the documents of a record. ``opened_person`` may be among them, and is not opened again."""
    document_tags = list_document_tags(session, record)
    of_documents = [people for tags in document_tags if (people := queries.list_people_by_tags(session, tags))]
    searched_tags = [tag for tags in document_tags for tag in tags]
    holders: dict[UUID, DecryptedPerson | None] = {}
    for person in sorted({person for people in of_documents for person in people}):
        if opened_person is not None and person == opened_person.id:
            holders[person] = opened_person
        elif (row := queries.find_sealed_person(session, person)) is not None and row.wrapped_key is not None:
            holder = records.open_person_or_note(session, row)
            if holder is None or records.carries_tag(session, holder, searched_tags):
                holders[person] = holder
    return DocumentHolders(of_documents, holders)


def find_same_person(
    session: Session, holders: DocumentHolders, stated_fields: Mapping[str, Any]
) -> DecryptedPerson | None:
    """Who is the same person without asking anybody: shows every document of the statement that is on file, and agrees.

    Of several who agree it is the first on file with just that name; where nobody has it, nobody. Of a person who was
    merged it is the record that goes on.
    """
    stated = identity.build_identity(stated_fields)
    agreeing_people = [
        holder
        for person in sorted(set(holders.people).intersection(*holders.of_documents) if holders.of_documents else ())
        if (holder := holders.people[person])
        and matching.is_same_person(identity.build_identity(holder.record), stated)
    ]
    if not agreeing_people:
        return None
    linked = merging.map_linked(session, [person.id for person in agreeing_people])
    if len({linked.get(person.id, (person.id,)) for person in agreeing_people}) == 1:
        same_person: DecryptedPerson | None = agreeing_people[0]
    else:
        same_name = (matching.has_same_name(identity.build_identity(row.record), stated) for row in agreeing_people)
        same_person = next(compress(agreeing_people, same_name), None)
    if same_person is None or same_person.id not in linked:
        return same_person
    return records.open_people(session, linked[same_person.id][:1]).get(linked[same_person.id][0])


def drop_other_name(same_person: DecryptedPerson, stated_fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a statement changes of somebody whom no person chose.

    A name replaces the one on file only where it adds to it ("Ana" becomes "Ana Maria").
    """
    adds_to_name = matching.adds_to_name(
        identity.build_identity(same_person.record), identity.build_identity(stated_fields)
    )
    return {name: value for name, value in stated_fields.items() if adds_to_name or name not in identity.NAME_FIELDS}
