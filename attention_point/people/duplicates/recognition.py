"""Finds who on file may be the person at the desk, before anything is saved. The agent decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.foundation import journal
from attention_point.foundation.access import Actor
from attention_point.people import identity, merging, queries, records, rules
from attention_point.people.duplicates import matching, pairs

ANOTHER_DOCUMENT = "same-name-birth-date"
POSSIBLE_BIRTH_DATE = "same-name-possible-birth-date"
# The likeliest first: the agent reads from the top, with the person waiting before her.
_COMPARISONS_BY_LIKELIHOOD = (
    matching.SAME_NAME_AND_BIRTH_DATE,
    matching.NOT_COMPARABLE,
    matching.OTHER_NAME,
    ANOTHER_DOCUMENT,
    POSSIBLE_BIRTH_DATE,
    matching.OTHER_BIRTH_DATE,
    matching.OTHER_NAME_AND_BIRTH_DATE,
)


@dataclass(frozen=True, slots=True)
class LikelyPerson:
    """Somebody on file who may be at the desk. ``comparison`` is a code of ``matching.py`` or of this module."""

    id: UUID
    record: Mapping[str, Any]
    comparison: str


def find_likely_people(session: Session, actor: Actor, fields: Mapping[str, Any]) -> list[LikelyPerson]:
    """Find who shows one of the stated documents, or has the same name and birth date; the likeliest first.

    A birth date that is known in part is the same where it can be.

    Writes to the journal who was found, if anybody was.
    """
    stated = identity.build_identity(fields)
    document_tags = _list_document_tags(session, stated)
    document_holders = set(queries.list_people_by_tags(session, document_tags))
    people_by_name = set(_list_people_by_name_and_year(session, stated)) - document_holders
    likely_people = []
    opened_people = records.open_people(session, document_holders | people_by_name)
    for decrypted_person in filter(None, opened_people.values()):
        on_file = identity.build_identity(decrypted_person.record)
        comparison = matching.compare_people(on_file, stated)
        if decrypted_person.id in document_holders:
            # A tag that was moved by SQL would show somebody else's record to whoever types the number (decision 64).
            if not records.carries_tag(session, decrypted_person, document_tags):
                continue
            likely_people.append(LikelyPerson(decrypted_person.id, decrypted_person.record, comparison))
        elif comparison == matching.SAME_NAME_AND_BIRTH_DATE:
            likely_people.append(LikelyPerson(decrypted_person.id, decrypted_person.record, ANOTHER_DOCUMENT))
        elif comparison == matching.NOT_COMPARABLE and on_file.birth_date and matching.names_agree(on_file, stated):
            likely_people.append(LikelyPerson(decrypted_person.id, decrypted_person.record, POSSIBLE_BIRTH_DATE))
    likely_people = _show_joined_people_once(session, likely_people)
    likely_people.sort(key=lambda person: (_COMPARISONS_BY_LIKELIHOOD.index(person.comparison), person.id))
    if likely_people:
        ids = [str(person.id) for person in likely_people]
        journal.record(session, actor, "people.search", "person", None, by="check", found=ids)
    return likely_people


def _show_joined_people_once(session: Session, likely_people: Sequence[LikelyPerson]) -> list[LikelyPerson]:
    """The likely people, of joined records the one that goes on, with the likeliest comparison."""
    linked = merging.map_linked(session, [person.id for person in likely_people])
    if not linked:
        return list(likely_people)
    kept_people = records.open_people(session, {records_of_one[0] for records_of_one in linked.values()})
    by_id: dict[UUID, LikelyPerson] = {}
    for person in sorted(likely_people, key=lambda row: _COMPARISONS_BY_LIKELIHOOD.index(row.comparison)):
        kept_person = kept_people.get(linked.get(person.id, (person.id,))[0])
        shown_person = LikelyPerson(kept_person.id, kept_person.record, person.comparison) if kept_person else person
        by_id.setdefault(shown_person.id, shown_person)
    return list(by_id.values())


def _list_people_by_name_and_year(session: Session, stated: rules.Identity) -> list[UUID]:
    # Whoever has the whole name comes before the cut: many people share a surname and a year. Without a year nobody is
    # looked for, since a name alone would open far too many people.
    keys = [key for key in rules.build_search_keys(stated) if key[0] in {"surname_year", "full_name"}]
    if all(kind == "full_name" for kind, _value in keys):
        return []
    return queries.rank_people_by_tags(session, queries.build_search_tags(session, keys), queries.MAXIMUM_CANDIDATES)


def is_on_file_for_others(session: Session, fields: Mapping[str, Any], person: UUID | None = None) -> bool:
    """Whether other people on file have one of the stated documents.

    People who are already listed as possible duplicates of ``person`` do not count. No record is opened: the
    blind-index tags of the documents are enough.
    """
    already_compared = {person, *pairs.list_people_noted_with(session, person)} if person else set()
    tags = _list_document_tags(session, identity.build_identity(fields))
    return bool(set(queries.list_people_by_tags(session, tags)) - already_compared)


def preview_statement(
    session: Session,
    actor: Actor,
    chosen_person: records.DecryptedPerson,
    fields: Mapping[str, Any],
    *,
    is_complete: bool = False,
) -> dict[str, Any]:
    """Return a person's record as it would be after a statement. Writes to the journal that the record was shown.

    ``is_complete``: the statement was made with the whole record in sight, so that what it leaves out was emptied.
    """
    journal.record(session, actor, "person.view", "person", chosen_person.id, purpose="check")
    if is_complete:
        return identity.replace_statement(chosen_person.record, dict(fields))
    return identity.join_statement(chosen_person.record, dict(fields))


def is_another_identity(record: Mapping[str, Any], fields: Mapping[str, Any]) -> bool:
    """Whether a statement disagrees with a record both in the name and in the birth date."""
    comparison = matching.compare_people(identity.build_identity(record), identity.build_identity(fields))
    return comparison == matching.OTHER_NAME_AND_BIRTH_DATE


def _list_document_tags(session: Session, person: rules.Identity) -> list[queries.Tag]:
    document_types = queries.load_document_types()
    keys = [
        key
        for document in person.documents
        for key in rules.build_document_keys(document.type, document.number, document_types)
    ]
    return queries.build_search_tags(session, keys)
