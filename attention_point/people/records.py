"""Opening the sealed records of people, and what is worked out of an open record.

Records are opened here and, for the people whom a statement may mean, in ``services.py``; an import contract keeps
everybody else from the sealed identity. A record that does not open must not keep the others from being read: the
functions that open several people note it in the session (``foundation.damaged_values``) and go on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from attention_point.dates import DateSpan, find_possible_ages, parse_partial_date
from attention_point.foundation import clock, journal
from attention_point.foundation.access import Actor
from attention_point.foundation.codelists import get_code_list
from attention_point.foundation.damage_notes import note_damage
from attention_point.foundation.errors import AppError, Difference, NotFound
from attention_point.foundation.language import current_language, format_date_span
from attention_point.foundation.language import gettext as _
from attention_point.foundation.vault import PersonKey, VaultError, WrappedKey, get_vault
from attention_point.people import identity, queries, rules
from attention_point.people.break_glass import grants
from attention_point.person_fields import ASKED_FIELDS, NAME_FIELDS, PersonField

TAG_PURPOSE = "person-tag"


class DamagedPerson(AppError):
    """The record of the person whom an agent chose does not open, so that nothing can be added to it."""

    status = 409
    code = "sealed"


@dataclass(frozen=True, slots=True)
class DecryptedPerson:
    """A person's row, opened. ``history`` is what was on file before, the oldest first; it stays out of ``record``.

    ``counted`` is still sealed: ``intake`` alone opens it.
    """

    id: UUID
    key: PersonKey
    record: dict[str, Any]
    version: int
    history: list[dict[str, Any]]
    counted: bytes | None = None


def open_chosen_person(session: Session, person: UUID) -> DecryptedPerson:
    """Open the person whom an agent chose for a visit. Raises NotFound or DamagedPerson."""
    try:
        return _open_person(session, person)
    except VaultError as error:
        note_damage(session, error)
        raise DamagedPerson(
            _(
                "The record of this person does not open: tell the administrator. Nothing was saved. The visit can "
                "be recorded for a new person."
            )
        ) from None


def view_person(session: Session, actor: Actor, person: UUID, purpose: str) -> DecryptedPerson:
    """Open one person for a reader. The journal keeps who reads and for what.

    ``purpose`` is a code of ``viewing_purposes``. Raises NotFound, VaultError, ValueError for a purpose that is none,
    and ReasonRequired where the purpose asks who sees what is confidential for a reason first.
    """
    if not get_code_list("viewing_purposes").has_code(purpose):
        raise ValueError(f"{purpose} is no purpose of viewing a person")
    row = require_person(session, person)
    if get_code_list("viewing_purposes")[purpose].attributes.get("asks_reason"):
        grants.require_grant(session, actor, person)
    decrypted_person = _decrypt_person(session, row)
    journal.record(session, actor, "person.view", "person", person, purpose=purpose)
    return decrypted_person


def require_person(session: Session, person: UUID) -> queries.SealedPerson:
    """The row of a person, not opened. Raises NotFound where there is none, or where the person was erased."""
    row = queries.find_sealed_person(session, person)
    if row is None:
        raise NotFound(_("There is no such person."))
    if row.wrapped_key is None or row.sealed is None:  # erasing takes the key away
        raise NotFound(describe_erased())
    return row


def describe_erased() -> str:
    """The sentence for whoever asks for somebody who was erased."""
    return _("This person's data were erased. Only a note that there was a file is kept.")


def _open_person(session: Session, person: UUID) -> DecryptedPerson:
    return _decrypt_person(session, require_person(session, person))


def open_person_or_note(session: Session, row: queries.SealedPerson) -> DecryptedPerson | None:
    """Open one person; None for a record that does not open."""
    try:
        return _decrypt_person(session, row)
    except VaultError as error:
        note_damage(session, error)
        return None


def open_people(session: Session, people: Iterable[UUID]) -> dict[UUID, DecryptedPerson | None]:
    """Open several people by their ids; None stands for a record that does not open. The erased are left out.

    The journal does not know of it: the caller records who was shown.
    """
    return {
        row.id: open_person_or_note(session, row)
        for row in queries.list_sealed_people(session, people)
        if row.wrapped_key is not None
    }


def _decrypt_person(session: Session, row: queries.SealedPerson) -> DecryptedPerson:
    wrapped_key = WrappedKey(row.key_version, row.wrapped_key or b"")
    key = get_vault(session).open_person_key(row.id, wrapped_key)
    record, history = identity.open_record(key, row.id, row.version, row.sealed or b"")
    return DecryptedPerson(row.id, key, record, row.version, history, row.counted)


def build_record_tags(session: Session, record: Mapping[str, Any]) -> list[queries.Tag]:
    """The tags under which a person with this record is found, in order."""
    return sorted(set(queries.build_tags(session, rules.build_search_keys(identity.build_identity(record)))))


def list_record_tags(session: Session, record: Mapping[str, Any]) -> list[queries.Tag]:
    """The tags of a record under every version held of the index key: one of them may be stored for each search key."""
    return queries.build_search_tags(session, rules.build_search_keys(identity.build_identity(record)))


def carries_tag(session: Session, person: DecryptedPerson, tags: Iterable[queries.Tag]) -> bool:
    """Whether somebody who was found by one of the tags has it by their own record.

    Otherwise somebody gave them the tag of another person: that is noted, and the caller shows nobody for it.
    """
    if not set(tags).isdisjoint(list_record_tags(session, person.record)):
        return True
    note_damage(session, VaultError(TAG_PURPOSE, person.id))
    return False


def disclose_fields(
    session: Session, people: Iterable[UUID], fields: frozenset[str]
) -> dict[UUID, dict[str, Any] | None]:
    """Only the named fields of several people, for readers who may see no more; the caller keeps the journal.

    None stands for a person whose record does not open; the erased are left out.
    """
    return {
        person: {name: value for name, value in add_age(opened.record).items() if name in fields} if opened else None
        for person, opened in open_people(session, people).items()
    }


def add_age(record: Mapping[str, Any], day: date | None = None) -> dict[str, Any]:
    """The record with the person's age in whole years on a day (without one: today), if it can be told."""
    age = find_age(record, day or clock.today())
    return dict(record) if age is None else {**record, "age": age}


def find_age(record: Mapping[str, Any], day: date) -> int | None:
    """The age in whole years on a day; None without a birth date, and before the birth.

    Where the birth date is known in part, several ages may be possible, and this is the least of them: the protection
    of children must not miss a child (decision 31).
    """
    birth_span = find_birth_span(record)
    possible_ages = find_possible_ages(birth_span, day) if birth_span else None
    return possible_ages[0] if possible_ages else None


def find_age_after_statement(record: Mapping[str, Any], stated: Mapping[str, Any], day: date) -> int | None:
    """The age, as ``find_age`` finds it, of a person on file who states something new."""
    return find_age(identity.join_statement(dict(record), dict(stated)), day)


def find_birth_span(record: Mapping[str, Any]) -> DateSpan | None:
    """The days on which the person of a record may have been born: one day where the birth date is known in full."""
    text = record.get("birth_date")
    return parse_partial_date(text) if text else None


def format_full_name(record: Mapping[str, Any]) -> str:
    """Given names and surnames in the order in which they are said; empty when none was given."""
    return " ".join(record[name] for name in NAME_FIELDS if record.get(name))


def list_person_differences(yours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The fields in which two records differ; a dash stands for a blank field."""
    differences = (
        Difference(_(field.label), _describe(field, yours.get(field.name)), _describe(field, theirs.get(field.name)))
        for field in ASKED_FIELDS
        if yours.get(field.name) != theirs.get(field.name)
    )
    return tuple(difference for difference in differences if difference.yours != difference.theirs)


def _describe(field: PersonField, value: Any) -> str:
    if value in (None, "", [], (), {}):
        return "–"
    if field.name == "documents":
        return ", ".join(_describe_document(document) for document in value)
    if field.name == "disability":
        levels = get_code_list("disability_levels")
        return ", ".join(levels.label_for_code(level, current_language()) for level in value.values())
    if field.name == "birth_date":
        return format_date_span(parse_partial_date(value))
    if field.code_list:
        return get_code_list(field.code_list).label_for_code(str(value), current_language())
    return str(value)


def _describe_document(document: Mapping[str, Any]) -> str:
    type_name = get_code_list("document_types").label_for_code(document["type"], current_language())
    return " ".join(filter(None, (type_name, document.get("number"), document.get("expires"))))
